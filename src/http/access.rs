//! The access log and the request id.
//!
//! At the default level it writes nothing; with `RUST_LOG=postbackd=debug` one line for each request: method, path without
//! its query, status and time. Queries, headers and bodies carry secrets and are never written.

use std::time::Instant;

use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, Request};
use tracing::debug;

use crate::domain::id::PostbackId;
use crate::ingest::now;

use super::app::id_randomness;

/// The header field in which every answer carries its request's id; a postback's is its id in the raw log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, made by us. A postback's is also its id in the raw log.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) PostbackId);

/// What is noted of a request until it is answered. It is no layer of the router: each of those costs a request two allocations
/// and a copy of all layers beneath it.
#[derive(Debug)]
pub(super) struct Access {
    id: PostbackId,
    started: Instant,
    /// Method and path, where a line will be written.
    line: Option<(Method, String)>,
}

impl Access {
    /// A request begins: it gets its id.
    pub(super) fn begin<B>(request: &mut Request<B>) -> Self {
        let id = PostbackId::new(now(), id_randomness());
        request.extensions_mut().insert(RequestId(id));
        let line = tracing::enabled!(tracing::Level::DEBUG)
            .then(|| (request.method().clone(), request.uri().path().to_owned()));
        Self {
            id,
            started: Instant::now(),
            line,
        }
    }

    /// It is answered.
    pub(super) fn end(&self, response: &mut Response) {
        let Self { id, started, line } = self;
        if let Some((method, path)) = line {
            let status = response.status().as_u16();
            let elapsed_us = started.elapsed().as_micros();
            debug!(request.id = %id, %method, path, status, elapsed_us, "{method} {path} → {status}");
        }
        let text = HeaderValue::from_str(&id.to_string()).expect("an id is visible ASCII");
        response.headers_mut().insert(REQUEST_ID, text);
    }
}
