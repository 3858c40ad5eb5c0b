//! Ways to sign, also some that no shipped preset needs (`tests/vectors/ways_to_sign.json`). Those of known senders stand in their
//! presets and are tested by their golden requests.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::read;
use crate::domain::id::PostbackId;
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::AuthFailure;
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// A way to sign, as an operator configures it, and a request that is signed like this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    name: String,
    secret: String,
    signature: Vec<String>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    /// What was signed, for who makes the signature again.
    #[serde(rename = "signed")]
    _signed: Option<String>,
    change: (String, String),
}

pub(super) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> RawPostback {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a name");
        map.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    RawPostback {
        id: PostbackId::new(NOW, [0; 10]),
        received_at: NOW,
        remote_ip: "127.0.0.1".parse().expect("an address"),
        method: method.parse().expect("a method"),
        uri: target.parse().expect("a target"),
        headers: map,
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// The request with one part of it changed, wherever that stands.
pub(super) fn changed(raw: &RawPostback, (from, to): (&str, &str)) -> RawPostback {
    let headers = raw.headers.iter().map(|(name, value)| {
        let value = value.to_str().expect("a text").replace(from, to);
        (name.clone(), HeaderValue::from_str(&value).expect("a value"))
    });
    let body = std::str::from_utf8(&raw.body).expect("a text").replace(from, to);
    RawPostback {
        uri: raw.uri.to_string().replace(from, to).parse().expect("a target"),
        headers: headers.collect(),
        body: Bytes::from(body),
        ..raw.clone()
    }
}

/// A network with two secrets, of which the older one is a key in every way that keys are written in.
pub(super) fn network(secret: &str, lines: &str) -> Network {
    let text = format!(
        "[networks.n]\nbase_url = \"https://us.example\"\nsecrets = [{{ value = \"01d501d5\" }}, {{ value = \"{secret}\" }}]\n\
         [networks.n.signature]\n{lines}"
    );
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

pub(super) fn verify(network: &Network, raw: &RawPostback) -> Result<(), AuthFailure> {
    let form = Form::read(raw).expect("a readable request");
    network.verify(raw, &form, NOW).map(|_| ())
}

#[test]
fn what_is_signed_like_this_is_authentic_and_what_was_changed_is_not() {
    let ways = include_str!("../../../tests/vectors/ways_to_sign.json");
    let ways: Vec<Way> = serde_json::from_str(ways).expect("ways to sign");
    for way in ways {
        let network = network(&way.secret, &way.signature.join("\n"));
        let headers = way.headers.iter().map(|(name, value)| (&**name, &**value));
        let genuine = request(&way.method, &way.target, &headers.collect::<Vec<_>>(), &way.body);
        assert_eq!(verify(&network, &genuine), Ok(()), "{}", way.name);

        let changed = changed(&genuine, (&way.change.0, &way.change.1));
        let is_changed =
            changed.uri != genuine.uri || changed.headers != genuine.headers || changed.body != genuine.body;
        assert!(is_changed, "{}", way.name);
        assert!(verify(&network, &changed).is_err(), "{}", way.name);
    }
}
