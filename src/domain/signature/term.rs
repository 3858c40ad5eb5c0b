//! One value that is signed: where it comes from, whether it may be absent, and which part of it counts.

use super::AuthFailure;
use super::reference::{Found, ReferenceError};
use super::source::{Seen, Source};

/// A value in what is signed, as `query.tx_id`, `query.click_id?` or `query.value|int`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it comes from.
    pub source: Source,
    /// What its absence means.
    pub absence: Absence,
    /// Whether only the integer part of a decimal number is signed.
    pub is_integer: bool,
}

/// What it means that a signed value is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The request is refused.
    Refused,
    /// It is signed as nothing.
    Nothing,
    /// The same, and an empty value counts as absent.
    NothingIfEmpty,
}

impl Term {
    /// Reads a reference with what may stand behind it: `?` or `?!`, then `|int`.
    ///
    /// # Errors
    ///
    /// When the reference names no place, or something else stands behind it.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (text, is_integer) = match text.strip_suffix("|int") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (text, absence) = if let Some(text) = text.strip_suffix("?!") {
            (text, Absence::NothingIfEmpty)
        } else if let Some(text) = text.strip_suffix('?') {
            (text, Absence::Nothing)
        } else {
            (text, Absence::Refused)
        };
        if text.contains('|') {
            return Err(ReferenceError::new(text));
        }
        let source = Source::parse(text)?;
        Ok(Self {
            source,
            absence,
            is_integer,
        })
    }

    /// The bytes that are signed; `None` for a value that is absent and may be.
    pub(super) fn find<'a>(&self, seen: &Seen<'a>) -> Result<Option<&'a [u8]>, AuthFailure> {
        let value = match (self.source.find(seen), self.absence) {
            (Found::One([]), Absence::NothingIfEmpty) | (Found::None, Absence::Nothing | Absence::NothingIfEmpty) => {
                return Ok(None);
            }
            (Found::One(value), Absence::Refused | Absence::Nothing | Absence::NothingIfEmpty) => value,
            (Found::Several, Absence::Refused | Absence::Nothing | Absence::NothingIfEmpty)
            | (Found::None, Absence::Refused) => return Err(AuthFailure::SignedPartMissing),
        };
        if self.is_integer {
            integer_part(value).map(Some).ok_or(AuthFailure::SignedPartMalformed)
        } else {
            Ok(Some(value))
        }
    }
}

/// The digits before the point of a decimal number, with their sign.
fn integer_part(number: &[u8]) -> Option<&[u8]> {
    let is_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let (integer, fraction) = match number.iter().position(|byte| *byte == b'.') {
        Some(point) => (&number[..point], Some(&number[point + 1..])),
        None => (number, None),
    };
    let digits = integer.strip_prefix(b"-").unwrap_or(integer);
    (is_digits(digits) && fraction.is_none_or(is_digits)).then_some(integer)
}
