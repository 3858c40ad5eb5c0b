//! On which terms the conversions of a network get the clicks that they name, and what the campaigns of those pay for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::campaign::{Campaign, CampaignPayouts, Campaigns};
use super::money::Money;

/// The window of a network that the configuration no longer has.
const WINDOW_OF_THE_UNKNOWN: Duration = Duration::from_hours(30 * 24);

/// About what a campaign's window takes beside its name, written out, and what its payout does.
const WINDOW_BYTES: usize = 12;
const PAYOUT_BYTES: usize = 20;

/// What of a configuration decides whether a click gets a network's conversion, and what its campaign pays. A postback carries the
/// terms that it was read under, so that it can be decided later without that configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// From click to conversion.
    pub window: Duration,
    /// The campaigns for which it is otherwise, by name.
    pub exceptions: BTreeMap<Arc<str>, Exception>,
}

/// How a campaign differs from the network's rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exception {
    /// It does not take this network's conversions.
    NotAllowed,
    /// It takes them on terms of its own.
    Own(OwnTerms),
}

/// A campaign's own terms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnTerms {
    /// From its clicks to conversions, in place of the network's window.
    pub window: Option<Duration>,
    /// What it pays where a postback names no payout.
    pub payouts: Arc<CampaignPayouts>,
}

impl Exception {
    /// How a campaign differs for a network; `None` where it does not.
    fn of(campaign: &Campaign, network: &str) -> Option<Self> {
        if !campaign.allows(network) {
            return Some(Self::NotAllowed);
        }
        let differs = campaign.window.is_some() || !campaign.payouts.is_empty();
        differs.then(|| {
            Self::Own(OwnTerms {
                window: campaign.window,
                payouts: campaign.payouts.clone(),
            })
        })
    }

    fn payout(&self, event: &str) -> Option<Money> {
        match self {
            Self::NotAllowed => None,
            Self::Own(own) => own.payouts.of(event),
        }
    }
}

impl Terms {
    /// The terms of a network.
    pub fn of(network: &str, window: Duration, campaigns: &Campaigns) -> Self {
        let exceptions = campaigns
            .iter()
            .filter_map(|campaign| Some((campaign.name.clone(), Exception::of(campaign, network)?)));
        Self {
            window,
            exceptions: exceptions.collect(),
        }
    }

    /// The terms of a network that the configuration no longer has.
    pub fn of_unknown(network: &str, campaigns: &Campaigns) -> Self {
        Self::of(network, WINDOW_OF_THE_UNKNOWN, campaigns)
    }

    /// From a click of this campaign to its conversion; `None` when the campaign does not take the network's conversions.
    /// A campaign that is not configured (any more) takes them.
    pub fn window(&self, campaign: &str) -> Option<Duration> {
        match self.exceptions.get(campaign) {
            None => Some(self.window),
            Some(Exception::Own(own)) => Some(own.window.unwrap_or(self.window)),
            Some(Exception::NotAllowed) => None,
        }
    }

    /// What a campaign pays for an event that happened to one of its clicks, where the postback names no payout.
    pub fn payout(&self, campaign: &str, event: &str) -> Option<Money> {
        self.exceptions.get(campaign)?.payout(event)
    }

    /// About the bytes that a postback has to carry of it while it waits to be decided: what differs by campaign, written out.
    pub fn carried_bytes(&self) -> usize {
        let carried = |(campaign, exception): (&Arc<str>, &Exception)| match exception {
            Exception::NotAllowed => campaign.len() + WINDOW_BYTES,
            Exception::Own(own) => {
                let window = own.window.map_or(0, |_| campaign.len() + WINDOW_BYTES);
                let is_paid = !own.payouts.is_empty();
                window + if is_paid { campaign.len() + PAYOUT_BYTES } else { 0 }
            }
        };
        self.exceptions.iter().map(carried).sum()
    }

    /// What each campaign that may get a conversion pays for an event, by the campaigns' names; those without a payout are left
    /// out.
    pub fn payouts(&self, event: &str) -> impl Iterator<Item = (&str, Money)> {
        let exceptions = self.exceptions.iter();
        exceptions.filter_map(move |(campaign, exception)| Some((&**campaign, exception.payout(event)?)))
    }
}
