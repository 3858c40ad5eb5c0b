//! A body with `{placeholders}`, parsed once.

use std::fmt;

use crate::domain::signature::{Reference, ReferenceError};

use super::placeholder::Placeholder;

/// Bytes that a template may be long: senders look for a word, not for a page.
const TEMPLATE_BYTES_MAX: usize = 4096;

/// A parsed template of what is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<P>(Vec<Piece<P>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<P> {
    Literal(String),
    /// Something of ours.
    Own(P),
    /// Something of the request.
    Sent(Reference),
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is too long.
    #[error("expected at most {TEMPLATE_BYTES_MAX} bytes, found {0}")]
    TooLong(usize),
    /// A placeholder without its closing brace.
    #[error("{{{0} has no closing brace; a brace with a letter behind it begins a placeholder")]
    Open(String),
    /// Nothing that is known here has this name.
    #[error("nothing fills {{{0}}} here")]
    Unknown(String),
    /// A reference that names no place.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

impl<P: Placeholder> Template<P> {
    /// Parses a text such as `{query.eventId}:OK`. A brace with a letter behind it begins a placeholder; every other brace is
    /// text, so that JSON is written as it is.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(TemplateError::TooLong(text.len()));
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let behind = &rest[at + 1..];
            if !behind.starts_with(|next: char| next.is_ascii_alphabetic()) {
                literal.push_str(&rest[..=at]);
                rest = behind;
                continue;
            }
            literal.push_str(&rest[..at]);
            let end = behind.find(['{', '}']).unwrap_or(behind.len());
            let (name, behind) = behind.split_at(end);
            let behind = behind.strip_prefix('}');
            let behind = behind.ok_or_else(|| TemplateError::Open(name.to_owned()))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::parse(name)?);
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }
}

impl<P> Template<P> {
    /// The same among templates that know more.
    pub fn widen<Q>(self, into: impl Fn(P) -> Q) -> Template<Q> {
        let pieces = self.0.into_iter().map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(text),
            Piece::Own(own) => Piece::Own(into(own)),
            Piece::Sent(place) => Piece::Sent(place),
        });
        Template(pieces.collect())
    }

    /// Whether it is an empty text.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places of the request that it names.
    pub fn places(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Sent(place) => Some(place),
            Piece::Literal(_) | Piece::Own(_) => None,
        })
    }

    /// The bytes of its fixed text; at most those of the template.
    pub(super) fn literal_bytes(&self) -> usize {
        let bytes = self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => text.len(),
            Piece::Own(_) | Piece::Sent(_) => 0,
        });
        bytes.sum()
    }

    pub(super) fn pieces(&self) -> &[Piece<P>] {
        &self.0
    }
}

impl<P: Placeholder> fmt::Display for Template<P> {
    /// The text as configurations write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = P::named();
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Own(own) => {
                let name = named.iter().find(|(_, known)| known == own).map(|(name, _)| *name);
                write!(f, "{{{}}}", name.unwrap_or_default())
            }
            Piece::Sent(place) => write!(f, "{{{place}}}"),
        })
    }
}

impl<P: Placeholder> Piece<P> {
    fn parse(name: &str) -> Result<Self, TemplateError> {
        if name.contains('.') {
            return Ok(Self::Sent(Reference::parse(name)?));
        }
        let named = P::named();
        let own = named.iter().find(|(known, _)| *known == name);
        own.map(|(_, own)| Self::Own(*own))
            .ok_or_else(|| TemplateError::Unknown(name.to_owned()))
    }
}
