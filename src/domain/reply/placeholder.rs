//! What of ours can be filled into a template, by what is known where it stands.

use crate::domain::mapping::Field;
use crate::domain::refusal::Refusal;
use crate::domain::verdict::{Acceptance, Answer};

/// The names that a kind of template knows.
pub trait Placeholder: Copy + Eq + 'static {
    /// Each placeholder by its name.
    fn named() -> Vec<(&'static str, Self)>;
}

/// What is known of a postback that is on disk and has no verdict yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfAcceptance {
    /// `accepted`.
    Verdict,
    /// The id that its conversion has, or will have.
    ConversionId,
    /// Our id of the request.
    PostbackId,
    /// The network.
    Network,
    /// The network's transaction id.
    TransactionId,
}

/// What is known of a postback that has its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfVerdict {
    /// What is known without a verdict too.
    Known(OfAcceptance),
    /// What happened.
    Event,
    /// How the conversion stands.
    Status,
    /// What is paid.
    Payout,
    /// In which currency.
    Currency,
    /// The click.
    ClickId,
    /// The click's campaign.
    Campaign,
    /// The click's affiliate.
    Affiliate,
    /// `true` or `false`: whether the click got it.
    Attributed,
    /// Why not.
    Reason,
}

/// What is known of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfRefusal {
    /// The stable code; of a 401 never the true reason.
    Code,
    /// What was found and expected, as the problem says it.
    Detail,
    /// The parameter at fault, as the sender wrote it.
    Param,
    /// Our field that it was read for.
    Field,
    /// The code's title.
    Title,
    /// Our id of the request, where it is kept.
    PostbackId,
    /// The network.
    Network,
}

/// A refusal as its sender may know it.
#[derive(Debug, Clone, Copy)]
pub struct RefusalFacts<'a> {
    /// The refusal.
    pub refusal: &'a Refusal,
    /// The network.
    pub network: &'a str,
    /// Our id of the request, where it is kept.
    pub postback_id: Option<&'a str>,
}

impl Placeholder for OfAcceptance {
    fn named() -> Vec<(&'static str, Self)> {
        vec![
            ("verdict", Self::Verdict),
            ("conversion_id", Self::ConversionId),
            ("postback_id", Self::PostbackId),
            ("network", Self::Network),
            ("transaction_id", Self::TransactionId),
        ]
    }
}

impl Placeholder for OfVerdict {
    fn named() -> Vec<(&'static str, Self)> {
        let known = OfAcceptance::named();
        let known = known
            .into_iter()
            .map(|(name, placeholder)| (name, Self::Known(placeholder)));
        known
            .chain([
                ("event", Self::Event),
                ("status", Self::Status),
                ("payout", Self::Payout),
                ("currency", Self::Currency),
                ("click_id", Self::ClickId),
                ("campaign", Self::Campaign),
                ("affiliate", Self::Affiliate),
                ("attributed", Self::Attributed),
                ("reason", Self::Reason),
            ])
            .collect()
    }
}

impl Placeholder for OfRefusal {
    fn named() -> Vec<(&'static str, Self)> {
        vec![
            ("code", Self::Code),
            ("detail", Self::Detail),
            ("param", Self::Param),
            ("field", Self::Field),
            ("title", Self::Title),
            ("postback_id", Self::PostbackId),
            ("network", Self::Network),
        ]
    }
}

impl OfVerdict {
    /// What an answer says; `None` where it is silent.
    pub fn of(self, answer: &Answer) -> Option<&str> {
        match self {
            Self::Known(OfAcceptance::Verdict) => Some(answer.verdict.as_str()),
            Self::Known(OfAcceptance::ConversionId) => answer.conversion_id.as_deref(),
            Self::Known(OfAcceptance::PostbackId) => Some(&answer.postback_id),
            Self::Known(OfAcceptance::Network) => Some(&answer.network),
            Self::Known(OfAcceptance::TransactionId) => answer.transaction_id.as_deref(),
            Self::Event => Some(&answer.event),
            Self::Status => answer.status,
            Self::Payout => answer.payout.as_deref(),
            Self::Currency => answer.currency.as_deref(),
            Self::ClickId => answer.click_id.as_deref(),
            Self::Campaign => answer.campaign.as_deref(),
            Self::Affiliate => answer.affiliate.as_deref(),
            Self::Attributed => Some(if answer.attributed { "true" } else { "false" }),
            Self::Reason => answer.reason,
        }
    }

    /// What an acceptance says; `None` for all that waits for the verdict.
    pub fn of_acceptance(self, acceptance: &Acceptance) -> Option<&str> {
        match self {
            Self::Known(known) => acceptance.value(known),
            Self::Event
            | Self::Status
            | Self::Payout
            | Self::Currency
            | Self::ClickId
            | Self::Campaign
            | Self::Affiliate
            | Self::Attributed
            | Self::Reason => None,
        }
    }
}

impl OfRefusal {
    /// What a refusal says; `None` where it is silent.
    pub fn of<'a>(self, facts: &RefusalFacts<'a>) -> Option<&'a str> {
        let refusal = facts.refusal;
        match self {
            Self::Code => Some(refusal.code.as_str()),
            Self::Detail => Some(&refusal.detail),
            Self::Param => refusal.param.as_deref(),
            Self::Field => refusal.field.map(Field::as_str),
            Self::Title => Some(refusal.code.title()),
            Self::PostbackId => facts.postback_id,
            Self::Network => Some(facts.network),
        }
    }
}
