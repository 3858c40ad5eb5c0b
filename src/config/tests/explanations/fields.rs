//! What a request was read as, and what was not read.

use serde_json::{Value, json};

use super::{explanation, get, post, sha256, signed_get, signed_post};

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

    // `/order/id` is mapped as a place in a JSON body, and so the name of nothing in a query.
    request.target = "/postback/acme?/order/id=T9".to_owned();
    assert_eq!(explanation(&request)["unread"], json!([]));
}

#[test]
fn the_secret_that_fits_is_numbered() {
    let query = "txid=T1";
    let request = get("acme", format!("/?{query}&sig={}", sha256("secret-old", query)));
    let seen = explanation(&request);
    let signature = &seen["checks"][7]["compared"];
    assert_eq!(
        (&signature["fits_secret"], &signature["secrets"]),
        (&json!(2), &json!(2))
    );
}
