//! What is signed: a template over the request, fed piece by piece as the bytes were received.

use crate::domain::form::{decode_bytes, raw_pairs};
use crate::domain::postback::{Form, RawPostback};

use super::reference::{Found, Reference, ReferenceError};

/// A parsed `content` template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Body,
    Query,
    Url,
    Path,
    Method,
    Timestamp,
    Value(Reference),
}

/// Why a text is no content template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Nothing would be signed.
    #[error("names nothing of the request; expected at least one of {{body}}, {{query}}, {{url}} or a {{reference}}")]
    SignsNothing,
    /// A brace without its other half.
    #[error("a brace has no counterpart")]
    Brace,
    /// Something in braces that is not known.
    #[error(
        "unknown {{{0}}}; known are {{body}}, {{query}}, {{url}}, {{path}}, {{method}}, {{timestamp}}, \
         {{header.NAME}}, {{query.NAME}}, {{form.NAME}} and {{json./POINTER}}"
    )]
    Unknown(String),
    /// A reference that names no place.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

/// A request's pieces while they are fed into a MAC.
pub(super) struct Feed<'a> {
    pub(super) raw: &'a RawPostback,
    pub(super) form: &'a Form<'a>,
    /// Where the signature stands: its pair is left out of query and URL.
    pub(super) signature_at: &'a Reference,
    pub(super) timestamp: Option<&'a [u8]>,
    pub(super) base_url: &'a str,
}

/// Something that the template names is not in the request, or is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartMissing;

impl Content {
    /// Parses a template such as `{timestamp}.{body}`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ContentError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let literal_end = rest.find(['{', '}']).unwrap_or(rest.len());
            if literal_end > 0 {
                pieces.push(Piece::Literal(rest[..literal_end].to_owned()));
                rest = &rest[literal_end..];
                continue;
            }
            let inner = rest.strip_prefix('{').ok_or(ContentError::Brace)?;
            let end = inner.find('}').ok_or(ContentError::Brace)?;
            pieces.push(Piece::parse(&inner[..end])?);
            rest = &inner[end + 1..];
        }
        let signs = |piece: &Piece| matches!(piece, Piece::Body | Piece::Query | Piece::Url | Piece::Value(_));
        if pieces.iter().any(signs) {
            Ok(Self(pieces))
        } else {
            Err(ContentError::SignsNothing)
        }
    }

    /// `{query}`: the default of a GET.
    pub(super) fn query() -> Self {
        Self(vec![Piece::Query])
    }

    /// `{timestamp}.{body}`: the default of a POST.
    pub(super) fn timestamp_and_body() -> Self {
        Self(vec![Piece::Timestamp, Piece::Literal(".".to_owned()), Piece::Body])
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Whether the timestamp is part of what is signed.
    pub fn signs_timestamp(&self) -> bool {
        self.0.contains(&Piece::Timestamp)
    }

    /// Whether the whole body is.
    pub fn signs_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    /// Whether what stands at a place is part of what is signed, named by itself.
    pub fn names(&self, place: &Reference) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Value(reference) if reference == place))
    }

    /// Whether what stands at a place is part of what is signed, by itself or within the query or the body.
    pub fn signs(&self, place: &Reference) -> bool {
        let within = match place {
            Reference::Header(_) => false,
            Reference::Query(_) => self.0.iter().any(|piece| matches!(piece, Piece::Query | Piece::Url)),
            Reference::Form(_) | Reference::Json(_) => self.signs_body(),
        };
        within || self.names(place)
    }

    /// Hands the signed bytes to `sink` in their order.
    pub(super) fn feed(&self, feed: &Feed<'_>, sink: &mut impl FnMut(&[u8])) -> Result<(), PartMissing> {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => sink(text.as_bytes()),
                Piece::Body => sink(&feed.raw.body),
                Piece::Query => feed.query(b"", sink),
                Piece::Url => {
                    sink(feed.base_url.as_bytes());
                    sink(feed.raw.uri.path().as_bytes());
                    feed.query(b"?", sink);
                }
                Piece::Path => sink(feed.raw.uri.path().as_bytes()),
                Piece::Method => sink(feed.raw.method.as_str().as_bytes()),
                Piece::Timestamp => sink(feed.timestamp.ok_or(PartMissing)?),
                Piece::Value(reference) => match reference.find(feed.raw, feed.form) {
                    Found::One(value) => sink(value),
                    Found::None | Found::Several => return Err(PartMissing),
                },
            }
        }
        Ok(())
    }
}

impl Piece {
    fn parse(name: &str) -> Result<Self, ContentError> {
        Ok(match name {
            "body" => Self::Body,
            "query" => Self::Query,
            "url" => Self::Url,
            "path" => Self::Path,
            "method" => Self::Method,
            "timestamp" => Self::Timestamp,
            _ if name.contains('.') => Self::Value(Reference::parse(name)?),
            _ => return Err(ContentError::Unknown(name.to_owned())),
        })
    }
}

impl Feed<'_> {
    /// The raw query without the signature's own pair: split at `&`, the pair dropped, joined again; `lead` stands
    /// before what is not empty. The pair's name is compared after decoding, everything else is left as it was received.
    fn query(&self, lead: &[u8], sink: &mut impl FnMut(&[u8])) {
        let query = self.raw.query().as_bytes();
        if query.is_empty() {
            return;
        }
        let Reference::Query(signature) = self.signature_at else {
            sink(lead);
            return sink(query);
        };
        let is_signature =
            |pair: &[u8]| raw_pairs(pair).any(|(_, name, _)| *decode_bytes(name) == *signature.as_bytes());
        let mut separator = lead;
        for pair in query.split(|byte| *byte == b'&').filter(|pair| !is_signature(pair)) {
            sink(separator);
            sink(pair);
            separator = b"&";
        }
    }
}
