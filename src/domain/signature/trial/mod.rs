//! The likely reason of a failed signature, found by trying what senders and operators get wrong.
//!
//! Only for the operator's own tools: a sender who was told what nearly fits could forge by asking. Nothing that is computed
//! here leaves but the sentence that says which trial fits.

mod bench;
mod change;
mod content;
mod elsewhere;
mod keys;
mod spelling;
mod variants;
mod written;

use crate::domain::postback::{Form, RawPostback};
use crate::domain::time::Timestamp;

use super::{MacScheme, Proof, Scheme};
use bench::Bench;

pub use change::{Change, Party};

/// A network's name and its scheme.
pub type Other<'a> = (&'a str, &'a Scheme);

impl Scheme {
    /// What would have to change for the request to be proven, the likeliest first; nothing where no trial fits.
    pub fn likely_changes(
        &self,
        raw: &RawPostback,
        form: &Form<'_>,
        now: Timestamp,
        others: &[Other<'_>],
    ) -> Vec<Change> {
        match &self.proof {
            Proof::Address => Vec::new(),
            Proof::Token(_) => others
                .iter()
                .filter(|(_, other)| matches!(other.proof, Proof::Token(_)) && other.verify(raw, form, now).is_ok())
                .map(|(name, _)| Change::other_network(name))
                .collect(),
            Proof::Mac(mac) => mac.likely_changes(raw, form, now, others),
        }
    }
}

impl MacScheme {
    fn likely_changes(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp, others: &[Other<'_>]) -> Vec<Change> {
        let mut changes = self.other_times(raw, form, now);
        if changes.is_empty() {
            changes = self.other_places(raw, form, now);
        }
        if changes.is_empty() {
            changes = Bench::new(self, raw, form).try_all(others);
        }
        changes
    }
}
