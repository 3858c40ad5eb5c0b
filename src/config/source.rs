//! `[sources.X]`: a traffic source's names for our fields of a click. Those of the common ad platforms are shipped, as data.

use std::collections::HashMap;

use toml::de::DeTable;

use crate::domain::click_field::{ClickAliases, ClickField};

use super::name;
use super::report::{Place, Report, quoted};
use super::section::Section;
use super::suggest::suggestion;
use super::wording::words;

const KEYS: &[&str] = &["params"];

/// A source that the program ships: its name and its text.
type Shipped = (&'static str, &'static str);

/// Where each name comes from, and how sure that is, stands in its file.
pub(super) const SHIPPED: [Shipped; 12] = [
    ("google_ads", include_str!("../../config/sources/google_ads.toml")),
    ("meta_ads", include_str!("../../config/sources/meta_ads.toml")),
    ("tiktok_ads", include_str!("../../config/sources/tiktok_ads.toml")),
    ("microsoft_ads", include_str!("../../config/sources/microsoft_ads.toml")),
    ("snapchat_ads", include_str!("../../config/sources/snapchat_ads.toml")),
    ("pinterest_ads", include_str!("../../config/sources/pinterest_ads.toml")),
    ("x_ads", include_str!("../../config/sources/x_ads.toml")),
    ("linkedin_ads", include_str!("../../config/sources/linkedin_ads.toml")),
    ("reddit_ads", include_str!("../../config/sources/reddit_ads.toml")),
    ("taboola", include_str!("../../config/sources/taboola.toml")),
    ("outbrain", include_str!("../../config/sources/outbrain.toml")),
    (
        "affiliate_network",
        include_str!("../../config/sources/affiliate_network.toml"),
    ),
];

/// The sources that a campaign may name: the operator's, and the shipped ones that he does not replace.
#[derive(Debug)]
pub(super) struct Sources<'c>(HashMap<&'c str, ClickAliases>);

impl<'c> Sources<'c> {
    /// Reads every source. `sources` is the table of the file.
    pub(super) fn read(sources: &Section<'c>) -> Self {
        let mut known: HashMap<&str, ClickAliases> =
            SHIPPED.into_iter().map(|(name, text)| (name, shipped(text))).collect();
        for (key, entry) in sources.entries() {
            name::check(key, &entry);
            let section = entry.section(KEYS);
            known.insert(key, section.map(|section| aliases(&section)).unwrap_or_default());
        }
        Self(known)
    }

    /// The names of several sources, the first of which count first.
    pub(super) fn combined(&self, names: &[(&str, Place)], report: &Report<'_>) -> ClickAliases {
        let mut combined = ClickAliases::default();
        for (name, place) in names {
            let Some(source) = self.0.get(name) else {
                let mut known: Vec<&str> = self.0.keys().copied().collect();
                known.sort_unstable();
                report.absence(
                    place,
                    format!("no source {} is known; {}", quoted(name), suggestion(name, &known)),
                );
                continue;
            };
            for (field, aliases) in source.iter() {
                combined.add(field, aliases.iter().cloned());
            }
        }
        combined
    }
}

fn shipped(text: &str) -> ClickAliases {
    let (document, syntax_errors) = DeTable::parse_recoverable(text);
    let report = Report::new(text, &syntax_errors);
    aliases(&Section::root(&report, document.get_ref(), KEYS))
}

/// Reads the names of a source, each of which has one meaning.
fn aliases(source: &Section<'_>) -> ClickAliases {
    let section = source.section("params", &ClickField::NAMES);
    let mut aliases = ClickAliases::default();
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for key in ClickField::NAMES {
        let Some((field, entry)) = ClickField::parse(key).zip(section.entry(key)) else {
            continue;
        };
        let names = words(&entry, "name");
        for (name, place) in &names {
            let is_ours = ClickField::parse(name).is_some() || *name == "campaign";
            let owner = *owners.entry(name).or_insert(key);
            if is_ours {
                let message = format!("{} is a field of its own, under its own name", quoted(name));
                section.report().fault(place, message);
            } else if owner != key {
                let message = format!(
                    "{} is already a name of {owner}: a parameter has one meaning",
                    quoted(name)
                );
                section.report().fault(place, message);
            }
        }
        aliases.add(field, names.into_iter().map(|(name, _)| name.to_owned()));
    }
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_source_is_sound() {
        for (name, text) in SHIPPED {
            let (document, syntax_errors) = DeTable::parse_recoverable(text);
            let report = Report::new(text, &syntax_errors);
            let names = aliases(&Section::root(&report, document.get_ref(), KEYS));
            let (faults, warnings) = report.finish();
            assert!(
                faults.is_empty() && warnings.is_empty(),
                "{name}: {faults:?} {warnings:?}"
            );
            assert!(names.iter().next().is_some(), "{name}");
            assert!(text.starts_with("# "), "{name} says where its names come from");
        }
    }
}
