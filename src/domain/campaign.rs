//! A campaign: what an affiliate sends clicks to, and who may report conversions for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::click_field::ClickAliases;
use super::money::Money;
use super::template::Destination;

/// A configured campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its name in the configuration and in addresses.
    pub name: Arc<str>,
    /// Where its clicks go.
    pub destination: Destination,
    /// Who may report conversions for its clicks; empty: every network.
    pub networks: Vec<Arc<str>>,
    /// From click to conversion, in place of the network's.
    pub window: Option<Duration>,
    /// What it pays where a postback names no payout.
    pub payouts: Arc<CampaignPayouts>,
    /// The names that its traffic sources have for our fields of a click.
    pub aliases: ClickAliases,
    /// Whether clicks are taken.
    pub open: Openness,
}

/// What a campaign pays for the conversions of its clicks where their network names no payout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CampaignPayouts {
    /// For every event without a payout of its own.
    pub general: Option<Money>,
    /// For single events, by our names of them.
    pub by_event: BTreeMap<String, Money>,
}

impl CampaignPayouts {
    /// What it pays for an event: the event's own payout, else the general one.
    pub fn of(&self, event: &str) -> Option<Money> {
        self.by_event.get(event).copied().or(self.general)
    }

    /// Whether it pays nothing of its own.
    pub fn is_empty(&self) -> bool {
        self.general.is_none() && self.by_event.is_empty()
    }
}

/// Whether a campaign takes clicks.
#[derive(Debug, Clone)]
pub enum Openness {
    /// It does.
    Enabled,
    /// It does not: the click is refused.
    Disabled,
    /// It does not: the visitor goes elsewhere, and no click is stored.
    FallsBack(Destination),
}

impl Campaign {
    /// Whether a network may report conversions for this campaign's clicks.
    pub fn allows(&self, network: &str) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|allowed| **allowed == *network)
    }
}

/// The campaigns of one configuration.
#[derive(Debug, Clone, Default)]
pub struct Campaigns(HashMap<Arc<str>, Campaign>);

impl Campaigns {
    /// Collects campaigns by their names.
    pub fn new(campaigns: impl IntoIterator<Item = Campaign>) -> Self {
        Self(
            campaigns
                .into_iter()
                .map(|campaign| (campaign.name.clone(), campaign))
                .collect(),
        )
    }

    /// The campaign of a name.
    pub fn get(&self, name: &str) -> Option<&Campaign> {
        self.0.get(name)
    }

    /// Every campaign, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Campaign> {
        self.0.values()
    }
}
