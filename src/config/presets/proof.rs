//! How a preset's sender proves itself, as far as its operator has to know: what he has to give whom.

use std::fmt;

use crate::domain::signature::Reference;

use super::super::section::{Entry, Section};
use super::super::signature;

/// How a sender proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The default schemes.
    Default,
    /// A signature.
    Signature {
        /// What makes it, as `hmac-sha256`.
        algorithm: String,
        /// Where it stands.
        from: Vec<String>,
    },
    /// The secret itself stands in the request.
    Token {
        /// Where; of several places the first.
        from: Reference,
        /// What stands before it.
        prefix: String,
    },
    /// Nothing but its addresses.
    Address,
}

impl Proof {
    /// Reads what a preset's network says; whether the scheme is sound is for the network's own reader to say.
    pub(super) fn read(network: &Section<'_>) -> Option<Self> {
        let Some(entry) = network.entry("signature") else {
            return Some(Self::Default);
        };
        let section = entry.section(signature::KEYS)?;
        let text = |key: &str| section.entry(key).and_then(|entry| entry.text());
        let algorithm = text("algorithm");
        if algorithm.is_none() {
            section.refuse_absence("algorithm", "is required");
        }
        match algorithm? {
            "none" => Some(Self::Address),
            "token" => Some(Self::Token {
                from: first_place(&section.entry("from")?)?,
                prefix: text("prefix").unwrap_or_default().to_owned(),
            }),
            algorithm => Some(Self::Signature {
                algorithm: algorithm.to_owned(),
                from: section
                    .entry("from")?
                    .texts()?
                    .into_iter()
                    .map(|(place, _)| place.to_owned())
                    .collect(),
            }),
        }
    }
}

fn first_place(from: &Entry<'_>) -> Option<Reference> {
    let places = from.texts()?;
    let (text, place) = places.first()?;
    match Reference::parse(text) {
        Ok(reference) => Some(reference),
        Err(error) => {
            from.refuse_at(place, error.to_string());
            None
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("hmac-sha256, the default schemes"),
            Self::Signature { algorithm, from } => write!(f, "{algorithm} in {}", from.join(" or ")),
            Self::Token { from, prefix: _ } => write!(f, "token in {from}"),
            Self::Address => f.write_str("its address"),
        }
    }
}
