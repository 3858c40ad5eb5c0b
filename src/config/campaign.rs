//! `[campaigns.X]`: what affiliates send clicks to.

use std::sync::Arc;

use crate::domain::campaign::{Campaign, Openness};
use crate::domain::template::{Destination, Placeholder};

use super::name;
use super::network::window;
use super::payouts;
use super::report::quoted;
use super::section::Entry;
use super::source::Sources;
use super::suggest::suggestion;

pub(super) const KEYS: &[&str] = &[
    "destination",
    "networks",
    "source",
    "window",
    "payout",
    "payouts",
    "enabled",
    "fallback_url",
];

/// Reads a campaign; `None` when it has no destination, which was reported. `networks` are the names that are configured.
/// `sources` are the traffic sources that it may name.
pub(super) fn read(key: &str, entry: &Entry<'_>, networks: &[&str], sources: &Sources<'_>) -> Option<Campaign> {
    name::check(key, entry);
    let section = entry.section(KEYS)?;
    let destination = section.entry("destination");
    if destination.is_none() {
        let message = r#"is required, as "https://shop.example/?cid={click_id}""#;
        section.refuse_absence("destination", message);
    }
    let destination = destination.and_then(|entry| destination_of(&entry));
    let allowed = section.entry("networks").and_then(|entry| allowed(&entry, networks));
    let aliases = section
        .entry("source")
        .and_then(|entry| entry.texts())
        .map(|names| sources.combined(&names, section.report()));
    let window = section.entry("window").and_then(|entry| entry.parse(window));
    let payouts = payouts::read(&section);
    let enabled = section.entry("enabled").and_then(|entry| entry.boolean());
    let fallback = section
        .entry("fallback_url")
        .and_then(|entry| entry.parse(Destination::parse));
    let open = match (enabled.unwrap_or(true), fallback) {
        // A fallback may wait here for the day on which the campaign is switched off.
        (true, _) => Openness::Enabled,
        (false, None) => Openness::Disabled,
        (false, Some(fallback)) => Openness::FallsBack(fallback),
    };
    Some(Campaign {
        name: Arc::from(key),
        destination: destination?,
        networks: allowed.unwrap_or_default(),
        window,
        payouts: Arc::new(payouts),
        aliases: aliases.unwrap_or_default(),
        open,
    })
}

/// A destination. Whoever it does not tell the click id cannot name the click in a postback, which is seen only when conversions
/// stay without one.
fn destination_of(entry: &Entry<'_>) -> Option<Destination> {
    let destination = entry.parse(Destination::parse)?;
    if !destination.has(Placeholder::ClickId) {
        entry.warn(
            "has no {click_id}, so no postback can name a click of this campaign; pass it on in the parameter that the network \
             sends back, as in https://shop.example/?cid={click_id}",
        );
    }
    Some(destination)
}

/// The networks that a campaign lists; what is no network was reported and is left out.
fn allowed(entry: &Entry<'_>, networks: &[&str]) -> Option<Vec<Arc<str>>> {
    let mut allowed = Vec::new();
    for item in entry.items()? {
        let Some(name) = item.text() else {
            continue;
        };
        if networks.contains(&name) {
            allowed.push(Arc::from(name));
            continue;
        }
        let hint = if networks.is_empty() {
            "none is".to_owned()
        } else {
            suggestion(name, networks)
        };
        item.refuse_without(format!("no network {} is configured; {hint}", quoted(name)));
    }
    Some(allowed)
}
