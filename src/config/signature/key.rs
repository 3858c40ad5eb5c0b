//! `key`: how keys are written in their secrets.

use crate::domain::secret::Secret;
use crate::domain::signature::{KeyEncoding, KeyFormat};

use super::super::report::{Place, Report};
use super::super::section::Section;

pub(in super::super) const KEYS: &[&str] = &["encoding", "strip_prefix"];

/// Reads how a network's keys are written.
pub(super) fn read(section: &Section<'_>) -> KeyFormat {
    let section = section.section("key", KEYS);
    let encoding = section
        .entry("encoding")
        .and_then(|entry| entry.word(&KeyEncoding::ALL.map(|encoding| (encoding.as_str(), encoding))));
    let strip_prefix = section.entry("strip_prefix").and_then(|entry| entry.text());
    KeyFormat {
        encoding: encoding.unwrap_or(KeyEncoding::Raw),
        strip_prefix: strip_prefix.unwrap_or_default().to_owned(),
    }
}

/// The key of a secret; one that is none is reported where it stands.
pub(super) fn of(format: &KeyFormat, secret: &Secret, place: &Place, report: &Report<'_>) -> Option<Secret> {
    let key = format.key(secret);
    key.map_err(|fault| report.fault(place, fault.to_string())).ok()
}
