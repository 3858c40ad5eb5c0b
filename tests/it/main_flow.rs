//! The main job: a click, its signed postback, the attributed conversion, and what the operator sees of them.

use serde_json::{Value, json};

use crate::harness::{ACME, Network, Request, Stage, get, hmac_sha256_hex, uuid_of};

/// Plays the main flow with a postback of one form, and checks every trace that it leaves.
fn play(postback_of: impl Fn(&str) -> Request, method: &str) {
    let stage = Stage::new();
    let Stage { service, database, .. } = &stage;
    let click_id = service.click("/click/spring?affiliate=42&sub1=banner");
    let postback = postback_of(&click_id);

    let recorded = service.verdict(&postback);

    let conversion_id = recorded["conversion_id"].as_str().expect("an id");
    let postback_id = recorded["postback_id"].as_str().expect("an id");
    let expected = json!({
        "verdict": "recorded", "conversion_id": conversion_id, "postback_id": postback_id, "network": "acme",
        "transaction_id": "T1", "event": "sale", "status": "approved", "payout": "12.50", "currency": "USD",
        "click_id": click_id, "campaign": "spring", "affiliate": "42", "attributed": true, "dedupe": "transaction",
    });
    assert_eq!(recorded, expected);

    let clicks = database.rows("select id, campaign, affiliate, sub1 from clicks");
    let click = json!({ "id": uuid_of(&click_id), "campaign": "spring", "affiliate": "42", "sub1": "banner" });
    assert_eq!(clicks, [click]);
    let conversions = database.rows(
        "select id, network, transaction_id, event, status, payout::text, currency, click_id, click_id_sent, attributed \
         from conversions",
    );
    let conversion = json!({
        "id": uuid_of(conversion_id), "network": "acme", "transaction_id": "T1", "event": "sale",
        "status": "approved", "payout": "12.50", "currency": "USD", "click_id": uuid_of(&click_id),
        "click_id_sent": Value::Null, "attributed": true,
    });
    assert_eq!(conversions, [conversion]);
    assert_eq!(
        database.rows("select id from postbacks"),
        [json!({ "id": uuid_of(postback_id) })]
    );
    assert_eq!(database.count("conversion_changes"), 1);

    let shown = service.api(&format!("/api/v1/conversions/{conversion_id}"));
    for field in [
        "network",
        "transaction_id",
        "event",
        "status",
        "payout",
        "currency",
        "click_id",
        "campaign",
    ] {
        assert_eq!(shown[field], recorded[field], "{field}");
    }
    assert_eq!(shown["revision"], 1);
    let history = shown["history"].as_array().expect("a history");
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["kind"], "recorded");
    assert_eq!(history[0]["postback_id"], postback_id);
    assert_eq!(history[0]["from"], json!({}));
    assert_eq!(history[0]["to"]["status"], "approved");

    let request = service.api(&format!("/api/v1/postbacks/{postback_id}"));
    assert_eq!(request["verdict"], "recorded");
    assert_eq!(request["code"], Value::Null);
    assert_eq!(request["network"], "acme");
    assert_eq!(request["method"], method);
    assert_eq!(request["remote_ip"], "127.0.0.1");
    assert_eq!(request["conversion_id"], conversion_id);
    assert_eq!(request["target"], postback.target);
    assert_eq!(request["body"].as_str().map(str::as_bytes), Some(&*postback.body));

    let again = service.verdict(&postback);
    assert_eq!(again["verdict"], "duplicate");
    assert_eq!(again["conversion_id"], conversion_id);
    assert_ne!(again["postback_id"], postback_id);
    assert_eq!(database.count("conversions"), 1);
    assert_eq!(database.count("postbacks"), 2);
}

#[test]
fn a_signed_get_becomes_an_attributed_conversion() {
    play(
        |click| {
            ACME.get(&format!(
                "click_id={click}&transaction_id=T1&event=sale&payout=12.50&currency=usd&extra=1"
            ))
        },
        "GET",
    );
}

#[test]
fn a_signed_form_becomes_an_attributed_conversion() {
    play(
        |click| {
            ACME.form(format!(
                "click_id={click}&transaction_id=T1&event=sale&payout=12.50&currency=USD"
            ))
        },
        "POST",
    );
}

#[test]
fn a_signed_json_object_becomes_an_attributed_conversion() {
    play(
        |click| {
            ACME.json(format!(
                r#"{{"click_id":"{click}","transaction_id":"T1","event":"sale","payout":12.50,"currency":"USD","x":{{}}}}"#
            ))
        },
        "POST",
    );
}

#[test]
fn every_address_of_a_network_leads_to_the_same_conversion() {
    let stage = Stage::new();
    let Stage { service, database, .. } = &stage;
    let Network { name, secret } = ACME;
    let signed = |query: &str| hmac_sha256_hex(secret, query.as_bytes());
    let query = "transaction_id=T1";
    let named = format!("network={name}&transaction_id=T1");
    for (target, expected) in [
        (format!("/postback/{name}?{query}&sig={}", signed(query)), "recorded"),
        (
            format!("/v1/postback/{name}?{query}&sig={}", signed(query)),
            "duplicate",
        ),
        (format!("/postback?{named}&sig={}", signed(&named)), "duplicate"),
        (format!("/v1/postback?sig={}&{named}", signed(&named)), "duplicate"),
    ] {
        assert_eq!(service.verdict(&get(&*target))["verdict"], expected, "{target}");
    }
    assert_eq!(database.count("conversions"), 1);
}

#[test]
fn a_posts_query_is_not_signed_and_so_not_read_but_for_the_network() {
    let stage = Stage::new();
    let mut post = ACME.form("transaction_id=T1&payout=1");
    post.target = "/postback?network=acme&status=rejected&payout=1000&click_id=x".to_owned();
    let verdict = stage.service.verdict(&post);
    assert_eq!(verdict["network"], "acme");
    assert_eq!(verdict["status"], "approved");
    assert_eq!(verdict["payout"], "1");
    assert_eq!(verdict["reason"], "no_click_id");
}
