//! What each parameter of an authentic request was read as, and which ones were not read.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::domain::mapping::{Field, Origin, in_members, in_pairs};
use crate::domain::network::Network;
use crate::domain::postback::{Body, Form, NamedStatus, Postback, RawPostback, VerifiedPostback};

use super::shown::Shown;

/// Our fields and what they were read as, in their order. It serialises to an object.
#[derive(Debug, Default)]
pub struct FieldsRead(pub Vec<(Field, ReadField)>);

/// A field's value.
#[derive(Debug, serde::Serialize)]
pub struct ReadField {
    /// What it was read as: our status, the amount, the time in UTC. When another field is wrong, the text that was sent.
    pub value: String,
    /// The parameter that it came from, as `query.txid`, `form.txid`, `json.txid` or `json./order/id`; `constant` or
    /// `default` where it is the network's.
    pub from: String,
    /// The text that was sent, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
}

/// A parameter that would be a field and is not read.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// The parameter, written as [`ReadField::from`].
    pub param: String,
    /// The field that it would be.
    pub field: &'static str,
}

impl Serialize for FieldsRead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, read) in &self.0 {
            map.serialize_entry(field.as_str(), read)?;
        }
        map.end()
    }
}

/// What could be read. `postback` is what came of it, where nothing was wrong.
pub(super) fn read(verified: &VerifiedPostback<'_>, postback: Option<&Postback>, shown: Shown<'_>) -> FieldsRead {
    let field = |field: Field| {
        let found = verified.value(field).ok()??;
        let from = match found.origin {
            Origin::Param { part, name } => format!("{}.{}", part.as_str(), shown.text(name)),
            Origin::Constant => "constant".to_owned(),
            Origin::Default => "default".to_owned(),
        };
        let read_as = postback.and_then(|postback| read_as(field, postback));
        let value = read_as.as_deref().unwrap_or(&found.value);
        let read = ReadField {
            value: shown.text(value),
            from,
            sent: (value != found.value).then(|| shown.text(&found.value)),
        };
        Some((field, read))
    };
    FieldsRead(Field::ALL.into_iter().filter_map(field).collect())
}

/// What a field of a postback is.
fn read_as(field: Field, postback: &Postback) -> Option<String> {
    match field {
        Field::ClickId => postback.click.key(),
        Field::TransactionId => postback.transaction_id.clone(),
        Field::Event => Some(postback.event.clone()),
        Field::Status => Some(match postback.status {
            NamedStatus::Named(status) | NamedStatus::Default(status) => status.to_string(),
            NamedStatus::Ignored => "ignored".to_owned(),
        }),
        Field::Payout => postback.payout.map(|payout| payout.to_string()),
        Field::Currency => postback
            .currency
            .or(postback.default_currency)
            .map(|currency| currency.to_string()),
        Field::EventTime => postback.event_time.map(|at| at.to_string()),
        Field::UserId => postback.user_id.clone(),
        Field::DeviceId => postback.device_id.clone(),
    }
}

/// The parameters that are mapped to a field and that neither the signature covers nor the configuration trusts.
pub(super) fn unread(network: &Network, raw: &RawPostback, form: &Form<'_>) -> Vec<Unread> {
    let coverage = network.schemes.of(&raw.method).coverage();
    let mut unread = Vec::new();
    for field in Field::ALL {
        for name in network.mapping.names(field) {
            if network.trust_unsigned.contains(name) {
                continue;
            }
            let mut add = |part: &str| {
                unread.push(Unread {
                    param: format!("{part}.{name}"),
                    field: field.as_str(),
                });
            };
            if !coverage.query.covers(name) && in_pairs(&form.query, name).is_some() {
                add("query");
            }
            match &form.body {
                Body::Form(pairs) if !coverage.form.covers(name) && in_pairs(pairs, name).is_some() => {
                    add("form");
                }
                Body::Json(members) if !coverage.json.covers(name) && in_members(members, name).is_some() => {
                    add("json");
                }
                Body::Empty | Body::Form(_) | Body::Json(_) => {}
            }
        }
    }
    unread
}
