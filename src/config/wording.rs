//! `params` and `statuses` of a network: its names for our fields and its words for our statuses.

use std::collections::HashMap;

use crate::domain::conversion::Status;
use crate::domain::json;
use crate::domain::mapping::{Field, InlineStatuses, Mapping, StatusTable, StatusWord, is_pointer};

use super::inline::inline;
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
    /// The fields that are constant: they have no parameter.
    pub(super) constant: Vec<Field>,
    /// The names that list status words, with what these mean.
    pub(super) inline: Vec<(StatusWord, String, Place)>,
}

impl Params {
    /// Reads `params` and `inline_statuses` of a network, none of which may name what is in its `constants`.
    pub(super) fn read(network: &Section<'_>, constants: &Section<'_>) -> Self {
        let section = &network.section("params", &PARAMS_KEYS);
        let mut params = Self::default();
        let mut owners: HashMap<&str, Field> = HashMap::new();
        for field in Field::ALL {
            let (constant, entry) = match (constants.entry(field.as_str()), section.entry(field.as_str())) {
                (Some(constant), Some(entry)) if constant.place().is_of_preset() == entry.place().is_of_preset() => {
                    constant.refuse_key(format!(
                        "{} names parameters for it, too: a field is constant or read",
                        entry.key_place().key
                    ));
                    (Some(constant), Some(entry))
                }
                // What the operator wrote wins over what the preset says.
                (Some(constant), Some(entry)) if constant.place().is_of_preset() => (None, Some(entry)),
                (Some(constant), _) => (Some(constant), None),
                (None, entry) => (None, entry),
            };
            if constant.is_some() {
                params.constant.push(field);
            }
            let Some(entry) = entry else {
                continue;
            };
            let names = words(&entry, "name");
            for (name, place) in &names {
                if is_pointer(name) && !json::is_valid_pointer(name) {
                    let message = format!(
                        "{} is no JSON pointer: in a name on its way, ~ is written as ~0 and / as ~1 (RFC 6901)",
                        quoted(name)
                    );
                    section.report().fault(place, message);
                }
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
        params.inline = inline(&network.section("inline_statuses", STATUSES_KEYS), &params.mapping);
        params
    }

    /// The parameters that list status words.
    pub(super) fn inline_statuses(&self) -> InlineStatuses {
        let names = self.inline.iter();
        InlineStatuses::new(names.map(|(means, name, _)| (*means, name.clone())).collect())
    }

    /// A listed name that is also the name under which another field is read by default.
    fn warn_about_shared_names(&self, section: &Section<'_>) {
        let has_others =
            |field: Field| self.constant.contains(&field) || self.listed.iter().any(|(listed, _, _)| *listed == field);
        for (field, name, place) in &self.listed {
            let Some(other) = Field::parse(name).filter(|other| other != field && !has_others(*other)) else {
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
    let entries = STATUSES_KEYS.iter().filter_map(|key| Some((*key, section.entry(key)?)));
    let mut table: HashMap<String, (&str, StatusWord)> = HashMap::new();
    for (key, word, place) in own_words_first(entries, "word") {
        let (owner, _) = *table.entry(word.to_lowercase()).or_insert((key, meaning(key)));
        if owner != key && !place.is_of_preset() {
            let message = format!("{} already means {owner}; case does not matter", quoted(word));
            section.report().fault(&place, message);
        }
    }
    StatusTable::new(table.into_iter().map(|(word, (_, means))| (word, means)))
}

/// What a key of a table of statuses stands for.
pub(super) fn meaning(key: &str) -> StatusWord {
    Status::parse(key).map_or(StatusWord::Ignored, StatusWord::Status)
}

/// The words of some entries with the entry's key, those of a preset last: the operator's own win over them.
pub(super) fn own_words_first<'c>(
    entries: impl Iterator<Item = (&'c str, Entry<'c>)>,
    what: &str,
) -> Vec<(&'c str, &'c str, Place)> {
    let mut listed: Vec<_> = entries
        .flat_map(|(key, entry)| {
            words(&entry, what)
                .into_iter()
                .map(move |(word, place)| (key, word, place))
        })
        .collect();
    listed.sort_by_key(|(_, _, place)| place.is_of_preset());
    listed
}

/// A text or a list of texts, none of them empty; what is not so is reported and left out.
pub(super) fn words<'c>(entry: &Entry<'c>, what: &str) -> Vec<(&'c str, Place)> {
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
