//! `request`: a request as somebody may send it to `/postback`.
//!
//! What is read obeys the contract: no parameter twice, at most a hundred, no NUL anywhere, a body only where its type
//! says what it is. What is refused has one of the codes of a form.

use std::collections::HashSet;

use http::Method;
use postbackd::domain::json::Json;
use postbackd::domain::postback::{Body, Form};
use postbackd::domain::refusal::Code;

use super::wire;

/// Parameters of a postback, as the contract says.
const PARAMETERS_MAX: usize = 100;

/// Reads the request of an input.
pub fn run(data: &[u8]) {
    let Some(raw) = wire::read(data) else { return };
    let form = match Form::read(&raw) {
        Ok(form) => form,
        Err(refusal) => {
            let codes = [
                Code::MalformedRequest,
                Code::DuplicateParameter,
                Code::TooManyParameters,
                Code::UnsupportedMediaType,
            ];
            assert!(codes.contains(&refusal.code), "{refusal:?}");
            assert!(!refusal.detail.is_empty());
            assert!(refusal.param.is_none_or(|param| !param.contains('\0')));
            return;
        }
    };
    let query: Vec<_> = form.query.iter().map(|pair| (&*pair.name, &*pair.value)).collect();
    check_pairs(&query);
    let in_body = match &form.body {
        Body::Empty => {
            assert!(raw.body.is_empty());
            0
        }
        Body::Form(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|pair| (&*pair.name, &*pair.value)).collect();
            check_pairs(&pairs);
            pairs.len()
        }
        Body::Json(members) => {
            check_members(members);
            members.len()
        }
    };
    assert!(
        in_body == 0 || raw.method == Method::POST,
        "a body is read with POST only"
    );
    assert!(query.len() + in_body <= PARAMETERS_MAX);
}

fn check_pairs(pairs: &[(&str, &str)]) {
    let names: HashSet<_> = pairs.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), pairs.len(), "a name twice");
    for (name, value) in pairs {
        assert!(!name.is_empty(), "a parameter without a name");
        check_text(name);
        check_text(value);
    }
}

fn check_members(members: &[(impl AsRef<str>, Json<'_>)]) {
    let names: HashSet<_> = members.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names.len(), members.len(), "a key twice");
    for (name, value) in members {
        check_text(name.as_ref());
        check_value(value);
    }
}

fn check_value(value: &Json<'_>) {
    match value {
        Json::Null => {}
        Json::Literal(text) => check_text(text),
        Json::Text(text) => check_text(text),
        Json::Array(items) => items.iter().for_each(check_value),
        Json::Object(members) => check_members(members),
    }
}

fn check_text(text: &str) {
    assert!(!text.contains('\0'), "a NUL in {text:?}");
}
