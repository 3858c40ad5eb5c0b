//! What a signed value is taken from: a place in the request, or a labelled item of the signature's own list.

use std::fmt;

use crate::domain::postback::{Form, RawPostback};

use super::list::Label;
use super::reference::{Found, Reference, ReferenceError};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A place in the request.
    Place(Reference),
    /// An item of the list that the signature stands in, as `t` of `t=…,v1=…`.
    Label(String),
}

/// A request as its scheme looks at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) raw: &'a RawPostback,
    pub(super) form: &'a Form<'a>,
    /// The items of the signature's list that are no signatures.
    pub(super) labels: &'a [Label<'a>],
}

impl Source {
    /// Reads `header.X`, `query.X`, `form.X`, `json./pointer` or `sig.X`.
    ///
    /// # Errors
    ///
    /// When it names none.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        match text.strip_prefix("sig.") {
            Some(label) if !label.is_empty() => Ok(Self::Label(label.to_owned())),
            Some(_) | None => Reference::parse(text).map(Self::Place),
        }
    }

    pub(super) fn find<'a>(&self, seen: &Seen<'a>) -> Found<'a> {
        let label = match self {
            Self::Place(reference) => return reference.find(seen.raw, seen.form),
            Self::Label(label) => label.as_bytes(),
        };
        let mut values = seen.labels.iter().filter(|item| item.name == label);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Found::Several,
            (Some(item), None) => Found::One(item.value),
            (None, _) => Found::None,
        }
    }

    /// The parameter or the JSON pointer; `None` for what is not among a request's parameters.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Place(Reference::Query(name) | Reference::Form(name) | Reference::Json(name)) => Some(name),
            Self::Place(Reference::Header(_)) | Self::Label(_) => None,
        }
    }

    /// Whether a field of this name is read here: of a JSON body's own members the pointer is its name behind a slash.
    pub(super) fn is_named(&self, field_name: &str) -> bool {
        self.name().is_some_and(|name| match self {
            Self::Place(Reference::Json(_)) => name == field_name || name.strip_prefix('/') == Some(field_name),
            Self::Place(_) | Self::Label(_) => name == field_name,
        })
    }

    /// Whether this is a place in the request, and that one.
    pub(super) fn is_place(&self, place: &Reference) -> bool {
        match self {
            Self::Place(reference) => reference == place,
            Self::Label(_) => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(reference) => reference.fmt(f),
            Self::Label(label) => write!(f, "sig.{label}"),
        }
    }
}
