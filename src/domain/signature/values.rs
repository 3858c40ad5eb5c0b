//! `{values}`: a row of values, joined.

use super::AuthFailure;
use super::source::Seen;
use super::term::Term;

/// Values that are signed in a row; those that are absent and may be leave no separator behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// What stands between two of them.
    pub separator: String,
    /// The values in their order.
    pub of: Vec<Term>,
}

impl Values {
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
