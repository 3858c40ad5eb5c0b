//! What of a request may be stored: secrets, tokens and credentials are cut out before anything is kept.

mod credentials;
mod json_text;
mod mask;

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use serde::Serializer as _;

use super::excerpt::excerpt;
use super::form::{decode_bytes, raw_pairs};
use super::id::PostbackId;
use super::postback::RawPostback;
use super::refusal::Refusal;
use super::secret::Secret;
use super::secrets::Secrets;
use super::signature::Reference;
use super::time::Timestamp;
use credentials::TokenPlaces;

pub use credentials::is_credential_place;
pub use mask::MASKED;

/// What stands in place of what was cut out.
pub const REDACTED: &str = "[redacted]";

/// Cuts secrets out of what is stored.
///
/// It knows every secret of the configuration, so that one that is sent by mistake, in whatever place and encoding a
/// query, a form or a JSON string allows, is not kept either.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Secrets,
    /// Where networks put their tokens: a mistyped or an older one is cut out too.
    tokens: HashMap<Arc<str>, TokenPlaces>,
}

/// A request as it may be kept. Only [`Redactor::redact`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactedRequest {
    /// Our id of it.
    pub id: PostbackId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The client's address.
    pub remote_ip: IpAddr,
    /// The configured network that it names.
    pub network: Option<Arc<str>>,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The header fields as a JSON object; a field that was sent several times is one text, joined by commas.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}

impl RedactedRequest {
    /// What it takes in memory, about.
    pub const fn bytes(&self) -> usize {
        size_of::<Self>() + self.method.len() + self.target.len() + self.headers.len() + self.body.len()
    }
}

impl Redactor {
    /// What of a request may be kept.
    pub fn redact(&self, raw: &RawPostback, network: Option<&Arc<str>>) -> RedactedRequest {
        let nowhere = TokenPlaces::default();
        let places = network.and_then(|network| self.tokens.get(network)).unwrap_or(&nowhere);
        RedactedRequest {
            id: raw.id,
            received_at: raw.received_at,
            remote_ip: raw.remote_ip,
            network: network.cloned(),
            method: raw.method.to_string(),
            target: self.target(raw.uri.path(), raw.uri.query(), places),
            headers: self.headers(&raw.headers, places),
            body: self.body(&raw.body, places).into_owned(),
        }
    }

    /// A refusal as it may be kept and told: a parameter may have a secret for a name, and no more of a long one than its beginning
    /// is named. A secret is looked for before that, so that no part of one is left.
    #[must_use]
    pub fn refusal(&self, mut refusal: Refusal) -> Refusal {
        refusal.param = refusal.param.map(|param| {
            if self.secrets.stand_in(param.as_bytes()) {
                REDACTED.to_owned()
            } else {
                excerpt(&param).into_owned()
            }
        });
        refusal
    }

    /// A redactor of the configuration's secrets.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self {
            secrets: Secrets::of(secrets.into_iter().collect()),
            tokens: HashMap::new(),
        }
    }

    /// The same, knowing where a network puts its token.
    #[must_use]
    pub fn with_token_at(mut self, network: &Arc<str>, at: &[Reference]) -> Self {
        let places = self.tokens.entry(network.clone()).or_default();
        for place in at {
            places.add(place);
        }
        self
    }

    /// The same, knowing further texts that are as secret.
    #[must_use]
    pub fn with_secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.secrets = self.secrets.and(secrets);
        self
    }

    /// A request's target: path and query.
    fn target(&self, path: &str, query: Option<&str>, places: &TokenPlaces) -> String {
        let path = if self.cuts_path(path) { REDACTED } else { path };
        match query {
            None => path.to_owned(),
            Some(query) => {
                let query = self.pairs(query.as_bytes(), places);
                [path, "?", &String::from_utf8_lossy(&query)].concat()
            }
        }
    }

    /// Whether a path is cut out as a whole, because a secret stands in it.
    pub fn cuts_path(&self, path: &str) -> bool {
        self.secrets.stand_in(&decode_bytes(path.as_bytes()))
    }

    /// Header fields as a JSON object, by their names. Values that are not UTF-8 are kept as far as they are readable.
    fn headers(&self, headers: &HeaderMap, places: &TokenPlaces) -> String {
        let kept = headers.iter().map(|(name, value)| {
            let kept = if places.is_credential_header(name) || self.secrets.stand_in(value.as_bytes()) {
                Cow::Borrowed(REDACTED)
            } else {
                String::from_utf8_lossy(value.as_bytes())
            };
            (name.as_str(), kept)
        });
        let mut fields: Vec<(&str, Cow<'_, str>)> = kept.collect();
        // Fields of one name stay in their order.
        fields.sort_by_key(|(name, _)| *name);
        let mut json = Vec::new();
        serde_json::Serializer::new(&mut json)
            .collect_map(fields.chunk_by(|one, other| one.0 == other.0).map(joined))
            .expect("texts are JSON");
        String::from_utf8(json).expect("JSON is UTF-8")
    }

    /// A body of whatever type.
    fn body<'b>(&self, body: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let kept = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => return Cow::Borrowed(body),
            Some(b'{' | b'[') => self.json(body, places),
            Some(_) => self.pairs(body, places),
        };
        if self.secrets.stand_in(&kept) {
            Cow::Borrowed(REDACTED.as_bytes())
        } else {
            kept
        }
    }

    fn pairs<'b>(&self, text: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let cut = |name: &[u8], value: &[u8]| {
            let name = decode_bytes(name);
            let is_credential =
                std::str::from_utf8(&name).is_ok_and(|name| places.is_credential(name)) && !value.is_empty();
            is_credential || self.secrets.stand_in(&name) || self.secrets.stand_in(&decode_bytes(value))
        };
        if !raw_pairs(text).any(|(_, name, value)| cut(name, value)) {
            return Cow::Borrowed(text);
        }
        let pairs = text.split(|byte| *byte == b'&').map(|raw| match raw_pairs(raw).next() {
            Some((_, name, value)) if cut(name, value) => {
                let name = if self.secrets.stand_in(&decode_bytes(name)) {
                    REDACTED.as_bytes()
                } else {
                    name
                };
                [name, b"=", REDACTED.as_bytes()].concat()
            }
            Some(_) | None => raw.to_vec(),
        });
        Cow::Owned(pairs.collect::<Vec<_>>().join(&b'&'))
    }
}

/// The fields of one name, at least one, as one field.
fn joined<'f>(fields: &'f [(&'f str, Cow<'_, str>)]) -> (&'f str, Cow<'f, str>) {
    match fields {
        [(name, value)] => (name, Cow::Borrowed(value)),
        several => {
            let values: Vec<&str> = several.iter().map(|(_, value)| &**value).collect();
            (several[0].0, Cow::Owned(values.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests;
