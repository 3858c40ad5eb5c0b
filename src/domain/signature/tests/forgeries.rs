//! What was signed as one thing and must not be taken for another.

use super::super::AuthFailure as F;
use super::*;
use crate::domain::refusal::Code;

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
