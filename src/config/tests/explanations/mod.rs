//! What an operator is told about a request, under configurations as operators write them.
//!
//! A [`Request`] is asked about in a line; each file changes what it is about.

mod checks;
mod fields;
mod hidden;
mod hints;
mod judged;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::read;
use crate::config::Config;
use crate::domain::examine::Named;
use crate::domain::explain::{Asked, Context, Explained, explain};
use crate::domain::time::Timestamp;

const NOW: i64 = 1_700_000_000;

const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-new" }, { value = "secret-old" }]
allow_ips = ["203.0.113.0/24"]
params = { transaction_id = ["txid", "/order/id"], payout = "sum" }
statuses = { approved = ["1"], ignored = ["test"] }
currency = "EUR"

[networks.beta]
secrets = [{ value = "secret-of-beta" }]

[networks.token]
secrets = [{ value = "secret-token" }]
[networks.token.signature]
algorithm = "token"
from = "query.pass"

[networks.values]
secrets = [{ value = "secret-of-values" }]
base_url = "https://track.example"
patterns = { payout = '\d+\.\d{2}' }
[networks.values.signature]
algorithm = "hmac-sha256"
content = "{query.cid}:{query.sum}"
from = "query.hash"
encoding = "base64"
require = { "header.x-version" = "2" }

[networks.values.params]
click_id = "cid"
payout = "sum"

[networks.url]
secrets = [{ value = "secret-of-url" }]
base_url = "https://track.example"
[networks.url.signature]
algorithm = "hmac-sha256"
content = "{url}"
from = "header.x-signature"

[networks.listed]
secrets = [{ value = "secret-of-listed" }]
[networks.listed.signature]
algorithm = "hmac-sha256"
content = "{query}"
from = "header.x-signature"
list = { item = ",", pair = "=", name = "v1" }

[networks.plain]
secrets = [{ value = "secret-of-plain" }]
[networks.plain.signature]
algorithm = "md5"
content = "{query.transaction_id}{secret}"
from = "query.sig"
"#;

#[derive(Clone)]
struct Request {
    network: &'static str,
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
    remote_ip: Option<&'static str>,
}

fn get(network: &'static str, target: impl Into<String>) -> Request {
    Request {
        network,
        method: "GET",
        target: target.into(),
        headers: Vec::new(),
        body: "",
        remote_ip: None,
    }
}

/// A JSON postback of the default scheme, with the signature over `signed`.
fn post(body: &'static str, signed_at: &str, signed: &str) -> Request {
    Request {
        method: "POST",
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-postback-timestamp", signed_at.to_owned()),
            (
                "x-postback-signature",
                format!("sha256={}", sha256("secret-new", signed)),
            ),
        ],
        body,
        ..get("acme", "/postback/acme")
    }
}

fn sha256(secret: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A GET of the default scheme, signed over its query.
fn signed_get(query: &str) -> Request {
    let signature = sha256("secret-new", query);
    get("acme", format!("/postback/acme?{query}&sig={signature}"))
}

fn with(request: &Request, change: fn(&mut Request)) -> Request {
    let mut request = request.clone();
    change(&mut request);
    request
}

const BODY: &str = r#"{"txid":"T1"}"#;

fn signed_post() -> Request {
    post(BODY, "1700000000", &format!("1700000000.{BODY}"))
}

fn config() -> Config {
    read(RULES).expect("a configuration without a fault")
}

fn asked(request: &Request) -> Asked {
    Asked {
        method: request.method.parse().expect("a method"),
        uri: Asked::target(&request.target).expect("a target"),
        headers: Asked::headers(request.headers.iter().map(|(name, value)| (*name, value.as_str())))
            .expect("header fields"),
        body: Bytes::from_static(request.body.as_bytes()),
        remote_ip: request.remote_ip.map(|address| address.parse().expect("an address")),
        now: Timestamp::from_unix_seconds(NOW),
    }
}

fn explained(config: &Config, request: &Request) -> Explained {
    let context = Context {
        named: config
            .networks
            .get(request.network)
            .map_or(Named::Unknown, |network| Named::Known(network)),
        networks: &config.networks,
        redactor: &config.redactor,
    };
    explain(&asked(request), context)
}

fn explanation(request: &Request) -> Value {
    let explanation = explained(&config(), request).explanation;
    serde_json::to_value(&explanation).expect("JSON")
}
