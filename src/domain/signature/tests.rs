//! Vectors computed by other implementations, and what must not pass.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::AuthFailure as F;
use super::*;
use crate::domain::id::PostbackId;
use crate::domain::refusal::Code;
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

/// RFC 4231 test case 2 and RFC 2202 test case 2: key "Jefe", data "what do ya want for nothing?".
#[test]
fn what_is_signed_by_itself_has_to_be_there_and_another_secret_fits_nothing() {
    let rule = TimestampRule {
        from: Source::parse("query.at").expect("a place"),
        unit: TimestampUnit::Seconds,
        tolerance: Duration::from_mins(5),
    };
    let content = "{query.at}{query.id}{query.note?}{header.x-a}{query.sum|int}";
    let key = Key::new(Algorithm::HmacSha256, &Secret::new(*b"ours"));
    let scheme = Scheme::mac(MacScheme {
        content: Content::parse(content, &Rows::default()).expect("a content"),
        placement: Placement::at(vec![Reference::parse("query.sig").expect("a place")], String::new()),
        encoding: Encoding::Hex,
        timestamp: Some(rule),
        require: Vec::new(),
        base_url: String::new(),
        key_format: KeyFormat::default(),
        keys: vec![key],
    });
    let places = scheme.signed_places();
    let places: Vec<(String, bool)> = places
        .iter()
        .map(|(place, number)| (place.to_string(), *number))
        .collect();
    let expected = [("query.id", false), ("header.x-a", false), ("query.sum", true)];
    assert_eq!(places, expected.map(|(place, number)| (place.to_owned(), number)));

    let now = Timestamp::from_unix_seconds(1_700_000_000);
    let sent = |scheme: &Scheme| {
        let uri = "/postback/acme?id=1&sum=2.5".parse().expect("a target");
        let mut headers = HeaderMap::new();
        headers.insert("x-a", HeaderValue::from_static("1"));
        let unsigned = Unsigned::new(Method::GET, uri, headers, Bytes::new(), now);
        let signed = unsigned.clone().sign(scheme, now).expect("signed");
        RawPostback {
            uri: signed.uri,
            ..unsigned.0
        }
    };
    let verified = |raw: &RawPostback| scheme.verify(raw, &Form::read(raw).expect("a query"), now);
    assert_eq!(verified(&sent(&scheme)), Ok(()));
    let forger = scheme
        .with_secret_of_another(&Secret::new(*b"theirs"))
        .expect("it has a secret");
    assert_eq!(verified(&sent(&forger)), Err(AuthFailure::SignatureWrong));
    assert!(
        Scheme::address_only()
            .with_secret_of_another(&Secret::new(*b"x"))
            .is_none()
    );
}

#[test]
fn the_vectors_of_the_rfcs_are_accepted() {
    const DATA: &str = "what do ya want for nothing?";
    for (algorithm, signature) in [
        ("hmac-md5", "750c783e6ab0b503eaa86e310a5db738"),
        ("hmac-sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            "hmac-sha256",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "hmac-sha512",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let schemes = scheme(
            algorithm,
            "Jefe",
            "{header.x-data}",
            "header.x-signature",
            Encoding::Hex,
        );
        let signed = |signature: &str| {
            request(
                "GET",
                "/postback/acme",
                &[("x-data", DATA), ("x-signature", signature)],
                "",
            )
        };
        assert_eq!(verify(&schemes, &signed(signature)), Ok(()), "{algorithm}");
        assert_eq!(
            verify(&schemes, &signed(&signature.to_uppercase())),
            Ok(()),
            "{algorithm}"
        );
        let mut wrong = signature.to_owned();
        wrong.replace_range(..1, if signature.starts_with('0') { "1" } else { "0" });
        assert_eq!(
            verify(&schemes, &signed(&wrong)),
            Err(AuthFailure::SignatureWrong),
            "{algorithm}"
        );
        assert_eq!(
            verify(&schemes, &signed(&signature[..signature.len() - 2])),
            Err(AuthFailure::SignatureWrong),
            "{algorithm}"
        );
    }
}

/// `printf '%s' 'click_id=c1&transaction_id=T%201&payout=12.50' | openssl dgst -sha256 -hmac s3cret`
const GET_SIGNATURE: &str = "c0c64e670e22ce468ef1a9b6d4ec97e4ffe6aea5053e9851b484a4e26717ca4c";
/// `printf '%s' '1700000000.{"transaction_id":"T1"}' | openssl dgst -sha256 -hmac s3cret`
const POST_SIGNATURE: &str = "bd7e14bc3d3a58a5674183d0e7737c00ab9045e39b3ee1a565ac89ea7f79d989";

fn default_pair(secrets: &[&str]) -> Schemes {
    Schemes::default_pair(&keys(Algorithm::HmacSha256, secrets))
}

#[test]
fn a_get_is_signed_over_its_query_wherever_the_signature_stands() {
    let schemes = default_pair(&["s3cret"]);
    for target in [
        format!("/postback/acme?click_id=c1&transaction_id=T%201&payout=12.50&sig={GET_SIGNATURE}"),
        format!("/postback/acme?sig={GET_SIGNATURE}&click_id=c1&transaction_id=T%201&payout=12.50"),
        format!("/postback/acme?click_id=c1&%73ig={GET_SIGNATURE}&transaction_id=T%201&payout=12.50"),
    ] {
        assert_eq!(verify(&schemes, &request("GET", &target, &[], "")), Ok(()), "{target}");
    }
}

#[test]
fn a_changed_query_is_not_proven() {
    let schemes = default_pair(&["s3cret"]);
    for (query, failure) in [
        (
            format!("click_id=c1&transaction_id=T%201&payout=13.50&sig={GET_SIGNATURE}"),
            F::SignatureWrong,
        ),
        (
            format!("click_id=c1&transaction_id=T+1&payout=12.50&sig={GET_SIGNATURE}"),
            F::SignatureWrong,
        ),
        (
            format!("transaction_id=T%201&click_id=c1&payout=12.50&sig={GET_SIGNATURE}"),
            F::SignatureWrong,
        ),
        (
            format!("click_id=c1&transaction_id=T%201&payout=12.50&&sig={GET_SIGNATURE}"),
            F::SignatureWrong,
        ),
        (
            format!(
                "click_id=c1&transaction_id=T%201&payout=12.50&sig={}",
                &GET_SIGNATURE[1..]
            ),
            F::SignatureMalformed,
        ),
        (
            "click_id=c1&transaction_id=T%201&payout=12.50&sig=".to_owned(),
            F::SignatureMissing,
        ),
        (
            "click_id=c1&transaction_id=T%201&payout=12.50".to_owned(),
            F::SignatureMissing,
        ),
    ] {
        let raw = request("GET", &format!("/postback/acme?{query}"), &[], "");
        assert_eq!(verify(&schemes, &raw), Err(failure), "{query}");
    }
}

#[test]
fn a_post_is_signed_over_its_timestamp_and_body() {
    let schemes = default_pair(&["other", "s3cret"]);
    let signature = format!("sha256={POST_SIGNATURE}");
    let post = |timestamp: Option<&str>, signatures: &[&str], body: &str| {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(timestamp.map(|timestamp| ("x-postback-timestamp", timestamp)));
        headers.extend(signatures.iter().map(|signature| ("x-postback-signature", *signature)));
        verify(&schemes, &request("POST", "/postback/acme", &headers, body))
    };
    let body = r#"{"transaction_id":"T1"}"#;
    assert_eq!(post(Some("1700000000"), &[&signature], body), Ok(()));
    assert_eq!(
        post(Some("1700000000"), &[&signature], r#"{"transaction_id":"T2"}"#),
        Err(F::SignatureWrong)
    );
    assert_eq!(post(Some("1700000001"), &[&signature], body), Err(F::SignatureWrong));
    assert_eq!(post(Some("1699999699"), &[&signature], body), Err(F::TimestampStale));
    assert_eq!(post(Some("1700000301"), &[&signature], body), Err(F::TimestampStale));
    assert_eq!(post(Some("soon"), &[&signature], body), Err(F::TimestampMalformed));
    assert_eq!(post(None, &[&signature], body), Err(F::TimestampMissing));
    assert_eq!(post(Some("1700000000"), &[], body), Err(F::SignatureMissing));
    assert_eq!(
        post(Some("1700000000"), &[&signature, &signature], body),
        Err(F::SignatureDoubled)
    );
    assert_eq!(post(Some("1700000000"), &["sha256="], body), Err(F::SignatureMissing));
    assert_eq!(
        post(Some("1700000000"), &[POST_SIGNATURE], body),
        Err(F::SignatureMalformed)
    );
}

#[test]
fn a_zero_cannot_be_moved_from_a_value_into_the_timestamp_behind_it() {
    let timestamp = TimestampRule {
        from: Source::parse("header.x-time").expect("a place"),
        unit: TimestampUnit::Seconds,
        tolerance: Duration::from_mins(5),
    };
    let schemes = Schemes::both(Scheme::mac(MacScheme {
        content: Content::parse("{query}{timestamp}", &Rows::default()).expect("a content"),
        placement: Placement::at(vec![Reference::parse("header.x-sign").expect("a place")], String::new()),
        encoding: Encoding::Hex,
        timestamp: Some(timestamp),
        require: Vec::new(),
        base_url: String::new(),
        key_format: KeyFormat::default(),
        keys: keys(Algorithm::HmacSha256, &["s3cret"]),
    }));
    // printf '%s' 'payout=501700000000' | openssl dgst -sha256 -hmac s3cret
    let signature = "fa37fa3dbb22f4a8453645f207ab63d9d0ee8288d4f893dd370a4275edccb166";
    for (query, timestamp, expected) in [
        ("payout=50", "1700000000", Ok(())),
        ("payout=5", "01700000000", Err(F::TimestampMalformed)),
        ("payout=501", "700000000", Err(F::TimestampStale)),
    ] {
        let headers = [("x-time", timestamp), ("x-sign", signature)];
        let raw = request("GET", &format!("/postback/acme?{query}"), &headers, "");
        assert_eq!(verify(&schemes, &raw), expected, "{query}");
    }
}

#[test]
fn a_body_that_was_signed_as_json_is_not_read_as_a_form() {
    let read = |content_type, body| {
        let raw = request("POST", "/postback/acme", &[("content-type", content_type)], body);
        Form::read(&raw).map(|_| ()).map_err(|refusal| refusal.code)
    };
    for (body, as_form) in [
        (
            r#" {"user_id":"u&transaction_id=T9&payout=99&x="}"#,
            Err(Code::MalformedRequest),
        ),
        (r#"{"a":"&transaction_id=T9&b=","a":1}"#, Err(Code::MalformedRequest)),
        ("{}", Err(Code::MalformedRequest)),
        (r#"{"a":"&transaction_id=T9"}&b=1"#, Ok(())),
        ("{sub}=1&transaction_id=T9", Ok(())),
        ("{", Ok(())),
    ] {
        assert_eq!(read("application/x-www-form-urlencoded", body), as_form, "{body}");
    }
    assert_eq!(
        read("application/json", r#" {"user_id":"u&transaction_id=T9&payout=99&x="}"#),
        Ok(())
    );
}

#[test]
fn parts_without_a_mark_between_them_join_values() {
    for (content, joins) in [
        ("{query.a}{query.b}", true),
        ("{url}{body}", true),
        ("{query}{body}", true),
        ("{body}{timestamp}", false),
        ("{method}{url}", false),
        ("{query.a}:{query.b}", false),
    ] {
        let content = Content::parse(content, &Rows::default()).expect("a content");
        assert_eq!(content.joins_values(), joins, "{content:?}");
    }
}

#[test]
fn a_url_is_signed_as_configured_and_not_as_the_host_header_says() {
    // printf '%s' 'https://track.example/postback/acme?a=1&b=%20' | openssl dgst -sha1 -hmac s3cret -binary | basenc --base64url
    let schemes = scheme("hmac-sha1", "s3cret", "{url}", "query.hash", Encoding::Base64Url);
    let raw = request(
        "GET",
        "/postback/acme?a=1&b=%20&hash=2jOSlSrnbof5-oihudI7L4_xk-4=",
        &[("host", "evil.example")],
        "",
    );
    assert_eq!(verify(&schemes, &raw), Ok(()));
}

#[test]
fn base64url_may_be_padded_and_not_more_than_that() {
    let schemes = scheme("hmac-sha1", "s3cret", "{url}", "query.hash", Encoding::Base64Url);
    for (padding, expected) in [
        ("", Ok(())),
        ("=", Ok(())),
        ("==", Err(AuthFailure::SignatureMalformed)),
        ("A", Err(AuthFailure::SignatureWrong)),
    ] {
        let target = format!("/postback/acme?a=1&b=%20&hash=2jOSlSrnbof5-oihudI7L4_xk-4{padding}");
        let raw = request("GET", &target, &[], "");
        assert_eq!(verify(&schemes, &raw), expected, "{padding:?}");
    }
}

#[test]
fn what_is_signed_for_a_url_is_what_is_verified() {
    let schemes = scheme("hmac-sha256", "s3cret", "{url}", "query.sig", Encoding::Hex);
    for target in ["/postback/acme", "/postback/acme?a=1", "/postback/acme?a=1&sig=old&b=2"] {
        let raw = request("GET", target, &[], "");
        let now = Timestamp::from_unix_seconds(NOW);
        let signed = Unsigned(raw.clone())
            .sign(schemes.of(&Method::GET), now)
            .expect("signed");
        assert_eq!(
            verify(&schemes, &RawPostback { uri: signed.uri, ..raw }),
            Ok(()),
            "{target}"
        );
    }
}

#[test]
fn what_a_request_lacks_to_be_signed_is_named() {
    let schemes = scheme(
        "hmac-sha256",
        "s3cret",
        "{header.x-id}.{query.value|int}",
        "header.x-sig",
        Encoding::Hex,
    );
    let sign = |headers: &[(&str, &str)], target: &str| {
        let unsigned = Unsigned(request("GET", target, headers, ""));
        let signed = unsigned.sign(schemes.of(&Method::GET), Timestamp::from_unix_seconds(NOW));
        signed.map(|_| ()).map_err(|error| error.to_string())
    };
    for (headers, target, missing) in [
        (
            &[][..],
            "/p?value=1",
            "the network signs header.x-id, and the request has none or several",
        ),
        (
            &[("x-id", "1"), ("x-id", "2")],
            "/p?value=1",
            "the network signs header.x-id, and the request has none or several",
        ),
        (
            &[("x-id", "1")],
            "/p",
            "the network signs query.value|int, and the request has none or several",
        ),
        (
            &[("x-id", "1")],
            "/p?value=much",
            "the network signs query.value|int, and what the request has there is no decimal number",
        ),
    ] {
        assert_eq!(sign(headers, target), Err(missing.to_owned()), "{target}");
    }
    assert_eq!(sign(&[("x-id", "1")], "/p?value=1.5"), Ok(()));
}

#[test]
fn a_content_that_signs_nothing_is_refused() {
    for text in [
        "",
        "{method}{path}",
        "{timestamp}",
        "constant",
        "{",
        "a}b",
        "{boddy}",
        "{header.}",
        "{cookie.x}",
    ] {
        assert!(Content::parse(text, &Rows::default()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn what_was_signed_is_authentic_until_a_byte_changes(
        query in "[a-z]{1,5}=[a-zA-Z0-9%]{0,1}[a-z]{0,8}(&[f-k][a-z]{0,4}=[a-z+]{0,8}){0,3}",
        secret in "[ -~]{1,80}",
        flip in 0usize..1000,
    ) {
        let schemes = default_pair(&[&secret]);
        let raw = request("GET", &format!("/postback/acme?{query}"), &[], "");
        if Form::read(&raw).is_err() { return Ok(()); }
        let signed = Unsigned(raw.clone()).sign(schemes.of(&Method::GET), Timestamp::from_unix_seconds(NOW)).expect("signed");
        let signed = RawPostback { uri: signed.uri, ..raw };
        prop_assert_eq!(verify(&schemes, &signed), Ok(()));

        let mut changed = query.clone().into_bytes();
        let at = flip % changed.len();
        changed[at] = if changed[at] == b'z' { b'y' } else { b'z' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let target = signed.uri.to_string().replace(&query, &changed);
        let changed = request("GET", &target, &[], "");
        if Form::read(&changed).is_ok() {
            prop_assert!(verify(&schemes, &changed).is_err());
        }
    }
}
