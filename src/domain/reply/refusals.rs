//! Replies to postbacks that are not taken.
//!
//! Some senders want a refusal's reason in the body of a 200, or take one status alone for a final no. That is theirs to
//! choose. What nothing has kept is another matter: its sender has to repeat it, so no rule can make it look final.

use http::StatusCode;

use crate::domain::refusal::Code;

use super::StatusFault;
use super::body::Body;
use super::placeholder::OfRefusal;

/// Which rule a code goes by, when a postback to a known network meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The request is at fault: `refused`, and its own entry before it.
    Refused,
    /// Nothing could keep it: its own entry alone.
    NotTaken,
}

impl Rule {
    /// The rule of a code; `None` for what no postback to a known network can get.
    pub const fn of(code: Code) -> Option<Self> {
        match code {
            Code::MalformedRequest
            | Code::DuplicateParameter
            | Code::TooManyParameters
            | Code::Unauthorized
            | Code::AddressNotAllowed
            | Code::MethodNotAllowed
            | Code::BodyTooLarge
            | Code::UriTooLong
            | Code::UnsupportedMediaType
            | Code::MissingId
            | Code::InvalidPayout
            | Code::InvalidCurrency
            | Code::UnknownStatus
            | Code::InvalidEventTime
            | Code::InvalidValue
            | Code::UnreplacedMacro
            | Code::TooLong
            | Code::NotStorable
            | Code::HeadersTooLarge => Some(Self::Refused),
            Code::Overloaded | Code::Unavailable => Some(Self::NotTaken),
            Code::MissingNetwork
            | Code::ApiDisabled
            | Code::NotFound
            | Code::UnknownCampaign
            | Code::ConfigurationRefused
            | Code::Internal => None,
        }
    }
}

/// What the sender of a refused postback is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalReply {
    status: StatusCode,
    body: Option<Body<OfRefusal>>,
}

impl RefusalReply {
    /// A status in place of the code's own, and a body in place of the problem.
    ///
    /// # Errors
    ///
    /// When the status would tell the sender what is not so.
    pub fn new(code: Code, status: Option<u16>, body: Option<Body<OfRefusal>>) -> Result<Self, StatusFault> {
        let number = status.unwrap_or(code.status());
        let fault = match (Rule::of(code), number) {
            (Some(Rule::NotTaken), 429 | 500..=599) => None,
            (Some(Rule::NotTaken), _) => Some(StatusFault::NoRepeat),
            (Some(Rule::Refused) | None, 401) => (code != Code::Unauthorized).then_some(StatusFault::NotUnauthorized),
            (Some(Rule::Refused) | None, 204 | 205) => Some(StatusFault::NoRefusal),
            (Some(Rule::Refused) | None, 200..=299) => body
                .as_ref()
                .is_none_or(|body| body.template().is_empty())
                .then_some(StatusFault::SilentSuccess),
            (Some(Rule::Refused) | None, 400..=599) => None,
            (Some(Rule::Refused) | None, _) => Some(StatusFault::NoRefusal),
        };
        match (fault, StatusCode::from_u16(number)) {
            (None, Ok(status)) => Ok(Self { status, body }),
            (Some(fault), _) => Err(fault),
            (None, Err(_)) => Err(StatusFault::NoRefusal),
        }
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The body in place of the problem.
    pub const fn body(&self) -> Option<&Body<OfRefusal>> {
        self.body.as_ref()
    }

    /// Whether a text, filled into its body, leaves a success that nothing takes back: no value was there to say more.
    pub fn is_silent_success(&self, text: &str) -> bool {
        self.status.is_success() && text.trim().is_empty()
    }
}

/// What is told after each refusal, where it is not the problem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RefusalRules(Vec<(Code, RefusalReply)>);

impl RefusalRules {
    /// The replies of codes; the others stay problems.
    pub fn new(replies: impl IntoIterator<Item = (Code, RefusalReply)>) -> Self {
        Self(replies.into_iter().collect())
    }

    /// The reply to a refusal; `None` for the problem.
    pub fn of(&self, code: Code) -> Option<&RefusalReply> {
        self.0.iter().find(|(of, _)| *of == code).map(|(_, reply)| reply)
    }
}
