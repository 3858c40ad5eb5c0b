//! A field's value and where it is from, for whoever explains how a postback was read.

use std::borrow::Cow;

use super::Field;
use crate::domain::money::Currency;
use crate::domain::network::Network;
use crate::domain::postback::VerifiedPostback;
use crate::domain::refusal::Refusal;

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

/// Where a field's value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A parameter of the request.
    Param {
        /// Where it stood.
        part: Part,
        /// Its name or pointer, as the sender wrote it.
        name: &'a str,
    },
    /// The network's constant: the request was not asked.
    Constant,
    /// The network's default: the request says nothing.
    Default,
}

/// A field's value and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue<'a> {
    /// Where it is from.
    pub origin: Origin<'a>,
    /// A parameter's value as it was sent, decoded: in the network's words and unit. Else ours.
    pub value: Cow<'a, str>,
}

impl<'a> VerifiedPostback<'a> {
    /// The value of one of our fields; empty values and `null` are absent.
    ///
    /// # Errors
    ///
    /// `duplicate_parameter` where two names of the field hold different values or one name stands in query and body,
    /// `invalid_value` where it is an object or an array, or empty against the field's pattern.
    pub fn value(&self, field: Field) -> Result<Option<FieldValue<'a>>, Refusal> {
        if let Some(value) = self.network.constants.text(field) {
            let origin = Origin::Constant;
            return Ok(Some(FieldValue { origin, value }));
        }
        let (origin, value) = match self.sent(field)? {
            Some(sent) => {
                let (part, name) = (sent.part, sent.name);
                (Origin::Param { part, name }, Some(sent.value))
            }
            None => (Origin::Default, default_of(self.network, field)),
        };
        let value = value.map(Cow::Borrowed);
        Ok(value.map(|value| FieldValue { origin, value }))
    }
}

/// What a new conversion has where its postback says nothing.
fn default_of(network: &Network, field: Field) -> Option<&str> {
    match field {
        Field::Event => Some(&network.default_event),
        Field::Status => Some(network.default_status.as_str()),
        Field::Currency => network.currency.as_ref().map(Currency::code),
        Field::ClickId | Field::TransactionId | Field::Payout | Field::EventTime | Field::UserId | Field::DeviceId => {
            None
        }
    }
}
