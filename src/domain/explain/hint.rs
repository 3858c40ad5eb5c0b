//! What to change so that a failed signature fits.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::{Change, Other};

use super::shown::Shown;

/// A likely reason, and what to do about it.
#[derive(Debug, Serialize)]
pub struct Hint {
    /// Who can mend it: `sender` or `operator`.
    pub r#for: &'static str,
    /// The reason and the advice in a sentence.
    pub text: String,
}

impl Hint {
    pub(super) fn of(change: &Change, shown: Shown<'_>) -> Self {
        Self {
            r#for: change.party.as_str(),
            text: shown.text(&change.sentence()),
        }
    }
}

/// What would make a failed signature fit, found by trying.
pub(super) fn changes(
    network: &Network,
    raw: &RawPostback,
    form: &Form<'_>,
    networks: &HashMap<Arc<str>, Arc<Network>>,
) -> Vec<Change> {
    let mut others: Vec<Other<'_>> = networks
        .values()
        .filter(|other| other.name != network.name)
        .map(|other| (&*other.name, other.schemes.of(&raw.method)))
        .collect();
    others.sort_unstable_by_key(|(name, _)| *name);
    let scheme = network.schemes.of(&raw.method);
    scheme.likely_changes(raw, form, raw.received_at, &others)
}
