//! Which click gets a conversion, or why none does.

use super::conversion::SentClickId;
use super::id::ClickId;
use super::money::Money;
use super::terms::Terms;
use super::time::Timestamp;

/// Whether a click got the conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    /// The click that it names got it.
    Attributed {
        /// What the click's campaign paid for it where the network names no payout, when the two met. A later configuration
        /// does not change it.
        campaign_payout: Option<Money>,
    },
    /// No click got it.
    Unattributed(Reason),
}

/// Why no click got a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The postback names no click.
    NoClickId,
    /// It names something that cannot be a click id of ours.
    MalformedClickId,
    /// No click of this id is stored (yet).
    UnknownClick,
    /// The click's campaign does not take conversions from this network.
    NetworkNotAllowed,
    /// The conversion came too long after the click.
    OutsideWindow,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::NoClickId,
        Self::MalformedClickId,
        Self::UnknownClick,
        Self::NetworkNotAllowed,
        Self::OutsideWindow,
    ];

    /// The reason as answers and PostgreSQL write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoClickId => "no_click_id",
            Self::MalformedClickId => "malformed_click_id",
            Self::UnknownClick => "unknown_click",
            Self::NetworkNotAllowed => "network_not_allowed",
            Self::OutsideWindow => "outside_window",
        }
    }

    /// The reason of its stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl Attribution {
    /// Whether a click got it.
    pub const fn is_attributed(self) -> bool {
        match self {
            Self::Attributed { .. } => true,
            Self::Unattributed(_) => false,
        }
    }

    /// Why no click got it.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Attributed { .. } => None,
            Self::Unattributed(reason) => Some(reason),
        }
    }
}

/// What attribution needs to know of a stored click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickFacts {
    /// Its id.
    pub id: ClickId,
    /// Its campaign.
    pub campaign: String,
    /// Its affiliate.
    pub affiliate: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it is a test.
    pub is_test: bool,
}

/// What a matched click says about a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The click's campaign.
    pub campaign: String,
    /// The click's affiliate.
    pub affiliate: Option<String>,
    /// When the click was received.
    pub click_time: Timestamp,
}

/// When a conversion happened and under which rules it looks for its click.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The click that it names.
    pub click: &'a SentClickId,
    /// What happened.
    pub event: &'a str,
    /// When it happened, as the network says.
    pub event_time: Option<Timestamp>,
    /// When it was received.
    pub received_at: Timestamp,
    /// The terms of its network.
    pub terms: &'a Terms,
}

/// Decides whether the named click gets the conversion.
///
/// The window runs from the click to the event time when that lies between the click and the receipt, else to the
/// receipt: a network cannot move its conversion before the click or into the future. A conversion outside the window
/// keeps the click's fields, one of a network that the campaign does not allow learns nothing about the click.
pub fn attribute(claim: &Claim<'_>, click: Option<&ClickFacts>) -> (Attribution, Option<Credit>) {
    let unattributed = |reason| (Attribution::Unattributed(reason), None);
    let click = match (claim.click, click) {
        (SentClickId::None, _) => return unattributed(Reason::NoClickId),
        (SentClickId::Malformed(_), _) => return unattributed(Reason::MalformedClickId),
        (SentClickId::Ours(..), None) => return unattributed(Reason::UnknownClick),
        (SentClickId::Ours(..), Some(click)) => click,
    };
    let Some(window) = claim.terms.window(&click.campaign) else {
        return unattributed(Reason::NetworkNotAllowed);
    };
    let credit = Credit {
        campaign: click.campaign.clone(),
        affiliate: click.affiliate.clone(),
        click_time: click.received_at,
    };
    let converted_at = claim
        .event_time
        .filter(|at| (click.received_at..=claim.received_at).contains(at))
        .unwrap_or(claim.received_at);
    let attribution = if converted_at.since(click.received_at) > window {
        Attribution::Unattributed(Reason::OutsideWindow)
    } else {
        Attribution::Attributed {
            campaign_payout: claim.terms.payout(&click.campaign, claim.event),
        }
    };
    (attribution, Some(credit))
}
