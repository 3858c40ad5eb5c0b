//! What a network's status words mean.

use std::collections::HashMap;

use crate::domain::conversion::Status;

/// The words that every network may use.
const BUILT_IN: [(&str, Status); 15] = [
    ("approved", Status::Approved),
    ("paid", Status::Approved),
    ("confirmed", Status::Approved),
    ("sale", Status::Approved),
    ("pending", Status::Pending),
    ("hold", Status::Pending),
    ("lead", Status::Pending),
    ("rejected", Status::Rejected),
    ("declined", Status::Rejected),
    ("denied", Status::Rejected),
    ("canceled", Status::Rejected),
    ("cancelled", Status::Rejected),
    ("reversed", Status::Reversed),
    ("refunded", Status::Reversed),
    ("chargeback", Status::Reversed),
];

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

    /// The words of a meaning: the network's own in their order, then the built-in ones that it does not use otherwise.
    pub fn words(&self, meaning: StatusWord) -> Vec<String> {
        let own = self.0.iter().filter(|(_, means)| **means == meaning);
        let mut words: Vec<String> = own.map(|(word, _)| word.clone()).collect();
        words.sort_unstable();
        let built_in = BUILT_IN
            .into_iter()
            .filter(|(word, means)| StatusWord::Status(*means) == meaning && !self.0.contains_key(*word));
        words.extend(built_in.map(|(word, _)| word.to_owned()));
        words
    }

    /// A word for one of our statuses: the network's own, the first in the alphabet, else a built-in one.
    pub fn word_for(&self, status: Status) -> Option<String> {
        self.words(StatusWord::Status(status)).into_iter().next()
    }

    fn built_in(word: &str) -> Option<Status> {
        let mut words = BUILT_IN.into_iter();
        words.find(|(known, _)| *known == word).map(|(_, means)| means)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_written_in_the_networks_own_word() {
        let table = StatusTable::new([
            ("Won".to_owned(), StatusWord::Status(Status::Approved)),
            ("cashed".to_owned(), StatusWord::Status(Status::Approved)),
            ("pending".to_owned(), StatusWord::Status(Status::Rejected)),
        ]);
        for (status, word) in [
            (Status::Approved, "cashed"),
            (Status::Rejected, "pending"),
            // Its first word means something else here.
            (Status::Pending, "hold"),
            (Status::Reversed, "reversed"),
        ] {
            assert_eq!(table.word_for(status).as_deref(), Some(word), "{status}");
        }
    }
}
