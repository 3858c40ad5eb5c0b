//! `[networks.X.signature]`: what is signed, with what, and where the signature stands.
//!
//! What the wider grammar knows and this version does not do is refused by name, so that nobody takes a scheme for
//! active that is not.

use std::time::Duration;

use crate::domain::secret::Secret;
use crate::domain::signature::{
    Algorithm, Content, Encoding, Key, MacScheme, Reference, Scheme, Schemes, TimestampRule, TimestampUnit,
};

use super::report::quoted;
use super::section::{Entry, Section};
use super::suggest::suggestion;
use super::units;

/// The keys that this version reads; all but the first have no meaning under `algorithm = "none"`.
pub(super) const KEYS: [&str; 6] = ["algorithm", "content", "from", "encoding", "prefix", "timestamp"];
pub(super) const TIMESTAMP_KEYS: &[&str] = &["from", "unit", "tolerance"];
/// Keys of the wider grammar.
const LATER_KEYS: [&str; 5] = ["key", "list", "require", "params", "values"];

const ALGORITHMS: &[&str] = &["hmac-sha256", "hmac-sha1", "hmac-sha512", "hmac-md5", "none"];
const LATER_ALGORITHMS: [&str; 5] = ["md5", "sha1", "sha256", "sha512", "token"];
/// Parts of the names of schemes whose proof is no shared secret over parts of the request.
const NOT_EXPRESSIBLE: [&str; 8] = ["rsa", "ecdsa", "ed25519", "jwt", "jws", "es256", "rs256", "hs256"];
const LATER_UNITS: [&str; 3] = ["us", "rfc3339", "YYYYMMDDHHMM"];

const NOT_SUPPORTED: &str = "not supported by this version";

/// How a network signs, before its keys are known.
#[derive(Debug)]
pub(super) enum Signing {
    /// The default pair of schemes.
    Default,
    /// A configured MAC for every method; its scheme still has no keys.
    Mac(Algorithm, Box<MacScheme>),
    /// Its addresses are its proof.
    AddressOnly,
}

#[derive(Debug, Clone, Copy)]
enum Proof {
    Mac(Algorithm),
    Address,
}

impl Signing {
    /// Reads the section; `None` when it was reported.
    pub(super) fn read(entry: &Entry<'_>, base_url: &str) -> Option<Self> {
        let known: Vec<&str> = KEYS.iter().chain(&LATER_KEYS).copied().collect();
        let section = entry.section(&known)?;
        for key in LATER_KEYS {
            if let Some(entry) = section.entry(key) {
                entry.refuse_key(NOT_SUPPORTED);
            }
        }
        let proof = required(&section, "algorithm", r#"as "hmac-sha256""#).and_then(|entry| entry.parse(proof));
        match proof {
            Some(Proof::Address) => {
                for entry in KEYS[1..].iter().filter_map(|key| section.entry(key)) {
                    entry.refuse_key(r#"has no meaning under algorithm "none""#);
                }
                Some(Self::AddressOnly)
            }
            Some(Proof::Mac(algorithm)) => Some(Self::Mac(algorithm, Box::new(mac(&section, base_url)?))),
            None => {
                // The rest is read for its own faults.
                mac(&section, base_url);
                None
            }
        }
    }

    pub(super) fn schemes(self, secrets: &[Secret]) -> Schemes {
        let keys = |algorithm| -> Vec<Key> { secrets.iter().map(|secret| Key::new(algorithm, secret)).collect() };
        match self {
            Self::Default => Schemes::default_pair(&keys(Algorithm::HmacSha256)),
            Self::Mac(algorithm, scheme) => Schemes::both(Scheme::mac(MacScheme {
                keys: keys(algorithm),
                ..*scheme
            })),
            Self::AddressOnly => Schemes::both(Scheme::address_only()),
        }
    }
}

fn proof(text: &str) -> Result<Proof, String> {
    if text == "none" {
        return Ok(Proof::Address);
    }
    if let Some(algorithm) = Algorithm::parse(text) {
        return Ok(Proof::Mac(algorithm));
    }
    let lower = text.to_ascii_lowercase();
    Err(if LATER_ALGORITHMS.contains(&text) {
        format!("{text} is {NOT_SUPPORTED}; expected one of {}", ALGORITHMS.join(", "))
    } else if NOT_EXPRESSIBLE.iter().any(|name| lower.contains(name)) {
        format!(
            "{} is not expressible here: a postback is proven by a secret that both sides hold",
            quoted(text)
        )
    } else {
        format!("unknown algorithm {}; {}", quoted(text), suggestion(text, ALGORITHMS))
    })
}

fn mac(section: &Section<'_>, base_url: &str) -> Option<MacScheme> {
    let content_entry = required(section, "content", r#"as "{timestamp}.{body}""#);
    let content = content_entry.as_ref().and_then(|entry| entry.parse(content));
    let from_entry = required(section, "from", r#"as "header.x-signature""#);
    let from = from_entry.as_ref().and_then(place_in_request);
    let encoding = match section.entry("encoding") {
        None => Some(Encoding::Hex),
        Some(entry) => entry.word(&[
            ("hex", Encoding::Hex),
            ("base64", Encoding::Base64),
            ("base64url", Encoding::Base64Url),
        ]),
    };
    let prefix = match section.entry("prefix") {
        None => Some(""),
        Some(entry) => entry.text(),
    };
    let timestamp_entry = section.entry("timestamp");
    let timestamp = timestamp_entry.as_ref().map(timestamp);

    if let (Some(content), Some(entry)) = (&content, &content_entry) {
        if content.signs_timestamp() && timestamp_entry.is_none() {
            entry.refuse_without("signs {timestamp}, but there is no timestamp = { from = …, tolerance = … }");
        }
        if let Some(from) = &from
            && contains_signature(content, from)
        {
            entry.refuse(format!(
                "signs what contains the signature itself, which stands at {from}"
            ));
        }
        if let (Some(Some(rule)), Some(entry)) = (&timestamp, &timestamp_entry)
            && !content.signs_timestamp()
            && !content.signs(&rule.from)
        {
            entry.refuse(
                "is not signed, so anybody could renew it: content names neither {timestamp} nor what it stands in",
            );
        }
    }
    if let (Some(Some(rule)), Some(from), Some(entry)) = (&timestamp, &from, &timestamp_entry)
        && rule.from == *from
    {
        entry.refuse(format!("stands where the signature stands, at {from}"));
    }
    Some(MacScheme {
        content: content?,
        from: from?,
        encoding: encoding?,
        prefix: prefix?.to_owned(),
        timestamp: match timestamp {
            None => None,
            Some(rule) => Some(rule?),
        },
        base_url: base_url.to_owned(),
        keys: Vec::new(),
    })
}

/// A body cannot hold a signature of itself. A query can: the signature's own pair is left out of it.
fn contains_signature(content: &Content, from: &Reference) -> bool {
    content.names(from)
        || match from {
            Reference::Form(_) | Reference::Json(_) => content.signs_body(),
            Reference::Header(_) | Reference::Query(_) => false,
        }
}

fn timestamp(entry: &Entry<'_>) -> Option<TimestampRule> {
    let section = entry.section(TIMESTAMP_KEYS)?;
    let from = required(&section, "from", r#"as "header.x-timestamp""#).and_then(|entry| place_in_request(&entry));
    let unit = match section.entry("unit") {
        None => Some(TimestampUnit::Seconds),
        Some(entry) => entry.parse(|text| match text {
            "s" => Ok(TimestampUnit::Seconds),
            "ms" => Ok(TimestampUnit::Millis),
            _ if LATER_UNITS.contains(&text) => Err(format!("{text} is {NOT_SUPPORTED}; expected s or ms")),
            _ => Err(format!("expected s or ms, found {}", quoted(text))),
        }),
    };
    let tolerance: Option<Duration> = required(&section, "tolerance", r#"as "5m""#)
        .and_then(|entry| entry.parse(|text| units::duration(text, units::DURATION_MAX)));
    Some(TimestampRule {
        from: from?,
        unit: unit?,
        tolerance: tolerance?,
    })
}

fn content(text: &str) -> Result<Content, String> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    for (name, _) in names {
        if name == "secret" {
            return Err("{secret} cannot stand in what an HMAC signs: the secret is its key".to_owned());
        }
        let is_later = matches!(name, "base_url" | "params" | "values")
            || name.starts_with("sig.")
            || name.ends_with(['?', '!'])
            || name.contains('|');
        if is_later {
            return Err(format!("{{{name}}} is {NOT_SUPPORTED}"));
        }
    }
    Content::parse(text).map_err(|error| error.to_string())
}

fn place_in_request(entry: &Entry<'_>) -> Option<Reference> {
    if entry.is_list() {
        entry.refuse(format!("a list of places is {NOT_SUPPORTED}"));
        return None;
    }
    entry.parse(|text| {
        if text.starts_with("sig.") {
            return Err(format!("{} is {NOT_SUPPORTED}: it needs a list", quoted(text)));
        }
        Reference::parse(text).map_err(|error| error.to_string())
    })
}

fn required<'c>(section: &Section<'c>, name: &str, example: &str) -> Option<Entry<'c>> {
    let entry = section.entry(name);
    if entry.is_none() {
        section.refuse_absence(name, format!("is required, {example}"));
    }
    entry
}
