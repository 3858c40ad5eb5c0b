//! The ways that a postback's parameters can go, and how each writes them down.

use std::borrow::Cow;

use http::Method;
use percent_encoding::utf8_percent_encode;

use crate::domain::json::{Object, put_at_pointer};
use crate::domain::mapping::is_pointer;
use crate::domain::template::RESERVED;

/// A way that a postback's parameters can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Query,
    Form,
    Json,
}

impl Way {
    /// The way in words.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "a GET with a query",
            Self::Form => "a POSTed form",
            Self::Json => "a POSTed JSON object",
        }
    }

    pub(super) const fn method(self) -> Method {
        match self {
            Self::Query => Method::GET,
            Self::Form | Self::Json => Method::POST,
        }
    }

    pub(super) const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Query => None,
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Json => Some("application/json"),
        }
    }

    /// Target and body of a request to a path.
    ///
    /// # Errors
    ///
    /// When two of the names exclude each other.
    pub(super) fn write(self, path: &str, params: &[(&str, Cow<'_, str>)]) -> Result<(String, String), String> {
        Ok(match self {
            Self::Query => (format!("{path}?{}", form(params)), String::new()),
            Self::Form => (path.to_owned(), form(params)),
            Self::Json => (path.to_owned(), object(params)?),
        })
    }
}

fn form(params: &[(&str, Cow<'_, str>)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let pairs: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}

/// The parameters as an object: a pointer makes the objects on its way, another name is a member.
fn object(params: &[(&str, Cow<'_, str>)]) -> Result<String, String> {
    let mut members = Vec::new();
    for (name, value) in params {
        let pointer = if is_pointer(name) {
            Cow::Borrowed(*name)
        } else {
            Cow::Owned(format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        };
        if !put_at_pointer(&mut members, &pointer, value) {
            return Err(format!("{name} stands where another value stands"));
        }
    }
    Ok(Object(&members).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_writes_the_same_parameters_in_its_own_place() {
        let params = [("a b", Cow::Borrowed("1&2")), ("/order/id", Cow::Borrowed("T\"1"))];
        let pairs = "a%20b=1%262&%2Forder%2Fid=T%221";
        for (way, target, body) in [
            (Way::Query, format!("/p?{pairs}"), ""),
            (Way::Form, "/p".to_owned(), pairs),
            (Way::Json, "/p".to_owned(), r#"{"a b":"1&2","order":{"id":"T\"1"}}"#),
        ] {
            assert_eq!(way.write("/p", &params), Ok((target, body.to_owned())), "{way:?}");
        }
        let both = [("/order", Cow::Borrowed("1")), ("/order/id", Cow::Borrowed("2"))];
        assert!(Way::Json.write("/p", &both).is_err());
    }
}
