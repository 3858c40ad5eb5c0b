//! The names under which a network sends our fields, and what stands under such a name in a request.

use std::borrow::Cow;

use crate::domain::form::Pair;
use crate::domain::json::{self, Json};
use crate::domain::postback::value_of;

use super::Field;

/// The names under which a network sends each of our fields; some may be pointers ([`is_pointer`]).
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

    /// Whether a parameter's name is one of the field's but for the case of ASCII letters. Pointers are exact, and a name
    /// that could be of two fields is of neither.
    pub fn is_name_in_any_case(&self, field: Field, sent: &str) -> bool {
        let is_name_of = |field: Field| {
            let mut names = self.names(field).iter();
            names.any(|name| name.eq_ignore_ascii_case(sent) && !is_pointer(name))
        };
        is_name_of(field) && Field::ALL.into_iter().filter(|other| is_name_of(*other)).count() == 1
    }
}

/// Whether a name is an RFC 6901 pointer into a JSON body: it begins with `/`. That the rest is one as well, reading the
/// configuration has made sure.
pub fn is_pointer(name: &str) -> bool {
    name.starts_with('/')
}

/// The value of the parameter of a name. A pointer names none.
pub fn in_pairs<'p>(pairs: &'p [Pair<'_>], name: &str) -> Option<&'p str> {
    value_of(pairs, name).filter(|_| !is_pointer(name))
}

/// The member of a name, or what a pointer leads to, of a JSON body.
pub fn in_members<'j, 'a>(members: &'j [(Cow<'a, str>, Json<'a>)], name: &str) -> Option<&'j Json<'a>> {
    if is_pointer(name) {
        json::at_pointer(members, name)
    } else {
        json::member(members, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_case_means_one_field_or_none() {
        let mut mapping = Mapping::default();
        mapping.set(Field::ClickId, vec!["SubID".to_owned(), "/order/click".to_owned()]);
        mapping.set(Field::UserId, vec!["subid".to_owned()]);
        mapping.set(Field::Payout, vec!["Sum".to_owned(), "sum".to_owned()]);
        for (field, sent, expected) in [
            (Field::Status, "STATUS", true),
            (Field::Status, "status", true),
            (Field::Status, "statu", false),
            (Field::Payout, "SUM", true),
            (Field::Payout, "payout", false),
            (Field::ClickId, "SUBID", false),
            (Field::UserId, "SUBID", false),
            (Field::ClickId, "/ORDER/CLICK", false),
            (Field::Event, "ÉVENT", false),
        ] {
            assert_eq!(mapping.is_name_in_any_case(field, sent), expected, "{field} {sent}");
        }
    }
}
