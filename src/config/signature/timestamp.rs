//! `timestamp`: where it stands, how it is written, how old it may be.

use std::time::Duration;

use crate::domain::signature::{Source, TimestampRule, TimestampUnit};

use super::super::section::Entry;
use super::super::units;
use super::required;

pub(in super::super) const KEYS: &[&str] = &["from", "unit", "tolerance"];

pub(super) fn read(entry: &Entry<'_>) -> Option<TimestampRule> {
    let section = entry.section(KEYS)?;
    let from = required(&section, "from", r#"as "header.x-timestamp""#).and_then(|entry| entry.parse(Source::parse));
    let unit = match section.entry("unit") {
        None => Some(TimestampUnit::Seconds),
        Some(entry) => entry.word(&TimestampUnit::ALL.map(|unit| (unit.as_str(), unit))),
    };
    let tolerance: Option<Duration> = required(&section, "tolerance", r#"as "5m""#)
        .and_then(|entry| entry.parse(|text| units::duration(text, units::DURATION_MAX)));
    Some(TimestampRule {
        from: from?,
        unit: unit?,
        tolerance: tolerance?,
    })
}
