//! Verdicts: what a postback came to, and what its sender may know of it.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::conversion::Conversion;
use super::postback::{NamedStatus, Postback};
use super::reply::OfAcceptance;

/// What a postback came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A new conversion.
    Recorded,
    /// The same conversion again, or an earlier step of it that came late.
    Duplicate,
    /// A legal change of the conversion.
    Updated,
    /// A change that is not legal: kept as a proposal.
    Conflict,
    /// A status that the network's table maps to `ignored`.
    Ignored,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] = [
        Self::Recorded,
        Self::Duplicate,
        Self::Updated,
        Self::Conflict,
        Self::Ignored,
    ];

    /// The verdict as answers, metrics and the raw log write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Duplicate => "duplicate",
            Self::Updated => "updated",
            Self::Conflict => "conflict",
            Self::Ignored => "ignored",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a sender is told: the verdict, and the conversion as it stands. Serialises to the contract's success body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The conversion; `null` when the postback was ignored.
    pub conversion_id: Option<String>,
    /// Our id of the request.
    pub postback_id: String,
    /// The network.
    pub network: Arc<str>,
    /// The network's transaction id.
    pub transaction_id: Option<String>,
    /// What happened.
    pub event: String,
    /// How it stands.
    pub status: Option<&'static str>,
    /// What is paid, a decimal.
    pub payout: Option<String>,
    /// In which currency.
    pub currency: Option<String>,
    /// The click.
    pub click_id: Option<String>,
    /// The click's campaign.
    pub campaign: Option<String>,
    /// The click's affiliate.
    pub affiliate: Option<String>,
    /// Whether the click got it.
    pub attributed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The rule that made the conversion's id.
    pub dedupe: &'static str,
}

impl Answer {
    /// The answer to a postback about a conversion that now stands as it does.
    pub fn about(verdict: Verdict, postback: &Postback, conversion: &Conversion) -> Self {
        let credit = conversion.credit.as_ref();
        let paid = conversion.paid();
        Self {
            verdict,
            conversion_id: Some(conversion.id.to_string()),
            postback_id: postback.id.to_string(),
            network: conversion.network.clone(),
            transaction_id: conversion.transaction_id.clone(),
            event: conversion.event.clone(),
            status: Some(conversion.state.status.as_str()),
            payout: paid.payout().map(|payout| payout.to_string()),
            currency: paid.currency().map(ToString::to_string),
            click_id: conversion.shown_click_id(),
            campaign: credit.map(|credit| credit.campaign.clone()),
            affiliate: credit.and_then(|credit| credit.affiliate.clone()),
            attributed: conversion.attribution.is_attributed(),
            reason: conversion.attribution.reason().map(super::attribution::Reason::as_str),
            dedupe: conversion.dedupe.as_str(),
        }
    }

    /// The answer to a postback that is logged and not counted.
    pub fn ignored(postback: &Postback) -> Self {
        Self {
            verdict: Verdict::Ignored,
            conversion_id: None,
            postback_id: postback.id.to_string(),
            network: postback.network.clone(),
            transaction_id: postback.transaction_id.clone(),
            event: postback.event.clone(),
            status: None,
            payout: postback.payout.map(|payout| payout.to_string()),
            currency: postback.currency.map(|currency| currency.to_string()),
            click_id: postback.click.as_sent(),
            campaign: None,
            affiliate: None,
            attributed: false,
            reason: None,
            dedupe: postback.dedupe.as_str(),
        }
    }
}

/// What the sender of a postback is told that is on disk and has no verdict yet. Serialises to the contract's 202 body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    verdict: &'static str,
    postback_id: String,
    conversion_id: Option<String>,
    network: Arc<str>,
    transaction_id: Option<String>,
}

impl Acceptance {
    /// Its verdict's name, in answers and metrics.
    pub const VERDICT: &'static str = "accepted";

    /// The acceptance of a postback.
    pub fn of(postback: &Postback) -> Self {
        let is_counted = match postback.status {
            NamedStatus::Named(_) | NamedStatus::Default(_) => true,
            NamedStatus::Ignored => false,
        };
        Self {
            verdict: Self::VERDICT,
            postback_id: postback.id.to_string(),
            conversion_id: is_counted.then(|| postback.conversion_id.to_string()),
            network: postback.network.clone(),
            transaction_id: postback.transaction_id.clone(),
        }
    }

    /// One of its members.
    pub fn value(&self, member: OfAcceptance) -> Option<&str> {
        match member {
            OfAcceptance::Verdict => Some(self.verdict),
            OfAcceptance::ConversionId => self.conversion_id.as_deref(),
            OfAcceptance::PostbackId => Some(&self.postback_id),
            OfAcceptance::Network => Some(&self.network),
            OfAcceptance::TransactionId => self.transaction_id.as_deref(),
        }
    }
}
