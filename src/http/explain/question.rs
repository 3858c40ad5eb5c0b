//! What is asked of `POST /api/v1/explain`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;

use crate::domain::explain::{Asked, AskedError};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::ingest::now;

/// Bytes that a question may have: a body of 64 KiB, whose every byte may be written as `\u00xx`, and the rest.
pub(super) const QUESTION_BYTES_MAX: usize = 512 * 1024;

/// A request that somebody asks about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The network that it is from.
    pub(super) network: String,
    /// The method, a standard one in any case; without it POST when there is a body.
    method: Option<String>,
    /// Path and query, or an absolute address.
    #[serde(alias = "url")]
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    body: Option<String>,
    /// The address that it comes from; without it, the address is not checked.
    remote_ip: Option<IpAddr>,
    /// Unix seconds that count as now.
    now: Option<i64>,
}

/// The value of a header field, or the values of one that is sent several times.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    const fn all(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values.as_slice(),
        }
    }
}

impl Question {
    /// Reads a JSON object strictly.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map_err(|error| {
            let detail =
                format!("expected a JSON object of network, target, method, headers, body, remote_ip and now: {error}");
            Refusal::new(Code::MalformedRequest, detail)
        })
    }

    /// The request.
    pub(super) fn asked(&self) -> Result<Asked, Refusal> {
        let usual = if self.body.is_some() { Method::POST } else { Method::GET };
        let method = self.method.as_deref().map_or(Ok(usual), Asked::method);
        let fields = self.headers.iter().flat_map(|(name, values)| {
            let values = values.all().iter();
            values.map(move |value| (name.as_str(), value.as_str()))
        });
        let headers = Asked::headers(fields).map_err(|error| refused("headers", &error))?;
        Ok(Asked {
            method: method.map_err(|error| refused("method", &error))?,
            uri: Asked::target(&self.target).map_err(|error| refused("target", &error))?,
            headers: Asked::with_host_of(&self.target, headers),
            body: Bytes::from(self.body.clone().unwrap_or_default()),
            remote_ip: self.remote_ip,
            now: self.now.map_or_else(now, Timestamp::from_unix_seconds),
        })
    }
}

fn refused(param: &str, error: &AskedError) -> Refusal {
    Refusal::new(Code::MalformedRequest, error.to_string()).at_param(param)
}
