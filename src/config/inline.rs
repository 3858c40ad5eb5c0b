//! `inline_statuses` of a network: the parameters by which its requests say themselves what their status words mean.

use std::collections::HashMap;

use crate::domain::mapping::{Field, Mapping, StatusWord};

use super::report::{Place, quoted};
use super::section::Section;
use super::wording::{STATUSES_KEYS, meaning, words};

/// Reads the names of parameters that list status words, each of which has one meaning.
pub(super) fn inline(section: &Section<'_>, mapping: &Mapping) -> Vec<(StatusWord, String, Place)> {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    let mut inline = Vec::new();
    for key in STATUSES_KEYS {
        let Some(entry) = section.entry(key) else {
            continue;
        };
        for (name, place) in words(&entry, "name") {
            let field = Field::ALL
                .into_iter()
                .find(|field| mapping.names(*field).iter().any(|own| own == name));
            let owner = *owners
                .entry(name)
                .or_insert_with(|| field.map_or(key, |field| field.as_str()));
            if owner != *key {
                let message = format!(
                    "{} is already a name of {owner}: a parameter has one meaning",
                    quoted(name)
                );
                section.report().fault(&place, message);
            }
            inline.push((meaning(key), name.to_owned(), place));
        }
    }
    inline
}
