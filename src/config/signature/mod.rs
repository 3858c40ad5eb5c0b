//! `[networks.X.signature]`: what is signed, with what, and where the signature stands.
//!
//! Each key is read into its part of a scheme by a file of its own; [`checks`] then compares the parts. What this grammar
//! cannot express is refused by name, so that nobody takes a scheme for active that is not.

mod algorithm;
mod checks;
pub(super) mod key;
pub(super) mod placement;
pub(super) mod rows;
pub(super) mod timestamp;

use crate::domain::secret::Secret;
use crate::domain::signature::{Algorithm, Content, Encoding, Key, MacScheme, Scheme, Schemes, Token, TokenScheme};

use super::report::{Place, Report};
use super::section::{Entry, Section};
use algorithm::Proof;
use checks::Parts;

pub(super) const KEYS: &[&str] = &[
    "algorithm",
    "key",
    "content",
    "from",
    "prefix",
    "list",
    "encoding",
    "timestamp",
    "require",
    "params",
    "values",
];
/// The keys that have a meaning under `algorithm = "token"`.
const TOKEN_KEYS: [&str; 4] = ["algorithm", "from", "prefix", "require"];
/// The keys that have a meaning under `algorithm = "none"`.
const NONE_KEYS: [&str; 1] = ["algorithm"];

/// How a network signs, before its keys are known.
#[derive(Debug)]
pub(super) enum Signing {
    /// The default pair of schemes.
    Default,
    /// A configured hash for every method; its scheme still has no keys.
    Mac(Box<Unkeyed>),
    /// A secret in the request; the scheme still has no tokens.
    Token(TokenScheme),
    /// Its addresses are its proof.
    AddressOnly,
}

/// A hash over parts of the request, before its keys are known.
#[derive(Debug)]
pub(super) struct Unkeyed {
    algorithm: Algorithm,
    scheme: MacScheme,
}

impl Signing {
    /// Reads the section; `None` when it was reported.
    ///
    /// A section that names its algorithm is a whole scheme: nothing of a preset's scheme is mixed into it.
    pub(super) fn read(entry: &Entry<'_>, base_url: &str) -> Option<Self> {
        let section = entry.section(KEYS)?.alone_with("algorithm");
        let proof =
            required(&section, "algorithm", r#"as "hmac-sha256""#).and_then(|entry| entry.parse(algorithm::proof));
        match proof {
            Some(Proof::Address) => {
                refuse_keys_but(&NONE_KEYS, &section, "none");
                Some(Self::AddressOnly)
            }
            Some(Proof::Token) => {
                refuse_keys_but(&TOKEN_KEYS, &section, "token");
                let placement = placement::read(&section);
                Some(Self::Token(TokenScheme {
                    require: placement::require(&section),
                    placement: placement?,
                    tokens: Vec::new(),
                }))
            }
            Some(Proof::Mac(algorithm)) => {
                let scheme = mac(&section, Some(algorithm), base_url)?;
                Some(Self::Mac(Box::new(Unkeyed { algorithm, scheme })))
            }
            None => {
                // The rest is read for its own faults.
                mac(&section, None, base_url);
                None
            }
        }
    }

    /// The schemes with their keys; `None` when a secret is no key, which was reported where it stands.
    pub(super) fn schemes(self, secrets: &[(Secret, Place)], report: &Report<'_>) -> Option<Schemes> {
        match self {
            Self::Default => {
                let keys = secrets
                    .iter()
                    .map(|(secret, _)| Key::new(Algorithm::HmacSha256, secret));
                Some(Schemes::default_pair(&keys.collect::<Vec<_>>()))
            }
            Self::Mac(unkeyed) => {
                let Unkeyed { algorithm, scheme } = *unkeyed;
                // Each is tried before any is given up, so that every faulty one is reported.
                let keys: Vec<Option<Key>> = secrets
                    .iter()
                    .map(|(secret, place)| {
                        let key = key::of(&scheme.key_format, secret, place, report)?;
                        Some(Key::new(algorithm, &key))
                    })
                    .collect();
                let keys = keys.into_iter().collect::<Option<_>>()?;
                Some(Schemes::both(Scheme::mac(MacScheme { keys, ..scheme })))
            }
            Self::Token(scheme) => {
                let tokens = secrets.iter().map(|(secret, _)| Token::new(secret)).collect();
                Some(Schemes::both(Scheme::token(TokenScheme { tokens, ..scheme })))
            }
            Self::AddressOnly => Some(Schemes::both(Scheme::address_only())),
        }
    }
}

fn refuse_keys_but(known: &[&str], section: &Section<'_>, algorithm: &str) {
    for key in KEYS.iter().filter(|key| !known.contains(*key)) {
        if let Some(entry) = section.entry(key) {
            entry.refuse_key(format!("has no meaning under algorithm {algorithm:?}; remove it"));
        }
    }
}

fn mac(section: &Section<'_>, algorithm: Option<Algorithm>, base_url: &str) -> Option<MacScheme> {
    let key_format = key::read(section);
    let rows = rows::read(section);
    let content_entry = required(section, "content", r#"as "{timestamp}.{body}""#);
    let content = content_entry
        .as_ref()
        .and_then(|entry| entry.parse(|text| Content::parse(text, &rows)));
    let placement = placement::read(section);
    let encoding = match section.entry("encoding") {
        None => Some(Encoding::Hex),
        Some(entry) => entry.word(&Encoding::ALL.map(|encoding| (encoding.as_str(), encoding))),
    };
    let timestamp_entry = section.entry("timestamp");
    let timestamp = timestamp_entry.as_ref().map(timestamp::read);
    let require = placement::require(section);

    let parts = Parts {
        algorithm,
        content: content.as_ref().zip(content_entry.as_ref()),
        placement: placement.as_ref(),
        timestamp: timestamp
            .as_ref()
            .and_then(Option::as_ref)
            .zip(timestamp_entry.as_ref()),
        has_timestamp: timestamp_entry.is_some(),
    };
    parts.check();
    Some(MacScheme {
        content: content?,
        placement: placement?,
        encoding: encoding?,
        timestamp: match timestamp {
            None => None,
            Some(rule) => Some(rule?),
        },
        require,
        base_url: base_url.to_owned(),
        key_format,
        keys: Vec::new(),
    })
}

fn required<'c>(section: &Section<'c>, name: &str, example: &str) -> Option<Entry<'c>> {
    let entry = section.entry(name);
    if entry.is_none() {
        section.refuse_absence(name, format!("is required, {example}"));
    }
    entry
}
