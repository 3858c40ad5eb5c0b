//! `key`: how keys are written in their secrets.

use crate::domain::secret::Secret;
use crate::domain::signature::KeyEncoding;

use super::super::report::{Place, Report};
use super::super::section::Section;

pub(in super::super) const KEYS: &[&str] = &["encoding", "strip_prefix"];

/// How a network's keys are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyFormat {
    encoding: KeyEncoding,
    strip_prefix: String,
}

impl KeyFormat {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let section = section.section("key", KEYS);
        let encoding = section.entry("encoding").and_then(|entry| {
            entry.word(&[
                ("raw", KeyEncoding::Raw),
                ("base64", KeyEncoding::Base64),
                ("hex", KeyEncoding::Hex),
            ])
        });
        let strip_prefix = section.entry("strip_prefix").and_then(|entry| entry.text());
        Self {
            encoding: encoding.unwrap_or(KeyEncoding::Raw),
            strip_prefix: strip_prefix.unwrap_or_default().to_owned(),
        }
    }

    /// The key of a secret. A secret without the prefix is a key all the same: it is often left off when copied.
    pub(super) fn key(&self, secret: &Secret, place: &Place, report: &Report<'_>) -> Option<Secret> {
        let text = secret.expose();
        let text = text.strip_prefix(self.strip_prefix.as_bytes()).unwrap_or(text);
        let encoding = match self.encoding {
            KeyEncoding::Raw => "raw",
            KeyEncoding::Base64 => "base64",
            KeyEncoding::Hex => "hex",
        };
        match self.encoding.decode(text) {
            Some(key) if !key.is_empty() => Some(Secret::new(key)),
            Some(_) => {
                report.fault(
                    place,
                    "the secret is empty behind the prefix that signature.key strips off",
                );
                None
            }
            None => {
                // What the secret holds is not shown.
                let message = format!("the secret is not {encoding}, which signature.key.encoding says it is");
                report.fault(place, message);
                None
            }
        }
    }
}
