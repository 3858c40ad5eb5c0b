//! `events` of a network: its words for what happened, under our names.

use std::collections::HashMap;

use crate::domain::mapping::{EventTable, Field};

use super::report::quoted;
use super::section::Section;
use super::wording::own_words_first;

/// Reads a network's words for events. The keys are our names, which the operator chooses.
pub(super) fn event_table(section: &Section<'_>) -> EventTable {
    let mut table: HashMap<&str, &str> = HashMap::new();
    for (key, entry) in section.entries() {
        if let Err(message) = event(key) {
            entry.refuse_key(message);
        }
    }
    for (key, word, place) in own_words_first(section.entries().into_iter(), "word") {
        if let Err(message) = event(word) {
            section.report().fault(&place, message);
        }
        let owner = *table.entry(word).or_insert(key);
        if owner != key && !place.is_of_preset() {
            let message = format!("{} already means {}", quoted(word), quoted(owner));
            section.report().fault(&place, message);
        }
    }
    EventTable::new(table.into_iter().map(|(word, name)| (word.to_owned(), name.to_owned())))
}

/// Reads the name of an event.
pub(super) fn event(text: &str) -> Result<String, String> {
    let bytes_max = Field::Event.bytes_max();
    if text.is_empty() || text.len() > bytes_max || text.contains(char::is_control) {
        return Err(format!(
            "expected a name of 1 to {bytes_max} bytes, found {}",
            quoted(text)
        ));
    }
    Ok(text.to_owned())
}
