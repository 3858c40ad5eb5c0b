//! The history of a conversion: the steps that brought it to where it stands, each with what it was before and after.

use uuid::Uuid;

use super::conversion::{Conversion, State, Status};
use super::money::Amount;
use super::paid::Paid;
use super::time::Timestamp;

/// The kinds of steps in a conversion's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The first postback.
    Recorded,
    /// A legal change, applied.
    Updated,
    /// An earlier step that came late: it may have filled the payout, the status stayed.
    Late,
    /// A change that is not legal: kept as a proposal, not applied.
    Conflict,
    /// The click came after the conversion and got it.
    Attributed,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Recorded,
        Self::Updated,
        Self::Late,
        Self::Conflict,
        Self::Attributed,
    ];

    /// The kind as PostgreSQL stores it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Updated => "updated",
            Self::Late => "late",
            Self::Conflict => "conflict",
            Self::Attributed => "attributed",
        }
    }

    /// The kind of its stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind as the private API shows it: a late step is an update that was kept.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Late => Self::Updated.as_str(),
            Self::Recorded | Self::Updated | Self::Conflict | Self::Attributed => self.as_str(),
        }
    }
}

/// One step of a conversion's history: what was said, and what the conversion was before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// The postback that caused it; for an attribution the click.
    pub cause: Uuid,
    /// When it was taken.
    pub at: Timestamp,
    /// The conversion's revision after it.
    pub revision: i32,
    /// When the network says it happened.
    pub event_time: Option<Timestamp>,
    /// The status that the postback stood for.
    pub status: Status,
    /// The payout that it stood for, where the network has named one.
    pub payout: Option<Amount>,
    /// The conversion before; nothing before the first step.
    pub from: Option<Snapshot>,
    /// The conversion after; for a conflict what was proposed.
    pub to: Snapshot,
}

/// What of a conversion a step may change, for the history.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Snapshot {
    /// The status.
    pub status: String,
    /// What is paid, a decimal.
    pub payout: Option<String>,
    /// In which currency.
    pub currency: Option<String>,
    /// Where the campaign's payout stands in for a payout that the network has not named: what it has named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub named: Option<NamedBeside>,
    /// The click id, as answers show it.
    pub click_id: Option<String>,
    /// Whether the click got it.
    pub attributed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// What a network has named that names no payout.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NamedBeside {
    /// The currency.
    pub currency: Option<String>,
}

impl Snapshot {
    /// The conversion as it stands.
    pub fn of(conversion: &Conversion) -> Self {
        Self::with_state(conversion, conversion.state, conversion.shown_click_id())
    }

    /// The conversion as it would stand with another state and click id.
    pub fn with_state(conversion: &Conversion, state: State, click_id: Option<String>) -> Self {
        let paid = Paid::of(state, conversion.attribution);
        let named = match paid {
            Paid::ByNetwork { .. } => None,
            Paid::ByCampaign { named_currency, .. } => Some(NamedBeside {
                currency: named_currency.map(|currency| currency.to_string()),
            }),
        };
        Self {
            status: state.status.to_string(),
            payout: paid.payout().map(|payout| payout.to_string()),
            currency: paid.currency().map(ToString::to_string),
            named,
            click_id,
            attributed: conversion.attribution.is_attributed(),
            reason: conversion.attribution.reason().map(|reason| reason.as_str().to_owned()),
        }
    }

    /// The currency that the network has named.
    pub fn named_currency(&self) -> Option<&str> {
        match &self.named {
            None => self.currency.as_deref(),
            Some(named) => named.currency.as_deref(),
        }
    }
}
