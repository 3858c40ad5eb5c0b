//! The access log and the request id.
//!
//! At the default level it writes nothing; with `RUST_LOG=postbackd=debug` one line for each request: method, path without
//! its query, status and time. Queries, headers and bodies carry secrets and are never written.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::debug;

use crate::domain::id::PostbackId;
use crate::ingest::now;

use super::app::id_randomness;

/// The header field in which every answer carries its request's id; a postback's is its id in the raw log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, made by us. A postback's is also its id in the raw log.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) PostbackId);

pub(super) async fn log(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = PostbackId::new(now(), id_randomness());
    request.extensions_mut().insert(RequestId(id));
    let line =
        tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), request.uri().path().to_owned()));

    let mut response = next.run(request).await;
    if let Some((method, path)) = line {
        let status = response.status().as_u16();
        let elapsed_us = started.elapsed().as_micros();
        debug!(request.id = %id, %method, path, status, elapsed_us, "{method} {path} → {status}");
    }
    let text = HeaderValue::from_str(&id.to_string()).expect("an id is visible ASCII");
    response.headers_mut().insert(REQUEST_ID, text);
    response
}
