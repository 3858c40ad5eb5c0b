//! What the service has stored, as its private API tells it.

use std::time::Duration;

use anyhow::{Context as _, bail};
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::domain::secret::Secret;

use super::place::{Place, Request};

/// How long something that was promised may take until PostgreSQL has it: longer than a replay rests.
const STORED_WITHIN: Duration = Duration::from_secs(20);
/// Between two questions for it.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// Why nothing is read back without a token.
pub(super) const CLOSED: &str = "not read back: admin.tokens is empty, so the private API is closed";

/// The private API.
#[derive(Debug)]
pub(super) enum Private {
    /// It takes our token.
    Open(Reader),
    /// No token is configured.
    Closed,
}

/// Who reads there.
#[derive(Debug)]
pub(super) struct Reader {
    place: Place,
    token: HeaderValue,
}

impl Private {
    /// The API at a place, with the first of the configured tokens.
    pub(super) fn new(place: Place, tokens: &[Secret]) -> Self {
        let header = |token: &Secret| HeaderValue::from_bytes(&[b"Bearer ", token.expose()].concat()).ok();
        match tokens.first().and_then(header) {
            None => Self::Closed,
            Some(mut token) => {
                token.set_sensitive(true);
                Self::Open(Reader { place, token })
            }
        }
    }
}

impl Reader {
    /// The address of a path, to be shown.
    pub(super) fn url(&self, path: &str) -> String {
        self.place.url(path)
    }

    /// What is stored under a path, asked for until it is there.
    ///
    /// # Errors
    ///
    /// When it is not there in time, or the service does not let us read.
    pub(super) async fn wait_for(&self, path: &str) -> anyhow::Result<Value> {
        let deadline = Instant::now() + STORED_WITHIN;
        loop {
            let request = Request::get(path.to_owned()).with_header(AUTHORIZATION, self.token.clone());
            let answer = self.place.send(&request).await;
            let answer = answer.context("where the private listener is elsewhere, say so with --admin-url")?;
            match answer.status {
                StatusCode::OK => return serde_json::from_slice(&answer.body).context("the private API's answer"),
                // Not there yet, or PostgreSQL does not answer.
                StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE if Instant::now() < deadline => {
                    sleep(ASKED_EVERY).await;
                }
                StatusCode::NOT_FOUND => bail!("it is not stored after {} s", STORED_WITHIN.as_secs()),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    bail!("the private API refuses our token: the service runs with other admin.tokens")
                }
                status => bail!("the private API answers {status}"),
            }
        }
    }
}
