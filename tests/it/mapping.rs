//! A network's own words, and a traffic source's, as their senders see what becomes of them.

use serde_json::json;

use crate::harness::{Network, Stage, get};

const RULES: &str = r#"
[networks.words]
secrets = [{ value = "secret" }]
params = { click_id = ["clickid"], transaction_id = "txid", payout = "amount" }
payout_unit = "minor"
currency = "USD"
constants = { status = "approved" }
[networks.words.events]
ftd = ["1", "first_deposit"]

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}&e={external_id}&a={affiliate}"
source = ["google_ads", "partners"]

[campaigns.plain]
destination = "https://shop.example/?e={external_id}"

[sources.partners]
params = { affiliate = ["aff_id", "affid"], sub1 = "subid" }
"#;

const WORDS: Network = Network {
    name: "words",
    secret: "secret",
};

#[test]
fn a_postback_in_the_networks_words_becomes_one_in_ours() {
    let stage = Stage::with(RULES);

    let recorded = stage
        .service
        .verdict(&WORDS.get("txid=T1&event=1&status=nonsense&amount=1250"));

    assert_eq!(recorded["verdict"], "recorded");
    let said = ["event", "status", "payout", "currency"].map(|name| recorded[name].clone());
    assert_eq!(said, [json!("ftd"), json!("approved"), json!("12.50"), json!("USD")]);
    // Another word for the same event, in another currency's minor unit: the same conversion.
    let repeat = stage
        .service
        .verdict(&WORDS.get("txid=T1&event=first_deposit&amount=1250"));
    assert_eq!(
        (&repeat["verdict"], &repeat["conversion_id"]),
        (&json!("duplicate"), &recorded["conversion_id"])
    );
    let yen = stage
        .service
        .verdict(&WORDS.get("txid=T2&event=FTD&amount=1250&currency=JPY"));
    assert_eq!((&yen["payout"], &yen["event"]), (&json!("1250"), &json!("FTD")));

    let half = stage.service.answer(&WORDS.get("txid=T3&amount=12.5"));
    let problem = half.json();
    assert_eq!(half.status, 422);
    assert_eq!(
        (&problem["code"], &problem["param"]),
        (&json!("invalid_payout"), &json!("amount"))
    );
}

#[test]
fn a_name_in_another_case_is_read_and_counted() {
    let stage = Stage::with(RULES);
    let counted = |labels: &[&str]| stage.service.metric("postbackd_param_case_total", labels);

    stage.service.verdict(&WORDS.get("txid=T1&amount=100"));
    assert_eq!(counted(&[]), 0);
    let verdict = stage.service.verdict(&WORDS.json(r#"{"TxId":"T2","amount":100}"#));

    assert_eq!(verdict["transaction_id"], "T2");
    assert_eq!(counted(&["network=\"words\"", "field=\"transaction_id\""]), 1);
    assert_eq!(counted(&[]), 1);
    let doubled = stage.service.answer(&WORDS.get("TxId=T3&TXID=T4&amount=100"));
    assert_eq!(
        (doubled.status, &doubled.json()["code"]),
        (400, &json!("duplicate_parameter"))
    );
}

#[test]
fn a_click_is_read_under_the_names_of_its_campaigns_sources() {
    let stage = Stage::with(RULES);
    let query = "gbraid=second&gclid=first%2F1&affid=42&subid=s&utm=x";

    let answer = stage.service.answer(&get(format!("/click/spring?{query}")));

    let id = answer.click_id();
    assert_eq!(
        answer.header("location"),
        Some(format!("https://shop.example/?cid={id}&e=first%2F1&a=42").as_str())
    );
    stage.service.wait_for_replay();
    let click = stage.service.api(&format!("/api/v1/clicks/{id}"));
    assert_eq!(
        (&click["external_id"], &click["affiliate"]),
        (&json!("first/1"), &json!("42"))
    );
    assert_eq!(click["subs"], json!({ "sub1": "s" }));
    assert_eq!(click["params"], json!({ "gbraid": "second", "utm": "x" }));
    // A campaign without a source keeps the same query as it is.
    let plain = stage.service.answer(&get(format!("/click/plain?{query}")));
    assert_eq!(plain.header("location"), Some("https://shop.example/?e="));
}
