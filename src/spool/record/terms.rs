//! The terms in a postback's record: its network's window, and the campaigns for which it is otherwise.
//!
//! Nobody knows yet which campaign's click it is about, so every one that differs is written, and of each no more than this
//! postback may come to need.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::campaign::CampaignPayouts;
use crate::domain::money::{Amount, Currency, Money, PAYOUT_SCALE_MAX};
use crate::domain::postback::Postback;
use crate::domain::terms::{Exception, OwnTerms, Terms};

use super::{RecordError, Text};

/// The terms as the record writes them. The names are part of the format.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TermsDocument<'a> {
    window_ms: u64,
    /// The window of each campaign that has its own; `null` for one that does not take the network's conversions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    campaigns: BTreeMap<Text<'a>, Option<u64>>,
    /// What each campaign with a payout of its own pays for this postback's event, amount and currency; of a postback that names
    /// a payout nothing, because none of them could ever be paid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    payouts: BTreeMap<Text<'a>, (Text<'a>, Text<'a>)>,
}

impl<'a> TermsDocument<'a> {
    /// The terms of a postback.
    pub(super) fn of(postback: &'a Postback) -> Self {
        let terms = &postback.terms;
        let window = |exception: &Exception| match exception {
            Exception::NotAllowed => Some(None),
            Exception::Own(own) => own.window.map(|window| Some(millis(window))),
        };
        let exceptions = terms.exceptions.iter();
        let payouts = terms.payouts(&postback.event).filter(|_| postback.payout.is_none());
        Self {
            window_ms: millis(terms.window),
            campaigns: exceptions
                .filter_map(|(campaign, exception)| Some(((&**campaign).into(), window(exception)?)))
                .collect(),
            payouts: payouts
                .map(|(campaign, Money { amount, currency })| {
                    (
                        campaign.into(),
                        (amount.to_string().into(), currency.to_string().into()),
                    )
                })
                .collect(),
        }
    }

    pub(super) fn read(self) -> Result<Terms, RecordError> {
        let mut exceptions = BTreeMap::new();
        for (campaign, window) in self.campaigns {
            let exception = match window {
                None => Exception::NotAllowed,
                Some(window) => Exception::Own(OwnTerms {
                    window: Some(Duration::from_millis(window)),
                    ..OwnTerms::default()
                }),
            };
            exceptions.insert(Arc::from(&*campaign), exception);
        }
        for (campaign, (amount, currency)) in self.payouts {
            let general = Money {
                amount: Amount::parse(&amount, PAYOUT_SCALE_MAX).ok_or(RecordError::Value("campaign's payout"))?,
                currency: Currency::parse(&currency).ok_or(RecordError::Value("campaign's currency"))?,
            };
            let exception = exceptions
                .entry(Arc::from(&*campaign))
                .or_insert_with(|| Exception::Own(OwnTerms::default()));
            match exception {
                Exception::NotAllowed => {}
                Exception::Own(own) => {
                    own.payouts = Arc::new(CampaignPayouts {
                        general: Some(general),
                        by_event: BTreeMap::new(),
                    });
                }
            }
        }
        Ok(Terms {
            window: Duration::from_millis(self.window_ms),
            exceptions,
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
