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

use super::content::Feed;
use super::reference::{Found, Reference};
use super::{MacScheme, Proof, Scheme, TimestampUnit};

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
            Proof::Mac(mac) => {
                self.remove_signature(&mac.from)?;
                self.add_timestamp(mac, now, &mut added)?;
                let signature = self.signature(mac)?;
                self.add(&mac.from, &signature, &mut added)?;
            }
        }
        Ok(Signed {
            uri: self.0.uri,
            headers: added,
        })
    }

    /// Takes an old signature out, so that a signed request can be signed again.
    fn remove_signature(&mut self, at: &Reference) -> Result<(), SignError> {
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

    fn add_timestamp(
        &mut self,
        mac: &MacScheme,
        now: Timestamp,
        added: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> Result<(), SignError> {
        let Some(rule) = &mac.timestamp else { return Ok(()) };
        let is_there = {
            let form = Form::read(&self.0).map_err(|refusal| SignError::Malformed(refusal.detail.into_owned()))?;
            rule.from.find(&self.0, &form) != Found::None
        };
        if is_there {
            return Ok(());
        }
        let text = match rule.unit {
            TimestampUnit::Seconds => now.unix_seconds().to_string(),
            TimestampUnit::Millis => now.unix_millis().to_string(),
        };
        self.add(&rule.from, &text, added)
    }

    fn signature(&self, mac: &MacScheme) -> Result<String, SignError> {
        let key = mac.keys.first().ok_or(SignError::NoKey)?;
        let form = Form::read(&self.0).map_err(|refusal| SignError::Malformed(refusal.detail.into_owned()))?;
        let timestamp = match mac.timestamp.as_ref().map(|rule| rule.from.find(&self.0, &form)) {
            Some(Found::One(text)) => Some(text),
            Some(Found::None | Found::Several) | None => None,
        };
        let feed = Feed {
            raw: &self.0,
            form: &form,
            signature_at: &mac.from,
            timestamp,
            base_url: &mac.base_url,
        };
        let mut running = key.begin();
        mac.content
            .feed(&feed, &mut |bytes| running.update(bytes))
            .map_err(|_| SignError::PartMissing)?;
        Ok(format!("{}{}", mac.prefix, mac.encoding.encode(&running.finish())))
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

fn parse_target(target: &str) -> Result<Uri, SignError> {
    target
        .parse()
        .map_err(|error: http::uri::InvalidUri| SignError::Malformed(error.to_string()))
}
