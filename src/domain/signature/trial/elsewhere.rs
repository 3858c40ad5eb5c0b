//! Trials that leave the signed bytes alone: another clock, another unit of time, another place of the signature.

use std::iter;

use http::HeaderName;

use crate::domain::form::Pair;
use crate::domain::json::Json;
use crate::domain::postback::{Body, Form, RawPostback};
use crate::domain::time::Timestamp;

use super::super::inspect::read_or_nothing;
use super::super::placement::Placement;
use super::super::reference::Reference;
use super::super::source::Seen;
use super::super::{Encoding, MacScheme, TimestampRule, TimestampUnit};
use super::Change;

/// Places that are looked at for a signature.
const PLACES_MAX: usize = 200;

impl MacScheme {
    /// A signature that is right, but not now.
    pub(super) fn other_times(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Vec<Change> {
        let Some(rule) = &self.timestamp else { return Vec::new() };
        let written = read_or_nothing(&self.placement, raw, form);
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let Some(text) = self.timestamp_text(&seen) else {
            return Vec::new();
        };
        let is_right_in = |unit: &TimestampUnit| {
            let rule = TimestampRule {
                unit: *unit,
                ..rule.clone()
            };
            self.with_timestamp(rule).verify(raw, form, now).is_ok()
        };
        let mut units = TimestampUnit::ALL.into_iter().filter(|unit| *unit != rule.unit);
        if let Some(unit) = units.find(is_right_in) {
            let (unit, expected) = (unit.as_str(), rule.unit.as_str());
            return vec![Change::of_operator(
                format!("with a timestamp in the unit {unit:?}, where {expected:?} is expected"),
                format!("set timestamp.unit to {unit:?}, or let the sender write {expected:?}"),
            )];
        }
        let signed_at = rule.unit.parse(text).filter(|at| self.verify(raw, form, *at).is_ok());
        signed_at.map(|at| off_by(now.seconds_since(at))).into_iter().collect()
    }

    fn with_timestamp(&self, rule: TimestampRule) -> Self {
        Self {
            timestamp: Some(rule),
            ..self.clone()
        }
    }

    /// A signature that is right, but stands elsewhere or is written in another way.
    pub(super) fn other_places(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Vec<Change> {
        let read = self.placement.read(raw, form);
        let is_readable = |text: &[u8]| self.encoding.decode(text).is_some();
        if read.is_ok_and(|written| written.candidates().any(is_readable)) {
            return Vec::new();
        }
        let expected = self
            .placement
            .from
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let mut places = places(raw, form);
        places.retain(|place| !self.placement.from.contains(place));
        for place in places.into_iter().take(PLACES_MAX) {
            for prefix in prefixes(&self.placement.prefix) {
                for encoding in Encoding::ALL {
                    let moved = Self {
                        placement: Placement::at(vec![place.clone()], prefix.to_owned()),
                        encoding,
                        ..self.clone()
                    };
                    if moved.verify(raw, form, now).is_ok() {
                        let change = Change::of_operator(
                            format!(
                                "at {place}, written in {}, and expected at {expected}",
                                encoding.as_str()
                            ),
                            format!("set signature.from to \"{place}\", or let the sender put it where it is expected"),
                        );
                        return vec![change.at(place)];
                    }
                }
            }
        }
        Vec::new()
    }
}

fn off_by(seconds: i64) -> Change {
    let (place, distance) = if seconds < 0 {
        ("ahead of", seconds.unsigned_abs())
    } else {
        ("behind", seconds.unsigned_abs())
    };
    Change::of_sender(
        format!("for its own time, which is {distance} s {place} ours"),
        "set the sender's clock, and sign every attempt anew: an old request that is sent again looks the same",
    )
}

/// What a signature could stand behind: the configured prefix, or nothing.
fn prefixes(configured: &str) -> impl Iterator<Item = &str> {
    let bare = (!configured.is_empty()).then_some("");
    iter::once(configured).chain(bare)
}

/// Where a signature could stand.
fn places(raw: &RawPostback, form: &Form<'_>) -> Vec<Reference> {
    let named = |pairs: &[Pair<'_>], place: fn(String) -> Reference| {
        let names = pairs.iter().map(|pair| place(pair.name.clone().into_owned()));
        names.collect::<Vec<_>>()
    };
    let mut places: Vec<Reference> = raw
        .headers
        .keys()
        .map(HeaderName::clone)
        .map(Reference::Header)
        .collect();
    places.extend(named(&form.query, Reference::Query));
    match &form.body {
        Body::Empty => {}
        Body::Form(pairs) => places.extend(named(pairs, Reference::Form)),
        Body::Json(members) => {
            let texts = members.iter().filter(|(_, value)| matches!(value, Json::Text(_)));
            let pointer = |name: &str| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            places.extend(texts.map(|(name, _)| Reference::Json(pointer(name))));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_before_a_signature_is_tried_once() {
        for (configured, tried) in [("", &[""][..]), ("sha256=", &["sha256=", ""])] {
            assert_eq!(prefixes(configured).collect::<Vec<_>>(), tried);
        }
    }
}
