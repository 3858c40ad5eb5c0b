//! What a network is told, in the words that it wants: a status, a body template and a content type for each verdict and
//! each refusal. Without rules everybody gets the contract's JSON.
//!
//! A [`Template`] is parsed once, for what can be known where it stands: a verdict's knows the conversion
//! ([`OfVerdict`]), a 202's only what is on disk ([`OfAcceptance`]), a refusal's only the refusal ([`OfRefusal`]). A
//! [`Body`] is a template of a [`ContentType`], which escapes what is filled in. What comes from the request ([`sent`])
//! is taken from a strict character set. [`VerdictReply`] and [`RefusalReply`] hold statuses to what a sender
//! understands; [`ReplyRules`] are a network's replies together.
//!
//! What a sender is told changes neither the raw log nor the metrics.

mod body;
mod content_type;
mod placeholder;
mod refusals;
mod sent;
mod template;
mod verdicts;

pub use body::{Body, NotJson};
pub use content_type::ContentType;
pub use placeholder::{OfAcceptance, OfRefusal, OfVerdict, Placeholder, RefusalFacts};
pub use refusals::{RefusalReply, RefusalRules, Rule};
pub use template::{Template, TemplateError};
pub use verdicts::{MISLEADING, VerdictReply, VerdictRules};

/// How a network wants to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplyRules {
    /// After a receipt.
    pub verdicts: VerdictRules,
    /// Without one.
    pub refusals: RefusalRules,
}

/// Why a status cannot be used where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatusFault {
    /// It is no status of a verdict.
    #[error(
        "expected a status from 200 to 299, or from 400 to 499 but none of {MISLEADING:?}, which would tell the sender \
         that its signature is wrong or that it should repeat"
    )]
    NoVerdict,
    /// It has no body, and there is one.
    #[error("a 204 or 205 has no body, but there is a body for it; leave one of them out")]
    Bodiless,
    /// It is no status of a refusal.
    #[error(
        "expected a status from 400 to 599, or one from 200 to 299 that has a body (not 204 and 205) beside a body that says \
         what is wrong"
    )]
    NoRefusal,
    /// A success that nothing takes back.
    #[error("a success for a refusal needs a body that says what is wrong; write a body beside it")]
    SilentSuccess,
    /// 401 for something else than a wrong signature.
    #[error("401 says that the signature is wrong; only unauthorized may be answered so")]
    NotUnauthorized,
    /// A sender would not repeat what nothing has kept.
    #[error("expected 429 or a status from 500 to 599: nothing kept the postback, so its sender has to repeat it")]
    NoRepeat,
}

#[cfg(test)]
mod tests;
