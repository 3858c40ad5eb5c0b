//! Ways to sign that no shipped preset needs. Those of known senders stand in their presets and are tested by their golden
//! requests.
//!
//! The signatures were made with Python's `hmac` and `hashlib` over the text that stands above each, written by hand. The
//! secret is `s3cret`.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::read;
use crate::domain::id::PostbackId;
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::AuthFailure;
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

struct Layout {
    name: &'static str,
    lines: &'static str,
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// A part of the request, and what it is changed to.
    change: (&'static str, &'static str),
}

const LAYOUTS: &[Layout] = &[
    // Signed: a=1%7E2&b=x+y*
    Layout {
        name: "whatwg",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "form-whatwg" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*&a=1~2",
        headers: &[(
            "x-sign",
            "22c2fc954e6856b2e67916cad772b7e00e61abe7814429584d7523f90dd8d9d4",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: a=1~2&b=x%20y%2A%28%21
    Layout {
        name: "rfc3986",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "rfc3986" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*(!&a=1~2",
        headers: &[(
            "x-sign",
            "b309ad3f6941fd699065cb89b625e2b5b9f4117b0145c760862ce47db3fb3e74",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: a=1~2&b=x%20y*(!%2F
    Layout {
        name: "uricomponent",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "uricomponent" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*(!/&a=1~2",
        headers: &[(
            "x-sign",
            "b8c5bb0476747918baded9a10a074ca0dd8a5f7e8a8622518b0363f2cfa0cacd",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: {"type":"sale"}2023-11-14T14:13:20-08:00
    Layout {
        name: "rotation over two headers",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{body}{timestamp}"
            from = ["header.box-signature-primary", "header.box-signature-secondary"]
            encoding = "base64"
            timestamp = { from = "header.box-delivery-timestamp", unit = "rfc3339", tolerance = "10m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("box-delivery-timestamp", "2023-11-14T14:13:20-08:00"),
            ("box-signature-primary", "c2hvcnQ="),
            (
                "box-signature-secondary",
                "0lGjE2H1kYt67RIEnSQHhSWShAAimd5FsZgk9B5ajMo=",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("14:13:20", "14:13:21"),
    },
    // Signed: 1700000000123456.{"type":"sale"}
    Layout {
        name: "microseconds",
        lines: r#"
            algorithm = "hmac-sha512"
            content = "{sig.t}.{body}"
            from = "header.x-sign"
            encoding = "base64url"
            list = { item = ";", pair = "=", name = "s" }
            timestamp = { from = "sig.t", unit = "us", tolerance = "1s" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            (
                "x-sign",
                "t=1700000000123456;s=y-vGbdJQq_8Sw7qpEhg5kDq9uDAGPt3shywc0eUv_vNsaL8cr4qQdOjw4Gj01bIcBbi7a3hTMQei6J6F3NhdZQ",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("123456", "123457"),
    },
    // Signed: 1700000000:{"type":"sale"}s3cret
    Layout {
        name: "plain digest of a list's label",
        lines: r#"
            algorithm = "sha512"
            content = "{timestamp}:{body}{secret}"
            from = "header.paddle-signature"
            list = { item = ";", pair = "=", name = "h1" }
            timestamp = { from = "sig.ts", tolerance = "5s" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            (
                "paddle-signature",
                "ts=1700000000;h1=2dcbdf132b8fe88443e9864ead460639cf72a602c38ceeac3507417bd622d8d135950a46b6f5a1ec99b0f8709d7d440e330635328ead283ed6433fd487f82e68",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("sale", "Sale"),
    },
    // The token itself.
    Layout {
        name: "prefixed token",
        lines: r#"
            algorithm = "token"
            from = "header.x-gitlab-token"
            prefix = "Bearer "
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("x-gitlab-token", "Bearer s3cret"),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("s3cret", "s3cre"),
    },
    // Signed: 202311142213e-1u 112.5s3cret
    Layout {
        name: "minutes",
        lines: r#"
            algorithm = "md5"
            content = "{timestamp}{query.eventId}{query.userId}{query.rewards}{secret}"
            from = "query.signature"
            timestamp = { from = "query.timestamp", unit = "YYYYMMDDHHMM", tolerance = "5m" }
        "#,
        method: "GET",
        target: "/postback/n?userId=u%201&eventId=e-1&rewards=12.5&timestamp=202311142213&signature=f9f4d44d94c8ceaa579ccf6b014c535f",
        headers: &[],
        body: "",
        change: ("rewards=12.5", "rewards=12.6"),
    },
];

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
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

pub(super) fn verify(network: &Network, raw: &RawPostback) -> Result<(), AuthFailure> {
    let form = Form::read(raw).expect("a readable request");
    network.verify(raw, &form, NOW).map(|_| ())
}

#[test]
fn what_is_signed_like_this_is_authentic_and_what_was_changed_is_not() {
    for layout in LAYOUTS {
        let network = network("s3cret", layout.lines);
        let genuine = request(layout.method, layout.target, layout.headers, layout.body);
        assert_eq!(verify(&network, &genuine), Ok(()), "{}", layout.name);

        let changed = changed(&genuine, layout.change);
        let is_changed =
            changed.uri != genuine.uri || changed.headers != genuine.headers || changed.body != genuine.body;
        assert!(is_changed, "{}", layout.name);
        assert!(verify(&network, &changed).is_err(), "{}", layout.name);
    }
}
