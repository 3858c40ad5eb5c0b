//! What would be decided about a postback now, and with which facts.

use serde::Serialize;

use crate::domain::attribution::{Attribution, ClickFacts, Reason};
use crate::domain::conversion::Conversion;
use crate::domain::ledger::Ledger;
use crate::domain::postback::Postback;
use crate::domain::verdict::{Answer, Verdict};
use crate::store::StoredFacts;

/// What a postback would come to.
#[derive(Debug, Serialize)]
pub(super) struct Decision {
    verdict: Verdict,
    /// Whether the click has the conversion, or would get it.
    attributed: bool,
    /// Why not.
    reason: Option<&'static str>,
    /// How the conversion would stand.
    status: Option<&'static str>,
    payout: Option<String>,
    currency: Option<String>,
    click_id: Option<String>,
    campaign: Option<String>,
    affiliate: Option<String>,
    facts: Facts,
}

/// What is stored.
#[derive(Debug, Serialize)]
struct Facts {
    click: Option<NamedClick>,
    conversion: Option<Recorded>,
}

/// The click that the postback names.
#[derive(Debug, Serialize)]
struct NamedClick {
    click_id: String,
    campaign: String,
    affiliate: Option<String>,
    received_at: String,
}

/// The conversion that the postback is about, as it stands.
#[derive(Debug, Serialize)]
struct Recorded {
    conversion_id: String,
    status: &'static str,
    payout: Option<String>,
    currency: Option<String>,
    attributed: bool,
    reason: Option<&'static str>,
    received_at: String,
    revision: i32,
}

impl Decision {
    /// Asks the rules that the service decides by.
    pub(super) fn of(postback: &Postback, stored: StoredFacts) -> Self {
        let facts = Facts {
            click: stored.click.as_ref().map(NamedClick::of),
            conversion: stored.conversion.as_ref().map(Recorded::of),
        };
        let Answer {
            verdict,
            attributed,
            reason,
            status,
            payout,
            currency,
            click_id,
            campaign,
            affiliate,
            ..
        } = Ledger::new(stored.conversion, stored.click).settle(postback).answer;
        Self {
            verdict,
            attributed,
            reason,
            status,
            payout,
            currency,
            click_id,
            campaign,
            affiliate,
            facts,
        }
    }
}

impl NamedClick {
    fn of(click: &ClickFacts) -> Self {
        Self {
            click_id: click.id.to_string(),
            campaign: click.campaign.clone(),
            affiliate: click.affiliate.clone(),
            received_at: click.received_at.to_string(),
        }
    }
}

impl Recorded {
    fn of(conversion: &Conversion) -> Self {
        Self {
            conversion_id: conversion.id.to_string(),
            status: conversion.state.status.as_str(),
            payout: conversion.state.payout.map(|payout| payout.to_string()),
            currency: conversion.state.currency.map(|currency| currency.to_string()),
            attributed: conversion.attribution == Attribution::Attributed,
            reason: conversion.attribution.reason().map(Reason::as_str),
            received_at: conversion.received_at.to_string(),
            revision: conversion.revision,
        }
    }
}
