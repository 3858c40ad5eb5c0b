//! Which parameter of a verified request speaks for a field.
//!
//! Only what the signature covers, or the configuration trusts by name, is heard. Where none of a field's names is there, a
//! name that differs only in the case of its letters is. That is looked for only for fields that are absent, by comparing
//! names in place: a length that differs settles it, nothing is allocated, and a field that is there costs nothing more.

use std::borrow::Cow;

use super::{Field, Part, in_members, in_pairs};
use crate::domain::json::Json;
use crate::domain::money::{Amount, PAYOUT_SCALE_MAX};
use crate::domain::postback::{Body, Form, VerifiedPostback, duplicate};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::signature::Coverage;

/// What a request says about a field; never empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) part: Part,
    /// The parameter, as the sender wrote it.
    pub(super) name: &'a str,
    /// Its value, decoded.
    pub(super) value: &'a str,
    /// Whether the name is the network's only but for the case of its letters.
    pub(super) is_in_another_case: bool,
}

impl<'a> VerifiedPostback<'a> {
    /// What the request says about a field; empty values and `null` say nothing.
    ///
    /// # Errors
    ///
    /// `duplicate_parameter` where two names of the field hold different values or one name stands in query and body,
    /// `invalid_value` where it is an object or an array, or empty against the field's pattern.
    pub(super) fn sent(&self, field: Field) -> Result<Option<Sent<'a>>, Refusal> {
        let mapping = &self.network.mapping;
        let exact = self.agreed(field, mapping.names(field).iter().map(String::as_str))?;
        if exact.is_some() {
            return Ok(exact);
        }
        let in_another_case = names_of(self.form).filter(|name| mapping.is_name_in_any_case(field, name));
        let sent = self.agreed(field, in_another_case)?;
        if sent.is_none() {
            self.check_hidden(field)?;
        }
        Ok(sent.map(|sent| Sent {
            is_in_another_case: true,
            ..sent
        }))
    }

    /// What the parameters of these names say about a field, all of them the same.
    fn agreed(&self, field: Field, names: impl Iterator<Item = &'a str>) -> Result<Option<Sent<'a>>, Refusal> {
        let mut agreed: Option<Sent<'a>> = None;
        for name in names {
            let Some((part, value)) = self.param(name).map_err(|refusal| refusal.for_field(field))? else {
                continue;
            };
            if value.is_empty() {
                // Absent for us, but the network's signature covers it as it is: a pattern may say that it never is.
                self.check_pattern(field, name, value)?;
                continue;
            }
            match agreed {
                None => {
                    agreed = Some(Sent {
                        part,
                        name,
                        value,
                        is_in_another_case: false,
                    });
                }
                Some(first) if is_same(field, first.value, value) => {}
                Some(first) => {
                    let detail = format!("{} and {name} hold different values for {field}", first.name);
                    return Err(Refusal::new(Code::DuplicateParameter, detail)
                        .at_param(name)
                        .for_field(field));
                }
            }
        }
        Ok(agreed)
    }

    /// The parameter of a name or a pointer, where it is covered or trusted.
    ///
    /// # Errors
    ///
    /// `duplicate_parameter` where it stands in query and body, `invalid_value` where it is an object or an array.
    pub(super) fn param(&self, name: &str) -> Result<Option<(Part, &'a str)>, Refusal> {
        let coverage = self.network.schemes.of(&self.raw.method).coverage();
        let is_trusted = self.network.trust_unsigned.iter().any(|trusted| trusted == name);
        let in_query = in_pairs(&self.form.query, name).filter(|_| is_trusted || coverage.query.covers(name));
        match (in_query, self.body_value(name, coverage, is_trusted)?) {
            (Some(_), Some(_)) => Err(duplicate(name)),
            (Some(value), None) => Ok(Some((Part::Query, value))),
            (None, in_body) => Ok(in_body),
        }
    }

    /// Refuses a request that says nothing about a field, where the text of another parameter holds one of the field's names in a way
    /// that has the same signature: somebody may have put it there, so that a default decides.
    ///
    /// # Errors
    ///
    /// `invalid_value`.
    fn check_hidden(&self, field: Field) -> Result<(), Refusal> {
        match field {
            // Nothing is decided by them.
            Field::UserId | Field::DeviceId => return Ok(()),
            Field::ClickId
            | Field::TransactionId
            | Field::Event
            | Field::Status
            | Field::Payout
            | Field::Currency
            | Field::EventTime => {}
        }
        let scheme = self.network.schemes.of(&self.raw.method);
        for name in self.network.mapping.names(field) {
            if let Some(hider) = scheme.hider(self.raw, self.form, name) {
                let detail = format!(
                    "its text may hold the parameter {name}: the signature does not tell which of them was sent"
                );
                return Err(Refusal::new(Code::InvalidValue, detail)
                    .at_param(hider)
                    .for_field(field));
            }
        }
        Ok(())
    }

    /// Refuses a value that does not look like the network's values of its field.
    ///
    /// # Errors
    ///
    /// `invalid_value`.
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
                let value = in_pairs(pairs, name).filter(|_| is_trusted || coverage.form.covers(name));
                return Ok(value.map(|value| (Part::Form, value)));
            }
            Body::Json(members) => members,
        };
        match in_members(members, name).filter(|_| is_trusted || coverage.json.covers(name)) {
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

impl Sent<'_> {
    /// Refuses the value.
    pub(super) fn refused(&self, code: Code, detail: impl Into<Cow<'static, str>>, field: Field) -> Refusal {
        Refusal::new(code, detail).at_param(self.name).for_field(field)
    }
}

/// The names of a request's parameters and of the members that hold a scalar: what is an object under another name than the
/// network's is something else.
fn names_of<'a>(form: &'a Form<'a>) -> impl Iterator<Item = &'a str> {
    let (pairs, members): (&[_], &[_]) = match &form.body {
        Body::Empty => (&[], &[]),
        Body::Form(pairs) => (pairs, &[]),
        Body::Json(members) => (&[], members),
    };
    let pairs = form.query.iter().chain(pairs).map(|pair| &*pair.name);
    let scalars = members.iter().filter(|(_, value)| value.scalar().is_some());
    pairs.chain(scalars.map(|(name, _)| &**name))
}

/// Whether two values of a field are the same; amounts compare as numbers.
fn is_same(field: Field, one: &str, other: &str) -> bool {
    let amount = |text: &str| Amount::parse(text, PAYOUT_SCALE_MAX);
    one == other || (field == Field::Payout && amount(one).is_some() && amount(one) == amount(other))
}
