//! Signing a request as its network would: what a partner needs to test with, and the demo to show.

mod draft;

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::domain::id::PostbackId;
use crate::domain::postback::RawPostback;
use crate::domain::time::Timestamp;

use super::list::{Label, Labels};
use super::placement::Placement;
use super::reference::{Found, Reference};
use super::require::Requirement;
use super::source::{Seen, Source};
use super::{AuthFailure, MacScheme, Proof, Scheme};
use draft::Draft;

/// A request that has no signature yet.
#[derive(Debug, Clone)]
pub struct Unsigned(pub RawPostback);

/// What a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The target with the query parameters that were added.
    pub uri: Uri,
    /// The headers that were added.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body, with what was added to it.
    pub body: Bytes,
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Parameters of the request cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The scheme wants something in the body, and the body has no place for it.
    #[error("the network expects {0}, and the body is not one that it could be added to")]
    NoPlace(Reference),
    /// The scheme signs something that the request lacks.
    #[error("the network signs {0}, and the request has none or several")]
    PartMissing(String),
    /// The scheme signs the integer part of something that is no number.
    #[error("the network signs {0}, and what the request has there is no decimal number")]
    PartMalformed(String),
    /// The network has no key.
    #[error("the network has no secret")]
    NoKey,
}

impl Unsigned {
    /// A request as a network would send it. What only a received one has, an id and an address, is nobody's.
    pub fn new(method: Method, uri: Uri, headers: HeaderMap, body: Bytes, now: Timestamp) -> Self {
        Self(RawPostback {
            id: PostbackId::new(now, [0; 10]),
            received_at: now,
            remote_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            method,
            uri,
            headers,
            body,
        })
    }

    /// Adds timestamp and signature where the scheme wants them, with the network's first key; under a token scheme the
    /// secret itself (see [`Scheme::token_places`]).
    ///
    /// # Errors
    ///
    /// When the request lacks something that is signed, or a place for what is added.
    pub fn sign(self, scheme: &Scheme, now: Timestamp) -> Result<Signed, SignError> {
        let mut draft = Draft {
            raw: self.0,
            added: Vec::new(),
        };
        match &scheme.proof {
            Proof::Address => {}
            Proof::Token(token) => {
                let secret = token.tokens.first().ok_or(SignError::NoKey)?.secret();
                add_requirements(&mut draft, &token.require)?;
                let text = String::from_utf8_lossy(secret.expose());
                draft.put(first_place(&token.placement)?, &written(&token.placement, &text, None))?;
            }
            Proof::Mac(mac) => {
                for place in &mac.placement.from {
                    draft.clear(place)?;
                }
                add_requirements(&mut draft, &mac.require)?;
                let timestamp = add_timestamp(&mut draft, mac, now)?;
                let signature = signature(&draft, mac, timestamp.as_ref())?;
                let text = written(&mac.placement, &signature, timestamp.as_ref());
                draft.put(first_place(&mac.placement)?, &text)?;
            }
        }
        Ok(Signed {
            uri: draft.raw.uri,
            headers: draft.added,
            body: draft.raw.body,
        })
    }
}

fn first_place(placement: &Placement) -> Result<&Reference, SignError> {
    placement.from.first().ok_or(SignError::NoKey)
}

fn add_requirements(draft: &mut Draft, require: &[Requirement]) -> Result<(), SignError> {
    for requirement in require {
        if !draft.has(&requirement.at)? {
            draft.put(&requirement.at, &requirement.text)?;
        }
    }
    Ok(())
}

/// Adds the timestamp at its place unless one is there. One that stands in the signature's list is returned.
fn add_timestamp(draft: &mut Draft, mac: &MacScheme, now: Timestamp) -> Result<Option<ListTimestamp>, SignError> {
    let Some(rule) = &mac.timestamp else { return Ok(None) };
    let text = rule.unit.write(now);
    match &rule.from {
        Source::Label(label) => Ok(Some(ListTimestamp {
            label: label.clone(),
            text,
        })),
        Source::Place(place) => {
            if !draft.has(place)? {
                draft.put(place, &text)?;
            }
            Ok(None)
        }
    }
}

fn signature(draft: &Draft, mac: &MacScheme, timestamp: Option<&ListTimestamp>) -> Result<String, SignError> {
    let key = mac.keys.first().ok_or(SignError::NoKey)?;
    let form = draft.form()?;
    let labels: Vec<Label<'_>> = timestamp.into_iter().map(ListTimestamp::as_label).collect();
    let seen = Seen {
        raw: &draft.raw,
        form: &form,
        labels: &labels,
    };
    let timestamp = match mac.timestamp.as_ref().map(|rule| rule.from.find(&seen)) {
        Some(Found::One(text)) => Some(text),
        Some(Found::None | Found::Several) | None => None,
    };
    let signature = mac.signature(key, &seen, timestamp).map_err(|failure| {
        let part = mac.content.terms().find(|term| term.find(&seen).is_err());
        let part = part.map_or_else(|| "the timestamp".to_owned(), ToString::to_string);
        if failure == AuthFailure::SignedPartMalformed {
            SignError::PartMalformed(part)
        } else {
            SignError::PartMissing(part)
        }
    })?;
    Ok(mac.encoding.encode(&signature))
}

/// A timestamp that is an item of the signature's list.
struct ListTimestamp {
    label: String,
    text: String,
}

impl ListTimestamp {
    fn as_label(&self) -> Label<'_> {
        Label {
            name: self.label.as_bytes(),
            value: self.text.as_bytes(),
        }
    }
}

/// The text at the signature's place: the signature behind its prefix, in its list where it has one.
fn written(placement: &Placement, signature: &str, timestamp: Option<&ListTimestamp>) -> String {
    let prefix = &placement.prefix;
    let Some(list) = &placement.list else {
        return format!("{prefix}{signature}");
    };
    let Some(Labels { pair, signature: name }) = &list.labels else {
        return format!("{prefix}{signature}");
    };
    let time = timestamp.map(|time| format!("{}{pair}{}{}", time.label, time.text, list.item));
    format!("{prefix}{}{name}{pair}{signature}", time.unwrap_or_default())
}
