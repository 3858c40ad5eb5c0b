//! The schemes of real senders, written as an operator would, and requests as they would send them.
//!
//! The signatures were made with Python's `hmac` and `hashlib` over the text that stands beside each, written by hand:
//!
//! ```python
//! hmac.new(key, signed.encode(), "sha256").hexdigest()             # hmac-…
//! hashlib.new("md5", signed.encode()).hexdigest()                  # plain digests; the secret stands in the text
//! base64.b64encode(digest), base64.urlsafe_b64encode(digest)       # where they are not in hex
//! ```

mod ad_networks;
mod webhooks;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::read;
use crate::domain::id::PostbackId;
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::{AuthFailure, SignError, Unsigned};
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

struct Sender {
    name: &'static str,
    secret: &'static str,
    lines: &'static str,
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// A part of the request, and what it is changed to.
    change: (&'static str, &'static str),
}

impl Sender {
    fn request(&self) -> RawPostback {
        request(self.method, self.target, self.headers, self.body)
    }

    fn network(&self) -> Network {
        network(self.secret, self.lines)
    }
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

pub(super) fn network(secret: &str, lines: &str) -> Network {
    let text = format!(
        "[networks.n]\nbase_url = \"https://us.example\"\nsecrets = [{{ value = \"older\" }}, {{ value = \"{secret}\" }}]\n\
         [networks.n.signature]\n{lines}"
    );
    // A secret that is no key would be refused; where keys are encoded there is one only.
    let text = if lines.contains("key = ") {
        text.replace("{ value = \"older\" }, ", "")
    } else {
        text
    };
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

pub(super) fn verify(network: &Network, raw: &RawPostback) -> Result<(), AuthFailure> {
    let form = Form::read(raw).expect("a readable request");
    network.verify(raw, &form, NOW).map(|_| ())
}

fn senders() -> impl Iterator<Item = &'static Sender> {
    ad_networks::SENDERS.iter().chain(webhooks::SENDERS)
}

#[test]
fn what_each_sender_signs_is_authentic() {
    for sender in senders() {
        assert_eq!(verify(&sender.network(), &sender.request()), Ok(()), "{}", sender.name);
    }
}

#[test]
fn what_was_changed_or_signed_with_another_secret_is_not() {
    for sender in senders() {
        let genuine = sender.request();
        let changed = changed(&genuine, sender.change);
        let is_changed =
            changed.uri != genuine.uri || changed.headers != genuine.headers || changed.body != genuine.body;
        assert!(is_changed, "{}", sender.name);
        assert!(verify(&sender.network(), &changed).is_err(), "{}", sender.name);

        let other = network(&sender.secret.replace(['3', 'z', '7'], "4"), sender.lines);
        let wrong = Err(AuthFailure::SignatureWrong);
        assert_eq!(verify(&other, &genuine), wrong, "{}", sender.name);
    }
}

#[test]
fn what_is_signed_here_is_authentic() {
    for sender in senders() {
        let network = sender.network();
        let raw = sender.request();
        let signed = match Unsigned(raw.clone()).sign(network.schemes.of(&raw.method), NOW) {
            Ok(signed) => signed,
            Err(SignError::Token(_) | SignError::InBody(_)) => continue,
            Err(error) => panic!("{}: {error}", sender.name),
        };
        let mut headers = raw.headers.clone();
        for (name, value) in signed.headers {
            headers.insert(name, value);
        }
        // The second place of a signature is not signed again.
        headers.remove("box-signature-secondary");
        let uri = signed.uri;
        assert_eq!(
            verify(&network, &RawPostback { uri, headers, ..raw }),
            Ok(()),
            "{}",
            sender.name
        );
    }
}
