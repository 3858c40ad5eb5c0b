//! How a network proves that a postback is its own.
//!
//! A [`Scheme`] is parsed from the configuration once: what is signed ([`content`]), with what ([`key`]), where the
//! signature and its time stand ([`mod@reference`]), and which parameters the signature thereby covers ([`coverage`]).
//! Verifying feeds the signed bytes piece by piece, as they were received, into each key's MAC and compares in constant
//! time, without an early exit over keys. One network has one scheme for a method: trying several until one fits would let
//! an attacker choose the weakest.

mod content;
mod coverage;
mod key;
mod reference;
mod sign;

use std::time::Duration;

use http::Method;

pub use content::{Content, ContentError};
pub use coverage::{Cover, Coverage};
pub use key::{Algorithm, Key};
pub use reference::{Found, Reference, ReferenceError};
pub use sign::{SignError, Signed, Unsigned};

use super::postback::{Form, RawPostback};
use super::time::{Timestamp, parse_digits};
use content::Feed;

/// Why a request is not proven to be its network's. The sender gets one answer for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthFailure {
    /// No network of this name is configured.
    UnknownNetwork,
    /// There is no signature where it should be.
    SignatureMissing,
    /// There is more than one.
    SignatureDoubled,
    /// It lacks its prefix or is not encoded as it should be.
    SignatureMalformed,
    /// No key of the network makes this signature over these bytes.
    SignatureWrong,
    /// Something that the signature covers is missing.
    SignedPartMissing,
    /// There is no timestamp where it should be.
    TimestampMissing,
    /// There is more than one.
    TimestampDoubled,
    /// It is not a number in the expected unit.
    TimestampMalformed,
    /// It is further from now than the tolerance, in either direction.
    TimestampStale,
}

impl AuthFailure {
    /// The reason as the operator sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownNetwork => "unknown_network",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureDoubled => "signature_doubled",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureWrong => "signature_wrong",
            Self::SignedPartMissing => "signed_part_missing",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampDoubled => "timestamp_doubled",
            Self::TimestampMalformed => "timestamp_malformed",
            Self::TimestampStale => "timestamp_stale",
        }
    }
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal, either case.
    Hex,
    /// Standard base64 with its padding.
    Base64,
    /// URL-safe base64, with or without padding.
    Base64Url,
}

/// The unit of a signed timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Unix seconds.
    Seconds,
    /// Unix milliseconds.
    Millis,
}

/// Where a signed timestamp stands and how old it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRule {
    /// Where it stands.
    pub from: Reference,
    /// What it counts.
    pub unit: TimestampUnit,
    /// How far it may be from now, in both directions.
    pub tolerance: Duration,
}

/// A MAC over parts of the request.
#[derive(Debug, Clone)]
pub struct MacScheme {
    /// What is signed.
    pub content: Content,
    /// Where the signature stands.
    pub from: Reference,
    /// How it is written.
    pub encoding: Encoding,
    /// What stands before it and is cut off; empty for nothing.
    pub prefix: String,
    /// The timestamp, where the scheme has one.
    pub timestamp: Option<TimestampRule>,
    /// The part of a URL before its path, for `{url}`.
    pub base_url: String,
    /// The keys, each of which is accepted.
    pub keys: Vec<Key>,
}

/// How requests of one method prove themselves.
#[derive(Debug, Clone)]
pub struct Scheme {
    proof: Proof,
    coverage: Coverage,
}

#[derive(Debug, Clone)]
enum Proof {
    /// The address alone, which was checked before.
    Address,
    Mac(Box<MacScheme>),
}

impl Scheme {
    /// No signature: the network's addresses are its proof.
    pub const fn address_only() -> Self {
        Self {
            proof: Proof::Address,
            coverage: Coverage::EVERYTHING,
        }
    }

    /// A MAC over parts of the request.
    pub fn mac(mac: MacScheme) -> Self {
        let coverage = Coverage::of(&mac.content, mac.timestamp.as_ref());
        Self {
            proof: Proof::Mac(Box::new(mac)),
            coverage,
        }
    }

    /// The parameters that the signature covers. Only these are read.
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Proves that the request was made with one of the keys.
    ///
    /// # Errors
    ///
    /// Why it is not proven.
    pub fn verify(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Result<(), AuthFailure> {
        match &self.proof {
            Proof::Address => Ok(()),
            Proof::Mac(mac) => mac.verify(raw, form, now),
        }
    }
}

impl MacScheme {
    fn verify(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Result<(), AuthFailure> {
        let written = match self.from.find(raw, form) {
            Found::One(written) => written,
            Found::None => return Err(AuthFailure::SignatureMissing),
            Found::Several => return Err(AuthFailure::SignatureDoubled),
        };
        let written = written
            .strip_prefix(self.prefix.as_bytes())
            .ok_or(AuthFailure::SignatureMalformed)?;
        let signature = self.encoding.decode(written).ok_or(AuthFailure::SignatureMalformed)?;
        let timestamp = self
            .timestamp
            .as_ref()
            .map(|rule| rule.check(raw, form, now))
            .transpose()?;
        let feed = Feed {
            raw,
            form,
            signature_at: &self.from,
            timestamp,
            base_url: &self.base_url,
        };

        let mut authentic = false;
        for key in &self.keys {
            let mut mac = key.begin();
            self.content
                .feed(&feed, &mut |bytes| mac.update(bytes))
                .map_err(|_| AuthFailure::SignedPartMissing)?;
            // Every key is tried, so that the time taken does not tell which of them fits.
            authentic |= mac.verify(&signature);
        }
        if authentic {
            Ok(())
        } else {
            Err(AuthFailure::SignatureWrong)
        }
    }
}

impl TimestampRule {
    /// The timestamp's own text, once it is known to be fresh.
    fn check<'a>(&self, raw: &'a RawPostback, form: &'a Form<'a>, now: Timestamp) -> Result<&'a [u8], AuthFailure> {
        let text = match self.from.find(raw, form) {
            Found::One(text) => text,
            Found::None => return Err(AuthFailure::TimestampMissing),
            Found::Several => return Err(AuthFailure::TimestampDoubled),
        };
        let number = std::str::from_utf8(text)
            .ok()
            .and_then(parse_digits)
            .ok_or(AuthFailure::TimestampMalformed)?;
        let signed_at = match self.unit {
            TimestampUnit::Seconds => Timestamp::from_unix_seconds(number),
            TimestampUnit::Millis => Timestamp::from_unix_millis(number),
        };
        if now.distance(signed_at) > self.tolerance {
            Err(AuthFailure::TimestampStale)
        } else {
            Ok(text)
        }
    }
}

impl Encoding {
    fn decode(self, written: &[u8]) -> Option<Vec<u8>> {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        match self {
            Self::Hex => hex::decode(written).ok(),
            Self::Base64 => STANDARD.decode(written).ok(),
            Self::Base64Url => {
                let unpadded = written
                    .strip_suffix(b"==")
                    .or_else(|| written.strip_suffix(b"="))
                    .unwrap_or(written);
                URL_SAFE_NO_PAD.decode(unpadded).ok()
            }
        }
    }

    fn encode(self, signature: &[u8]) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        match self {
            Self::Hex => hex::encode(signature),
            Self::Base64 => STANDARD.encode(signature),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(signature),
        }
    }
}

/// A network's schemes by method: the same one twice where it was configured, else the default pair.
#[derive(Debug, Clone)]
pub struct Schemes {
    get: Scheme,
    post: Scheme,
}

impl Schemes {
    /// Signature, timestamp and prefix of the default POST scheme, and the parameter of the default GET scheme.
    pub const DEFAULT_SIGNATURE_HEADER: &'static str = "x-postback-signature";
    /// The header of the default POST scheme's timestamp, Unix seconds.
    pub const DEFAULT_TIMESTAMP_HEADER: &'static str = "x-postback-timestamp";
    /// The query parameter of the default GET scheme's signature.
    pub const DEFAULT_SIGNATURE_PARAMETER: &'static str = "sig";
    /// How old a POST of the default scheme may be.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_mins(5);

    /// One scheme for both methods.
    pub fn both(scheme: Scheme) -> Self {
        Self {
            get: scheme.clone(),
            post: scheme,
        }
    }

    /// The default pair. GET: `sig` is the hex HMAC-SHA256 of the query without it. POST: `X-Postback-Signature` is
    /// `sha256=` and the hex HMAC-SHA256 of timestamp, dot and body.
    pub fn default_pair(keys: &[Key]) -> Self {
        let mac = |content, from, prefix: &str, timestamp| {
            Scheme::mac(MacScheme {
                content,
                from,
                encoding: Encoding::Hex,
                prefix: prefix.to_owned(),
                timestamp,
                base_url: String::new(),
                keys: keys.to_vec(),
            })
        };
        let header = |name: &'static str| Reference::Header(http::HeaderName::from_static(name));
        let timestamp = TimestampRule {
            from: header(Self::DEFAULT_TIMESTAMP_HEADER),
            unit: TimestampUnit::Seconds,
            tolerance: Self::DEFAULT_TOLERANCE,
        };
        let signature_parameter = Reference::Query(Self::DEFAULT_SIGNATURE_PARAMETER.to_owned());
        Self {
            get: mac(Content::query(), signature_parameter, "", None),
            post: mac(
                Content::timestamp_and_body(),
                header(Self::DEFAULT_SIGNATURE_HEADER),
                "sha256=",
                Some(timestamp),
            ),
        }
    }

    /// The scheme of a method.
    pub fn of(&self, method: &Method) -> &Scheme {
        if *method == Method::POST { &self.post } else { &self.get }
    }

    /// The distinct schemes, for checks of the configuration.
    pub fn each(&self) -> [&Scheme; 2] {
        [&self.get, &self.post]
    }
}

#[cfg(test)]
mod tests;
