//! What a scheme sees in a request, step by step, for whoever wants to know why it is or is not proven.
//!
//! It takes the steps that verifying takes and keeps what each found. It gives out no signature, neither a right one nor
//! the one that was sent.

use crate::domain::postback::{Form, RawPostback};
use crate::domain::redact::{MASKED, REDACTED, is_credential_place};
use crate::domain::secret::Secret;
use crate::domain::time::Timestamp;

use super::content::Feed;
use super::encoding::Tag;
use super::placement::{Placement, Written};
use super::reference::Found;
use super::require::Requirement;
use super::source::Seen;
use super::{Encoding, MacScheme, Proof, Scheme, TimestampUnit, Token};

/// What a scheme saw in a request. What it did not get to is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The places that must hold a certain text.
    pub requirements: Vec<RequirementSeen>,
    /// Signatures (or tokens) that were found.
    pub found: usize,
    /// How many of them are written as the scheme says.
    pub readable: usize,
    /// The timestamp, where the scheme has one.
    pub timestamp: Option<TimestampSeen>,
    /// The first signed value that is missing or, for an integer part, no number: as the template writes it.
    pub missing_part: Option<String>,
    /// Which of the network's secrets fits, counted from 0.
    pub secret: Option<usize>,
}

/// A place that must hold a certain text. Of one that holds credentials by its name, neither text is given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementSeen {
    /// The place.
    pub at: String,
    /// The text that must stand there.
    pub expected: String,
    /// What stands there, where it is one text.
    pub found: Option<String>,
    /// Whether that is the text.
    pub is_met: bool,
}

/// A timestamp as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampSeen {
    /// Its text; none where there is none, or more than one.
    pub text: Option<String>,
    /// What it means in the scheme's unit.
    pub at: Option<Timestamp>,
}

impl Scheme {
    /// What the scheme sees in a request.
    pub fn inspect(&self, raw: &RawPostback, form: &Form<'_>) -> Inspection {
        match &self.proof {
            Proof::Address => Inspection::default(),
            Proof::Token(token) => {
                let written = read_or_nothing(&token.placement, raw, form);
                let candidates: Vec<&[u8]> = written.candidates().collect();
                let fits = |token: &Token| candidates.iter().any(|candidate| token.is(candidate));
                Inspection {
                    requirements: requirements(&token.require, raw, form),
                    found: candidates.len(),
                    readable: candidates.len(),
                    secret: token.tokens.iter().position(fits),
                    ..Inspection::default()
                }
            }
            Proof::Mac(mac) => mac.inspect(raw, form),
        }
    }

    /// The signatures that would be right for a request, in every way in which they could be written: what nobody who sees
    /// an explanation may see.
    pub fn right_signatures(&self, raw: &RawPostback, form: &Form<'_>) -> Vec<Secret> {
        let Proof::Mac(mac) = &self.proof else {
            return Vec::new();
        };
        let written = read_or_nothing(&mac.placement, raw, form);
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let timestamp = mac.timestamp_text(&seen);
        let tags = mac
            .keys
            .iter()
            .filter_map(|key| mac.signature(key, &seen, timestamp).ok());
        let texts = tags.flat_map(|tag| {
            let upper = Encoding::Hex.encode(&tag).to_ascii_uppercase();
            Encoding::ALL
                // Without its padding a text is found with it and without.
                .map(|encoding| encoding.encode(&tag).trim_end_matches('=').to_owned())
                .into_iter()
                .chain([upper])
        });
        texts.map(|text| Secret::new(text.into_bytes())).collect()
    }

    /// The bytes that a signature is made over, with `***` for the secret; none where nothing is signed, or where a part of
    /// them is missing.
    pub fn signed_bytes(&self, raw: &RawPostback, form: &Form<'_>) -> Option<Vec<u8>> {
        match &self.proof {
            Proof::Address | Proof::Token(_) => None,
            Proof::Mac(mac) => mac.signed_bytes(raw, form, &Secret::new(MASKED)),
        }
    }
}

impl MacScheme {
    fn inspect(&self, raw: &RawPostback, form: &Form<'_>) -> Inspection {
        let written = read_or_nothing(&self.placement, raw, form);
        let decoded = written.candidates().filter_map(|text| self.encoding.decode(text));
        let candidates: Vec<Tag> = decoded.collect();
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let found = self.timestamp.as_ref().map(|rule| (rule.unit, rule.from.find(&seen)));
        let missing_part = self.content.terms().find(|term| term.find(&seen).is_err());
        let text = found.and_then(|(_, found)| one(found));
        let fits = |signature: Tag| candidates.iter().any(|candidate| signature.is_same(candidate).into());
        let secret = self
            .keys
            .iter()
            .position(|key| self.signature(key, &seen, text).is_ok_and(fits));
        Inspection {
            requirements: requirements(&self.require, raw, form),
            found: written.candidates().count(),
            readable: candidates.len(),
            timestamp: found.map(|(unit, found)| TimestampSeen::of(unit, found)),
            missing_part: missing_part.map(ToString::to_string),
            secret,
        }
    }

    /// The bytes that a signature is made over, with `secret` where the template has it.
    pub(super) fn signed_bytes(&self, raw: &RawPostback, form: &Form<'_>, secret: &Secret) -> Option<Vec<u8>> {
        let written = read_or_nothing(&self.placement, raw, form);
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let feed = Feed {
            seen: &seen,
            signature_at: &self.placement.from,
            timestamp: self.timestamp_text(&seen),
            base_url: &self.base_url,
            secret,
        };
        let mut bytes = Vec::new();
        self.content
            .feed(&feed, &mut |piece| bytes.extend_from_slice(piece))
            .ok()?;
        Some(bytes)
    }
}

impl MacScheme {
    /// The one text of the timestamp, where there is one.
    pub(super) fn timestamp_text<'a>(&self, seen: &Seen<'a>) -> Option<&'a [u8]> {
        one(self.timestamp.as_ref()?.from.find(seen))
    }
}

impl TimestampSeen {
    fn of(unit: TimestampUnit, found: Found<'_>) -> Self {
        let text = one(found);
        Self {
            at: text.and_then(|text| unit.parse(text)),
            text: text.map(|text| String::from_utf8_lossy(text).into_owned()),
        }
    }
}

/// What stands at a signature's place, also where it is not as it should be.
pub(super) fn read_or_nothing<'a>(placement: &Placement, raw: &'a RawPostback, form: &'a Form<'a>) -> Written<'a> {
    placement.read(raw, form).unwrap_or_default()
}

/// The one text that stands at a place.
fn one(found: Found<'_>) -> Option<&[u8]> {
    match found {
        Found::One(text) => Some(text),
        Found::None | Found::Several => None,
    }
}

fn requirements(all: &[Requirement], raw: &RawPostback, form: &Form<'_>) -> Vec<RequirementSeen> {
    let seen = all.iter().map(|requirement| {
        let found = requirement.at.find(raw, form);
        let shown = |text: &[u8]| {
            if is_credential_place(&requirement.at) {
                REDACTED.to_owned()
            } else {
                String::from_utf8_lossy(text).into_owned()
            }
        };
        RequirementSeen {
            at: requirement.at.to_string(),
            expected: shown(requirement.text.as_bytes()),
            found: one(found).map(shown),
            is_met: requirement.is_met(found).into(),
        }
    });
    seen.collect()
}
