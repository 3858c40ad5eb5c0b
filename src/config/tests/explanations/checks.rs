//! Which check refuses a request, and why.

use serde_json::{Value, json};

use super::{Request, explanation, get, signed_get, signed_post, with};

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

#[test]
fn what_cannot_be_read_is_refused_before_its_signature_is_looked_at() {
    let good = signed_get("txid=T1");
    for (request, check, code) in [
        (get("acme", "/postback/acme/?txid=T1"), "path", "not_found"),
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
fn a_list_without_a_signature_is_told_as_one() {
    let listed = |text: &str| Request {
        headers: vec![("x-signature", text.to_owned())],
        ..get("listed", "/?transaction_id=T1")
    };
    for (text, code, told) in [
        ("t=1,v0=00", "signature_missing", "no signature at header.x-signature"),
        ("t=1,v0=00", "signature_missing", "items named \"v1\""),
        ("00", "signature_malformed", "what stands at header.x-signature"),
    ] {
        let request = listed(text);
        assert_refused(&request, "signature", code, false);
        let detail = &explanation(&request)["detail"];
        assert!(
            detail.as_str().is_some_and(|detail| detail.contains(told)),
            "{told}: {detail}"
        );
    }
}

#[test]
fn however_much_a_sender_writes_only_its_beginning_is_told_back() {
    let macro_name = "x".repeat(5_000);
    let request = signed_get(&format!("txid=T1&sum={{{macro_name}}}"));
    assert_refused(&request, "fields", "unreplaced_macro", true);
    let seen = explanation(&request);
    let detail = seen["detail"].as_str().expect("a detail");
    assert!(detail.contains("{xxx") && detail.len() < 300, "{detail}");
}
