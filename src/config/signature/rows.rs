//! `params` and `values`: what `{params}` and `{values}` stand for.
//!
//! Where something was reported, what is returned holds a place, so that `content` is not blamed as well.

use crate::domain::signature::{ParamEncoding, Params, ParamsFrom, Rows, Term, Values};

use super::super::section::{Entry, Section};
use super::required;

pub(in super::super) const PARAMS_KEYS: &[&str] =
    &["from", "without", "pair", "separator", "lead", "encoding", "substitute"];
pub(in super::super) const VALUES_KEYS: &[&str] = &["separator", "of"];

pub(super) fn read(section: &Section<'_>) -> Rows {
    Rows {
        params: section.entry("params").map(|entry| params(&entry).unwrap_or_default()),
        values: section.entry("values").map(|entry| values(&entry).unwrap_or_default()),
    }
}

fn params(entry: &Entry<'_>) -> Option<Params> {
    let section = entry.section(PARAMS_KEYS)?;
    let defaults = Params::default();
    let text = |name: &str, default: String| {
        let entry = section.entry(name);
        entry.and_then(|entry| entry.text()).map_or(default, str::to_owned)
    };
    let from = section.entry("from").and_then(|entry| {
        let places = [("query", ParamsFrom::Query), ("form", ParamsFrom::Form)];
        entry.word(&places)
    });
    let encoding = section.entry("encoding").and_then(|entry| {
        entry.word(&[
            ("decoded", ParamEncoding::Decoded),
            ("form", ParamEncoding::Form),
            ("form-whatwg", ParamEncoding::FormWhatwg),
            ("rfc3986", ParamEncoding::Rfc3986),
            ("uricomponent", ParamEncoding::UriComponent),
        ])
    });
    let without = section.entry("without").and_then(|entry| entry.texts());
    let without = without.unwrap_or_default().into_iter();
    Some(Params {
        from: from.unwrap_or(defaults.from),
        without: without.map(|(name, _)| name.to_owned()).collect(),
        pair: text("pair", defaults.pair),
        separator: text("separator", defaults.separator),
        lead: text("lead", defaults.lead),
        encoding: encoding.unwrap_or(defaults.encoding),
        substitute: substitute(&section),
    })
}

fn substitute(section: &Section<'_>) -> Vec<(char, String)> {
    let mut substitute = Vec::new();
    for (from, entry) in section.named("substitute").entries() {
        let mut characters = from.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => {
                if let Some(to) = entry.text() {
                    substitute.push((character, to.to_owned()));
                }
            }
            (Some(_) | None, _) => entry.refuse_key(r#"expected one character, as { "&" = "_" }"#),
        }
    }
    substitute
}

fn values(entry: &Entry<'_>) -> Option<Values> {
    let section = entry.section(VALUES_KEYS)?;
    let separator = section.entry("separator").and_then(|entry| entry.text());
    let of = required(&section, "of", r#"as ["query.click_id?", "query.tx_id"]"#)?;
    let terms = of.list(|text| Term::parse(text).map_err(|error| error.to_string()))?;
    if terms.is_empty() {
        of.refuse(r#"expected at least one place, as "query.tx_id""#);
    }
    Some(Values {
        separator: separator.unwrap_or_default().to_owned(),
        of: terms,
    })
}
