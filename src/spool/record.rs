//! What a record says: a finished click, or a postback as read beside its request, as a JSON document.
//!
//! The names below are part of the format. A name may be added (absent in older records) and never change its meaning;
//! what does not fit takes a new version of the file format. A postback is kept *as read*: replay decides it and never reads
//! it again, so that a later configuration cannot change what its sender was told.

mod terms;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::domain::click::{Click, ClickAttributes, ClickFlags};
use crate::domain::conversion::{SentClickId, Status};
use crate::domain::dedupe::DedupeRule;
use crate::domain::id::{ClickId, PostbackId};
use crate::domain::money::{Amount, Currency, PAYOUT_SCALE_MAX};
use crate::domain::postback::{NamedStatus, Postback};
use crate::domain::redact::RedactedRequest;
use crate::domain::time::Timestamp;

use super::frame::{Frame, Kind};
use terms::TermsDocument;

/// A record as it was before it went to disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A click whose id its visitor carries.
    Click(Box<Click>),
    /// A postback whose sender was promised a verdict, and its request.
    Postback(Box<Postback>, Box<RedactedRequest>),
}

/// A frame verifies, and yet is no record of this program.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is not the document that it should be.
    #[error("the record is not of this format")]
    Document(#[from] serde_json::Error),
    /// A value of it cannot be what it stands for.
    #[error("the record's {0} cannot be read")]
    Value(&'static str),
}

impl Record {
    /// Reads a frame that verified.
    ///
    /// # Errors
    ///
    /// When a later version, or somebody else, wrote it.
    pub fn read(frame: &Frame) -> Result<Self, RecordError> {
        Ok(match frame.kind {
            Kind::Click => {
                let document: ClickDocument<'_> = serde_json::from_slice(&frame.payload)?;
                Self::Click(Box::new(document.read(ClickId::from_stored(frame.id), frame.at)))
            }
            Kind::Postback => {
                let document: PostbackDocument<'_> = serde_json::from_slice(&frame.payload)?;
                let (postback, request) = document.read(PostbackId::from_stored(frame.id), frame.at)?;
                Self::Postback(Box::new(postback), Box::new(request))
            }
        })
    }
}

/// The frame of a click.
pub fn click_frame(click: &Click) -> Frame {
    let document = ClickDocument::of(click);
    Frame {
        kind: Kind::Click,
        id: click.id.uuid(),
        at: click.received_at,
        payload: serde_json::to_vec(&document).expect("a click is JSON"),
    }
}

/// The frame of a postback and its request.
pub fn postback_frame(postback: &Postback, request: &RedactedRequest) -> Frame {
    let document = PostbackDocument::of(postback, request);
    Frame {
        kind: Kind::Postback,
        id: postback.id.uuid(),
        at: postback.received_at,
        payload: serde_json::to_vec(&document).expect("a postback is JSON"),
    }
}

type Text<'a> = Cow<'a, str>;
type Optional<'a> = Option<Cow<'a, str>>;

#[derive(Debug, Serialize, Deserialize)]
struct ClickDocument<'a> {
    campaign: Text<'a>,
    affiliate: Optional<'a>,
    subs: Vec<Optional<'a>>,
    external_id: Optional<'a>,
    cost: Optional<'a>,
    currency: Optional<'a>,
    user_id: Optional<'a>,
    device_id: Optional<'a>,
    others: Vec<(Text<'a>, Text<'a>)>,
    odd_query: Optional<'a>,
    remote_ip: IpAddr,
    user_agent: Optional<'a>,
    referrer: Optional<'a>,
    flags: i16,
}

impl<'a> ClickDocument<'a> {
    fn of(click: &'a Click) -> Self {
        let attributes = &click.attributes;
        let others = attributes.others.iter();
        Self {
            campaign: click.campaign.as_str().into(),
            affiliate: optional(attributes.affiliate.as_deref()),
            subs: attributes.subs.iter().map(|sub| optional(sub.as_deref())).collect(),
            external_id: optional(attributes.external_id.as_deref()),
            cost: optional(attributes.cost.as_deref()),
            currency: optional(attributes.currency.as_deref()),
            user_id: optional(attributes.user_id.as_deref()),
            device_id: optional(attributes.device_id.as_deref()),
            others: others.map(|(name, value)| (name.into(), value.into())).collect(),
            odd_query: optional(attributes.odd_query.as_deref()),
            remote_ip: click.remote_ip,
            user_agent: optional(click.user_agent.as_deref()),
            referrer: optional(click.referrer.as_deref()),
            flags: click.flags.bits(),
        }
    }

    fn read(self, id: ClickId, received_at: Timestamp) -> Click {
        let mut subs = self.subs.into_iter().map(owned);
        let others = self.others.into_iter();
        Click {
            id,
            campaign: self.campaign.into_owned(),
            attributes: Arc::new(ClickAttributes {
                // The click's campaign is its own field; an attribute only says where it came from.
                campaign: None,
                affiliate: owned(self.affiliate),
                subs: std::array::from_fn(|_| subs.next().flatten()),
                external_id: owned(self.external_id),
                cost: owned(self.cost),
                currency: owned(self.currency),
                user_id: owned(self.user_id),
                device_id: owned(self.device_id),
                others: others
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect(),
                odd_query: owned(self.odd_query),
            }),
            remote_ip: self.remote_ip,
            user_agent: owned(self.user_agent),
            referrer: owned(self.referrer),
            received_at,
            flags: ClickFlags::from_bits(self.flags),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct PostbackDocument<'a> {
    network: Text<'a>,
    click_id: Optional<'a>,
    transaction_id: Optional<'a>,
    event: Text<'a>,
    status: StatusDocument<'a>,
    payout: Optional<'a>,
    currency: Optional<'a>,
    /// Microseconds since 1970.
    event_time: Option<i64>,
    user_id: Optional<'a>,
    device_id: Optional<'a>,
    conversion_id: Text<'a>,
    dedupe: Text<'a>,
    default_currency: Optional<'a>,
    terms: TermsDocument<'a>,
    request: RequestDocument<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusDocument<'a> {
    Named(Text<'a>),
    Default(Text<'a>),
    Ignored,
}

#[derive(Debug, Serialize, Deserialize)]
struct RequestDocument<'a> {
    remote_ip: IpAddr,
    method: Text<'a>,
    target: Text<'a>,
    headers: Text<'a>,
    /// Base64, because a body need not be text.
    body: Text<'a>,
}

impl<'a> PostbackDocument<'a> {
    fn of(postback: &'a Postback, request: &'a RedactedRequest) -> Self {
        let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string().into());
        let code = |currency: Option<Currency>| currency.map(|currency| currency.to_string().into());
        Self {
            network: (&*postback.network).into(),
            click_id: postback.click.as_sent().map(Into::into),
            transaction_id: optional(postback.transaction_id.as_deref()),
            event: postback.event.as_str().into(),
            status: StatusDocument::of(postback.status),
            payout: text(postback.payout),
            currency: code(postback.currency),
            event_time: postback.event_time.map(Timestamp::unix_micros),
            user_id: optional(postback.user_id.as_deref()),
            device_id: optional(postback.device_id.as_deref()),
            conversion_id: postback.conversion_id.to_string().into(),
            dedupe: postback.dedupe.as_str().into(),
            default_currency: code(postback.default_currency),
            terms: TermsDocument::of(postback),
            request: RequestDocument {
                remote_ip: request.remote_ip,
                method: request.method.as_str().into(),
                target: request.target.as_str().into(),
                headers: request.headers.as_str().into(),
                body: BASE64.encode(&request.body).into(),
            },
        }
    }

    fn read(self, id: PostbackId, received_at: Timestamp) -> Result<(Postback, RedactedRequest), RecordError> {
        let network: Arc<str> = Arc::from(&*self.network);
        let request = RedactedRequest {
            id,
            received_at,
            remote_ip: self.request.remote_ip,
            network: Some(network.clone()),
            method: self.request.method.into_owned(),
            target: self.request.target.into_owned(),
            headers: self.request.headers.into_owned(),
            body: BASE64
                .decode(&*self.request.body)
                .map_err(|_| RecordError::Value("body"))?,
        };
        let postback = Postback {
            id,
            received_at,
            network,
            click: self.click_id.map_or(SentClickId::None, |sent| SentClickId::read(&sent)),
            transaction_id: owned(self.transaction_id),
            event: self.event.into_owned(),
            status: self.status.read().ok_or(RecordError::Value("status"))?,
            payout: read(self.payout, "payout", |text| Amount::parse(text, PAYOUT_SCALE_MAX))?,
            currency: read(self.currency, "currency", Currency::parse)?,
            event_time: self.event_time.map(Timestamp::from_unix_micros),
            user_id: owned(self.user_id),
            device_id: owned(self.device_id),
            conversion_id: self
                .conversion_id
                .parse()
                .map_err(|_| RecordError::Value("conversion id"))?,
            dedupe: DedupeRule::parse(&self.dedupe).ok_or(RecordError::Value("dedupe rule"))?,
            default_currency: read(self.default_currency, "default currency", Currency::parse)?,
            terms: Arc::new(self.terms.read()?),
        };
        Ok((postback, request))
    }
}

impl StatusDocument<'_> {
    fn of(status: NamedStatus) -> Self {
        match status {
            NamedStatus::Named(status) => Self::Named(status.as_str().into()),
            NamedStatus::Default(status) => Self::Default(status.as_str().into()),
            NamedStatus::Ignored => Self::Ignored,
        }
    }

    fn read(&self) -> Option<NamedStatus> {
        Some(match self {
            Self::Named(name) => NamedStatus::Named(Status::parse(name)?),
            Self::Default(name) => NamedStatus::Default(Status::parse(name)?),
            Self::Ignored => NamedStatus::Ignored,
        })
    }
}

fn optional(text: Option<&str>) -> Optional<'_> {
    text.map(Cow::Borrowed)
}

fn owned(text: Optional<'_>) -> Option<String> {
    text.map(Cow::into_owned)
}

fn read<T>(
    text: Optional<'_>,
    what: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, RecordError> {
    text.map(|text| parse(&text).ok_or(RecordError::Value(what)))
        .transpose()
}

#[cfg(test)]
mod tests;
