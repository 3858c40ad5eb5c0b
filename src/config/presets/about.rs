//! `[preset]`: what is known about a sender, and how surely.

use std::fmt;

use serde::{Serialize, Serializer};

use super::super::network;
use super::super::section::Section;
use super::super::signature;
use crate::domain::mapping::Field;

pub(in super::super) const KEYS: &[&str] = &["title", "kind", "evidence", "sources", "unsure", "macros", "retries"];

/// What is known about a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its own name.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// What the facts rest on.
    pub evidence: Evidence,
    /// Where they can be read.
    pub sources: Vec<String>,
    /// The keys and fields that rest on less.
    pub unsure: Vec<String>,
    /// The sender's placeholders: by one of our fields, or by the name of a parameter that is none.
    pub macros: Vec<(String, String)>,
    /// What it does with a refusal.
    pub retries: Option<String>,
}

/// What a sender is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Counts clicks and conversions for who buys traffic.
    Tracker,
    /// Brings advertisers and partners together, and counts between them.
    AffiliatePlatform,
    /// Shows advertisements.
    AdNetwork,
    /// Pays users for tasks.
    Offerwall,
    /// Finds out where an app's users came from.
    Attribution,
    /// Tells what happened in a shop, a payment or a repository.
    Webhook,
}

/// What the facts of a preset rest on, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The sender's own client library, executed.
    Library,
    /// A signature that the sender printed, reproduced.
    Vector,
    /// The sender's documentation or source text, read.
    Documentation,
    /// The text of others' integrations, read.
    IntegrationCode,
    /// Nothing that could be checked.
    Unverified,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Tracker,
        Self::AffiliatePlatform,
        Self::AdNetwork,
        Self::Offerwall,
        Self::Attribution,
        Self::Webhook,
    ];

    /// The kind's name in presets and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tracker => "tracker",
            Self::AffiliatePlatform => "affiliate_platform",
            Self::AdNetwork => "ad_network",
            Self::Offerwall => "offerwall",
            Self::Attribution => "attribution",
            Self::Webhook => "webhook",
        }
    }
}

impl Evidence {
    const ALL: [Self; 5] = [
        Self::Library,
        Self::Vector,
        Self::Documentation,
        Self::IntegrationCode,
        Self::Unverified,
    ];

    /// The evidence's name in presets and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Vector => "vector",
            Self::Documentation => "documentation",
            Self::IntegrationCode => "integration_code",
            Self::Unverified => "unverified",
        }
    }
}

impl About {
    /// Reads the section; `None` when something that a preset cannot be without was reported.
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        for key in ["title", "kind", "evidence"] {
            if section.entry(key).is_none() {
                section.refuse_absence(key, "is required");
            }
        }
        let title = section.entry("title").and_then(|entry| entry.text());
        let kind = section
            .entry("kind")
            .and_then(|entry| entry.word(&Kind::ALL.map(|kind| (kind.as_str(), kind))));
        let evidence = section
            .entry("evidence")
            .and_then(|entry| entry.word(&Evidence::ALL.map(|evidence| (evidence.as_str(), evidence))));
        let texts = |key: &str| {
            section
                .entry(key)
                .and_then(|entry| entry.list(|text| Ok(text.to_owned())))
        };
        let unsure = section.entry("unsure").and_then(|entry| entry.list(unsure));
        let macros = section.named("macros").entries().into_iter();
        let retries = section.entry("retries").and_then(|entry| entry.text());
        Some(Self {
            title: title?.to_owned(),
            kind: kind?,
            evidence: evidence?,
            sources: texts("sources").unwrap_or_default(),
            unsure: unsure.unwrap_or_default(),
            macros: macros
                .filter_map(|(name, entry)| Some((name.to_owned(), entry.text()?.to_owned())))
                .collect(),
            retries: retries.map(str::to_owned),
        })
    }
}

/// Reads what is unsure: a key of the network, of its signature or of `[preset]`, or one of our fields.
fn unsure(text: &str) -> Result<String, String> {
    let keys = [network::KEYS, signature::KEYS, KEYS].concat();
    if keys.contains(&text) || Field::parse(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err("expected a key of the network, of its signature or of [preset], or a field".to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
