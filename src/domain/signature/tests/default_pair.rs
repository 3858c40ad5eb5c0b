//! The default pair: a query, and a timestamp with a body.

use proptest::prelude::*;

use super::super::AuthFailure as F;
use super::*;

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
