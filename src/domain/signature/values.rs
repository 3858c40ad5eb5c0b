//! `{values}`: a row of values, joined.

use super::AuthFailure;
use super::source::Seen;
use super::term::{Absence, Term};

/// Values that are signed in a row; those that are absent and may be leave no separator behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// What stands between two of them.
    pub separator: String,
    /// The values in their order.
    pub of: Vec<Term>,
}

impl Values {
    /// Whether it is unclear which value is which: nothing stands between them, or one may be left out and another, with a
    /// separator in it, take its place.
    pub(super) fn joins_values(&self) -> bool {
        let is_optional = |term: &Term| match term.absence {
            Absence::Refused => false,
            Absence::Nothing | Absence::NothingIfEmpty => true,
        };
        self.of.len() > 1 && (self.separator.is_empty() || self.of.iter().any(is_optional))
    }

    /// The signed value that may hide another one: that one may be left out and is, and this one holds the separator, so that the
    /// signature is the same as if both had been sent.
    pub(super) fn hider(&self, seen: &Seen<'_>, name: &str) -> Option<&str> {
        let is_left_out = |term: &Term| {
            term.absence != Absence::Refused && term.source.is_named(name) && matches!(term.find(seen), Ok(None))
        };
        if self.separator.is_empty() || !self.of.iter().any(is_left_out) {
            return None;
        }
        let holds_separator = |term: &&Term| {
            let value = term.find(seen).ok().flatten().unwrap_or_default();
            String::from_utf8_lossy(value).contains(&self.separator)
        };
        self.of.iter().find(holds_separator)?.source.name()
    }

    pub(super) fn feed(&self, seen: &Seen<'_>, sink: &mut impl FnMut(&[u8])) -> Result<(), AuthFailure> {
        let mut separator: &[u8] = b"";
        for term in &self.of {
            if let Some(value) = term.find(seen)? {
                sink(separator);
                sink(value);
                separator = self.separator.as_bytes();
            }
        }
        Ok(())
    }
}
