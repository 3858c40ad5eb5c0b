//! `params` and `statuses` of a network: its names for our fields and its words for our statuses.

use std::collections::HashMap;

use crate::domain::conversion::Status;
use crate::domain::mapping::{Field, Mapping, StatusTable, StatusWord};

use super::report::{Place, quoted};
use super::section::{Entry, Section};

pub(super) const PARAMS_KEYS: [&str; Field::ALL.len()] = {
    let mut names = [""; Field::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Field::ALL[index].as_str();
        index += 1;
    }
    names
};
pub(super) const STATUSES_KEYS: &[&str] = &["approved", "pending", "rejected", "reversed", "ignored"];

/// A network's names for our fields.
#[derive(Debug, Default)]
pub(super) struct Params {
    pub(super) mapping: Mapping,
    /// The names that the file lists, with their fields.
    pub(super) listed: Vec<(Field, String, Place)>,
}

impl Params {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let mut params = Self::default();
        let mut owners: HashMap<&str, Field> = HashMap::new();
        for field in Field::ALL {
            let Some(entry) = section.entry(field.as_str()) else {
                continue;
            };
            let names = words(&entry, "name");
            for (name, place) in &names {
                let owner = *owners.entry(name).or_insert(field);
                if owner != field {
                    let message = format!(
                        "{} is already a name of {owner}: a parameter has one meaning",
                        quoted(name)
                    );
                    section.report().fault(place, message);
                }
                params.listed.push((field, (*name).to_owned(), place.clone()));
            }
            let names = names.into_iter().map(|(name, _)| name.to_owned()).collect();
            params.mapping.set(field, names);
        }
        params.warn_about_shared_names(section);
        params
    }

    /// A listed name that is also the name under which another field is read by default.
    fn warn_about_shared_names(&self, section: &Section<'_>) {
        let is_listed = |field: Field| self.listed.iter().any(|(listed, _, _)| *listed == field);
        for (field, name, place) in &self.listed {
            let Some(other) = Field::parse(name).filter(|other| other != field && !is_listed(*other)) else {
                continue;
            };
            let message = format!(
                "{name} is read as {field} and, by default, as {other} too; list the names of {other} if that is not meant"
            );
            section.report().warn(place, message);
        }
    }
}

/// Reads a network's words for statuses. A word of a preset that the operator uses otherwise is the operator's.
pub(super) fn status_table(section: &Section<'_>) -> StatusTable {
    let mut listed = Vec::new();
    for key in STATUSES_KEYS {
        if let Some(entry) = section.entry(key) {
            listed.extend(
                words(&entry, "word")
                    .into_iter()
                    .map(|(word, place)| (*key, word, place)),
            );
        }
    }
    listed.sort_by_key(|(_, _, place)| place.preset.is_some());

    let mut table: HashMap<String, (&str, StatusWord)> = HashMap::new();
    for (key, word, place) in listed {
        let means = Status::parse(key).map_or(StatusWord::Ignored, StatusWord::Status);
        let (owner, _) = *table.entry(word.to_lowercase()).or_insert((key, means));
        if owner != key && place.preset.is_none() {
            let message = format!("{} already means {owner}; case does not matter", quoted(word));
            section.report().fault(&place, message);
        }
    }
    StatusTable::new(table.into_iter().map(|(word, (_, means))| (word, means)))
}

/// A text or a list of texts, none of them empty; what is not so is reported and left out.
fn words<'c>(entry: &Entry<'c>, what: &str) -> Vec<(&'c str, Place)> {
    let Some(words) = entry.texts() else {
        return Vec::new();
    };
    if words.is_empty() {
        entry.refuse(format!("expected at least one {what}"));
    }
    let (named, empty): (Vec<_>, Vec<_>) = words.into_iter().partition(|(word, _)| !word.is_empty());
    for (_, place) in empty {
        entry.refuse_at(&place, format!("the {what} is empty"));
    }
    named
}
