//! How a network proves its requests, as an explanation shows it.

use http::Method;
use serde::Serialize;

use crate::domain::network::Network;
use crate::domain::signature::Outline;

/// The scheme of a request.
#[derive(Debug, Serialize)]
pub struct SchemeSeen {
    /// The algorithm; `token` or `none` where nothing is signed.
    pub algorithm: &'static str,
    /// The template of what is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Where the signature (or the token) stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// What stands before it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// How the list that it stands in is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// How it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// Where the timestamp stands and what is expected of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimestampExpected>,
    /// Secrets that are accepted.
    pub secrets: usize,
}

/// What is expected of a timestamp.
#[derive(Debug, Serialize)]
pub struct TimestampExpected {
    /// Where it stands.
    pub from: String,
    /// How it is written.
    pub unit: &'static str,
    /// Seconds that it may be from now, in both directions.
    pub tolerance_s: u64,
}

impl SchemeSeen {
    pub(super) fn of(network: &Network, method: &Method) -> Self {
        let Outline {
            algorithm,
            content,
            from,
            prefix,
            list,
            encoding,
            timestamp,
            secrets,
        } = network.schemes.of(method).outline();
        Self {
            algorithm,
            content,
            from,
            prefix,
            list,
            encoding,
            timestamp: timestamp.map(|rule| TimestampExpected {
                from: rule.from,
                unit: rule.unit.as_str(),
                tolerance_s: rule.tolerance.as_secs(),
            }),
            secrets,
        }
    }
}
