//! Scripts that sign and send a request, for a partner who signs by himself.
//!
//! Only for what needs no more than a standard library: an HMAC under the secret's own text, over the body or the query with at
//! most a timestamp and fixed text beside it. Every other recipe is told in its steps alone.

mod python;
mod shell;

use http::HeaderName;

use crate::domain::mapping::Part;
use crate::domain::signature::{
    Algorithm, Encoding, Key, KeyEncoding, MacScheme, Piece, Proof, Reference, Source, TimestampRule, TimestampUnit,
};

use super::Sender;
use super::example_request::unsigned;
use super::request::base_url;
use super::text::{Block, Text};
use super::way::Way;

/// What both scripts do.
struct Snippet<'s> {
    secret: String,
    /// Where the parameters are: what is signed, and sent.
    message: Message,
    clock: Option<Clock<'s>>,
    /// What is signed, in its order.
    signed: Vec<Signed<'s>>,
    digest: Digest,
    encoding: Encoding,
    proof: Place<'s>,
    /// The header fields that are there before signing.
    headers: Vec<(String, String)>,
    /// The address without a query.
    url: String,
}

/// The part of a request that is signed, as the example has it.
enum Message {
    Body(String),
    Query(String),
}

/// A part of what is signed.
enum Signed<'s> {
    Text(&'s str),
    Timestamp,
    Message,
}

/// The header that says when a request was signed.
struct Clock<'s> {
    header: &'s HeaderName,
    /// What makes of Unix seconds the unit that is expected.
    zeros: &'static str,
}

/// Where the signature goes.
enum Place<'s> {
    Header { name: &'s HeaderName, prefix: &'s str },
    Query(&'s str),
}

/// The hash of an HMAC, by the name that openssl and Python share.
struct Digest(&'static str);

/// The scripts of one way to send; nothing for a system that signs by itself, or a recipe that is not as plain as this.
pub(super) fn blocks(way: Way<'_>, sender: Option<&Sender>, public_url: &str) -> Vec<Block> {
    let snippet = match sender {
        None => Snippet::of(way, public_url),
        Some(_) => None,
    };
    let Some(snippet) = snippet else { return Vec::new() };
    vec![
        Block::Paragraph(Text::say(
            "These lines sign such a request and send it, in a shell with openssl and curl:",
        )),
        Block::Code(shell::script(&snippet)),
        Block::Paragraph(Text::say("And these in Python 3:")),
        Block::Code(python::script(&snippet)),
    ]
}

impl<'s> Snippet<'s> {
    fn of(way: Way<'s>, public_url: &str) -> Option<Self> {
        let Proof::Mac(mac) = way.scheme().proof() else {
            return None;
        };
        let is_plain_key = mac.key_format.encoding == KeyEncoding::Raw && mac.key_format.strip_prefix.is_empty();
        if !is_plain_key || !mac.require.is_empty() || mac.placement.list.is_some() {
            return None;
        }
        let request = unsigned(way, None).ok()?.0;
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let message = match way.part {
            Part::Query => Message::Query(request.query().to_owned()),
            Part::Form | Part::Json => Message::Body(String::from_utf8(request.body.to_vec()).ok()?),
        };
        Some(Self {
            secret: way.scheme().with_example_key().secret()?,
            signed: signed(mac, &message)?,
            clock: mac
                .timestamp
                .as_ref()
                .map(Clock::of)
                .map_or(Some(None), |clock| clock.map(Some))?,
            digest: Digest::of(mac.keys.first().map(Key::algorithm)?)?,
            encoding: mac.encoding,
            proof: Place::of(mac, &message)?,
            headers: headers.collect::<Option<_>>()?,
            url: format!("{}{}", base_url(way, public_url), request.uri.path()),
            message,
        })
    }
}

fn signed<'s>(mac: &'s MacScheme, message: &Message) -> Option<Vec<Signed<'s>>> {
    let pieces = mac.content.pieces().iter();
    let signed = pieces.map(|piece| match (piece, message) {
        (Piece::Literal(text), _) => Some(Signed::Text(text)),
        (Piece::Timestamp, _) => Some(Signed::Timestamp),
        (Piece::Body, Message::Body(_)) | (Piece::Query, Message::Query(_)) => Some(Signed::Message),
        (
            Piece::Body
            | Piece::Query
            | Piece::Url
            | Piece::BaseUrl
            | Piece::Path
            | Piece::Method
            | Piece::Secret
            | Piece::Params(_)
            | Piece::Values(_)
            | Piece::Value(_),
            _,
        ) => None,
    });
    signed.collect()
}

impl<'s> Clock<'s> {
    fn of(rule: &'s TimestampRule) -> Option<Self> {
        let zeros = match rule.unit {
            TimestampUnit::Seconds => "",
            TimestampUnit::Millis => "000",
            TimestampUnit::Micros => "000000",
            TimestampUnit::Rfc3339 | TimestampUnit::Minute => return None,
        };
        match &rule.from {
            Source::Place(Reference::Header(header)) => Some(Self { header, zeros }),
            Source::Place(Reference::Query(_) | Reference::Form(_) | Reference::Json(_)) | Source::Label(_) => None,
        }
    }
}

impl<'s> Place<'s> {
    fn of(mac: &'s MacScheme, message: &Message) -> Option<Self> {
        let prefix = mac.placement.prefix.as_str();
        match (mac.placement.from.first()?, message, mac.encoding) {
            (Reference::Header(name), _, _) => Some(Self::Header { name, prefix }),
            // Nothing of it has to be percent-encoded.
            (Reference::Query(name), Message::Query(_), Encoding::Hex | Encoding::Base64Url) if prefix.is_empty() => {
                Some(Self::Query(name))
                    .filter(|_| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
            }
            (Reference::Query(_) | Reference::Form(_) | Reference::Json(_), _, _) => None,
        }
    }
}

impl Digest {
    const fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::HmacMd5 => Some(Self("md5")),
            Algorithm::HmacSha1 => Some(Self("sha1")),
            Algorithm::HmacSha256 => Some(Self("sha256")),
            Algorithm::HmacSha512 => Some(Self("sha512")),
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512 => None,
        }
    }
}
