//! Where a field's value stands in a verified request.

use std::borrow::Cow;

use super::Field;
use crate::domain::json::{self, Json};
use crate::domain::money::{Amount, PAYOUT_SCALE_MAX};
use crate::domain::postback::{Body, VerifiedPostback, duplicate, value_of};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::signature::Coverage;

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

    pub(super) fn check_pattern(&self, field: Field, param: &str, value: &str) -> Result<(), Refusal> {
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
}

impl FieldValue<'_> {
    pub(super) fn refused(&self, code: Code, detail: impl Into<Cow<'static, str>>, field: Field) -> Refusal {
        Refusal::new(code, detail).at_param(&*self.param).for_field(field)
    }
}

/// Whether two values of a field are the same; amounts compare as numbers.
fn is_same(field: Field, one: &str, other: &str) -> bool {
    let amount = |text: &str| Amount::parse(text, PAYOUT_SCALE_MAX);
    one == other || (field == Field::Payout && amount(one).is_some() && amount(one) == amount(other))
}
