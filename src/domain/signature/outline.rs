//! A scheme as its configuration wrote it, for people: what is signed, where the signature stands, how it is written.

use std::fmt;
use std::time::Duration;

use super::content::{Content, Piece};
use super::key::Key;
use super::placement::Placement;
use super::term::{Absence, Term};
use super::{Proof, Scheme, TimestampUnit};

/// A scheme in words of the configuration. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The algorithm's name; `token` or `none` where nothing is signed.
    pub algorithm: &'static str,
    /// The template of what is signed.
    pub content: Option<String>,
    /// The places of the signature or the token.
    pub from: Vec<String>,
    /// What stands before it.
    pub prefix: String,
    /// How the list that it stands in is written.
    pub list: Option<String>,
    /// How it is written.
    pub encoding: Option<&'static str>,
    /// The timestamp's rule.
    pub timestamp: Option<TimestampOutline>,
    /// Secrets that are accepted.
    pub secrets: usize,
}

/// Where a timestamp stands and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampOutline {
    /// The place.
    pub from: String,
    /// The unit.
    pub unit: TimestampUnit,
    /// How far it may be from now.
    pub tolerance: Duration,
}

impl Scheme {
    /// The scheme in words.
    pub fn outline(&self) -> Outline {
        match &self.proof {
            Proof::Address => Outline::unsigned("none", None, 0),
            Proof::Token(token) => Outline::unsigned("token", Some(&token.placement), token.tokens.len()),
            Proof::Mac(mac) => Outline {
                algorithm: mac.keys.first().map_or("none", |key| Key::algorithm(key).as_str()),
                content: Some(mac.content.to_string()),
                encoding: Some(mac.encoding.as_str()),
                timestamp: mac.timestamp.as_ref().map(|rule| TimestampOutline {
                    from: rule.from.to_string(),
                    unit: rule.unit,
                    tolerance: rule.tolerance,
                }),
                ..Outline::unsigned("", Some(&mac.placement), mac.keys.len())
            },
        }
    }
}

impl Outline {
    fn unsigned(algorithm: &'static str, placement: Option<&Placement>, secrets: usize) -> Self {
        let list = placement.and_then(|placement| placement.list.as_ref());
        Self {
            algorithm,
            content: None,
            from: placement
                .map(|placement| placement.from.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            prefix: placement.map(|placement| placement.prefix.clone()).unwrap_or_default(),
            list: list.map(|list| match &list.labels {
                None => format!("items between {:?}", list.item),
                Some(labels) => format!(
                    "items named {:?} before {:?}, between {:?}",
                    labels.signature, labels.pair, list.item
                ),
            }),
            encoding: None,
            timestamp: None,
            secrets,
        }
    }
}

impl fmt::Display for Content {
    /// The template as configurations write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Body => f.write_str("{body}"),
            Self::Query => f.write_str("{query}"),
            Self::Url => f.write_str("{url}"),
            Self::BaseUrl => f.write_str("{base_url}"),
            Self::Path => f.write_str("{path}"),
            Self::Method => f.write_str("{method}"),
            Self::Secret => f.write_str("{secret}"),
            Self::Timestamp => f.write_str("{timestamp}"),
            Self::Params(_) => f.write_str("{params}"),
            Self::Values(_) => f.write_str("{values}"),
            Self::Value(term) => write!(f, "{{{term}}}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absence = match self.absence {
            Absence::Refused => "",
            Absence::Nothing => "?",
            Absence::NothingIfEmpty => "?!",
        };
        let integer = if self.is_integer { "|int" } else { "" };
        write!(f, "{}{absence}{integer}", self.source)
    }
}
