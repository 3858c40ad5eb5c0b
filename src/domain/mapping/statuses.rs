//! What a network's status words mean.

use std::collections::HashMap;

use crate::domain::conversion::Status;

/// What a network's status word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusWord {
    /// One of ours.
    Status(Status),
    /// Logged, not counted.
    Ignored,
}

/// A network's words for statuses, beside the built-in ones. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusTable(HashMap<String, StatusWord>);

impl StatusTable {
    /// A table of the network's own words, which win over the built-in ones.
    pub fn new(words: impl IntoIterator<Item = (String, StatusWord)>) -> Self {
        Self(
            words
                .into_iter()
                .map(|(word, means)| (word.to_lowercase(), means))
                .collect(),
        )
    }

    /// What a word means, if it is known.
    pub fn meaning(&self, word: &str) -> Option<StatusWord> {
        let word = word.to_lowercase();
        self.0
            .get(&word)
            .copied()
            .or_else(|| Self::built_in(&word).map(StatusWord::Status))
    }

    fn built_in(word: &str) -> Option<Status> {
        Some(match word {
            "approved" | "paid" | "confirmed" | "sale" => Status::Approved,
            "pending" | "hold" | "lead" => Status::Pending,
            "rejected" | "declined" | "denied" | "canceled" | "cancelled" => Status::Rejected,
            "reversed" | "refunded" | "chargeback" => Status::Reversed,
            _ => return None,
        })
    }
}
