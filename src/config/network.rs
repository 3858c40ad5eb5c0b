//! `[networks.X]`: who calls `/postback`.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use crate::domain::campaign::Campaigns;
use crate::domain::conversion::Status;
use crate::domain::dedupe::DedupeRule;
use crate::domain::mapping::{Field, PayoutUnit};
use crate::domain::money::Currency;
use crate::domain::network::Network;
use crate::domain::pattern::Pattern;
use crate::domain::signature::Schemes;
use crate::domain::terms::Terms;

use super::coverage;
use super::events::{event, event_table};
use super::report::{Place, Report, quoted};
use super::secrets::Vault;
use super::section::{Entry, Section};
use super::server::{base_url, ip_net};
use super::signature::Signing;
use super::wording::{PARAMS_KEYS, Params, STATUSES_KEYS, status_table};
use super::{constants, name, presets, reply, units};

pub(super) const KEYS: &[&str] = &[
    "secrets",
    "allow_ips",
    "preset",
    "signature",
    "trust_unsigned",
    "patterns",
    "params",
    "constants",
    "statuses",
    "inline_statuses",
    "events",
    "payout_unit",
    "default_event",
    "default_status",
    "currency",
    "dedupe",
    "window",
    "reply",
    "negative_payouts",
    "base_url",
];

const DEFAULT_EVENT: &str = "conversion";
const DEFAULT_WINDOW: Duration = Duration::from_hours(30 * 24);

/// Terms from which on a postback is heavy: 16,000 of these fill the default spool.
const HEAVY_TERMS_BYTES: usize = 64 * 1024;

/// Reads a network; `None` when something that it cannot be without was reported.
pub(super) fn read(
    key: &str,
    entry: &Entry<'_>,
    public_url: &str,
    campaigns: &Campaigns,
    vault: &mut Vault<'_>,
) -> Option<Network> {
    name::check_network(key, entry);
    let section = presets::lie_under(entry.section(KEYS)?);
    let constants = section.section("constants", constants::KEYS);
    let params = Params::read(&section, &constants);
    let patterns = patterns(&section.section("patterns", &PARAMS_KEYS));
    let proof = Proof::read(&section, public_url, vault);
    let trust_unsigned = section
        .entry("trust_unsigned")
        .map(|entry| coverage::trusted(&entry, &params))
        .unwrap_or_default();
    if let Some(proof) = &proof {
        let signature_place = section
            .entry("signature")
            .map_or_else(|| section.place_of("signature"), |entry| entry.key_place().clone());
        coverage::warn(
            section.report(),
            &params,
            &trust_unsigned,
            &proof.schemes,
            &signature_place,
        );
        coverage::warn_about_joins(section.report(), &params, &patterns, &proof.schemes, &signature_place);
    }
    let default_event = section.entry("default_event").and_then(|entry| entry.parse(event));
    let default_status = section
        .entry("default_status")
        .and_then(|entry| entry.word(&Status::ALL.map(|status| (status.as_str(), status))));
    let currency = section.entry("currency").and_then(|entry| entry.parse(currency));
    let dedupe = section
        .entry("dedupe")
        .and_then(|entry| entry.word(&DedupeRule::ALL.map(|rule| (rule.as_str(), rule))));
    let window = section.entry("window").and_then(|entry| entry.parse(window));
    let negative_payouts = section.entry("negative_payouts").and_then(|entry| entry.boolean());
    let statuses = status_table(&section.section("statuses", STATUSES_KEYS));
    let schemes = proof.as_ref().map(|proof| &proof.schemes);
    let events = event_table(&section.named("events"));
    let payout_unit = section
        .entry("payout_unit")
        .and_then(|entry| entry.word(&PayoutUnit::ALL.map(|unit| (unit.as_str(), unit))));
    let negative_payouts = negative_payouts.unwrap_or(false);
    let constants = constants::read(&constants, &params.constant, &statuses, negative_payouts);
    let reply = reply::read(&section.section("reply", reply::KEYS), schemes);

    let terms = Terms::of(key, window.unwrap_or(DEFAULT_WINDOW), campaigns);
    warn_about_load(section.report(), entry.key_place(), &terms);

    // Not before: every key above is read for its faults, whatever was wrong with the proof.
    let Proof { allow_ips, schemes } = proof?;
    Some(Network {
        name: Arc::from(key),
        allow_ips,
        schemes,
        inline_statuses: params.inline_statuses(),
        mapping: params.mapping,
        constants,
        trust_unsigned,
        patterns,
        statuses,
        events,
        default_event: default_event.unwrap_or_else(|| DEFAULT_EVENT.to_owned()),
        default_status: default_status.unwrap_or(Status::Approved),
        currency,
        dedupe: dedupe.unwrap_or(DedupeRule::Transaction),
        terms: Arc::new(terms),
        payout_unit: payout_unit.unwrap_or_default(),
        negative_payouts,
        reply,
    })
}

/// Warns where so many campaigns differ from a network that each of its postbacks is heavy while it waits in the spool, because it
/// carries the terms that it was read under.
fn warn_about_load(report: &Report<'_>, network: &Place, terms: &Terms) {
    let bytes = terms.carried_bytes();
    if bytes < HEAVY_TERMS_BYTES {
        return;
    }
    let message = format!(
        "{} campaigns have windows, payouts or networks of their own, and each of its postbacks carries that, about {} KiB, while \
         it waits in the spool, which so holds fewer of them and takes none beyond 1024 KiB; set windows that campaigns share \
         at the network, and a campaign's networks only where others may not report",
        terms.exceptions.len(),
        bytes / 1024,
    );
    report.warn(network, message);
}

/// How a network proves itself.
struct Proof {
    allow_ips: Vec<IpNet>,
    schemes: Schemes,
}

impl Proof {
    fn read(section: &Section<'_>, public_url: &str, vault: &mut Vault<'_>) -> Option<Self> {
        let own_base_url = section.entry("base_url").and_then(|entry| entry.parse(base_url));
        let signing = match section.entry("signature") {
            None => Some(Signing::Default),
            Some(entry) => Signing::read(&entry, own_base_url.as_deref().unwrap_or(public_url)),
        };
        let secrets = vault.list_with_places(section, "secrets");
        let allow_ips = match section.entry("allow_ips") {
            None => Some(Vec::new()),
            Some(entry) => entry.list(ip_net),
        };
        match &signing {
            Some(Signing::Default | Signing::Mac(..) | Signing::Token(_))
                if secrets.as_ref().is_some_and(Vec::is_empty) =>
            {
                section.refuse_absence(
                    "secrets",
                    r#"expected at least one secret, as [{ env = "ACME_SECRET" }]"#,
                );
            }
            Some(Signing::AddressOnly) if allow_ips.as_ref().is_some_and(Vec::is_empty) => section.refuse_absence(
                "allow_ips",
                r#"expected at least one network: under algorithm "none" the address is the only proof"#,
            ),
            Some(Signing::Default | Signing::Mac(..) | Signing::Token(_) | Signing::AddressOnly) | None => {}
        }
        // Before anything is given up: it reports secrets that are no keys.
        let schemes = signing?.schemes(&secrets?, section.report());
        Some(Self {
            allow_ips: allow_ips?,
            schemes: schemes?,
        })
    }
}

/// Reads what values of some fields look like; a pattern that was reported is left out.
fn patterns(section: &Section<'_>) -> Vec<(Field, Pattern)> {
    let pattern = |field: Field| {
        let entry = section.entry(field.as_str())?;
        let pattern = entry.parse(|text| Pattern::parse(text).map_err(|error| not_a_pattern(text, &error)))?;
        Some((field, pattern))
    };
    Field::ALL.into_iter().filter_map(pattern).collect()
}

/// The error in one line; the crate draws the pattern over several.
fn not_a_pattern(text: &str, error: &regex::Error) -> String {
    let drawn = error.to_string();
    let reason = drawn.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!(
        "expected a regular expression, as '\\d+\\.\\d{{2}}', found {}: {reason}",
        quoted(text)
    )
}

/// Reads a currency code.
pub(super) fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).ok_or_else(|| {
        format!(
            "expected a currency code of ISO 4217, as \"USD\", found {}",
            quoted(text)
        )
    })
}

/// Reads how long after its click a conversion may come.
pub(super) fn window(text: &str) -> Result<Duration, String> {
    units::duration(text, units::DURATION_MAX)
}
