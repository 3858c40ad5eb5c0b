//! From a verified postback to a typed one.

use super::sent::Sent;
use super::{Field, StatusWord};
use crate::domain::conversion::SentClickId;
use crate::domain::dedupe::DedupeKey;
use crate::domain::excerpt::excerpt;
use crate::domain::macros::is_unreplaced_macro;
use crate::domain::money::{Amount, Currency};
use crate::domain::postback::{NamedStatus, Postback, VerifiedPostback};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;

/// A postback as it was read, and what was noticed about its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The postback.
    pub postback: Postback,
    /// The fields that were sent under a name of the network's in another case.
    pub in_another_case: Vec<Field>,
}

impl VerifiedPostback<'_> {
    /// Reads every field into its type. A field that is constant is not looked for.
    ///
    /// # Errors
    ///
    /// A 422 (or the 400 of [`Self::value`]) that names the parameter and what was expected.
    pub fn read(&self) -> Result<Reading, Refusal> {
        let network = self.network;
        let mut reader = Reader {
            verified: self,
            in_another_case: Vec::new(),
        };
        let click = match reader.text(Field::ClickId)? {
            None => SentClickId::None,
            Some(sent) => SentClickId::read(sent.value),
        };
        let transaction_id = reader.owned(Field::TransactionId)?;
        let event = reader.event()?;
        let status = reader.status()?;
        let currency = reader.currency()?;
        let payout = reader.payout(currency.or(network.currency))?;
        let event_time = reader.event_time()?;
        let user_id = reader.owned(Field::UserId)?;
        let device_id = reader.owned(Field::DeviceId)?;

        let key = DedupeKey {
            network: &network.name,
            click: &click,
            transaction_id: transaction_id.as_deref(),
            event: &event,
        };
        let (dedupe, conversion_id) = key.conversion_id(network.dedupe)?;
        let postback = Postback {
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
        };
        Ok(Reading {
            postback,
            in_another_case: reader.in_another_case,
        })
    }
}

/// Reads one field after the other and notes what is odd.
struct Reader<'v, 'a> {
    verified: &'v VerifiedPostback<'a>,
    in_another_case: Vec<Field>,
}

impl<'a> Reader<'_, 'a> {
    /// What the request says about a field, within the field's bounds.
    fn text(&mut self, field: Field) -> Result<Option<Sent<'a>>, Refusal> {
        let Some(sent) = self.verified.sent(field)? else {
            return Ok(None);
        };
        if field.refuses_macros() && is_unreplaced_macro(sent.value) {
            let detail = format!(
                "the sender's system left the macro {} in place of a value",
                excerpt(sent.value)
            );
            return Err(sent.refused(Code::UnreplacedMacro, detail, field));
        }
        if sent.value.len() > field.bytes_max() {
            let detail = format!("expected at most {} bytes", field.bytes_max());
            return Err(sent.refused(Code::TooLong, detail, field));
        }
        self.verified.check_pattern(field, sent.name, sent.value)?;
        if sent.is_in_another_case {
            self.in_another_case.push(field);
        }
        Ok(Some(sent))
    }

    fn owned(&mut self, field: Field) -> Result<Option<String>, Refusal> {
        Ok(self.text(field)?.map(|sent| sent.value.to_owned()))
    }

    fn event(&mut self) -> Result<String, Refusal> {
        let network = self.verified.network;
        if let Some(event) = &network.constants.event {
            return Ok(event.clone());
        }
        let sent = self.text(Field::Event)?;
        let event = sent.map_or(network.default_event.as_str(), |sent| {
            network.events.name_of(sent.value)
        });
        Ok(event.to_owned())
    }

    fn status(&mut self) -> Result<NamedStatus, Refusal> {
        let network = self.verified.network;
        if let Some(status) = network.constants.status {
            return Ok(NamedStatus::Named(status));
        }
        let words = self.verified.request_words()?;
        let Some(sent) = self.text(Field::Status)? else {
            return Ok(NamedStatus::Default(network.default_status));
        };
        match words
            .meaning(sent.value)
            .or_else(|| network.statuses.meaning(sent.value))
        {
            Some(StatusWord::Status(status)) => Ok(NamedStatus::Named(status)),
            Some(StatusWord::Ignored) => Ok(NamedStatus::Ignored),
            None => {
                let detail = "expected pending, approved, rejected, reversed or a word of the network's table";
                Err(sent.refused(Code::UnknownStatus, detail, Field::Status))
            }
        }
    }

    fn currency(&mut self) -> Result<Option<Currency>, Refusal> {
        if let Some(currency) = self.verified.network.constants.currency {
            return Ok(Some(currency));
        }
        let expected = "expected a currency code of ISO 4217, as USD";
        self.parsed(Field::Currency, Code::InvalidCurrency, |text| {
            Currency::parse(text).ok_or(expected)
        })
    }

    /// The payout in major units; `currency` is the one that it is counted in, if any is known.
    fn payout(&mut self, currency: Option<Currency>) -> Result<Option<Amount>, Refusal> {
        let network = self.verified.network;
        if let Some(payout) = network.constants.payout {
            return Ok(Some(payout));
        }
        self.parsed(Field::Payout, Code::InvalidPayout, |text| {
            let amount = network.payout_unit.read(text, currency)?;
            if amount.is_below_zero() && !network.negative_payouts {
                return Err("expected an amount that is not negative: this network may not send such");
            }
            Ok(amount)
        })
    }

    fn event_time(&mut self) -> Result<Option<Timestamp>, Refusal> {
        let expected = "expected RFC 3339, as 2026-03-01T12:00:00Z, or Unix seconds or milliseconds";
        self.parsed(Field::EventTime, Code::InvalidEventTime, |text| {
            Timestamp::parse_sent(text).ok_or(expected)
        })
    }

    fn parsed<T>(
        &mut self,
        field: Field,
        code: Code,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, Refusal> {
        let Some(sent) = self.text(field)? else {
            return Ok(None);
        };
        parse(sent.value)
            .map(Some)
            .map_err(|expected| sent.refused(code, expected, field))
    }
}
