use http::HeaderName;

use super::*;
use crate::domain::excerpt::EXCERPT_CHARS_MAX;
use crate::domain::refusal::Code;

fn redactor() -> Redactor {
    Redactor::new([Secret::new(b"s3cr&t".as_slice())])
}

#[test]
fn secrets_and_credentials_are_cut_out_of_a_target() {
    for (query, kept) in [
        ("a=1&b=2", "a=1&b=2"),
        ("a=1&token=abc&b=%20", "a=1&token=[redacted]&b=%20"),
        ("Api_Key=abc", "Api_Key=[redacted]"),
        ("%74oken=abc", "%74oken=[redacted]"),
        ("token=", "token="),
        ("x=s3cr%26t", "x=[redacted]"),
        ("x=as3cr%26tb&y=1", "x=[redacted]&y=1"),
        ("x=%73%33%63r%26t", "x=[redacted]"),
        ("&&a=1", "&&a=1"),
    ] {
        assert_eq!(
            redactor().target("/postback", Some(query), &TokenPlaces::default()),
            format!("/postback?{kept}"),
            "{query}"
        );
    }
    assert_eq!(redactor().target("/s3cr&t/x", None, &TokenPlaces::default()), REDACTED);
}

#[test]
fn secrets_and_credentials_are_cut_out_of_a_json_body() {
    for (body, kept) in [
        (r#"{"a":1}"#, r#"{"a":1}"#),
        (r#"{"token": "abc", "a":1}"#, r#"{"token": "[redacted]", "a":1}"#),
        (r#"{"\u0074oken":12.5}"#, r#"{"\u0074oken":"[redacted]"}"#),
        (
            r#"{"a":{"password":null,"b":"token"}}"#,
            r#"{"a":{"password":"[redacted]","b":"token"}}"#,
        ),
        (r#"{"a":"x s3cr\u0026t"}"#, r#"{"a":"[redacted]"}"#),
        (r#"{"token":"abc"#, r#"{"token":"[redacted]""#),
        (r#"{"s3cr&t":1}"#, r#"{"[redacted]":1}"#),
    ] {
        assert_eq!(
            String::from_utf8_lossy(&redactor().body(body.as_bytes(), &TokenPlaces::default())),
            kept,
            "{body}"
        );
    }
}

#[test]
fn secrets_and_credentials_are_cut_out_of_headers() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-b", "has s3cr&t in it"),
        ("x-c", "3"),
        ("authorization", "Bearer x"),
        ("x-a", "\"1\""),
        ("cookie", "a=b"),
        ("x-c", "1"),
        ("x-c", "s3cr&t"),
        ("x-c", "2"),
    ] {
        headers.append(HeaderName::from_static(name), value.parse().expect("a value"));
    }
    assert_eq!(
        redactor().headers(&headers, &TokenPlaces::default()),
        r#"{"authorization":"[redacted]","cookie":"[redacted]","x-a":"\"1\"","x-b":"[redacted]","x-c":"3, 1, [redacted], 2"}"#
    );
}

#[test]
fn a_body_of_any_other_kind_is_kept_unless_it_holds_a_secret() {
    assert_eq!(
        &*redactor().body(b"\xff\x00<xml/>", &TokenPlaces::default()),
        b"\xff\x00<xml/>"
    );
    assert_eq!(
        &*redactor().body(b"<x>s3cr&t</x>", &TokenPlaces::default()),
        REDACTED.as_bytes()
    );
}

#[test]
fn no_part_of_a_secret_is_shown() {
    let secrets = ["abcdef", "abcdefghi", "cdefgh"].map(|secret| Secret::new(secret.as_bytes()));
    let redactor = Redactor::new(secrets);
    for (text, shown) in [
        ("xabcdefghix", "x***x"),
        ("abcdefabcdefg", "******g"),
        ("abcde", "abcde"),
        ("", ""),
    ] {
        assert_eq!(String::from_utf8_lossy(&redactor.mask(text.as_bytes())), shown);
    }
}

#[test]
fn a_short_secret_is_masked_where_it_is_a_value_and_not_within_a_word() {
    let redactor = Redactor::new(["ab", "ab!"].map(|secret| Secret::new(secret.as_bytes())));
    for (text, shown) in [
        ("ab", "***"),
        ("pass=ab&a=1", "pass=***&a=1"),
        ("1700000000.ab", "1700000000.***"),
        ("{\"a\":\"ab\"}", "{\"a\":\"***\"}"),
        ("ab!", "***"),
        ("v1,ab ab", "v1,*** ***"),
        ("cab", "cab"),
        ("abc", "abc"),
        ("T1-crab-7", "T1-crab-7"),
        ("ab\u{e9}", "ab\u{e9}"),
    ] {
        assert_eq!(
            String::from_utf8_lossy(&redactor.mask(text.as_bytes())),
            shown,
            "{text}"
        );
    }
}

#[test]
fn a_networks_token_is_cut_out_even_when_it_is_wrong() {
    let network: Arc<str> = Arc::from("acme");
    let at = ["query.sid", "header.x-key", "json./auth/code"].map(|place| Reference::parse(place).expect("a place"));
    let redactor = redactor().with_token_at(&network, &at);
    let kept = |name: &Arc<str>| {
        let raw = RawPostback {
            id: PostbackId::new(Timestamp::from_unix_seconds(0), [0; 10]),
            received_at: Timestamp::from_unix_seconds(0),
            remote_ip: IpAddr::from([127, 0, 0, 1]),
            method: http::Method::POST,
            uri: "/postback/acme?sid=older&a=1".parse().expect("a target"),
            headers: HeaderMap::from_iter([(HeaderName::from_static("x-key"), "old".parse().expect("a value"))]),
            body: br#"{"auth":{"code":"old"},"sid":1}"#.as_slice().into(),
        };
        let kept = redactor.redact(&raw, Some(name));
        let body = String::from_utf8(kept.body).expect("a text");
        [kept.target, kept.headers, body]
    };
    assert_eq!(
        kept(&network),
        [
            "/postback/acme?sid=[redacted]&a=1",
            r#"{"x-key":"[redacted]"}"#,
            r#"{"auth":{"code":"[redacted]"},"sid":"[redacted]"}"#,
        ]
    );
    assert_eq!(kept(&Arc::from("other"))[0], "/postback/acme?sid=older&a=1");
}

#[test]
fn a_refusal_names_no_secret_and_is_no_longer_for_a_long_name() {
    let longest = "a".repeat(EXCERPT_CHARS_MAX);
    for (param, told) in [
        ("tx", "tx"),
        ("txs3cr&t", REDACTED),
        (&longest, &longest),
        (&format!("{longest}a"), &format!("{longest}…")),
        // Cut first, it would be a secret no more, and most of it would be told.
        (&format!("{}s3cr&t", &longest[..EXCERPT_CHARS_MAX - 5]), REDACTED),
    ] {
        let refusal = Refusal::new(Code::DuplicateParameter, "is given twice").at_param(param);
        assert_eq!(redactor().refusal(refusal).param.as_deref(), Some(told));
    }
}
