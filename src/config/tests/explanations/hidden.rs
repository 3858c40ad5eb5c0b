//! What no explanation shows, however a secret came into the request.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::read;
use super::super::schemes::request;
use super::{BODY, Request, explained, explanation, get, post, sha256};
use crate::domain::explain::{Asked, AskedError};

const SECRETS: [&str; 8] = [
    "secret-new",
    "secret-old",
    "secret-of-beta",
    "secret-token",
    "secret-of-values",
    "secret-of-url",
    "secret-of-listed",
    "secret-of-plain",
];

/// A secret that JSON, a URL and a debug print each write in another way.
const ODD_SECRET: &str = r#"s3cr&t/"quo\te"#;

const RULES: &str = r#"
[networks.odd]
secrets = [{ value = 's3cr&t/"quo\te' }]

[networks.url]
secrets = [{ value = 's3cr&t/"quo\te' }]
base_url = "https://track.example"
[networks.url.signature]
algorithm = "hmac-sha256"
content = "{url}"
from = "header.x-signature"

[networks.basic]
secrets = [{ value = "secret-of-basic" }]
[networks.basic.signature]
algorithm = "hmac-sha256"
content = "{query}"
from = "query.sig"
require = { "header.authorization" = "Basic expected-credential" }
"#;

fn shown(request: &Request) -> String {
    let config = read(RULES).expect("a configuration without a fault");
    let explanation = explained(&config, request).explanation;
    let shown = serde_json::to_value(&explanation).expect("JSON");
    // As the text form shows it: not escaped once more.
    shown.to_string().replace("\\\"", "\"").replace("\\\\", "\\")
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

#[test]
fn a_hint_names_no_secret_that_stands_where_the_request_has_a_path_or_a_prefix() {
    let encoded = utf8_percent_encode(ODD_SECRET, NON_ALPHANUMERIC).to_string();
    let prefixed =
        utf8_percent_encode(&format!("{ODD_SECRET}={}", sha256(ODD_SECRET, "a=1")), NON_ALPHANUMERIC).to_string();
    let target = format!("/track/{encoded}");
    let behind_slash = sha256(ODD_SECRET, &format!("https://track.example{target}/?a=1"));
    let mut in_path = get("url", format!("{target}?a=1"));
    in_path.headers = vec![("x-signature", behind_slash)];
    let in_prefix = get("odd", format!("/postback/odd?a=1&sig={prefixed}"));
    for (request, hint) in [(in_path, "over the path"), (in_prefix, "set signature.prefix")] {
        let shown = shown(&request);
        assert!(shown.contains(hint), "{shown}");
        for text in [ODD_SECRET, &format!("{ODD_SECRET:?}"), &encoded] {
            assert!(!shown.contains(text.trim_matches('"')), "{text} in {shown}");
        }
    }
}

#[test]
fn a_credential_that_is_required_is_shown_neither_as_expected_nor_as_found() {
    let mut request = get("basic", "/postback/basic?a=1&sig=00");
    request.headers = vec![("authorization", "Basic found-credential".to_owned())];
    let shown = shown(&request);
    assert!(shown.contains("requirement_unmet"), "{shown}");
    assert!(!shown.contains("-credential"), "{shown}");
}

#[test]
fn a_key_is_cut_out_however_its_secret_is_written() {
    let text = r#"
        [networks.base64]
        secrets = [{ value = "whsec_c2VjcmV0LW9mLWJhc2U2NA==" }]
        [networks.base64.signature]
        algorithm = "hmac-sha256"
        content = "{body}"
        from = "header.x-signature"
        key = { encoding = "base64", strip_prefix = "whsec_" }

        [networks.hex]
        secrets = [{ value = "7365637265742d6f662d686578" }]
        [networks.hex.signature]
        algorithm = "hmac-sha256"
        content = "{body}"
        from = "header.x-signature"
        key = { encoding = "hex" }
    "#;
    let config = read(text).expect("a configuration without a fault");
    for sent in [
        "whsec_c2VjcmV0LW9mLWJhc2U2NA==",
        "c2VjcmV0LW9mLWJhc2U2NA==",
        "c2VjcmV0LW9mLWJhc2U2NA",
        "secret-of-base64",
        "7365637265742d6f662d686578",
        "7365637265742D6F662D686578",
        "secret-of-hex",
    ] {
        let raw = request("POST", "/postback/base64", &[], &format!(r#"{{"a":"{sent}"}}"#));
        let kept = config.redactor.redact(&raw, None).body;
        assert_eq!(String::from_utf8_lossy(&kept), r#"{"a":"[redacted]"}"#, "{sent}");
    }
}

#[test]
fn more_header_fields_than_a_request_can_hold_are_refused() {
    let names: Vec<String> = (0..40_000).map(|number| format!("x-{number}")).collect();
    let fields = names.iter().map(|name| (name.as_str(), "1"));
    assert_eq!(Asked::headers(fields), Err(AskedError::TooManyHeaders));
}
