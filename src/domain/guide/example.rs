//! A whole request, signed under the example's secret by the code that `sign` uses, and read by the code that verifies.

use crate::domain::curl::{self, NoLine};
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::refusal::Refusal;
use crate::domain::signature::SignError;
use crate::domain::time::Timestamp;
use crate::domain::visible::visible;

use super::Sender;
use super::example_request::unsigned;
use super::request::base_url;
use super::way::Way;

/// When the example is sent: 2026-03-01T12:00:00Z.
pub(super) const SENT_AT: Timestamp = Timestamp::from_unix_seconds(1_772_366_400);

/// An example request.
#[derive(Debug)]
pub(super) struct Example {
    /// The secret's text, where something is signed.
    pub(super) secret: Option<String>,
    /// What is signed.
    pub(super) signed: Option<SignedString>,
    /// The request as a line for a shell.
    pub(super) curl: String,
    /// The code with which the request would be refused: its values are made up and may not fit the network's patterns.
    pub(super) refused: Option<&'static str>,
}

/// The string that is signed and what comes of it.
#[derive(Debug)]
pub(super) struct SignedString {
    /// Its bytes, as [`visible`] writes them.
    pub(super) escaped: String,
    /// Whether that differs from the bytes.
    pub(super) is_escaped: bool,
    /// The signature as it is written.
    pub(super) signature: String,
}

/// Why there is no example.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoExample {
    /// A name that no target can hold.
    #[error("the address cannot be written")]
    Address(#[from] http::uri::InvalidUri),
    /// A header that no request can hold.
    #[error("a header cannot be written")]
    Header(#[from] http::header::InvalidHeaderValue),
    /// The scheme lacks something.
    #[error("{0}")]
    Unsigned(#[from] SignError),
    /// The request that was made cannot be read.
    #[error("{}", .0.detail)]
    Unreadable(Refusal),
    /// It cannot be shown.
    #[error("{0}")]
    NoLine(#[from] NoLine),
}

impl Example {
    /// The example of one way to send.
    pub(super) fn of(way: Way<'_>, sender: Option<&Sender>, public_url: &str) -> Result<Self, NoExample> {
        let unsigned = unsigned(way, sender)?;
        let example = way.scheme().with_example_key();
        let given = unsigned.0.headers.clone();
        let mut raw = unsigned.0.clone();
        let signed = unsigned.sign(example.scheme(), SENT_AT)?;
        raw.uri = signed.uri;
        raw.body = signed.body;
        raw.headers.extend(signed.headers.iter().cloned());
        let headers = given
            .iter()
            .chain(signed.headers.iter().map(|(name, value)| (name, value)));
        let url = format!("{}{}", base_url(way, public_url), raw.uri);
        let curl = curl::line(&raw.method, headers, &raw.body, &url)?;

        let form = Form::read(&raw).map_err(NoExample::Unreadable)?;
        let bytes = example.signed_bytes(&raw, &form);
        let signed = bytes.zip(example.signature(&raw, &form)).map(|(bytes, signature)| {
            let escaped = visible(&bytes);
            SignedString {
                is_escaped: escaped.as_bytes() != bytes,
                escaped,
                signature,
            }
        });
        let refused = refusal(way.network, &raw, &form);
        Ok(Self {
            secret: example.secret(),
            signed,
            curl,
            refused,
        })
    }
}

/// What the service has against the example, proven under the example's key. An address is none of its own.
fn refusal(network: &Network, raw: &RawPostback, form: &Form<'_>) -> Option<&'static str> {
    let network = Network {
        schemes: network.schemes.with_example_keys(),
        ..network.clone()
    };
    match network.verify(raw, form, SENT_AT) {
        Err(failure) => Some(failure.as_str()),
        Ok(verified) => verified.read().err().map(|refusal| refusal.code.as_str()),
    }
}
