//! The postback that a network would send, composed from the network's own rules.
//!
//! There is no rule here of which scheme wants what where. Each way that a postback can go (a query, a form, a JSON object) is
//! written down with the network's names, signed, and put before the service's own checks; the first that they read as meant is
//! the one.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Uri};
use percent_encoding::utf8_percent_encode;

use crate::domain::examine::Named;
use crate::domain::explain::{Asked, Context, explain};
use crate::domain::id::ClickId;
use crate::domain::json::{Object, put_at_pointer};
use crate::domain::mapping::Field;
use crate::domain::postback::{Postback, RawPostback};
use crate::domain::signature::{Reference, Scheme, SignError, Unsigned};
use crate::domain::template::RESERVED;
use crate::domain::time::Timestamp;
use crate::ingest::now;

use super::Scene;
use super::trail::{Broken, Taken, Trail};
use super::wish::{NOBODY, Wish};

/// What a signed value that means nothing to us holds.
const FILLER: &str = "1";

/// A way that a postback's parameters can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Query,
    Form,
    Json,
}

/// A postback as its network would send it, not signed yet, and what it was read as.
#[derive(Debug)]
pub(super) struct Composed {
    unsigned: Unsigned,
    pub(super) postback: Postback,
}

impl Composed {
    /// The request as it is sent by whoever signs by this scheme.
    pub(super) fn signed(&self, scheme: &Scheme) -> Result<RawPostback, SignError> {
        sign(&self.unsigned, scheme, self.postback.received_at)
    }

    pub(super) const fn method(&self) -> &Method {
        &self.unsigned.0.method
    }
}

fn sign(unsigned: &Unsigned, scheme: &Scheme, now: Timestamp) -> Result<RawPostback, SignError> {
    let signed = unsigned.clone().sign(scheme, now)?;
    let mut raw = unsigned.0.clone();
    raw.headers.extend(signed.headers);
    Ok(RawPostback {
        uri: signed.uri,
        body: signed.body,
        ..raw
    })
}

impl Scene<'_> {
    /// Composes the postback of a click.
    pub(super) fn composed(&self, click: ClickId, wish: &Wish, trail: &mut Trail) -> Result<Composed, Broken> {
        let ways = if self.has_pointers() {
            [Way::Json, Way::Query, Way::Form]
        } else {
            [Way::Query, Way::Form, Way::Json]
        };
        let mut refused = Vec::new();
        for way in ways {
            for transaction_id in &wish.transaction_ids {
                let draft = Draft {
                    scene: self,
                    way,
                    click,
                    transaction_id,
                    wish,
                    now: now(),
                };
                match draft.composed() {
                    Ok(composed) => return Ok(composed),
                    Err(why) => refused.push(format!("as {}: {why}", way.as_str())),
                }
            }
        }
        refused.dedup();
        let found = format!(
            "no postback can be made that this configuration itself takes for one of the click's: {}; where only the transaction \
             id is at fault, say one with --transaction-id",
            refused.join("; ")
        );
        Err(trail.fails(Taken::new("postback"), found))
    }

    /// Whether some of the network's names point into a JSON body.
    fn has_pointers(&self) -> bool {
        let mut first_names = Field::ALL
            .iter()
            .filter_map(|field| self.network.mapping.names(*field).first());
        first_names.any(|name| name.starts_with('/'))
    }
}

/// One attempt.
struct Draft<'a> {
    scene: &'a Scene<'a>,
    way: Way,
    click: ClickId,
    transaction_id: &'a str,
    wish: &'a Wish,
    now: Timestamp,
}

impl Draft<'_> {
    fn composed(&self) -> Result<Composed, String> {
        let method = self.way.method();
        let scheme = self.scene.network.schemes.of(&method);
        let unsigned = self.unsigned(scheme)?;
        let raw = sign(&unsigned, scheme, self.now).map_err(|error| error.to_string())?;
        let asked = Asked {
            method,
            uri: raw.uri,
            headers: raw.headers,
            body: raw.body,
            remote_ip: None,
            now: self.now,
        };
        let context = Context {
            named: Named::Known(self.scene.network),
            networks: &self.scene.config.networks,
            redactor: &self.scene.config.redactor,
        };
        let explained = explain(&asked, context);
        let Some(postback) = explained.postback else {
            let why = explained.explanation.detail;
            return Err(why.unwrap_or_else(|| "it would be refused".to_owned()));
        };
        if postback.click.id() != Some(self.click) {
            return Err("the click id would not be read from there".to_owned());
        }
        Ok(Composed { unsigned, postback })
    }

    fn unsigned(&self, scheme: &Scheme) -> Result<Unsigned, String> {
        let mut params: Vec<(&str, Cow<'_, str>)> = Vec::new();
        let mut headers = HeaderMap::new();
        for field in Field::ALL {
            if let Some((name, text)) = self.name(field).zip(self.usual(field))
                && params.iter().all(|(known, _)| *known != name)
            {
                params.push((name, text));
            }
        }
        for (place, is_number) in scheme.signed_places() {
            match (place, self.way) {
                (Reference::Header(name), _) => {
                    headers.insert(name.clone(), HeaderValue::from_static(FILLER));
                }
                (Reference::Query(name), Way::Query)
                | (Reference::Form(name), Way::Form)
                | (Reference::Json(name), Way::Json) => {
                    let is_it = |known: &str| known == name || name.strip_prefix('/') == Some(known);
                    if params.iter().all(|(known, _)| !is_it(known)) {
                        let mut fields = Field::ALL.into_iter().filter(|_| !is_number);
                        let field =
                            fields.find(|field| self.scene.network.mapping.names(*field).iter().any(|own| is_it(own)));
                        params.push((name, field.map_or(Cow::Borrowed(FILLER), |field| self.unusual(field))));
                    }
                }
                // It is signed, and cannot stand there this way: signing will say so.
                (Reference::Query(_) | Reference::Form(_) | Reference::Json(_), _) => {}
            }
        }
        let path = format!("/postback/{}", utf8_percent_encode(&self.scene.network.name, RESERVED));
        let (target, body) = match self.way {
            Way::Query => (format!("{path}?{}", form(&params)), String::new()),
            Way::Form => (path, form(&params)),
            Way::Json => (path, object(&params)?),
        };
        if let Some(content_type) = self.way.content_type() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let uri: Uri = target
            .parse()
            .map_err(|_| "its parameters fit into no address".to_owned())?;
        Ok(Unsigned::new(
            self.way.method(),
            uri,
            headers,
            Bytes::from(body),
            self.now,
        ))
    }

    /// The network's first name for a field that can be used this way.
    fn name(&self, field: Field) -> Option<&str> {
        let mut names = self.scene.network.mapping.names(field).iter();
        let name = names.find(|name| self.way == Way::Json || !name.starts_with('/'));
        name.map(String::as_str)
    }

    /// What every postback says about a field; nothing where that is constant, or may be left out.
    fn usual(&self, field: Field) -> Option<Cow<'_, str>> {
        if self.scene.network.constants.text(field).is_some() {
            return None;
        }
        match field {
            Field::ClickId => Some(Cow::Owned(self.click.to_string())),
            Field::TransactionId => Some(Cow::Borrowed(self.transaction_id)),
            Field::Payout => self.wish.payout.as_deref().map(Cow::Borrowed),
            Field::Currency => self
                .wish
                .currency
                .as_ref()
                .map(|currency| Cow::Borrowed(currency.code())),
            Field::Status => self.wish.status.as_deref().map(Cow::Borrowed),
            Field::Event | Field::EventTime | Field::UserId | Field::DeviceId => None,
        }
    }

    /// What a postback says about a field that it would leave out if that were not signed.
    fn unusual(&self, field: Field) -> Cow<'_, str> {
        match field {
            Field::Event => Cow::Borrowed(&self.scene.network.default_event),
            Field::EventTime => Cow::Owned(self.now.unix_seconds().to_string()),
            Field::UserId | Field::DeviceId => Cow::Borrowed(NOBODY),
            Field::ClickId | Field::TransactionId | Field::Payout | Field::Currency | Field::Status => {
                self.usual(field).unwrap_or(Cow::Borrowed(FILLER))
            }
        }
    }
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "a GET with a query",
            Self::Form => "a POSTed form",
            Self::Json => "a POSTed JSON object",
        }
    }

    const fn method(self) -> Method {
        match self {
            Self::Query => Method::GET,
            Self::Form | Self::Json => Method::POST,
        }
    }

    const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Query => None,
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Json => Some("application/json"),
        }
    }
}

fn form(params: &[(&str, Cow<'_, str>)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let pairs: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}

/// The parameters as an object: a pointer makes the objects on its way, another name is a member.
fn object(params: &[(&str, Cow<'_, str>)]) -> Result<String, String> {
    let mut members = Vec::new();
    for (name, value) in params {
        let pointer = if name.starts_with('/') {
            Cow::Borrowed(*name)
        } else {
            Cow::Owned(format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        };
        if !put_at_pointer(&mut members, &pointer, value) {
            return Err(format!("{name} stands where another value stands"));
        }
    }
    Ok(Object(&members).to_string())
}
