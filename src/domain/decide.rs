//! The centre: what a postback comes to, given what is known.
//!
//! [`decide`] is the only place where the rules of a conversion's life stand. The service, its replay, its explanations and
//! its tests all call it. It changes nothing; [`apply`](super::ledger) does what it says.

use super::attribution::{Attribution, Claim, ClickFacts, attribute};
use super::conversion::{Conversion, SentClickId, State, Status};
use super::history::{Step, StepKind};
use super::money::{Amount, Currency};
use super::postback::{NamedStatus, Postback};
use super::terms::Terms;

/// Steps that a conversion's history may have. What would change nothing beyond (a proposal, a late step) is answered, and
/// kept in the raw log only.
pub const HISTORY_MAX: i32 = 500;

/// What is known when a postback is decided.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The conversion that the postback is about, if it is recorded.
    pub conversion: Option<&'a Conversion>,
    /// The click that it names, if it is stored.
    pub click: Option<&'a ClickFacts>,
}

/// What a postback comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Logged, not counted.
    Ignore,
    /// A new conversion.
    Record(Box<Conversion>),
    /// Nothing new.
    Repeat,
    /// An earlier step that came late: kept in the history, and the conversion now stands so.
    KeepLate(State),
    /// A legal change: the conversion now stands so.
    Update(State),
    /// Not legal: kept as a proposal of this state and click.
    Propose(State, SentClickId),
    /// Not legal, and the history is full.
    RefuseProposal,
}

/// Decides a postback.
pub fn decide(postback: &Postback, facts: &Facts<'_>) -> Decision {
    let (named, default) = match postback.status {
        NamedStatus::Ignored => return Decision::Ignore,
        NamedStatus::Named(status) => (Some(status), status),
        NamedStatus::Default(status) => (None, status),
    };
    match facts.conversion {
        None => Decision::Record(Box::new(record(postback, default, facts))),
        Some(conversion) => decide_repeat(postback, named, conversion),
    }
}

fn record(postback: &Postback, status: Status, facts: &Facts<'_>) -> Conversion {
    let claim = Claim {
        click: &postback.click,
        event: &postback.event,
        event_time: postback.event_time,
        received_at: postback.received_at,
        terms: &postback.terms,
    };
    let (attribution, credit) = attribute(&claim, facts.click);
    let currency = postback.currency.or(postback.default_currency);
    Conversion {
        id: postback.conversion_id,
        network: postback.network.clone(),
        transaction_id: postback.transaction_id.clone(),
        event: postback.event.clone(),
        dedupe: postback.dedupe,
        state: State {
            status,
            payout: postback.payout,
            currency,
        },
        click: postback.click.clone(),
        attribution,
        credit,
        is_test: facts.click.is_some_and(|click| click.is_test),
        user_id: postback.user_id.clone(),
        device_id: postback.device_id.clone(),
        event_time: postback.event_time,
        received_at: postback.received_at,
        updated_at: postback.received_at,
        revision: 0,
        stored_revision: 0,
        steps: Vec::new(),
    }
}

/// A postback about a conversion that is already recorded. What it does not name is no difference.
fn decide_repeat(postback: &Postback, named: Option<Status>, conversion: &Conversion) -> Decision {
    let current = conversion.state;
    let status = named.unwrap_or(current.status);
    // Equal amounts keep the scale of the first.
    let payout = postback
        .payout
        .filter(|payout| Some(*payout) != current.payout)
        .or(current.payout);
    let currency = postback.currency.or(current.currency);
    let proposed = State {
        status,
        payout,
        currency,
    };

    let click_differs = match (postback.click.key(), conversion.click.key()) {
        (None, _) => false,
        (named, known) => named != known,
    };
    // As long as no currency is known, the first one named is none that differs.
    let currency_differs = current.currency.is_some() && currency != current.currency;
    let differs = click_differs || currency != current.currency || status != current.status || payout != current.payout;
    if !differs {
        return Decision::Repeat;
    }
    if !click_differs && !currency_differs {
        if conversion.steps.iter().any(|step| is_held(step, named, postback)) {
            return Decision::Repeat;
        }
        if postback.event_time.is_some_and(|at| at < conversion.changed_at()) {
            let filled = current.payout.is_none() && postback.payout.is_some();
            if !filled && conversion.revision >= HISTORY_MAX {
                return Decision::Repeat;
            }
            let kept = State {
                status: current.status,
                ..if filled { proposed } else { current }
            };
            return Decision::KeepLate(kept);
        }
        let may_change = if status == current.status {
            current.status == Status::Pending
        } else {
            current.status.may_become(status)
        };
        if may_change {
            return Decision::Update(proposed);
        }
    }

    let click = if click_differs {
        postback.click.clone()
    } else {
        conversion.click.clone()
    };
    if is_proposed_already(conversion, &proposed, &click, postback) {
        return Decision::Repeat;
    }
    if conversion.revision >= HISTORY_MAX {
        Decision::RefuseProposal
    } else {
        Decision::Propose(proposed, click)
    }
}

/// Whether the history already holds what a postback says: a retry that came after a later change.
fn is_held(step: &Step, named: Option<Status>, postback: &Postback) -> bool {
    let counts = match step.kind {
        StepKind::Recorded | StepKind::Updated | StepKind::Late => true,
        StepKind::Conflict | StepKind::Attributed => false,
    };
    counts
        && named.is_none_or(|status| status == step.status)
        && is_same_or_unnamed(postback.payout, step.payout)
        && (postback.event_time.is_none() || postback.event_time == step.event_time)
}

fn is_same_or_unnamed(said: Option<Amount>, held: Option<Amount>) -> bool {
    said.is_none() || said == held
}

/// Whether the same change was already proposed. It is asked after everything legal: what was not legal when it was
/// proposed may be now.
fn is_proposed_already(conversion: &Conversion, proposed: &State, click: &SentClickId, postback: &Postback) -> bool {
    // The history shows a click id as it was sent until its click gets the conversion, and its own text afterwards.
    let click = click.key();
    let shown_click = |step: &Step| SentClickId::read(step.to.click_id.as_deref()?).key();
    let mut proposals = conversion.steps.iter().filter(|step| step.kind == StepKind::Conflict);
    proposals.any(|step| {
        step.status == proposed.status
            && step.payout == proposed.payout
            && step.to.named_currency() == proposed.currency.as_ref().map(Currency::code)
            && shown_click(step) == click
            && (postback.event_time.is_none() || postback.event_time == step.event_time)
    })
}

/// The click id of a proposal as the history shows it.
pub(super) fn proposed_click(conversion: &Conversion, click: &SentClickId) -> Option<String> {
    if *click == conversion.click {
        conversion.shown_click_id()
    } else {
        click.as_sent()
    }
}

/// Whether a click that came after its conversion gets it now, and how.
pub fn attribute_late(
    conversion: &Conversion,
    click: &ClickFacts,
    terms: &Terms,
) -> (Attribution, Option<super::attribution::Credit>) {
    let claim = Claim {
        click: &conversion.click,
        event: &conversion.event,
        event_time: conversion.event_time,
        received_at: conversion.received_at,
        terms,
    };
    attribute(&claim, Some(click))
}
