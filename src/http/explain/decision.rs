//! What would be decided about a postback now, and with which facts.

use serde::Serialize;

use crate::domain::attribution::{ClickFacts, Reason};
use crate::domain::conversion::Conversion;
use crate::domain::ledger::Ledger;
use crate::domain::paid::Paid;
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
    /// By whose word that is paid.
    payout_from: Option<String>,
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
    payout_from: Option<String>,
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
        let mut ledger = Ledger::new(stored.conversion, stored.click);
        let Answer {
            verdict,
            conversion_id,
            attributed,
            reason,
            status,
            payout,
            currency,
            click_id,
            campaign,
            affiliate,
            ..
        } = ledger.settle(postback).answer;
        let about = conversion_id.and_then(|_| ledger.conversion(postback.conversion_id));
        let payout_from = about.and_then(payout_from);
        Self {
            verdict,
            attributed,
            reason,
            status,
            payout,
            currency,
            payout_from,
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
        let paid = conversion.paid();
        Self {
            conversion_id: conversion.id.to_string(),
            status: conversion.state.status.as_str(),
            payout: paid.payout().map(|payout| payout.to_string()),
            currency: paid.currency().map(ToString::to_string),
            payout_from: payout_from(conversion),
            attributed: conversion.attribution.is_attributed(),
            reason: conversion.attribution.reason().map(Reason::as_str),
            received_at: conversion.received_at.to_string(),
            revision: conversion.revision,
        }
    }
}

/// By whose word a conversion is paid what it is; nothing where it is not paid.
fn payout_from(conversion: &Conversion) -> Option<String> {
    match conversion.paid() {
        Paid::ByNetwork { payout: None, .. } => None,
        Paid::ByNetwork { payout: Some(_), .. } => Some("the network names it".to_owned()),
        Paid::ByCampaign { payout, .. } => {
            let campaign = &conversion.credit.as_ref()?.campaign;
            Some(format!("the network names none; campaign {campaign} pays {payout}"))
        }
    }
}
