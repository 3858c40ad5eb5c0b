//! Signature schemes of real networks. Every signature here was computed by openssl:
//!
//! ```sh
//! printf %s "$SIGNED" | openssl dgst -sha256 -hmac "$SECRET"
//! printf %s "$SIGNED|$SECRET" | openssl dgst -md5
//! printf %s "$SIGNED" | openssl dgst -sha512 -hmac "$SECRET" -binary | base64 -w0
//! printf %s "$SIGNED" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64 -w0 | tr '+/' '-_' | tr -d =
//! ```

use crate::harness::{Request, Stage, get, hmac_sha256_hex, now_s, post};

const RULES: &str = r#"
[networks.one]
secrets = [{ value = "secret one" }]
signature = { algorithm = "hmac-sha1", content = "{query}", from = "query.hash" }

[networks.two]
secrets = [{ value = "secret two" }]
[networks.two.signature]
algorithm = "hmac-sha512"
content = "{method}|{path}|{body}"
from = "header.x-sign"
encoding = "base64"

[networks.three]
secrets = [{ value = "secret three" }]
params = { transaction_id = "txid", payout = "sum" }
signature = { algorithm = "hmac-md5", content = "{query.txid}:{query.sum}", from = "query.sig" }

[networks.four]
secrets = [{ value = "secret four" }]
base_url = "https://postback.example"
[networks.four.signature]
algorithm = "hmac-sha256"
content = "{url}"
from = "header.x-sign"
encoding = "base64url"
prefix = "v0="

[networks.five]
secrets = [{ value = "secret five" }]
[networks.five.signature]
algorithm = "hmac-sha256"
content = "{timestamp}~{body}"
from = "header.x-sign"
# Wide enough for a signature that was computed once and for all.
timestamp = { from = "header.x-time", unit = "ms", tolerance = "3650d" }

[networks.six]
secrets = [{ value = "secret six" }]
signature = { algorithm = "hmac-sha256", content = "{form.transaction_id}{form.payout}", from = "form.hash" }

[networks.seven]
secrets = [{ value = "secret seven" }]
params = { transaction_id = "/order/id", payout = "/sum" }
signature = { algorithm = "hmac-sha256", content = "{json./order/id}:{json./sum}", from = "json./sign" }

[networks.eight]
secrets = [{ value = "secret eight" }]
signature = { algorithm = "hmac-sha256", content = "{header.x-id}.{body}", from = "header.x-sign" }

[networks.nine]
secrets = [{ value = "secret nine" }]
params = { transaction_id = "oid" }
[networks.nine.signature]
algorithm = "md5"
content = "{params}|{secret}"
from = "query.hmac"
params = { separator = ",", encoding = "rfc3986" }

[networks.ten]
secrets = [{ value = "secret ten" }]
params = { payout = "sum" }
signature = { algorithm = "token", from = "query.sid" }

[networks.minute]
secrets = [{ value = "secret of a minute" }]
[networks.minute.signature]
algorithm = "hmac-sha256"
content = "{timestamp}{body}"
from = "header.x-sign"
timestamp = { from = "header.x-time", unit = "ms", tolerance = "60s" }

[networks.near]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }

[networks.far]
allow_ips = ["203.0.113.7"]
signature = { algorithm = "none" }
"#;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A genuine request of each network, the transaction that it reports, and a part whose change breaks the signature.
fn signed_requests() -> Vec<(Request, &'static str, (&'static str, &'static str))> {
    let sha1 = "7526c5652167cefb6fd02cbc738053aa03cbe97c";
    let sha512 = "1giZDVhADA6ZaiNmjSAr8Yj9seQXnVxm9WtvnUEjh23lZ0ao/x79VoODHkJLKR16+oaQdG7PvQKjWD6OovsoqA==";
    let md5 = "ad9fde9c79e8e68172332178da341f8f";
    let base64url = "v0=Q_ptIf1wQkK5zoz7ngHMnF083uqfDrVOVY_sCpgeDbk";
    let of_millis = "ab482ccc445b5b03ae21adb8b5881d41c762e973d2d79e59f63ceaaf720b464d";
    let of_form = "70fbfeeb82a54ddba3d4d6cb6acf4e49689dba2a62d2bb5ee65bbf1b4cbc94f8";
    let of_json = "412ee64d97c79c3d3d7412a98db9a922ec77fe740a6e2f30d605129fde275a32";
    let md5_plain = "4b3d839fa5f11bcc87c8d9b34e53133c";
    let of_header = "3ea34461564c8ced2dcb5cb3d433207cc6e6c85196675f5b846ea68786c99c17";
    vec![
        (
            get(format!("/postback/one?transaction_id=T1&payout=1.50&hash={sha1}")),
            "T1",
            ("payout=1.50", "payout=9.50"),
        ),
        (
            post("/postback/two", FORM, "transaction_id=T2").header("X-Sign", sha512),
            "T2",
            ("/postback/two", "/v1/postback/two"),
        ),
        (
            get(format!("/postback/three?txid=T3&sum=4.20&sig={md5}")),
            "T3",
            ("sum=4.20", "sum=4.2"),
        ),
        (
            get("/postback/four?transaction_id=T4").header("X-Sign", base64url),
            "T4",
            ("id=T4", "id=T5"),
        ),
        (
            post("/postback/five", JSON, r#"{"transaction_id":"T5"}"#)
                .header("X-Time", "1790000000123")
                .header("X-Sign", of_millis),
            "T5",
            ("1790000000123", "1790000000124"),
        ),
        (
            post(
                "/postback/six",
                FORM,
                format!("transaction_id=T6&payout=9.99&hash={of_form}"),
            ),
            "T6",
            ("9.99", "99.9"),
        ),
        (
            post(
                "/postback/seven",
                JSON,
                format!(r#"{{"order":{{"id":"T7"}},"sum":5,"sign":"{of_json}"}}"#),
            ),
            "T7",
            ("T7", "T8"),
        ),
        (
            post("/postback/eight", FORM, "transaction_id=T8")
                .header("X-Id", "id-8")
                .header("X-Sign", of_header),
            "T8",
            ("id-8", "id-9"),
        ),
        (get("/postback/near?transaction_id=T9"), "T9", ("near", "far")),
        (
            get(format!("/postback/nine?payout=1.25&hmac={md5_plain}&oid=T10&a=x+y")),
            "T10",
            ("1.25", "1.26"),
        ),
        (
            get("/postback/ten?transaction_id=T11&sum=3.50&sid=secret%20ten"),
            "T11",
            ("secret%20ten", "secret%20nine"),
        ),
    ]
}

/// The request with one part of it changed, wherever that stands.
fn changed(request: &Request, (from, to): (&str, &str)) -> Request {
    let mut changed = request.clone();
    changed.target = changed.target.replace(from, to);
    for (_, value) in &mut changed.headers {
        *value = value.replace(from, to);
    }
    let body = String::from_utf8(changed.body).expect("bodies of text");
    changed.body = body.replace(from, to).into_bytes();
    assert_ne!(changed.bytes(), request.bytes(), "{from} is a part of the request");
    changed
}

#[test]
fn signatures_of_another_implementation_are_accepted() {
    let stage = Stage::with(&rules());
    for (request, transaction_id, _) in signed_requests() {
        let verdict = stage.service.verdict(&request);
        assert_eq!(verdict["verdict"], "recorded", "{request:?}");
        assert_eq!(verdict["transaction_id"], transaction_id, "{request:?}");
    }
}

#[test]
fn a_signed_part_that_was_changed_is_refused() {
    let stage = Stage::with(&rules());
    for (request, transaction_id, change) in signed_requests() {
        let status = if transaction_id == "T9" { 403 } else { 401 };
        assert_eq!(
            stage.service.answer(&changed(&request, change)).status,
            status,
            "{request:?}"
        );
    }
    assert_eq!(stage.database.count("conversions"), 0);
}

#[test]
fn only_what_the_signature_covers_is_read() {
    let stage = Stage::with(&rules());
    let mut covers_two_fields = signed_requests().remove(2).0;
    covers_two_fields
        .target
        .push_str("&status=rejected&click_id=x&currency=EUR");
    let mut covers_the_body = signed_requests().remove(7).0;
    covers_the_body.target.push_str("?payout=1000&network=acme");

    let verdict = stage.service.verdict(&covers_two_fields);
    assert_eq!(verdict["status"], "approved");
    assert_eq!(verdict["currency"], serde_json::Value::Null);
    assert_eq!(verdict["reason"], "no_click_id");
    assert_eq!(
        stage.service.verdict(&covers_the_body)["payout"],
        serde_json::Value::Null
    );
}

#[test]
fn a_token_is_kept_nowhere_even_when_it_is_wrong() {
    let stage = Stage::with(&rules());
    let refused = stage
        .service
        .answer(&get("/postback/ten?transaction_id=T11&sid=an-older-one"));
    assert_eq!(refused.status, 401);
    assert_eq!(stage.service.logged_code(&refused.json()), "signature_wrong");
    let id = refused.json()["postback_id"].as_str().expect("an id").to_owned();
    let kept = stage.service.api(&format!("/api/v1/postbacks/{id}"));
    assert_eq!(kept["target"], "/postback/ten?transaction_id=T11&sid=[redacted]");
}

#[test]
fn a_timestamp_in_milliseconds_goes_stale() {
    let stage = Stage::with(&rules());
    let at = |seconds_ago: i64| {
        let time = ((now_s() - seconds_ago) * 1000).to_string();
        let signature = hmac_sha256_hex("secret of a minute", format!("{time}transaction_id=T1").as_bytes());
        post("/postback/minute", FORM, "transaction_id=T1")
            .header("X-Time", time)
            .header("X-Sign", signature)
    };
    assert_eq!(stage.service.answer(&at(0)).status, 200);
    for seconds_ago in [-120, 120, 60 * 60] {
        let answer = stage.service.answer(&at(seconds_ago));
        assert_eq!(answer.status, 401, "{seconds_ago}");
        assert_eq!(stage.service.logged_code(&answer.json()), "timestamp_stale");
    }
}

#[test]
fn a_scheme_without_a_timestamp_accepts_an_old_signature_and_counts_it_once() {
    let stage = Stage::with(&rules());
    let request = &signed_requests()[0].0;
    assert_eq!(stage.service.verdict(request)["verdict"], "recorded");
    assert_eq!(stage.service.verdict(request)["verdict"], "duplicate");
}

/// The rules with a campaign, which no test here needs a click of.
fn rules() -> String {
    format!("{RULES}\n[campaigns.spring]\ndestination = \"https://shop.example/?cid={{click_id}}\"\n")
}
