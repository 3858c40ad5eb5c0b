//! On which terms the conversions of a network get the clicks that they name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::campaign::Campaigns;

/// The window of a network that the configuration no longer has.
const WINDOW_OF_THE_UNKNOWN: Duration = Duration::from_hours(30 * 24);

/// What of a configuration decides whether a click gets a network's conversion. A postback carries the terms that it was
/// read under, so that it can be decided later without that configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// From click to conversion.
    pub window: Duration,
    /// The campaigns for which it is otherwise, by name.
    pub exceptions: BTreeMap<Arc<str>, Exception>,
}

/// How a campaign differs from the network's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    /// It does not take this network's conversions.
    NotAllowed,
    /// Its clicks have a window of their own.
    Window(Duration),
}

impl Terms {
    /// The terms of a network.
    pub fn of(network: &str, window: Duration, campaigns: &Campaigns) -> Self {
        let exception = |allowed, window: Option<Duration>| match (allowed, window) {
            (false, _) => Some(Exception::NotAllowed),
            (true, window) => window.map(Exception::Window),
        };
        let exceptions = campaigns.iter().filter_map(|campaign| {
            let exception = exception(campaign.allows(network), campaign.window)?;
            Some((campaign.name.clone(), exception))
        });
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
            Some(Exception::Window(window)) => Some(*window),
            Some(Exception::NotAllowed) => None,
        }
    }
}
