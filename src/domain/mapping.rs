//! Which of a network's names and words mean what: from a verified postback to a typed one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::conversion::{SentClickId, Status};
use super::dedupe::DedupeKey;
use super::json::{self, Json};
use super::macros::is_unreplaced_macro;
use super::money::{Amount, Currency, PAYOUT_SCALE_MAX};
use super::postback::{Body, NamedStatus, Postback, VerifiedPostback, duplicate, value_of};
use super::refusal::{Code, Refusal};
use super::signature::Coverage;
use super::time::Timestamp;

/// Our fields of a postback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The click's id.
    ClickId,
    /// The network's transaction id.
    TransactionId,
    /// What happened.
    Event,
    /// How it stands.
    Status,
    /// What is paid.
    Payout,
    /// In which currency.
    Currency,
    /// When it happened.
    EventTime,
    /// The network's user id.
    UserId,
    /// The device's id.
    DeviceId,
}

impl Field {
    /// Every field, in the order in which they are read.
    pub const ALL: [Self; 9] = [
        Self::ClickId,
        Self::TransactionId,
        Self::Event,
        Self::Status,
        Self::Payout,
        Self::Currency,
        Self::EventTime,
        Self::UserId,
        Self::DeviceId,
    ];

    /// The field's name in configurations, requests and problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClickId => "click_id",
            Self::TransactionId => "transaction_id",
            Self::Event => "event",
            Self::Status => "status",
            Self::Payout => "payout",
            Self::Currency => "currency",
            Self::EventTime => "event_time",
            Self::UserId => "user_id",
            Self::DeviceId => "device_id",
        }
    }

    /// The field of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Bytes that a value may be long. A transaction id is indexed, so its bound is PostgreSQL's business too.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::TransactionId => 255,
            Self::Event => 64,
            Self::ClickId
            | Self::Status
            | Self::Payout
            | Self::Currency
            | Self::EventTime
            | Self::UserId
            | Self::DeviceId => 1024,
        }
    }

    /// Whether a literal macro as its value refuses the postback; in the others it is kept and counted.
    const fn refuses_macros(self) -> bool {
        match self {
            Self::ClickId
            | Self::TransactionId
            | Self::Event
            | Self::Status
            | Self::Payout
            | Self::Currency
            | Self::EventTime => true,
            Self::UserId | Self::DeviceId => false,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The names under which a network sends each of our fields.
///
/// A name that starts with `/` is an RFC 6901 pointer into a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping([Vec<String>; Field::ALL.len()]);

impl Default for Mapping {
    /// Every field under our own name.
    fn default() -> Self {
        Self(Field::ALL.map(|field| vec![field.as_str().to_owned()]))
    }
}

impl Mapping {
    /// The names of a field, the first of which counts first.
    pub fn names(&self, field: Field) -> &[String] {
        &self.0[field as usize]
    }

    /// Replaces the names of a field.
    pub fn set(&mut self, field: Field, names: Vec<String>) {
        self.0[field as usize] = names;
    }
}

/// What a network's status word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusWord {
    /// One of ours.
    Status(Status),
    /// Logged, not counted.
    Ignored,
}

/// A network's words for statuses, beside the built-in ones. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusTable(HashMap<String, StatusWord>);

impl StatusTable {
    /// A table of the network's own words, which win over the built-in ones.
    pub fn new(words: impl IntoIterator<Item = (String, StatusWord)>) -> Self {
        Self(
            words
                .into_iter()
                .map(|(word, means)| (word.to_lowercase(), means))
                .collect(),
        )
    }

    /// What a word means, if it is known.
    pub fn meaning(&self, word: &str) -> Option<StatusWord> {
        let word = word.to_lowercase();
        self.0
            .get(&word)
            .copied()
            .or_else(|| Self::built_in(&word).map(StatusWord::Status))
    }

    fn built_in(word: &str) -> Option<Status> {
        Some(match word {
            "approved" | "paid" | "confirmed" | "sale" => Status::Approved,
            "pending" | "hold" | "lead" => Status::Pending,
            "rejected" | "declined" | "denied" | "canceled" | "cancelled" => Status::Rejected,
            "reversed" | "refunded" | "chargeback" => Status::Reversed,
            _ => return None,
        })
    }
}

/// Which part of a request a parameter stood in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The query.
    Query,
    /// A form body.
    Form,
    /// A JSON body.
    Json,
}

impl Part {
    /// The part as references to parameters write it, as in `query.txid`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Form => "form",
            Self::Json => "json",
        }
    }
}

/// A field's value and the parameter that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue<'a> {
    /// Where the parameter stood.
    pub part: Part,
    /// The parameter, as the sender wrote it.
    pub param: Cow<'a, str>,
    /// Its value, decoded.
    pub value: Cow<'a, str>,
}

impl<'a> VerifiedPostback<'a> {
    /// The value of one of our fields, with the parameter that it came from; empty values and `null` are absent.
    ///
    /// # Errors
    ///
    /// `duplicate_parameter` where two names of the field hold different values or one name stands in query and body,
    /// `invalid_value` where it is an object or an array, or empty against the field's pattern.
    pub fn value(&self, field: Field) -> Result<Option<FieldValue<'a>>, Refusal> {
        let coverage = self.network.schemes.of(&self.raw.method).coverage();
        let mut found: Option<FieldValue<'a>> = None;
        for name in self.network.mapping.names(field) {
            let is_trusted = self.network.trust_unsigned.contains(name);
            let in_query = value_of(&self.form.query, name).filter(|_| is_trusted || coverage.query.covers(name));
            let in_body = self
                .body_value(name, coverage, is_trusted)
                .map_err(|refusal| refusal.for_field(field))?;
            let (part, value) = match (in_query, in_body) {
                (Some(_), Some(_)) => return Err(duplicate(name).for_field(field)),
                (Some(value), None) => (Part::Query, value),
                (None, Some(found)) => found,
                (None, None) => continue,
            };
            if value.is_empty() {
                // Absent for us, but the network's signature covers it as it is: a pattern may say that it never is.
                self.check_pattern(field, name, value)?;
                continue;
            }
            match &found {
                None => {
                    found = Some(FieldValue {
                        part,
                        param: Cow::Borrowed(name),
                        value: Cow::Borrowed(value),
                    });
                }
                Some(first) if is_same(field, &first.value, value) => {}
                Some(first) => {
                    let detail = format!("{} and {name} hold different values for {field}", first.param);
                    return Err(Refusal::new(Code::DuplicateParameter, detail)
                        .at_param(name)
                        .for_field(field));
                }
            }
        }
        Ok(found)
    }

    fn check_pattern(&self, field: Field, param: &str, value: &str) -> Result<(), Refusal> {
        let mut patterns = self.network.patterns.iter();
        if patterns.all(|(of, pattern)| *of != field || pattern.matches(value)) {
            return Ok(());
        }
        let detail = format!("the value does not look like the network's values of {field}");
        Err(Refusal::new(Code::InvalidValue, detail)
            .at_param(param)
            .for_field(field))
    }

    fn body_value(
        &self,
        name: &str,
        coverage: &Coverage,
        is_trusted: bool,
    ) -> Result<Option<(Part, &'a str)>, Refusal> {
        let members = match &self.form.body {
            Body::Empty => return Ok(None),
            Body::Form(pairs) => {
                let value = value_of(pairs, name).filter(|_| is_trusted || coverage.form.covers(name));
                return Ok(value.map(|value| (Part::Form, value)));
            }
            Body::Json(members) => members,
        };
        let value = if name.starts_with('/') {
            json::at_pointer(members, name)
        } else {
            members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
        };
        match value.filter(|_| is_trusted || coverage.json.covers(name)) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Literal(text)) => Ok(Some((Part::Json, text))),
            Some(Json::Text(text)) => Ok(Some((Part::Json, text))),
            Some(Json::Object(_) | Json::Array(_)) => {
                let detail = "expected a string or a number, not an object or an array";
                Err(Refusal::new(Code::InvalidValue, detail).at_param(name))
            }
        }
    }

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

    /// The values kept without being refused that are literal macros: a sign of a wrong set-up that the operator counts.
    pub fn kept_macros(&self) -> usize {
        let is_kept_field = |name: &str| {
            Field::ALL.iter().all(|field| {
                !field.refuses_macros() || !self.network.mapping.names(*field).iter().any(|own| own == name)
            })
        };
        let query = self.form.query.iter();
        let body: &[_] = match &self.form.body {
            Body::Form(pairs) => pairs,
            Body::Empty | Body::Json(_) => &[],
        };
        let pairs = query
            .chain(body)
            .filter(|pair| is_kept_field(&pair.name) && is_unreplaced_macro(&pair.value));
        let members = match &self.form.body {
            Body::Json(members) => members.as_slice(),
            Body::Empty | Body::Form(_) => &[],
        };
        let members = members.iter().filter(|(name, value)| {
            is_kept_field(name) && matches!(value, Json::Text(text) if is_unreplaced_macro(text))
        });
        pairs.count() + members.count()
    }
}

impl FieldValue<'_> {
    fn refused(&self, code: Code, detail: impl Into<Cow<'static, str>>, field: Field) -> Refusal {
        Refusal::new(code, detail).at_param(&*self.param).for_field(field)
    }
}

/// Whether two values of a field are the same; amounts compare as numbers.
fn is_same(field: Field, one: &str, other: &str) -> bool {
    let amount = |text: &str| Amount::parse(text, PAYOUT_SCALE_MAX);
    one == other || (field == Field::Payout && amount(one).is_some() && amount(one) == amount(other))
}

const PAYOUT_EXPECTED: &str = "expected a decimal number, as 12.50, with at most 12 digits before and 6 behind the point, not negative unless the \
     network may send such";
