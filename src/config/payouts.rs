//! `payout` and `payouts` of a campaign: what it pays where a postback names no payout.

use std::collections::BTreeMap;

use crate::domain::campaign::CampaignPayouts;
use crate::domain::mapping::PayoutUnit;
use crate::domain::money::Money;

use super::events::event;
use super::network::currency;
use super::report::quoted;
use super::section::Section;

/// Reads both keys of a campaign's section; what was reported is left out.
pub(super) fn read(campaign: &Section<'_>) -> CampaignPayouts {
    let general = campaign.entry("payout").and_then(|entry| entry.parse(money));
    let mut by_event = BTreeMap::new();
    for (name, entry) in campaign.named("payouts").entries() {
        match (event(name), entry.parse(money)) {
            (Ok(event), Some(payout)) => {
                by_event.insert(event, payout);
            }
            (Ok(_), None) => {}
            (Err(message), _) => entry.refuse_key(message),
        }
    }
    CampaignPayouts { general, by_event }
}

/// Reads an amount with its currency.
fn money(text: &str) -> Result<Money, String> {
    let (amount, code) = text.split_once(' ').ok_or_else(|| {
        format!(
            "expected an amount and its currency, as \"12.50 USD\", found {}",
            quoted(text)
        )
    })?;
    let amount = PayoutUnit::Major
        .read(amount, None)
        .map_err(|expected| format!("{expected}; found {}", quoted(amount)))?;
    if amount.is_below_zero() {
        return Err(format!(
            "expected an amount that is not below zero, found {}",
            quoted(text)
        ));
    }
    Ok(Money {
        amount,
        currency: currency(code)?,
    })
}
