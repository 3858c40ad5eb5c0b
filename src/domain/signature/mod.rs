//! How a network proves that a postback is its own.
//!
//! A [`Scheme`] is parsed from the configuration once: what is signed ([`content`], made of [`term`], [`values`] and
//! [`params`]), with what ([`key`]), where the signature and its time stand ([`placement`], [`list`], [`timestamp`]), and
//! which parameters the signature thereby covers ([`coverage`]). Verifying goes in one order: what the scheme requires, the
//! candidates, the timestamp, then the signed bytes piece by piece, as they were received, into each key's hash, compared with
//! every candidate in constant time and without an early exit. One network has one scheme for a method: trying several until
//! one fits would let an attacker choose the weakest.

mod content;
mod coverage;
mod encoding;
mod example;
mod failure;
mod inspect;
mod key;
mod key_format;
mod list;
mod outline;
mod params;
mod placement;
mod reference;
mod require;
mod sign;
mod source;
mod term;
mod timestamp;
mod token;
mod trial;
mod values;

use std::iter;
use std::time::Duration;

use http::Method;
use subtle::Choice;

pub use content::{Content, ContentError, Piece, Rows};
pub use coverage::{Cover, Coverage};
pub use encoding::{Encoding, KeyEncoding};
pub use example::{EXAMPLE_TOKEN, ExampleScheme};
pub use failure::AuthFailure;
pub use inspect::{Inspection, RequirementSeen, TimestampSeen};
pub use key::{Algorithm, Key};
pub use key_format::{KeyFault, KeyFormat};
pub use list::{Labels, List};
pub use outline::{Outline, TimestampOutline};
pub use params::{ParamEncoding, Params, ParamsFrom};
pub use placement::Placement;
pub use reference::{Found, Reference, ReferenceError};
pub use require::Requirement;
pub use sign::{SignError, Signed, Unsigned};
pub use source::Source;
pub use term::{Absence, Term};
pub use timestamp::{TimestampRule, TimestampUnit};
pub use token::{Token, TokenScheme};
pub use trial::{Change, Other, Party};
pub use values::Values;

use super::postback::{Form, RawPostback};
use super::secret::Secret;
use super::time::Timestamp;
use content::Feed;
use encoding::Tag;
use placement::Written;
use source::Seen;

/// A hash over parts of the request and a secret.
#[derive(Debug, Clone)]
pub struct MacScheme {
    /// What is signed.
    pub content: Content,
    /// Where the signature stands.
    pub placement: Placement,
    /// How it is written.
    pub encoding: Encoding,
    /// The timestamp, where the scheme has one.
    pub timestamp: Option<TimestampRule>,
    /// What else has to be as it is.
    pub require: Vec<Requirement>,
    /// The part of a URL before its path, for `{url}`.
    pub base_url: String,
    /// How the keys are written in their secrets.
    pub key_format: KeyFormat,
    /// The keys, each of which is accepted.
    pub keys: Vec<Key>,
}

/// How requests of one method prove themselves.
#[derive(Debug, Clone)]
pub struct Scheme {
    proof: Proof,
    coverage: Coverage,
}

/// What proves a request.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The address alone, which was checked before.
    Address,
    /// A secret in the request.
    Token(TokenScheme),
    /// A hash over parts of the request.
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

    /// No signature: a secret in the request is its proof.
    pub const fn token(token: TokenScheme) -> Self {
        Self {
            proof: Proof::Token(token),
            coverage: Coverage::EVERYTHING,
        }
    }

    /// A hash over parts of the request.
    pub fn mac(mac: MacScheme) -> Self {
        let coverage = Coverage::of(&mac);
        Self {
            proof: Proof::Mac(Box::new(mac)),
            coverage,
        }
    }

    /// What proves a request.
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The parameters that the signature covers.
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Where signatures or secrets stand in requests; nowhere where the address is the proof.
    pub fn proof_places(&self) -> &[Reference] {
        match &self.proof {
            Proof::Address => &[],
            Proof::Token(token) => &token.placement.from,
            Proof::Mac(mac) => &mac.placement.from,
        }
    }

    /// The keys, in every way in which they are written; none where the secret itself is sent, or nothing is.
    pub fn key_texts(&self) -> Vec<Secret> {
        match &self.proof {
            Proof::Address | Proof::Token(_) => Vec::new(),
            Proof::Mac(mac) => {
                let texts = mac.keys.iter().flat_map(|key| mac.key_format.as_secret(key.secret()));
                texts.collect()
            }
        }
    }

    /// Where a secret itself stands in requests; nowhere under schemes that sign.
    pub fn token_places(&self) -> &[Reference] {
        match &self.proof {
            Proof::Token(token) => &token.placement.from,
            Proof::Address | Proof::Mac(_) => &[],
        }
    }

    /// The places, beside the timestamp's, that a request must fill because they are signed, and whether a number must stand
    /// there.
    pub fn signed_places(&self) -> Vec<(&Reference, bool)> {
        let mac = match &self.proof {
            Proof::Address | Proof::Token(_) => return Vec::new(),
            Proof::Mac(mac) => mac,
        };
        let is_timestamp = |source: &Source| mac.timestamp.as_ref().is_some_and(|rule| rule.from == *source);
        let needed = mac.content.terms().filter(|term| match term.absence {
            Absence::Refused => !is_timestamp(&term.source),
            Absence::Nothing | Absence::NothingIfEmpty => false,
        });
        let places = needed.filter_map(|term| match &term.source {
            Source::Place(place) => Some((place, term.is_integer)),
            Source::Label(_) => None,
        });
        places.collect()
    }

    /// The same scheme with another secret, as somebody has it who knows how the network signs and not with what. `None`
    /// where there is no secret to be wrong about: the address is the proof.
    #[must_use]
    pub fn with_secret_of_another(&self, secret: &Secret) -> Option<Self> {
        let proof = match &self.proof {
            Proof::Address => return None,
            Proof::Token(token) => Proof::Token(TokenScheme {
                tokens: vec![Token::new(secret)],
                ..token.clone()
            }),
            Proof::Mac(mac) => {
                let other = |key: &Key| Key::new(key.algorithm(), secret);
                Proof::Mac(Box::new(MacScheme {
                    keys: mac.keys.iter().map(other).collect(),
                    ..(**mac).clone()
                }))
            }
        };
        let coverage = self.coverage.clone();
        Some(Self { proof, coverage })
    }

    /// Whether the signature stays right when characters are moved from one value into the next.
    pub fn joins_values(&self) -> bool {
        match &self.proof {
            Proof::Address | Proof::Token(_) => false,
            Proof::Mac(mac) => mac.content.joins_values(),
        }
    }

    /// The signed parameter whose text may hold another one of this name: the signature does not tell which of the two was sent.
    pub fn hider<'a>(&'a self, raw: &'a RawPostback, form: &'a Form<'a>, name: &str) -> Option<&'a str> {
        let mac = match &self.proof {
            Proof::Address | Proof::Token(_) => return None,
            Proof::Mac(mac) => mac,
        };
        let seen = Seen { raw, form, labels: &[] };
        mac.content.hider(&seen, &mac.placement.from, name)
    }

    /// Proves that the request was made with one of the keys.
    ///
    /// # Errors
    ///
    /// Why it is not proven.
    pub fn verify(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Result<(), AuthFailure> {
        match &self.proof {
            Proof::Address => Ok(()),
            Proof::Token(token) => token.verify(raw, form),
            Proof::Mac(mac) => mac.verify(raw, form, now),
        }
    }
}

impl MacScheme {
    fn verify(&self, raw: &RawPostback, form: &Form<'_>, now: Timestamp) -> Result<(), AuthFailure> {
        Requirement::check(&self.require, raw, form)?;
        let mut written = Written::default();
        self.placement.read_into(&mut written, raw, form)?;
        // A rotation may bring signatures of other kinds beside ours; what cannot be decoded is none of ours.
        let mut texts = written.candidates();
        let mut first = Tag::EMPTY;
        texts
            .find_map(|text| self.encoding.decode_into(&mut first, text))
            .ok_or(AuthFailure::SignatureMalformed)?;
        let others: Vec<Tag> = texts.filter_map(|text| self.encoding.decode(text)).collect();
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let timestamp = self.timestamp.as_ref().map(|rule| rule.check(&seen, now)).transpose()?;
        let mut authentic = Choice::from(0);
        for key in &self.keys {
            let signature = self.signature(key, &seen, timestamp)?;
            // Every pair is compared, so that the time taken does not tell which of them fits.
            for candidate in iter::once(&first).chain(&others) {
                authentic |= signature.is_same(candidate);
            }
        }
        if bool::from(authentic) {
            Ok(())
        } else {
            Err(AuthFailure::SignatureWrong)
        }
    }

    /// The signature that a key makes over a request.
    fn signature(&self, key: &Key, seen: &Seen<'_>, timestamp: Option<&[u8]>) -> Result<Tag, AuthFailure> {
        let feed = Feed {
            seen,
            signature_at: &self.placement.from,
            timestamp,
            base_url: &self.base_url,
            secret: key.secret(),
        };
        key.sign(|sink| self.content.feed(&feed, &mut |bytes| sink(bytes)))
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
                placement: Placement::at(vec![from], prefix.to_owned()),
                encoding: Encoding::Hex,
                timestamp,
                require: Vec::new(),
                base_url: String::new(),
                key_format: KeyFormat::default(),
                keys: keys.to_vec(),
            })
        };
        let header = |name: &'static str| Reference::Header(http::HeaderName::from_static(name));
        let timestamp = TimestampRule {
            from: Source::Place(header(Self::DEFAULT_TIMESTAMP_HEADER)),
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
