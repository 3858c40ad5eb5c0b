//! Reading a body: bounded in bytes and in time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::domain::examine::body_too_large;
use crate::domain::refusal::{Code, Refusal};

/// Longest time that a body may take to arrive.
const BODY_WAIT_MAX: Duration = Duration::from_secs(15);

/// A whole body.
///
/// # Errors
///
/// `body_too_large`, also when it is only announced to be, or `malformed_request` when it does not arrive.
pub(super) async fn read(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(body_too_large(bytes_max));
    }
    match timeout(BODY_WAIT_MAX, Limited::new(body, bytes_max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(body_too_large(bytes_max)),
        Ok(Err(_)) => Err(Refusal::new(Code::MalformedRequest, "the body did not arrive whole")),
        Err(_) => Err(Refusal::new(
            Code::MalformedRequest,
            "the body did not arrive within 15 s",
        )),
    }
}
