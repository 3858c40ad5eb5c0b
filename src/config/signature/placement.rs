//! `from`, `prefix`, `list` and `require`: where signatures stand and what stands beside them.

use crate::domain::signature::{Labels, List, Placement, Reference, Requirement};

use super::super::section::{Entry, Section};
use super::required;

pub(in super::super) const LIST_KEYS: &[&str] = &["item", "pair", "name"];

/// Reads where signatures stand.
pub(super) fn read(section: &Section<'_>) -> Option<Placement> {
    let from = required(section, "from", r#"as "header.x-signature""#).and_then(|entry| from(&entry));
    let prefix = match section.entry("prefix") {
        None => Some(""),
        Some(entry) => entry.text(),
    };
    let list = section.entry("list").map(|entry| list(&entry));
    Some(Placement {
        from: from?,
        prefix: prefix?.to_owned(),
        list: match list {
            None => None,
            Some(list) => Some(list?),
        },
    })
}

fn from(entry: &Entry<'_>) -> Option<Vec<Reference>> {
    let texts = entry.texts()?;
    if texts.is_empty() {
        entry.refuse(r#"expected at least one place, as "header.x-signature""#);
        return None;
    }
    let mut places = Vec::new();
    for (text, place) in &texts {
        let message = match Reference::parse(text) {
            _ if text.starts_with("sig.") => {
                "sig.NAME is an item beside the signature; the signature itself stands at header.NAME, query.NAME, \
                 form.NAME or json./POINTER"
                    .to_owned()
            }
            Err(error) => error.to_string(),
            Ok(reference) if places.contains(&reference) => format!("{reference} is listed twice"),
            Ok(reference) => {
                places.push(reference);
                continue;
            }
        };
        entry.refuse_at(place, message);
    }
    (places.len() == texts.len()).then_some(places)
}

fn list(entry: &Entry<'_>) -> Option<List> {
    let section = entry.section(LIST_KEYS)?;
    let item = required(&section, "item", r#"as ",""#).and_then(|entry| not_empty(&entry));
    let pair = section.entry("pair").map(|entry| not_empty(&entry));
    let name = section.entry("name").map(|entry| not_empty(&entry));
    let labels = match (pair, name) {
        (None, None) => None,
        (Some(pair), Some(name)) => Some(Labels {
            pair: pair?,
            signature: name?,
        }),
        (Some(_), None) => {
            section.refuse_absence(
                "name",
                r#"is required beside pair: which items are signatures, as "v1""#,
            );
            return None;
        }
        (None, Some(_)) => {
            section.refuse_absence("pair", r#"is required beside name: what stands behind it, as "=""#);
            return None;
        }
    };
    let item = item?;
    Some(List { item, labels })
}

fn not_empty(entry: &Entry<'_>) -> Option<String> {
    entry.parse(|text| {
        if text.is_empty() {
            Err("expected at least one character")
        } else {
            Ok(text.to_owned())
        }
    })
}

/// Reads what else a request must hold; a place that was reported is left out.
pub(super) fn require(section: &Section<'_>) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for (place, entry) in section.named("require").entries() {
        match Reference::parse(place) {
            Ok(at) => {
                if let Some(text) = not_empty(&entry) {
                    requirements.push(Requirement { at, text });
                }
            }
            Err(error) => entry.refuse_key(error.to_string()),
        }
    }
    requirements
}
