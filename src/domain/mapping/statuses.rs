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

    /// A word for one of our statuses: the network's own, the first in the alphabet, else ours where the network has not given
    /// it another meaning.
    pub fn word_for(&self, status: Status) -> Option<&str> {
        let means_it = |means: Option<StatusWord>| means == Some(StatusWord::Status(status));
        let own = self.0.iter().filter(|(_, means)| means_it(Some(**means)));
        let own = own.map(|(word, _)| word.as_str()).min();
        own.or(Some(status.as_str()).filter(|word| means_it(self.meaning(word))))
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
        assert_eq!(table.word_for(Status::Approved), Some("cashed"));
        assert_eq!(table.word_for(Status::Rejected), Some("pending"));
        assert_eq!(
            table.word_for(Status::Pending),
            None,
            "its word means something else here"
        );
        assert_eq!(table.word_for(Status::Reversed), Some("reversed"));
    }
}
