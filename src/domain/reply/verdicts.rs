//! Replies to postbacks that are durable.

use http::StatusCode;

use crate::domain::verdict::{Answer, Verdict};

use super::StatusFault;
use super::body::Body;
use super::placeholder::OfVerdict;

/// Statuses that say something else than "done" or "no": 401 that the signature is wrong, the others that a repeat would
/// help. A sender that believes them repeats for ever what was recorded long ago.
pub const MISLEADING: [u16; 5] = [401, 407, 408, 425, 429];
/// Successes that HTTP sends without a body.
const BODILESS: [StatusCode; 2] = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT];

/// What the sender of a durable postback is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictReply {
    status: StatusCode,
    body: Option<Body<OfVerdict>>,
}

impl VerdictReply {
    /// A status, and a body in place of the JSON.
    ///
    /// # Errors
    ///
    /// When the status would mislead its reader, or has no body and gets one.
    pub fn new(status: u16, body: Option<Body<OfVerdict>>) -> Result<Self, StatusFault> {
        let says_done_or_no = matches!(status, 200..=299 | 400..=499) && !MISLEADING.contains(&status);
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|_| says_done_or_no)
            .ok_or(StatusFault::NoVerdict)?;
        let is_bodiless = BODILESS.contains(&status);
        // An empty text is no body.
        let body = body.filter(|body| !is_bodiless || !body.template().is_empty());
        if is_bodiless && body.is_some() {
            return Err(StatusFault::Bodiless);
        }
        Ok(Self { status, body })
    }

    const fn plain(status: StatusCode) -> Self {
        Self { status, body: None }
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The body in place of the JSON.
    pub const fn body(&self) -> Option<&Body<OfVerdict>> {
        self.body.as_ref()
    }

    /// Whether HTTP sends this status without a body.
    pub fn is_bodiless(&self) -> bool {
        BODILESS.contains(&self.status)
    }
}

/// What is told after each verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRules {
    /// In the order of [`Verdict::ALL`].
    pub verdicts: [VerdictReply; Verdict::ALL.len()],
    /// Of a recorded conversion that no click got, where it differs.
    pub unmatched: Option<VerdictReply>,
    /// Of a postback that is on disk and has no verdict yet.
    pub accepted: VerdictReply,
}

impl Default for VerdictRules {
    fn default() -> Self {
        Self {
            verdicts: Verdict::ALL.map(|_| VerdictReply::plain(StatusCode::OK)),
            unmatched: None,
            accepted: VerdictReply::plain(StatusCode::ACCEPTED),
        }
    }
}

impl VerdictRules {
    /// The reply to a verdict.
    pub fn of(&self, answer: &Answer) -> &VerdictReply {
        let reply = &self.verdicts[answer.verdict as usize];
        match answer.verdict {
            Verdict::Recorded if !answer.attributed => self.unmatched.as_ref().unwrap_or(reply),
            Verdict::Recorded | Verdict::Duplicate | Verdict::Updated | Verdict::Conflict | Verdict::Ignored => reply,
        }
    }
}
