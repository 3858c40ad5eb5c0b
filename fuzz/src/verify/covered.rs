//! What a scheme's signature covers of one request: the parameters that may be read of it.

use std::collections::BTreeMap;

use postbackd::domain::json::{Json, at_pointer};
use postbackd::domain::postback::{Body, Form, RawPostback};
use postbackd::domain::signature::{Cover, Coverage};

/// The covered parameters, by the part that they stand in and their name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Covered(BTreeMap<(&'static str, String), String>);

impl Covered {
    /// What a coverage lets through of a form. Of a body whose whole is covered, absent and empty are two things; of a
    /// named parameter they are one, as they are for whoever reads it.
    /// `lines` are the scheme's: the headers that they sign are no parameters, but stand among them in what is signed.
    pub(super) fn of(coverage: &Coverage, raw: &RawPostback, form: &Form<'_>, lines: &str) -> Self {
        let mut covered = Self(BTreeMap::new());
        for name in lines
            .split("{header.")
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
        {
            if let Some(value) = raw.headers.get(name) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                covered.0.insert(("header", name.to_owned()), value);
            }
        }
        for pair in &form.query {
            covered.add("query", &coverage.query, &pair.name, pair.value.to_string());
        }
        match &form.body {
            Body::Empty => {}
            Body::Form(pairs) => {
                for pair in pairs {
                    covered.add("form", &coverage.form, &pair.name, pair.value.to_string());
                }
            }
            Body::Json(members) => match &coverage.json {
                Cover::AllBut(_) => {
                    for (name, value) in members {
                        covered.add("json", &coverage.json, name, text(value));
                    }
                }
                Cover::Only(pointers) => {
                    let pointers = pointers.iter().filter(|pointer| pointer.starts_with('/'));
                    for pointer in pointers {
                        // What is no scalar is signed as if it were absent, and refused by whoever reads it.
                        if let Some(value) = at_pointer(members, pointer).and_then(Json::scalar) {
                            covered.add("json", &coverage.json, pointer, value.to_owned());
                        }
                    }
                }
            },
        }
        let holds_body = covered.0.keys().any(|(part, _)| ["form", "json"].contains(part));
        if matches!(coverage.json, Cover::AllBut(_)) && !holds_body && !raw.body.is_empty() {
            // A body that says nothing is signed all the same.
            let body = String::from_utf8_lossy(&raw.body).into_owned();
            covered.0.insert(("body", String::new()), body);
        }
        covered
    }

    fn add(&mut self, part: &'static str, cover: &Cover, name: &str, value: String) {
        let is_told_apart = match cover {
            Cover::AllBut(_) => true,
            Cover::Only(_) => !value.is_empty(),
        };
        if cover.covers(name) && is_told_apart {
            self.0.insert((part, name.to_owned()), value);
        }
    }

    /// How many parameters are in one only, or have another value in the other.
    pub(super) fn differences(&self, other: &Self) -> usize {
        let changed = self.0.iter().filter(|(name, value)| other.0.get(name) != Some(value));
        let added = other.0.keys().filter(|name| !self.0.contains_key(name));
        changed.count() + added.count()
    }

    /// Whether no value holds what could stand between values in what is signed.
    pub(super) fn is_plain(&self) -> bool {
        let is_plain = |text: &String| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_/".contains(&byte))
        };
        self.0
            .iter()
            .all(|((_, name), value)| is_plain(name) && is_plain(value))
    }
}

/// A value as what it says: a JSON text and the number that looks like it are read the same.
fn text(value: &Json<'_>) -> String {
    match value {
        Json::Null => String::new(),
        Json::Literal(text) => (*text).to_owned(),
        Json::Text(text) => text.to_string(),
        Json::Array(_) | Json::Object(_) => format!("{value:?}"),
    }
}
