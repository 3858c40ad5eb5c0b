//! What a network's words for events mean.

use std::collections::HashMap;

/// Our names of a network's events, by its words. Case matters: at some networks `Deposit` and `deposit` are two events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventTable(HashMap<String, String>);

impl EventTable {
    /// A table of pairs of a network's word and our name.
    pub fn new(words: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(words.into_iter().collect())
    }

    /// Each of the network's words with our name, in the order of the words.
    pub fn words(&self) -> Vec<(&str, &str)> {
        let mut words: Vec<_> = self.0.iter().map(|(word, name)| (&**word, &**name)).collect();
        words.sort_unstable();
        words
    }

    /// Our name of an event; a word that is not in the table is its own.
    pub fn name_of<'e>(&'e self, word: &'e str) -> &'e str {
        self.0.get(word).map_or(word, String::as_str)
    }
}
