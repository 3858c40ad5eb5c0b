//! What an operator is told about a request, under configurations as operators write them.

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use super::read;
use crate::config::Config;
use crate::domain::examine::Named;
use crate::domain::explain::{Asked, Context, Explained, explain};
use crate::domain::id::PostbackId;
use crate::domain::postback::{Form, RawPostback};
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

[networks.plain]
secrets = [{ value = "secret-of-plain" }]
[networks.plain.signature]
algorithm = "md5"
content = "{query.transaction_id}{secret}"
from = "query.sig"
"#;

const SECRETS: [&str; 7] = [
    "secret-new",
    "secret-old",
    "secret-of-beta",
    "secret-token",
    "secret-of-values",
    "secret-of-url",
    "secret-of-plain",
];

#[derive(Clone)]
pub(super) struct Request {
    network: &'static str,
    method: &'static str,
    target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    body: &'static str,
    remote_ip: Option<&'static str>,
}

pub(super) fn get(network: &'static str, target: impl Into<String>) -> Request {
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

pub(super) fn sha256(secret: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn sha1(secret: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A GET of the default scheme, signed over its query.
fn signed_get(query: &str) -> Request {
    let signature = sha256("secret-new", query);
    get("acme", format!("/postback/acme?{query}&sig={signature}"))
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

pub(super) fn explained(config: &Config, request: &Request) -> Explained {
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

/// Asserts that one check refuses a request, and that those before it do not.
fn assert_refused(request: &Request, check: &str, code: &str, authentic: bool) {
    let seen = explanation(request);
    assert_eq!(seen["code"], code, "{seen:#}");
    assert_eq!(seen["authentic"], authentic, "{code}");
    assert_eq!(seen["accepted"], false, "{code}");
    assert!(!seen["detail"].as_str().unwrap_or_default().is_empty(), "{code}");
    assert_eq!(seen["conversion_id"], Value::Null, "{code}");
    let checks = seen["checks"].as_array().expect("checks").iter();
    let failed: Vec<&Value> = checks.filter(|made| made["outcome"] == "failed").collect();
    assert!(
        matches!(failed[..], [made] if made["check"] == check),
        "{code}: {failed:?}"
    );
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

#[test]
fn what_cannot_be_read_is_refused_before_its_signature_is_looked_at() {
    let good = signed_get("txid=T1");
    for (request, check, code) in [
        (with(&good, |it| it.method = "HEAD"), "method", "method_not_allowed"),
        (
            with(&good, |it| it.remote_ip = Some("192.0.2.1")),
            "address",
            "address_not_allowed",
        ),
        (get("acme", format!("/?x={}", "y".repeat(9000))), "head", "uri_too_long"),
        (
            with(&good, |it| it.headers = vec![("x-a", "y".repeat(33_000))]),
            "head",
            "headers_too_large",
        ),
        (get("acme", "/?a=%zz"), "form", "malformed_request"),
        (get("acme", "/?a=1&%61=2"), "form", "duplicate_parameter"),
        (
            with(&signed_post(), |it| it.headers[0].1 = "text/plain".to_owned()),
            "form",
            "unsupported_media_type",
        ),
    ] {
        assert_refused(&request, check, code, false);
    }
}

#[test]
fn every_reason_of_a_401_is_named() {
    let posted = signed_post();
    let values = |target: &str, version: &str| Request {
        headers: vec![("x-version", version.to_owned())],
        ..get("values", target)
    };
    for (request, code) in [
        (get("nobody", "/postback/nobody"), "unknown_network"),
        (get("acme", "/?txid=T1"), "signature_missing"),
        (get("acme", "/?txid=T1&sig=zz"), "signature_malformed"),
        (get("acme", "/?txid=T1&sig=00"), "signature_wrong"),
        (
            with(&posted, |it| it.headers.push(("x-postback-signature", "a".to_owned()))),
            "signature_doubled",
        ),
        (with(&posted, |it| it.headers[1].1.clear()), "timestamp_missing"),
        (
            with(&posted, |it| it.headers[1].1 = "now".to_owned()),
            "timestamp_malformed",
        ),
        (
            with(&posted, |it| it.headers[1].1 = "1699999000".to_owned()),
            "timestamp_stale",
        ),
        (
            with(&posted, |it| it.headers.push(("x-postback-timestamp", "1".to_owned()))),
            "timestamp_doubled",
        ),
        (values("/?cid=1&sum=1&hash=AAAA", "1"), "requirement_unmet"),
        (values("/?cid=1&hash=AAAA", "2"), "signed_part_missing"),
        (get("token", "/?pass=other&transaction_id=1"), "signature_wrong"),
    ] {
        assert_refused(&request, "signature", code, false);
    }
}

#[test]
fn a_wrong_field_leaves_the_request_authentic() {
    for (query, code) in [
        ("sum=1", "missing_id"),
        ("txid=T1&sum=x", "invalid_payout"),
        ("txid=T1&status=what", "unknown_status"),
        ("txid={txid}", "unreplaced_macro"),
    ] {
        assert_refused(&signed_get(query), "fields", code, true);
    }
    for request in [signed_get("txid=T1"), signed_post()] {
        let seen = explanation(&request);
        assert_eq!(seen["code"], Value::Null, "{seen:#}");
        assert_eq!((&seen["accepted"], &seen["authentic"]), (&json!(true), &json!(true)));
        assert!(seen["conversion_id"].is_string(), "{seen:#}");
    }
}

#[test]
fn each_field_says_what_it_was_read_as_and_where_it_stood() {
    const BODY: &str = r#"{"order":{"id":7},"sum":"12.50","status":"1","currency":"usd","event_time":1600000000}"#;
    let seen = explanation(&post(BODY, "1700000000", &format!("1700000000.{BODY}")));
    assert_eq!(
        seen["fields"],
        json!({
            "transaction_id": { "value": "7", "from": "json./order/id" },
            "event": { "value": "conversion", "from": "default" },
            "status": { "value": "approved", "from": "json.status", "sent": "1" },
            "payout": { "value": "12.50", "from": "json.sum" },
            "currency": { "value": "USD", "from": "json.currency", "sent": "usd" },
            "event_time": { "value": "2020-09-13T12:26:40Z", "from": "json.event_time", "sent": "1600000000" },
        })
    );
    assert_eq!(
        seen["key"],
        json!({ "network": "acme", "transaction_id": "7", "event": "conversion" })
    );
    assert_eq!(seen["signed"], format!("1700000000.{BODY}"));
    let ignored = explanation(&signed_get("txid=T1&status=test"));
    assert_eq!(ignored["fields"]["status"]["value"], "ignored");
    assert_eq!(
        ignored["fields"]["currency"],
        json!({ "value": "EUR", "from": "default" })
    );
    assert_eq!(
        (&ignored["accepted"], &ignored["conversion_id"]),
        (&json!(true), &Value::Null)
    );
    let wrong = explanation(&signed_get("txid=T1&sum=x&status=1"));
    assert_eq!((&wrong["param"], &wrong["field"]), (&json!("sum"), &json!("payout")));
    assert_eq!(
        wrong["fields"]["transaction_id"]["value"], "T1",
        "what could be read is there"
    );
}

#[test]
fn what_the_signature_does_not_cover_is_named() {
    let mut request = signed_post();
    request.target = "/postback/acme?sum=99&other=1".to_owned();
    let seen = explanation(&request);
    assert_eq!(seen["unread"], json!([{ "param": "query.sum", "field": "payout" }]));
    assert!(seen["fields"].get("payout").is_none());
}

#[test]
fn the_secret_that_fits_is_numbered() {
    let query = "txid=T1";
    let request = get("acme", format!("/?{query}&sig={}", sha256("secret-old", query)));
    let seen = explanation(&request);
    let signature = &seen["checks"][6]["compared"];
    assert_eq!(
        (&signature["fits_secret"], &signature["secrets"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn a_hint_says_what_was_done_in_another_way() {
    let query = "txid=T1&b=%2Fx+y&a=1";
    let default = |signature: String| get("acme", format!("/?{query}&sig={signature}"));
    let acme = |signed: &str| default(sha256("secret-new", signed));
    let at_header = |url: &str| Request {
        headers: vec![("x-signature", sha256("secret-of-url", url))],
        ..get("url", "/postback/url?transaction_id=1")
    };
    let at_url = get("acme", format!("/?{query}&signature={}", sha256("secret-new", query)));
    for (request, party, hint) in [
        (
            default(sha256("secret-of-beta", query)),
            "sender",
            "the secret of the network \"beta\"",
        ),
        (acme("txid=T1&b=/x y&a=1"), "sender", "the query decoded"),
        (acme("txid=T1&b=/x+y&a=1"), "sender", "the query percent-decoded"),
        (acme("txid=T1&b=%2fx+y&a=1"), "sender", "lower-case percent-encoding"),
        (acme("txid=T1&b=%2Fx%20y&a=1"), "sender", "%20 for each +"),
        (acme("a=1&b=%2Fx+y&txid=T1"), "sender", "sorted"),
        (default(sha1("secret-new", query)), "operator", "under hmac-sha1"),
        (at_url, "operator", "at query.signature"),
        (
            at_header("http://track.example/postback/url?transaction_id=1"),
            "sender",
            "http://track.example",
        ),
        (
            at_header("https://track.example/v1/postback/url?transaction_id=1"),
            "sender",
            "/v1/postback/url",
        ),
        (
            post(BODY, "1700000000", &format!("1700000000.{BODY}\n")),
            "sender",
            "a line end behind it",
        ),
        (post(BODY, "1700000000", BODY), "sender", "the body alone"),
        (
            post(BODY, "1699999000", &format!("1699999000.{BODY}")),
            "sender",
            "1000 s behind ours",
        ),
        (
            post(BODY, "1700001000", &format!("1700001000.{BODY}")),
            "sender",
            "1000 s ahead of ours",
        ),
        (
            post(BODY, "1700000000000", &format!("1700000000000.{BODY}")),
            "operator",
            "a timestamp in the unit \"ms\"",
        ),
    ] {
        let seen = explanation(&request);
        let hints = seen["hints"].as_array().expect("hints");
        let [found] = hints.as_slice() else {
            panic!("one hint of {hint:?}: {seen:#}");
        };
        assert!(
            found["text"].as_str().is_some_and(|text| text.contains(hint)),
            "{hint}: {found}"
        );
        assert_eq!(found["for"], party, "{hint}");
    }
    assert_eq!(explanation(&acme("something else"))["hints"], json!([]));
}

#[test]
fn no_secret_and_no_right_signature_is_ever_shown() {
    let query = "txid=T1&x=secret-of-beta&y=%73ecret-new";
    let right = sha256("secret-new", query);
    let stale = sha256("secret-new", &format!("1699999000.{BODY}"));
    let elsewhere = sha256("secret-new", "txid=T1");
    let other = sha256("secret-of-beta", query);
    for (request, signature) in [
        (get("acme", format!("/?{query}&sig=00")), &right),
        (get("acme", format!("/?{query}&sig={right}")), &right),
        (get("acme", format!("/?{query}&sig={other}")), &other),
        (get("acme", format!("/?txid=T1&signature={elsewhere}")), &elsewhere),
        (post(BODY, "1699999000", &format!("1699999000.{BODY}")), &stale),
        (get("token", "/?pass=secret-token&transaction_id=1"), &right),
        (get("token", "/?pass=secret-older&transaction_id=secret-token"), &right),
        (get("plain", "/?transaction_id=1&sig=00"), &right),
        (get("values", "/?cid=secret-of-values&sum=1.00&hash=AAAA"), &right),
    ] {
        let seen = explanation(&request).to_string();
        assert!(!seen.contains(signature.as_str()), "the right signature in {seen}");
        for secret in SECRETS.iter().chain(&["secret-older"]) {
            assert!(!seen.contains(secret), "{secret} in {seen}");
        }
    }
    let plain = explanation(&get("plain", "/?transaction_id=1&sig=00"));
    assert_eq!(plain["signed"], "1***");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_asked_is_explained_as_the_service_would_judge_it(
        network in proptest::sample::select(vec!["acme", "token", "values", "url", "plain"]),
        query in "([a-c%=&+]|txid|sig|hash|pass|transaction_id|=1|%2F){0,12}",
        header in "[ -~]{0,12}",
        body in r#"[{}a-c":,\\\\%=&1 ]{0,16}"#,
        at in "[0-9]{0,20}",
        is_post in any::<bool>(),
    ) {
        let config = config();
        let mut headers = vec![("x-postback-timestamp", at), ("x-postback-signature", header.clone())];
        headers.extend([("x-signature", header), ("x-version", "2".to_owned())]);
        headers.extend(is_post.then(|| ("content-type", "application/json".to_owned())));
        let request = Request {
            method: if is_post { "POST" } else { "GET" },
            headers,
            body: Box::leak(if is_post { body } else { String::new() }.into_boxed_str()),
            ..get(network, format!("/postback?{query}"))
        };
        let Explained { explanation, postback } = explained(&config, &request);
        prop_assert_eq!(explanation.accepted, postback.is_some());
        prop_assert_eq!(explanation.accepted, explanation.code.is_none());
        let asked = asked(&request);
        let raw = RawPostback {
            id: PostbackId::new(asked.now, [0; 10]),
            received_at: asked.now,
            remote_ip: "203.0.113.1".parse().expect("an address"),
            method: asked.method,
            uri: asked.uri,
            headers: asked.headers,
            body: asked.body,
        };
        let form = Form::read(&raw);
        let is_verified = form.is_ok_and(|form| config.networks[network].verify(&raw, &form, asked.now).is_ok());
        prop_assert_eq!(explanation.authentic, is_verified);
    }
}
