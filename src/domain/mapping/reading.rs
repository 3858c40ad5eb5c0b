//! From a verified postback to a typed one.

use super::{Field, FieldValue, StatusWord};
use crate::domain::conversion::SentClickId;
use crate::domain::dedupe::DedupeKey;
use crate::domain::macros::is_unreplaced_macro;
use crate::domain::money::{Amount, Currency, PAYOUT_SCALE_MAX};
use crate::domain::postback::{NamedStatus, Postback, VerifiedPostback};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;

const PAYOUT_EXPECTED: &str = "expected a decimal number, as 12.50, with at most 12 digits before and 6 behind the point, not negative unless the \
     network may send such";

impl<'a> VerifiedPostback<'a> {
    /// Reads every field into its type.
    ///
    /// # Errors
    ///
    /// A 422 (or the 400 of [`Self::value`]) that names the parameter and what was expected.
    pub fn read(&self) -> Result<Postback, Refusal> {
        let network = self.network;
        let click = match self.text(Field::ClickId)? {
            None => SentClickId::None,
            Some(found) => SentClickId::read(&found.value),
        };
        let transaction_id = self.text(Field::TransactionId)?.map(|found| found.value.into_owned());
        let event = self
            .text(Field::Event)?
            .map_or_else(|| network.default_event.clone(), |found| found.value.into_owned());
        let status = match self.text(Field::Status)? {
            None => NamedStatus::Default(network.default_status),
            Some(found) => match network.statuses.meaning(&found.value) {
                Some(StatusWord::Status(status)) => NamedStatus::Named(status),
                Some(StatusWord::Ignored) => NamedStatus::Ignored,
                None => {
                    let detail = "expected pending, approved, rejected, reversed or a word of the network's table";
                    return Err(found.refused(Code::UnknownStatus, detail, Field::Status));
                }
            },
        };
        let payout = self.parsed(Field::Payout, Code::InvalidPayout, PAYOUT_EXPECTED, |text| {
            Amount::parse(text, PAYOUT_SCALE_MAX).filter(|amount| network.negative_payouts || !amount.is_below_zero())
        })?;
        let currency_expected = "expected a currency code of ISO 4217, as USD";
        let currency = self.parsed(
            Field::Currency,
            Code::InvalidCurrency,
            currency_expected,
            Currency::parse,
        )?;
        let time_expected = "expected RFC 3339, as 2026-03-01T12:00:00Z, or Unix seconds or milliseconds";
        let event_time = self.parsed(
            Field::EventTime,
            Code::InvalidEventTime,
            time_expected,
            Timestamp::parse_sent,
        )?;
        let user_id = self.text(Field::UserId)?.map(|found| found.value.into_owned());
        let device_id = self.text(Field::DeviceId)?.map(|found| found.value.into_owned());

        let key = DedupeKey {
            network: &network.name,
            click: &click,
            transaction_id: transaction_id.as_deref(),
            event: &event,
        };
        let (dedupe, conversion_id) = key.conversion_id(network.dedupe)?;
        Ok(Postback {
            id: self.raw.id,
            received_at: self.raw.received_at,
            network: network.name.clone(),
            click,
            transaction_id,
            event,
            status,
            payout,
            currency,
            event_time,
            user_id,
            device_id,
            conversion_id,
            dedupe,
            default_currency: network.currency,
            terms: network.terms.clone(),
        })
    }

    /// A field's value within its bounds.
    fn text(&self, field: Field) -> Result<Option<FieldValue<'a>>, Refusal> {
        let Some(found) = self.value(field)? else {
            return Ok(None);
        };
        if field.refuses_macros() && is_unreplaced_macro(&found.value) {
            let detail = format!("the sender's system left the macro {} in place of a value", found.value);
            return Err(found.refused(Code::UnreplacedMacro, detail, field));
        }
        if found.value.len() > field.bytes_max() {
            return Err(found.refused(
                Code::TooLong,
                format!("expected at most {} bytes", field.bytes_max()),
                field,
            ));
        }
        self.check_pattern(field, &found.param, &found.value)?;
        Ok(Some(found))
    }

    fn parsed<T>(
        &self,
        field: Field,
        code: Code,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(found) = self.text(field)? else {
            return Ok(None);
        };
        parse(&found.value)
            .map(Some)
            .ok_or_else(|| found.refused(code, expected, field))
    }
}
