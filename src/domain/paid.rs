//! What is paid for a conversion: what its network has named, or else what the campaign of its click pays.
//!
//! Postbacks are decided by what the network has named alone ([`State`]), so that a verdict does not depend on whether the click or
//! the postback came first. Everything that is shown, stored for reports and summed up is [`Paid`], and it is made here only.

use super::attribution::Attribution;
use super::conversion::State;
use super::money::{Amount, Currency, Money};

/// What is paid for a conversion, and by whose word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// The network's, as far as it has named anything.
    ByNetwork {
        /// The amount.
        payout: Option<Amount>,
        /// The currency that it has named, or else its default.
        currency: Option<Currency>,
    },
    /// The campaign's, which stands in while the network has named no payout.
    ByCampaign {
        /// Amount and currency, both the campaign's.
        payout: Money,
        /// The currency that the network has named nevertheless, or else its default. Nothing is paid in it.
        named_currency: Option<Currency>,
    },
}

impl Paid {
    /// What is paid for a conversion that stands so and is attributed so.
    pub const fn of(state: State, attribution: Attribution) -> Self {
        let State {
            status: _,
            payout,
            currency,
        } = state;
        match (payout, attribution) {
            (
                None,
                Attribution::Attributed {
                    campaign_payout: Some(payout),
                },
            ) => Self::ByCampaign {
                payout,
                named_currency: currency,
            },
            (_, Attribution::Attributed { .. } | Attribution::Unattributed(_)) => Self::ByNetwork { payout, currency },
        }
    }

    /// The payout and the currency that the network has named.
    pub const fn named(self) -> (Option<Amount>, Option<Currency>) {
        match self {
            Self::ByNetwork { payout, currency } => (payout, currency),
            Self::ByCampaign { named_currency, .. } => (None, named_currency),
        }
    }

    /// What the campaign pays, where its word counts.
    pub const fn by_campaign(self) -> Option<Money> {
        match self {
            Self::ByNetwork { .. } => None,
            Self::ByCampaign { payout, .. } => Some(payout),
        }
    }

    /// The amount.
    pub const fn payout(&self) -> Option<Amount> {
        match self {
            Self::ByNetwork { payout, .. } => *payout,
            Self::ByCampaign { payout, .. } => Some(payout.amount),
        }
    }

    /// The currency of the amount, or of one that is yet to come.
    pub const fn currency(&self) -> Option<&Currency> {
        match self {
            Self::ByNetwork { currency, .. } => currency.as_ref(),
            Self::ByCampaign { payout, .. } => Some(&payout.currency),
        }
    }
}
