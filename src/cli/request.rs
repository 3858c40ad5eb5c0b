//! A request on the command line, as `sign` and `explain` take it.

use clap::Args;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::config::Config;
use crate::domain::explain::Asked;
use crate::domain::network::Network;

use super::Failure;

// Texts are read here and not by clap, which would repeat a wrong one with all that it holds: it may be a secret.
#[derive(Debug, Args)]
pub(super) struct RequestOptions {
    /// The network that the request is from.
    #[arg(long)]
    network: String,
    /// The method; POST when there is a body, else GET.
    #[arg(long, value_parser = parse_method)]
    method: Option<Method>,
    /// A header field that the request has, as 'Name: value'.
    #[arg(long = "header", value_name = "K: V", allow_hyphen_values = true)]
    headers: Vec<String>,
    /// The body: a JSON object or a form.
    #[arg(long, allow_hyphen_values = true)]
    pub(super) body: Option<String>,
    /// The address that the request goes to, with its parameters.
    url: String,
}

fn parse_method(text: &str) -> Result<Method, String> {
    Asked::method(text).map_err(|_| "expected GET or POST".to_owned())
}

/// That no network has this name, and which there are.
pub(super) fn unknown_network(name: &str, config: &Config) -> Failure {
    let mut known: Vec<&str> = config.networks.keys().map(|name| &**name).collect();
    known.sort_unstable();
    Failure::Usage(format!(
        "no network is called {name:?}; configured are {}",
        known.join(", ")
    ))
}

/// The network of a name.
pub(super) fn network_of<'c>(config: &'c Config, name: &str) -> Result<&'c Network, Failure> {
    let found = config.networks.get(name);
    found
        .map(|network| &**network)
        .ok_or_else(|| unknown_network(name, config))
}

impl RequestOptions {
    /// The network of the configuration.
    pub(super) fn network<'c>(&self, config: &'c Config) -> Result<&'c Network, Failure> {
        network_of(config, &self.network)
    }

    /// The method, where none is named the one that goes with the body.
    pub(super) fn method(&self) -> Method {
        let usual = if self.body.is_some() { Method::POST } else { Method::GET };
        self.method.clone().unwrap_or(usual)
    }

    /// Whether a method is named.
    pub(super) const fn names_method(&self) -> bool {
        self.method.is_some()
    }

    /// The header fields, with the content type that a body looks like where none is named.
    pub(super) fn headers(&self, body: &[u8]) -> Result<HeaderMap, Failure> {
        let fields: Option<Vec<(&str, &str)>> = self
            .headers
            .iter()
            .map(|field| {
                let (name, value) = field.split_once(':')?;
                Some((name.trim(), value.trim_matches([' ', '\t'])))
            })
            .collect();
        let fields = fields.ok_or_else(|| Failure::Usage("--header: expected 'Name: value'".to_owned()))?;
        let mut headers = Asked::headers(fields).map_err(|error| Failure::Usage(format!("--header: {error}")))?;
        if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
            let is_json = body.trim_ascii_start().starts_with(b"{");
            let content_type = if is_json {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Ok(headers)
    }

    /// The header fields as a client sends them, with the host of an absolute address.
    pub(super) fn sent_headers(&self, body: &[u8]) -> Result<HeaderMap, Failure> {
        Ok(Asked::with_host_of(&self.url, self.headers(body)?))
    }

    /// The whole address.
    pub(super) fn url(&self) -> Result<Uri, Failure> {
        self.url.parse().map_err(|error| {
            Failure::Usage(format!(
                "the address is none that a request can go to: {error}; is everything in it percent-encoded that has to be?"
            ))
        })
    }

    /// Path and query of the address.
    pub(super) fn target(&self) -> Result<Uri, Failure> {
        self.url()?;
        Asked::target(&self.url).map_err(|error| Failure::Usage(error.to_string()))
    }
}
