//! `constants` of a network: fields that every postback of it has and none says.

use crate::domain::conversion::Status;
use crate::domain::mapping::{Constants, Field, PayoutUnit, StatusTable, StatusWord};
use crate::domain::money::Amount;

use super::events::event;
use super::network::currency;
use super::report::quoted;
use super::section::Section;

pub(super) const KEYS: &[&str] = &["event", "status", "payout", "currency"];

/// Reads the constants of a network: `fields` says which of those in the section count. `statuses` are its words, and
/// `may_be_negative` says whether its payouts may.
pub(super) fn read(
    section: &Section<'_>,
    fields: &[Field],
    statuses: &StatusTable,
    may_be_negative: bool,
) -> Constants {
    let entry = |field: Field| section.entry(field.as_str()).filter(|_| fields.contains(&field));
    let status = |text: &str| status(text, statuses);
    let payout = |text: &str| payout(text, may_be_negative);
    Constants {
        event: entry(Field::Event).and_then(|entry| entry.parse(event)),
        status: entry(Field::Status).and_then(|entry| entry.parse(status)),
        payout: entry(Field::Payout).and_then(|entry| entry.parse(payout)),
        currency: entry(Field::Currency).and_then(|entry| entry.parse(currency)),
    }
}

fn status(text: &str, statuses: &StatusTable) -> Result<Status, String> {
    match statuses.meaning(text) {
        Some(StatusWord::Status(status)) => Ok(status),
        Some(StatusWord::Ignored) | None => Err(format!(
            "expected pending, approved, rejected, reversed or a word of the network's table for one of them, found {}",
            quoted(text)
        )),
    }
}

fn payout(text: &str, may_be_negative: bool) -> Result<Amount, String> {
    let amount = PayoutUnit::Major
        .read(text, None)
        .map_err(|expected| format!("{expected}; found {}", quoted(text)))?;
    if amount.is_below_zero() && !may_be_negative {
        return Err("is below zero, and negative_payouts does not allow that".to_owned());
    }
    Ok(amount)
}
