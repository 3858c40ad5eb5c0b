//! What is signed: a template over the request, fed piece by piece as the bytes were received.

use crate::domain::form::{decode_bytes, raw_pairs};
use crate::domain::secret::Secret;

use super::AuthFailure;
use super::params::Params;
use super::reference::{Reference, ReferenceError};
use super::source::{Seen, Source};
use super::term::{Absence, Term};
use super::values::Values;

/// A parsed `content` template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content(Vec<Piece>);

/// What `{params}` and `{values}` stand for in a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// The layout of `{params}`.
    pub params: Option<Params>,
    /// The values of `{values}`.
    pub values: Option<Values>,
}

/// A piece of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A text of the template's own.
    Literal(String),
    /// `{body}`: the body's bytes.
    Body,
    /// `{query}`: the raw query without the signature's own pair.
    Query,
    /// `{url}`: base, path and that query.
    Url,
    /// `{base_url}`: what stands before the path.
    BaseUrl,
    /// `{path}`.
    Path,
    /// `{method}`.
    Method,
    /// `{secret}`.
    Secret,
    /// `{timestamp}`: the timestamp's own text.
    Timestamp,
    /// `{params}`: all parameters, sorted and laid out anew.
    Params(Params),
    /// `{values}`: a row of values.
    Values(Values),
    /// One value.
    Value(Term),
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
        "unknown {{{0}}}; known are {{body}}, {{query}}, {{url}}, {{base_url}}, {{path}}, {{method}}, {{timestamp}}, \
         {{secret}}, {{params}}, {{values}}, {{header.NAME}}, {{query.NAME}}, {{form.NAME}}, {{json./POINTER}} and {{sig.NAME}}"
    )]
    Unknown(String),
    /// `{params}` or `{values}` without a key that says what they are.
    #[error("signs {{{0}}}, but there is no key {0} that says what it stands for")]
    NoRow(&'static str),
    /// A key `params` or `values` that nothing refers to.
    #[error("does not sign {{{0}}}, so the key {0} has no meaning; write {{{0}}} where it belongs, or remove the key")]
    UnusedRow(&'static str),
    /// `?!` in the template itself.
    #[error(
        "{{{0}}}: \"?!\" leaves a value and its separator out, which only values = {{ of = […] }} does; write \"?\" here"
    )]
    NothingToLeaveOut(String),
    /// A reference that names no place.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

/// A request's pieces while they are fed into a hash.
pub(super) struct Feed<'a> {
    pub(super) seen: &'a Seen<'a>,
    /// Where signatures stand: their pairs are left out of query and URL.
    pub(super) signature_at: &'a [Reference],
    pub(super) timestamp: Option<&'a [u8]>,
    pub(super) base_url: &'a str,
    pub(super) secret: &'a Secret,
}

impl Content {
    /// Parses a template such as `{timestamp}.{body}`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str, rows: &Rows) -> Result<Self, ContentError> {
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
            pieces.push(Piece::parse(&inner[..end], rows)?);
            rest = &inner[end + 1..];
        }
        let has_params = pieces.iter().any(|piece| matches!(piece, Piece::Params(_)));
        if rows.params.is_some() && !has_params {
            return Err(ContentError::UnusedRow("params"));
        }
        let has_values = pieces.iter().any(|piece| matches!(piece, Piece::Values(_)));
        if rows.values.is_some() && !has_values {
            return Err(ContentError::UnusedRow("values"));
        }
        if pieces.iter().any(Piece::signs_something) {
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

    /// Its pieces, in their order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Whether the timestamp is part of what is signed.
    pub fn signs_timestamp(&self) -> bool {
        self.0.contains(&Piece::Timestamp)
    }

    /// Whether what stands before the path is.
    pub fn signs_base_url(&self) -> bool {
        self.0.contains(&Piece::Url) || self.0.contains(&Piece::BaseUrl)
    }

    /// Whether the whole body is.
    pub fn signs_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    /// Whether the secret is.
    pub fn holds_secret(&self) -> bool {
        self.0.contains(&Piece::Secret)
    }

    /// The values that are signed by themselves, in the template or in its row of values.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.0.iter().flat_map(|piece| match piece {
            Piece::Value(term) => std::slice::from_ref(term),
            Piece::Values(values) => &values.of,
            Piece::Literal(_)
            | Piece::Body
            | Piece::Query
            | Piece::Url
            | Piece::BaseUrl
            | Piece::Path
            | Piece::Method
            | Piece::Secret
            | Piece::Timestamp
            | Piece::Params(_) => &[],
        })
    }

    /// What stands in the place of another parameter, as [`Params::hider`] and [`Values::hider`] say it.
    pub(super) fn hider<'a>(&'a self, seen: &Seen<'a>, signature_at: &'a [Reference], name: &str) -> Option<&'a str> {
        self.0.iter().find_map(|piece| {
            if let Piece::Params(params) = piece {
                params.hider(seen.form, signature_at, name)
            } else if let Piece::Values(values) = piece {
                values.hider(seen, name)
            } else {
                None
            }
        })
    }

    /// Whether what stands at a place is part of what is signed, named by itself.
    pub fn names(&self, place: &Reference) -> bool {
        self.terms().any(|term| term.source.is_place(place))
    }

    /// Whether a whole value is part of what is signed, by itself or within the parameters, the query or the body.
    pub fn signs(&self, source: &Source) -> bool {
        let by_itself = self.terms().any(|term| term.source == *source && !term.is_integer);
        let within = match source {
            Source::Place(place) => self.signs_within(place),
            Source::Label(_) => false,
        };
        by_itself || within
    }

    fn signs_within(&self, place: &Reference) -> bool {
        let in_params = self
            .0
            .iter()
            .any(|piece| matches!(piece, Piece::Params(params) if params.signs(place)));
        let in_whole = match place {
            Reference::Header(_) => false,
            Reference::Query(_) => self.0.iter().any(|piece| matches!(piece, Piece::Query | Piece::Url)),
            Reference::Form(_) | Reference::Json(_) => self.signs_body(),
        };
        in_params || in_whole
    }

    /// Whether parts that a sender fills stand side by side with nothing between them: characters can then be moved from one
    /// into the next, from a URL's query into the body too.
    pub fn joins_values(&self) -> bool {
        let is_open = |piece: &Piece| match piece {
            Piece::Body | Piece::Query | Piece::Url | Piece::Params(_) | Piece::Values(_) | Piece::Value(_) => true,
            // What is known or has one length only.
            Piece::Literal(_) | Piece::BaseUrl | Piece::Path | Piece::Method | Piece::Secret | Piece::Timestamp => {
                false
            }
        };
        let within = |piece: &Piece| match piece {
            Piece::Values(values) => values.joins_values(),
            Piece::Params(params) => params.joins_values(),
            Piece::Literal(_)
            | Piece::Body
            | Piece::Query
            | Piece::Url
            | Piece::BaseUrl
            | Piece::Path
            | Piece::Method
            | Piece::Secret
            | Piece::Timestamp
            | Piece::Value(_) => false,
        };
        let side_by_side = |pair: &[Piece]| pair.iter().all(is_open);
        self.0.iter().any(within) || self.0.windows(2).any(side_by_side)
    }

    /// Hands the signed bytes to `sink` in their order.
    pub(super) fn feed(&self, feed: &Feed<'_>, sink: &mut impl FnMut(&[u8])) -> Result<(), AuthFailure> {
        self.0.iter().try_for_each(|piece| piece.feed(feed, sink))
    }
}

impl Piece {
    /// Hands the bytes that this piece stands for to `sink`.
    pub(super) fn feed(&self, feed: &Feed<'_>, sink: &mut impl FnMut(&[u8])) -> Result<(), AuthFailure> {
        let raw = feed.seen.raw;
        match self {
            Self::Literal(text) => sink(text.as_bytes()),
            Self::Body => sink(&raw.body),
            Self::Query => feed.query(b"", sink),
            Self::Url => {
                sink(feed.base_url.as_bytes());
                sink(raw.uri.path().as_bytes());
                feed.query(b"?", sink);
            }
            Self::BaseUrl => sink(feed.base_url.as_bytes()),
            Self::Path => sink(raw.uri.path().as_bytes()),
            Self::Method => sink(raw.method.as_str().as_bytes()),
            Self::Secret => sink(feed.secret.expose()),
            Self::Timestamp => sink(feed.timestamp.ok_or(AuthFailure::TimestampMissing)?),
            Self::Params(params) => params.feed(feed.seen.form, feed.signature_at, sink),
            Self::Values(values) => values.feed(feed.seen, sink)?,
            Self::Value(term) => sink(term.find(feed.seen)?.unwrap_or_default()),
        }
        Ok(())
    }

    fn parse(name: &str, rows: &Rows) -> Result<Self, ContentError> {
        Ok(match name {
            "body" => Self::Body,
            "query" => Self::Query,
            "url" => Self::Url,
            "base_url" => Self::BaseUrl,
            "path" => Self::Path,
            "method" => Self::Method,
            "secret" => Self::Secret,
            "timestamp" => Self::Timestamp,
            "params" => Self::Params(rows.params.clone().ok_or(ContentError::NoRow("params"))?),
            "values" => Self::Values(rows.values.clone().ok_or(ContentError::NoRow("values"))?),
            _ if name.contains('.') => {
                let term = Term::parse(name)?;
                if term.absence == Absence::NothingIfEmpty {
                    return Err(ContentError::NothingToLeaveOut(name.to_owned()));
                }
                Self::Value(term)
            }
            _ => return Err(ContentError::Unknown(name.to_owned())),
        })
    }

    /// Whether something of the request's own is signed, beside where it went and when.
    const fn signs_something(&self) -> bool {
        match self {
            Self::Body | Self::Query | Self::Url | Self::Params(_) | Self::Values(_) | Self::Value(_) => true,
            Self::Literal(_) | Self::BaseUrl | Self::Path | Self::Method | Self::Secret | Self::Timestamp => false,
        }
    }
}

impl Feed<'_> {
    /// The raw query without the pairs of signatures: split at `&`, the pairs dropped, joined again; `lead` stands
    /// before what is not empty. A pair's name is compared after decoding, everything else is left as it was received.
    fn query(&self, lead: &[u8], sink: &mut impl FnMut(&[u8])) {
        let query = self.seen.raw.query().as_bytes();
        if query.is_empty() {
            return;
        }
        let names = || self.signature_at.iter().filter_map(Reference::query_name);
        if names().next().is_none() {
            sink(lead);
            return sink(query);
        }
        let is_signature = |pair: &[u8]| {
            raw_pairs(pair).any(|(_, name, _)| {
                let name = decode_bytes(name);
                names().any(|signature| signature.as_bytes() == &*name)
            })
        };
        let mut separator = lead;
        for pair in query.split(|byte| *byte == b'&').filter(|pair| !is_signature(pair)) {
            sink(separator);
            sink(pair);
            separator = b"&";
        }
    }
}
