//! A postback on its way from bytes to a typed record.
//!
//! ```text
//! RawPostback ──Form::read──▶ Form ──Network::verify──▶ VerifiedPostback ──read──▶ Postback
//!  untrusted      400/415             401                  authentic        422     typed
//! ```
//!
//! Each step takes what the step before proved, so an unverified postback cannot be read for its meaning, and what was
//! not read cannot be decided.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method, Uri};

use super::conversion::{SentClickId, Status};
use super::dedupe::DedupeRule;
use super::form::{self, FormFault, FormFaultKind, Pair};
use super::id::{ConversionId, PostbackId};
use super::json::{Json, JsonFault, JsonFaultKind};
use super::money::{Amount, Currency};
use super::network::Network;
use super::refusal::{Code, Refusal};
use super::terms::Terms;
use super::time::Timestamp;

/// Parameters that one postback may have, query and body together.
pub const PARAMETERS_MAX: usize = 100;

/// A request to `/postback` as it was received. Nothing in it is true yet.
#[derive(Debug, Clone)]
pub struct RawPostback {
    /// Our id of the request.
    pub id: PostbackId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The client's address, behind the proxies that we trust.
    pub remote_ip: IpAddr,
    /// The method.
    pub method: Method,
    /// The target: path and raw query.
    pub uri: Uri,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; empty while it is unread.
    pub body: Bytes,
}

impl RawPostback {
    /// The query as it was received; empty when there is none.
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}

/// The parameters of a request, decoded but not believed.
#[derive(Debug)]
pub struct Form<'a> {
    /// The query's parameters.
    pub query: Vec<Pair<'a>>,
    /// The body's.
    pub body: Body<'a>,
}

/// A body by its content type.
#[derive(Debug)]
pub enum Body<'a> {
    /// No body.
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Pair<'a>>),
    /// A JSON object.
    Json(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Form<'a> {
    /// Reads query and body strictly: one malformed parameter refuses the request.
    ///
    /// # Errors
    ///
    /// `malformed_request`, `duplicate_parameter`, `too_many_parameters` or `unsupported_media_type`.
    pub fn read(raw: &'a RawPostback) -> Result<Self, Refusal> {
        let query = form::parse(raw.query().as_bytes()).map_err(|fault| malformed_form(&fault))?;
        refuse_duplicates(&query)?;
        let body = Self::read_body(raw)?;
        let body_parameters = match &body {
            Body::Empty => 0,
            Body::Form(pairs) => pairs.len(),
            Body::Json(members) => members.len(),
        };
        if query.len() + body_parameters > PARAMETERS_MAX {
            let detail = format!("at most {PARAMETERS_MAX} parameters are taken");
            return Err(Refusal::new(Code::TooManyParameters, detail));
        }
        Ok(Self { query, body })
    }

    fn read_body(raw: &'a RawPostback) -> Result<Body<'a>, Refusal> {
        let encoded = raw
            .headers
            .get(CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity");
        if encoded {
            return Err(Refusal::new(
                Code::UnsupportedMediaType,
                "expected a body without content encoding",
            ));
        }
        let is_post = raw.method == Method::POST;
        // Nothing is no JSON; but many clients send the type with every request, also with those that have no body.
        if raw.body.is_empty() && !(is_post && matches!(media_type(&raw.headers), Some(MediaType::Json))) {
            return Ok(Body::Empty);
        }
        if !is_post {
            return Err(Refusal::new(Code::MalformedRequest, "a body is only read with POST"));
        }
        match media_type(&raw.headers) {
            // A signature covers the bytes of a body, and seldom its type: under another type they must not say something else.
            Some(MediaType::Form) if Json::is_object(&raw.body) => Err(Refusal::new(
                Code::MalformedRequest,
                "the body is a JSON object, but its Content-Type says that it is a form; send it with Content-Type \
                 application/json",
            )),
            Some(MediaType::Form) => {
                let pairs = form::parse(&raw.body).map_err(|fault| malformed_form(&fault))?;
                refuse_duplicates(&pairs)?;
                Ok(Body::Form(pairs))
            }
            Some(MediaType::Json) => {
                let text = std::str::from_utf8(&raw.body)
                    .map_err(|_| Refusal::new(Code::MalformedRequest, "the JSON body is not UTF-8"))?;
                Json::parse_object(text)
                    .map(Body::Json)
                    .map_err(|fault| malformed_json(&fault))
            }
            None => {
                let detail = "expected Content-Type application/json or application/x-www-form-urlencoded, in UTF-8";
                Err(Refusal::new(Code::UnsupportedMediaType, detail))
            }
        }
    }

    /// The value of a query parameter by its decoded name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        value_of(&self.query, name)
    }
}

/// The first value under a decoded name.
pub(super) fn value_of<'p>(pairs: &'p [Pair<'_>], name: &str) -> Option<&'p str> {
    pairs.iter().find(|pair| pair.name == name).map(|pair| &*pair.value)
}

enum MediaType {
    Form,
    Json,
}

fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    let utf8 = |charset: &str| charset.trim_matches('"').eq_ignore_ascii_case("utf-8");
    let is_utf8 = parameters.split(';').all(|parameter| match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => utf8(charset.trim()),
        Some(_) | None => true,
    });
    let essence = essence.trim();
    if !is_utf8 {
        None
    } else if essence.eq_ignore_ascii_case("application/json") {
        Some(MediaType::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Some(MediaType::Form)
    } else {
        None
    }
}

fn refuse_duplicates(pairs: &[Pair<'_>]) -> Result<(), Refusal> {
    // Sorted rather than compared pair by pair: a body may hold thousands of names before the limit is looked at.
    let mut names: Vec<&str> = pairs.iter().map(|pair| &*pair.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(duplicate(pair[0])),
        None => Ok(()),
    }
}

pub(super) fn duplicate(param: &str) -> Refusal {
    Refusal::new(
        Code::DuplicateParameter,
        "the parameter is given twice; expected it once",
    )
    .at_param(param)
}

fn malformed_form(fault: &FormFault) -> Refusal {
    let detail = match fault.kind {
        FormFaultKind::BrokenEncoding => "a % is not followed by two hexadecimal digits",
        FormFaultKind::InvalidUtf8 => "the decoded text is not UTF-8",
        FormFaultKind::Nul => "the text contains a NUL character",
        FormFaultKind::NoName => "a value has no parameter name",
    };
    Refusal::new(Code::MalformedRequest, detail).at_param(&*fault.param)
}

fn malformed_json(fault: &JsonFault) -> Refusal {
    let refusal = match &fault.kind {
        JsonFaultKind::DuplicateKey => Refusal::new(Code::DuplicateParameter, "a key is given twice in one object"),
        JsonFaultKind::NotAnObject => Refusal::new(Code::MalformedRequest, "expected the JSON body to be an object"),
        JsonFaultKind::TooDeep => Refusal::new(Code::MalformedRequest, "the JSON body is nested too deeply"),
        JsonFaultKind::Nul => Refusal::new(Code::MalformedRequest, "a text contains a NUL character"),
        JsonFaultKind::Syntax(error) => Refusal::new(Code::MalformedRequest, format!("the JSON body: {error}")),
    };
    match &fault.param {
        Some(param) => refusal.at_param(&**param),
        None => refusal,
    }
}

/// A postback that was proven to come from its network. Only [`Network::verify`] makes one.
#[derive(Debug)]
pub struct VerifiedPostback<'a> {
    pub(super) raw: &'a RawPostback,
    pub(super) form: &'a Form<'a>,
    pub(super) network: &'a Network,
}

/// A postback as read: typed, complete, and carrying the rules that it was read under, so that it can be decided now
/// or later without the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postback {
    /// Our id of the request.
    pub id: PostbackId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The network that sent it.
    pub network: Arc<str>,
    /// The click that it names.
    pub click: SentClickId,
    /// The network's id of the transaction.
    pub transaction_id: Option<String>,
    /// What happened, in the network's words.
    pub event: String,
    /// The status.
    pub status: NamedStatus,
    /// The payout, when it names one.
    pub payout: Option<Amount>,
    /// The currency, when it names one.
    pub currency: Option<Currency>,
    /// When the conversion happened, as the network says.
    pub event_time: Option<Timestamp>,
    /// The network's user id.
    pub user_id: Option<String>,
    /// The device's id.
    pub device_id: Option<String>,
    /// The id of the conversion that it is about.
    pub conversion_id: ConversionId,
    /// The rule that the id was derived by.
    pub dedupe: DedupeRule,
    /// The currency of a new conversion whose postback names none.
    pub default_currency: Option<Currency>,
    /// On which terms a new conversion gets its click.
    pub terms: Arc<Terms>,
}

/// What a postback says about its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedStatus {
    /// It names one.
    Named(Status),
    /// It names none: a new conversion gets the network's default, a known one keeps its own.
    Default(Status),
    /// It names a word that the network's table maps to `ignored`.
    Ignored,
}
