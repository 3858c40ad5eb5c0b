//! Signing a request as its network would: what a partner needs to test with, and the demo to show.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use percent_encoding::utf8_percent_encode;

use crate::domain::form::{decode_bytes, raw_pairs};
use crate::domain::id::PostbackId;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::template::RESERVED;
use crate::domain::time::Timestamp;

use super::list::{Label, Labels};
use super::placement::Placement;
use super::reference::{Found, Reference};
use super::require::Requirement;
use super::source::{Seen, Source};
use super::{AuthFailure, MacScheme, Proof, Scheme};

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
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Parameters of the request cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The scheme wants its signature or timestamp inside the body.
    #[error("the network expects {0} in the body, where it cannot be added for you")]
    InBody(Reference),
    /// The scheme signs something that the request lacks.
    #[error("the network signs a part that the request lacks")]
    PartMissing,
    /// The scheme signs the integer part of something that is no number.
    #[error("the network signs the integer part of a value that is no decimal number")]
    PartMalformed,
    /// There is no signature to make, and the secret is not shown.
    #[error("the network signs nothing: it sends its secret at {0}, which is for you to put there")]
    Token(Reference),
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

    /// Adds timestamp and signature where the scheme wants them, with the network's first key.
    ///
    /// # Errors
    ///
    /// When the request lacks something or the scheme cannot be followed from outside the body.
    pub fn sign(mut self, scheme: &Scheme, now: Timestamp) -> Result<Signed, SignError> {
        let mut added = Vec::new();
        match &scheme.proof {
            Proof::Address => {}
            Proof::Token(token) => {
                let place = token.placement.from.first().ok_or(SignError::NoKey)?;
                return Err(SignError::Token(place.clone()));
            }
            Proof::Mac(mac) => {
                for place in &mac.placement.from {
                    self.remove(place)?;
                }
                self.add_requirements(&mac.require, &mut added)?;
                let timestamp = self.add_timestamp(mac, now, &mut added)?;
                let signature = self.signature(mac, timestamp.as_ref())?;
                let place = mac.placement.from.first().ok_or(SignError::NoKey)?;
                self.add(
                    place,
                    &written(&mac.placement, &signature, timestamp.as_ref()),
                    &mut added,
                )?;
            }
        }
        Ok(Signed {
            uri: self.0.uri,
            headers: added,
        })
    }

    /// Takes an old signature out, so that a signed request can be signed again.
    fn remove(&mut self, at: &Reference) -> Result<(), SignError> {
        match at {
            Reference::Header(name) => {
                self.0.headers.remove(name);
            }
            Reference::Query(name) => {
                let is_old = |pair: &str| {
                    raw_pairs(pair.as_bytes()).any(|(_, found, _)| *decode_bytes(found) == *name.as_bytes())
                };
                let kept: Vec<&str> = self.0.query().split('&').filter(|pair| !is_old(pair)).collect();
                let query = kept.join("&");
                let target = if query.is_empty() {
                    self.0.uri.path().to_owned()
                } else {
                    format!("{}?{query}", self.0.uri.path())
                };
                self.0.uri = parse_target(&target)?;
            }
            Reference::Form(_) | Reference::Json(_) => return Err(SignError::InBody(at.clone())),
        }
        Ok(())
    }

    fn add_requirements(
        &mut self,
        require: &[Requirement],
        added: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> Result<(), SignError> {
        for requirement in require {
            if !self.has(&requirement.at)? {
                self.add(&requirement.at, &requirement.text, added)?;
            }
        }
        Ok(())
    }

    /// Adds the timestamp at its place unless one is there. One that stands in the signature's list is returned.
    fn add_timestamp(
        &mut self,
        mac: &MacScheme,
        now: Timestamp,
        added: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> Result<Option<ListTimestamp>, SignError> {
        let Some(rule) = &mac.timestamp else { return Ok(None) };
        let text = rule.unit.write(now);
        match &rule.from {
            Source::Label(label) => Ok(Some(ListTimestamp {
                label: label.clone(),
                text,
            })),
            Source::Place(place) => {
                if !self.has(place)? {
                    self.add(place, &text, added)?;
                }
                Ok(None)
            }
        }
    }

    /// Whether something stands at a place.
    fn has(&self, place: &Reference) -> Result<bool, SignError> {
        let form = self.form()?;
        Ok(match place.find(&self.0, &form) {
            Found::One(text) => !text.is_empty(),
            Found::Several => true,
            Found::None => false,
        })
    }

    fn form(&self) -> Result<Form<'_>, SignError> {
        Form::read(&self.0).map_err(|refusal| SignError::Malformed(refusal.detail.into_owned()))
    }

    fn signature(&self, mac: &MacScheme, timestamp: Option<&ListTimestamp>) -> Result<String, SignError> {
        let key = mac.keys.first().ok_or(SignError::NoKey)?;
        let form = self.form()?;
        let labels: Vec<Label<'_>> = timestamp.into_iter().map(ListTimestamp::as_label).collect();
        let seen = Seen {
            raw: &self.0,
            form: &form,
            labels: &labels,
        };
        let timestamp = match mac.timestamp.as_ref().map(|rule| rule.from.find(&seen)) {
            Some(Found::One(text)) => Some(text),
            Some(Found::None | Found::Several) | None => None,
        };
        let signature = mac.signature(key, &seen, timestamp).map_err(|failure| {
            if failure == AuthFailure::SignedPartMalformed {
                SignError::PartMalformed
            } else {
                SignError::PartMissing
            }
        })?;
        Ok(mac.encoding.encode(&signature))
    }

    fn add(&mut self, at: &Reference, text: &str, added: &mut Vec<(HeaderName, HeaderValue)>) -> Result<(), SignError> {
        match at {
            Reference::Header(name) => {
                let value = HeaderValue::from_str(text).map_err(|error| SignError::Malformed(error.to_string()))?;
                self.0.headers.insert(name.clone(), value.clone());
                added.push((name.clone(), value));
                Ok(())
            }
            Reference::Query(name) => {
                let name = utf8_percent_encode(name, RESERVED);
                let value = utf8_percent_encode(text, RESERVED);
                let target = match self.0.uri.query() {
                    Some(query) if !query.is_empty() => format!("{}?{query}&{name}={value}", self.0.uri.path()),
                    Some(_) | None => format!("{}?{name}={value}", self.0.uri.path()),
                };
                self.0.uri = parse_target(&target)?;
                Ok(())
            }
            Reference::Form(_) | Reference::Json(_) => Err(SignError::InBody(at.clone())),
        }
    }
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

fn parse_target(target: &str) -> Result<Uri, SignError> {
    target
        .parse()
        .map_err(|error: http::uri::InvalidUri| SignError::Malformed(error.to_string()))
}
