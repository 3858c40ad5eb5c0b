//! A request of the raw log as a question, and what it came to when it was received.

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::domain::explain::{Asked, AskedError};
use crate::domain::redact::REDACTED;
use crate::domain::refusal::Code;
use crate::store::{REFUSED, StoredPostback};

/// What the raw log says that a request came to.
#[derive(Debug, Serialize)]
pub(super) struct Stored {
    postback_id: String,
    received_at: String,
    verdict: String,
    code: Option<String>,
    detail: Option<String>,
    conversion_id: Option<String>,
    /// What keeps the explanation from being that of the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    caveat: Option<&'static str>,
    #[serde(skip)]
    was_proven: bool,
}

const MAY_DIFFER: &str = "parts of this request were redacted before it was stored: where one of them is signed, or is the token, \
     its signature cannot be checked again, and what is said about it here is not what the sender did";
const TAKEN_AS_PROVEN: &str = "this request was proven when it was received; parts of it were redacted before it was stored, so its \
     signature cannot be checked again and is taken as right here";

const BODY_NOT_KEPT: &str = "the body of this request was too large to be read or kept: what is said about it here is what would be \
     said without a body";

impl Stored {
    pub(super) fn of(postback: StoredPostback) -> Self {
        let texts = [
            postback.target.clone(),
            postback.headers.to_string(),
            String::from_utf8_lossy(&postback.body).into_owned(),
        ];
        // The fields are looked at last, so whoever was refused for one of them had been proven.
        let is_of_fields = |code: &Code| code.status() == 422 && Some(code.as_str()) == postback.code.as_deref();
        let was_proven = postback.verdict != REFUSED || Code::ALL.iter().any(is_of_fields);
        let is_redacted = texts.iter().any(|text| text.contains(REDACTED));
        let caveat = if postback.code.as_deref() == Some(Code::BodyTooLarge.as_str()) {
            Some(BODY_NOT_KEPT)
        } else {
            is_redacted.then_some(MAY_DIFFER)
        };
        Self {
            postback_id: postback.id.to_string(),
            received_at: postback.received_at.to_string(),
            verdict: postback.verdict,
            code: postback.code,
            detail: postback.detail,
            conversion_id: postback.conversion_id.map(|id| id.to_string()),
            caveat,
            was_proven,
        }
    }

    /// Whether its signature was right when it was received, and cannot be checked again.
    pub(super) const fn is_proven_by_log(&self) -> bool {
        self.was_proven && self.caveat.is_some()
    }

    /// Says that its signature is taken as right.
    pub(super) const fn take_as_proven(&mut self) {
        self.caveat = Some(TAKEN_AS_PROVEN);
    }
}

/// The request as it was kept, at the time when it was received.
pub(super) fn asked(postback: &StoredPostback) -> Result<Asked, AskedError> {
    // Where the path held a secret, all of it was cut out.
    let target = if postback.target.starts_with('/') {
        postback.target.clone()
    } else {
        format!("/{}", postback.target)
    };
    let headers = postback.headers.as_object().into_iter().flatten();
    let fields = headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    Ok(Asked {
        method: Method::from_bytes(postback.method.as_bytes()).map_err(|_| AskedError::Method)?,
        uri: Asked::target(&target)?,
        headers: Asked::headers(fields)?,
        body: Bytes::copy_from_slice(&postback.body),
        remote_ip: postback.remote_ip.parse().ok(),
        now: postback.received_at,
    })
}
