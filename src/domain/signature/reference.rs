//! Places in a request that a scheme can name: `header.X`, `query.X`, `form.X`, `json./pointer`.

use std::fmt;

use http::HeaderName;

use crate::domain::json::{self, Json};
use crate::domain::postback::{Body, Form, RawPostback, value_of};

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A header field, in any case.
    Header(HeaderName),
    /// A query parameter, by its decoded name.
    Query(String),
    /// A parameter of a form body, by its decoded name.
    Form(String),
    /// A scalar of a JSON body, by RFC 6901 pointer.
    Json(String),
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing.
    None,
    /// One value: a header's bytes, a parameter decoded, a JSON scalar's own text.
    One(&'a [u8]),
    /// A header that was sent more than once.
    Several,
}

/// A text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no place in a request; expected header.NAME, query.NAME, form.NAME or json./POINTER")]
pub struct ReferenceError(String);

impl ReferenceError {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Reference {
    /// Reads a place's name.
    ///
    /// # Errors
    ///
    /// When it names none.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let fault = || ReferenceError::new(text);
        let (place, name) = text.split_once('.').ok_or_else(fault)?;
        if name.is_empty() {
            return Err(fault());
        }
        match place {
            "header" => name.parse().map(Self::Header).map_err(|_| fault()),
            "query" => Ok(Self::Query(name.to_owned())),
            "form" => Ok(Self::Form(name.to_owned())),
            "json" if json::is_valid_pointer(name) => Ok(Self::Json(name.to_owned())),
            _ => Err(fault()),
        }
    }

    /// The name of a query parameter, where this is one.
    pub(super) fn query_name(&self) -> Option<&str> {
        match self {
            Self::Query(name) => Some(name),
            Self::Header(_) | Self::Form(_) | Self::Json(_) => None,
        }
    }

    /// What stands at this place of a request. An empty value is one; whether it will do is for the caller to say.
    pub fn find<'a>(&self, raw: &'a RawPostback, form: &'a Form<'a>) -> Found<'a> {
        let text = match self {
            Self::Header(name) => {
                // Comparing this name with the few of a request costs less than hashing it does.
                let mut fields = raw.headers.iter().filter(|(sent, _)| *sent == name);
                return match fields.next() {
                    // Where no name was sent twice this one was not either.
                    Some(_) if raw.headers.keys_len() < raw.headers.len() && fields.next().is_some() => Found::Several,
                    Some((_, value)) => Found::One(value.as_bytes()),
                    None => Found::None,
                };
            }
            Self::Query(name) => form.query_value(name),
            Self::Form(name) => match &form.body {
                Body::Form(pairs) => value_of(pairs, name),
                Body::Empty | Body::Json(_) => None,
            },
            Self::Json(pointer) => match &form.body {
                Body::Json(members) => json::at_pointer(members, pointer).and_then(Json::scalar),
                Body::Empty | Body::Form(_) => None,
            },
        };
        text.map_or(Found::None, |text| Found::One(text.as_bytes()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Query(name) => write!(f, "query.{name}"),
            Self::Form(name) => write!(f, "form.{name}"),
            Self::Json(pointer) => write!(f, "json.{pointer}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::signature::Term;

    #[test]
    fn what_is_signed_is_named_as_the_grammar_has_it() {
        for (text, is_term) in [
            ("query.tx_id", true),
            ("query.tx_id?", true),
            ("query.value|int", true),
            ("query.value?!|int", true),
            ("json./a~1b/0", true),
            ("query.value|float", false),
            ("query.value|int?", false),
            ("json./a~2b", false),
            ("json.a", false),
            ("cookie.a", false),
            ("query.", false),
        ] {
            assert_eq!(Term::parse(text).is_ok(), is_term, "{text}");
        }
    }
}
