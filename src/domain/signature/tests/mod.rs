//! Vectors computed by other implementations, and what must not pass.

mod default_pair;
mod forgeries;
mod signing;
mod vectors;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::domain::id::PostbackId;
use crate::domain::secret::Secret;

const NOW: i64 = 1_700_000_000;

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> RawPostback {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            name.parse::<HeaderName>().expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    RawPostback {
        id: PostbackId::new(Timestamp::from_unix_seconds(NOW), [0; 10]),
        received_at: Timestamp::from_unix_seconds(NOW),
        remote_ip: "127.0.0.1".parse().expect("an address"),
        method: method.parse().expect("a method"),
        uri: target.parse().expect("a target"),
        headers: map,
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn verify(schemes: &Schemes, raw: &RawPostback) -> Result<(), AuthFailure> {
    let form = Form::read(raw).expect("a readable request");
    schemes
        .of(&raw.method)
        .verify(raw, &form, Timestamp::from_unix_seconds(NOW))
}

fn keys(algorithm: Algorithm, secrets: &[&str]) -> Vec<Key> {
    secrets
        .iter()
        .map(|secret| Key::new(algorithm, &Secret::new(secret.as_bytes())))
        .collect()
}

fn scheme(algorithm: &str, secret: &str, content: &str, from: &str, encoding: Encoding) -> Schemes {
    Schemes::both(Scheme::mac(MacScheme {
        content: Content::parse(content, &Rows::default()).expect("a content"),
        placement: Placement::at(vec![Reference::parse(from).expect("a place")], String::new()),
        encoding,
        timestamp: None,
        require: Vec::new(),
        key_format: KeyFormat::default(),
        base_url: "https://track.example".to_owned(),
        keys: keys(Algorithm::parse(algorithm).expect("an algorithm"), &[secret]),
    }))
}
