//! Golden requests of the senders that have a preset, each signed by another implementation and read by this one.

mod case;
mod golden;
mod mutations;

use std::collections::BTreeSet;

use http::{HeaderName, HeaderValue};

use crate::config::{Evidence, Preset, Proof};
use crate::domain::signature::Unsigned;
use crate::domain::time::Timestamp;
use golden::{Golden, Outcome, goldens};

#[test]
fn what_another_implementation_signed_is_authentic_and_read_for_what_it_says() {
    for golden in goldens() {
        let network = golden.network();
        let raw = golden.request();
        assert_eq!(golden.outcome(&network, &raw), Outcome::Authentic, "{}", golden.label());
        assert_eq!(golden.fields(&network, &raw), golden.expect, "{}", golden.label());
    }
}

#[test]
fn every_sender_that_signs_has_a_golden_request() {
    let has_golden: BTreeSet<String> = goldens().into_iter().map(|golden| golden.preset).collect();
    for preset in Preset::all() {
        let signs = match preset.proof {
            Proof::Default | Proof::Signature { .. } => true,
            Proof::Token { .. } | Proof::Address => false,
        };
        assert!(!signs || has_golden.contains(preset.name), "{}", preset.name);
    }
}

#[test]
fn who_says_library_or_vector_has_it_in_a_golden_request() {
    let goldens = goldens();
    for preset in Preset::all() {
        let mut makers = goldens
            .iter()
            .filter(|golden| golden.preset == preset.name)
            .flat_map(Golden::makers);
        let is_shown = match preset.about.evidence {
            Evidence::Library => makers.any(|maker| maker.ends_with("(PyPI)") || maker.ends_with("(npm)")),
            Evidence::Vector => makers.any(|maker| maker == "the vendor's documentation"),
            Evidence::Documentation | Evidence::IntegrationCode | Evidence::Unverified => true,
        };
        assert!(is_shown, "{}", preset.name);
    }
}

#[test]
fn what_is_signed_here_is_authentic_too() {
    for golden in goldens() {
        let network = golden.network();
        let mut raw = golden.request();
        let now = Timestamp::from_unix_seconds(golden.now);
        let signed = Unsigned(raw.clone()).sign(network.schemes.of(&raw.method), now);
        let signed = signed.unwrap_or_else(|error| panic!("{}: {error}", golden.label()));
        // Where a signature has several places, only the first is signed anew.
        let signature = golden.signature.as_deref();
        let is_old = |value: &HeaderValue| {
            signature.is_some_and(|signature| value.to_str().is_ok_and(|value| value.contains(signature)))
        };
        let old: Vec<HeaderName> = raw
            .headers
            .iter()
            .filter(|(_, value)| is_old(value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in old {
            raw.headers.remove(name);
        }
        raw.headers.extend(signed.headers);
        raw.uri = signed.uri;
        raw.body = signed.body;
        assert_eq!(golden.outcome(&network, &raw), Outcome::Authentic, "{}", golden.label());
    }
}
