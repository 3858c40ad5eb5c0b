//! What a verified postback comes to: the rules of a conversion's life, as its sender and the operator see them.

use serde_json::{Value, json};

use crate::harness::{ACME, Database, Network, Service, Stage, eventually, uuid_of};

const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]
default_event = "install"
default_status = "pending"
currency = "EUR"
statuses = { approved = ["1", "lead"], rejected = ["3"], ignored = ["test", "Hold"] }

[networks.per_click]
secrets = [{ value = "secret" }]
dedupe = "click_transaction"

[networks.per_event]
secrets = [{ value = "secret" }]
dedupe = "click_event"

[networks.terse]
secrets = [{ value = "secret" }]
reply = { body = "OK", duplicate = 409, unmatched = 404 }

[networks.short]
secrets = [{ value = "secret" }]
window = "1h"

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}"

[campaigns.narrow]
destination = "https://shop.example/?cid={click_id}"
networks = ["terse"]

[campaigns.brief]
destination = "https://shop.example/?cid={click_id}"
window = "10m"
"#;

const STATUSES: [&str; 4] = ["pending", "approved", "rejected", "reversed"];

const fn network(name: &'static str) -> Network {
    Network { name, secret: "secret" }
}

/// The kinds of a conversion's steps, as the private API shows them.
fn history(service: &Service, verdict: &Value) -> Vec<Value> {
    let id = verdict["conversion_id"].as_str().expect("an id");
    let mut conversion = service.api(&format!("/api/v1/conversions/{id}"));
    let steps = conversion["history"].take();
    let steps = steps.as_array().expect("a history").iter();
    steps.map(|step| step["kind"].clone()).collect()
}

#[test]
fn every_step_from_one_status_to_another_gets_its_verdict() {
    let stage = Stage::with(RULES);
    let legal = [
        ("pending", "approved"),
        ("pending", "rejected"),
        ("approved", "rejected"),
        ("approved", "reversed"),
    ];
    for from in STATUSES {
        for to in STATUSES {
            for (payout, change) in [("1.00", "same"), ("2.00", "other"), ("", "unnamed")] {
                let id = format!("{from}-{to}-{change}");
                let first = format!("transaction_id={id}&status={from}&payout=1.00");
                let second = format!("transaction_id={id}&status={to}&payout={payout}");

                let recorded = stage.service.verdict(&ACME.get(&first));
                let verdict = stage.service.verdict(&ACME.get(&second));

                let expected = if from == to && change != "other" {
                    "duplicate"
                } else if legal.contains(&(from, to)) || (from == to && from == "pending") {
                    "updated"
                } else {
                    "conflict"
                };
                assert_eq!(recorded["verdict"], "recorded", "{id}");
                assert_eq!(recorded["status"], from, "{id}");
                assert_eq!(verdict["verdict"], expected, "{id}");
                let is_applied = expected == "updated";
                assert_eq!(verdict["status"], if is_applied { to } else { from }, "{id}");
                let is_paid_anew = is_applied && change == "other";
                assert_eq!(verdict["payout"], if is_paid_anew { "2.00" } else { "1.00" }, "{id}");
                let kinds: &[&str] = match expected {
                    "duplicate" => &["recorded"],
                    other => &["recorded", other],
                };
                assert_eq!(history(&stage.service, &verdict), kinds, "{id}");
            }
        }
    }
    assert_eq!(stage.database.count("conversions"), 48);
    assert_eq!(stage.database.count("postbacks"), 96);
}

#[test]
fn amounts_compare_as_numbers_and_keep_the_first_scale() {
    let stage = Stage::with(RULES);
    stage
        .service
        .verdict(&ACME.get("transaction_id=T1&status=approved&payout=12.1"));
    let again = stage
        .service
        .verdict(&ACME.get("transaction_id=T1&status=approved&payout=12.10"));
    assert_eq!(again["verdict"], "duplicate");
    assert_eq!(again["payout"], "12.1");
}

#[test]
fn every_amount_is_stored_and_read_again_with_its_own_scale() {
    let stage = Stage::with(RULES);
    let amounts = [
        "0",
        "0.0",
        "0.00",
        "0.000000",
        "0.10",
        "7",
        "7.00",
        "12.345600",
        "10000",
        "10000.0000",
        "999999999999.999999",
    ];
    for (index, amount) in amounts.into_iter().enumerate() {
        let postback = format!("transaction_id=T{index}&status=pending&payout={amount}");
        assert_eq!(stage.service.verdict(&ACME.get(&postback))["payout"], amount);
        let listed = stage
            .service
            .api(&format!("/api/v1/conversions?transaction_id=T{index}"));
        assert_eq!(listed["items"][0]["payout"], amount, "as it is stored");
        let approved = stage
            .service
            .verdict(&ACME.get(&format!("transaction_id=T{index}&status=approved")));
        assert_eq!(approved["payout"], amount, "as it is read and stored again");
        let listed = stage
            .service
            .api(&format!("/api/v1/conversions?transaction_id=T{index}"));
        assert_eq!(listed["items"][0]["payout"], amount, "as it is updated");
    }
}

#[test]
fn what_a_repeat_does_not_name_is_no_difference() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    let first = format!("transaction_id=T1&status=approved&payout=5&currency=USD&click_id={click}");
    stage.service.verdict(&ACME.get(&first));
    for query in [
        "transaction_id=T1",
        "transaction_id=T1&payout=5.0",
        "transaction_id=T1&status=approved&currency=USD",
    ] {
        let verdict = stage.service.verdict(&ACME.get(query));
        assert_eq!(verdict["verdict"], "duplicate", "{query}");
        assert_eq!(verdict["click_id"], click, "{query}");
        assert_eq!(verdict["currency"], "USD", "{query}");
    }
}

#[test]
fn another_currency_or_click_is_a_conflict() {
    let stage = Stage::with(RULES);
    let [first, second] = [(); 2].map(|()| stage.service.click("/click/spring"));
    let query = |more: &str| format!("transaction_id=T1&status=pending&payout=5&currency=USD&{more}");
    stage.service.verdict(&ACME.get(&query(&format!("click_id={first}"))));
    let other_click = stage.service.verdict(&ACME.get(&query(&format!("click_id={second}"))));
    let other_currency = stage.service.verdict(&ACME.get("transaction_id=T1&currency=EUR"));
    for verdict in [&other_click, &other_currency] {
        assert_eq!(verdict["verdict"], "conflict");
        assert_eq!(verdict["click_id"], first);
        assert_eq!(verdict["currency"], "USD");
    }
    assert_eq!(
        history(&stage.service, &other_click),
        ["recorded", "conflict", "conflict"]
    );
}

#[test]
fn a_conflict_is_kept_as_a_proposal_with_its_difference_and_only_once() {
    let stage = Stage::with(RULES);
    stage
        .service
        .verdict(&ACME.get("transaction_id=T1&status=rejected&payout=5"));
    let forbidden = ACME.get("transaction_id=T1&status=approved&payout=6");
    let conflict = stage.service.verdict(&forbidden);
    stage.service.verdict(&forbidden);

    let id = conflict["conversion_id"].as_str().expect("an id");
    let conversion = stage.service.api(&format!("/api/v1/conversions/{id}"));
    assert_eq!(conversion["status"], "rejected");
    assert_eq!(conversion["payout"], "5");
    let history = conversion["history"].as_array().expect("a history");
    assert_eq!(history.len(), 2, "{conversion}");
    assert_eq!(history[1]["kind"], "conflict");
    assert_eq!(history[1]["postback_id"], conflict["postback_id"]);
    assert_eq!(history[1]["from"]["status"], "rejected");
    assert_eq!(history[1]["to"]["status"], "approved");
    assert_eq!(history[1]["to"]["payout"], "6");
    assert_eq!(stage.database.count("postbacks"), 3);
}

#[test]
fn a_late_retry_of_an_earlier_state_is_a_duplicate() {
    let stage = Stage::with(RULES);
    let pending = "transaction_id=T1&status=pending&payout=5";
    let at = |time: &str| format!("{pending}&event_time={time}");
    stage.service.verdict(&ACME.get(&at("2026-03-01T10:00:00Z")));
    stage
        .service
        .verdict(&ACME.get("transaction_id=T1&status=approved&payout=6&event_time=2026-03-01T11:00:00Z"));
    for retry in [pending.to_owned(), at("2026-03-01T10:00:00Z"), at("1772359200")] {
        let verdict = stage.service.verdict(&ACME.get(&retry));
        assert_eq!(verdict["verdict"], "duplicate", "{retry}");
        assert_eq!(verdict["status"], "approved");
        assert_eq!(verdict["payout"], "6");
        assert_eq!(history(&stage.service, &verdict), ["recorded", "updated"], "{retry}");
    }
    let later = stage.service.verdict(&ACME.get(&at("2026-03-01T12:00:00Z")));
    assert_eq!(later["verdict"], "conflict", "a step back after the last change");
}

#[test]
fn an_earlier_step_that_comes_late_fills_the_payout_and_leaves_the_status() {
    let stage = Stage::with(RULES);
    stage
        .service
        .verdict(&ACME.get("transaction_id=T1&status=approved&event_time=2026-03-01T12:00:00Z"));
    let earlier = "transaction_id=T1&status=pending&payout=7.50&event_time=2026-03-01T11:00:00Z";
    let verdict = stage.service.verdict(&ACME.get(earlier));
    assert_eq!(verdict["verdict"], "duplicate");
    assert_eq!(verdict["status"], "approved");
    assert_eq!(verdict["payout"], "7.50");
    assert_eq!(
        stage.database.count("conversion_changes"),
        2,
        "it is kept in the history"
    );

    let other_payout = "transaction_id=T1&status=pending&payout=9&event_time=2026-03-01T10:00:00Z";
    let verdict = stage.service.verdict(&ACME.get(other_payout));
    assert_eq!(verdict["verdict"], "duplicate");
    assert_eq!(verdict["payout"], "7.50", "only an absent payout is filled");
}

#[test]
fn words_of_the_networks_table_win_over_the_built_in_ones() {
    let stage = Stage::with(RULES);
    for (word, status) in [
        ("1", "approved"),
        ("LEAD", "approved"),
        ("3", "rejected"),
        ("paid", "approved"),
        ("Confirmed", "approved"),
        ("sale", "approved"),
        ("declined", "rejected"),
        ("denied", "rejected"),
        ("canceled", "rejected"),
        ("cancelled", "rejected"),
        ("refunded", "reversed"),
        ("chargeback", "reversed"),
        ("", "pending"),
    ] {
        let verdict = stage
            .service
            .verdict(&ACME.get(&format!("transaction_id=T-{word}&status={word}")));
        assert_eq!(verdict["status"], status, "{word:?}");
        assert_eq!(verdict["event"], "install");
        assert_eq!(verdict["currency"], "EUR");
    }
}

#[test]
fn an_ignored_status_is_logged_and_not_counted() {
    let stage = Stage::with(RULES);
    for word in ["test", "TEST", "hold"] {
        let verdict = stage
            .service
            .verdict(&ACME.get(&format!("transaction_id=T1&status={word}")));
        assert_eq!(verdict["verdict"], "ignored", "{word}");
    }
    assert_eq!(stage.database.count("conversions"), 0);
    assert_eq!(stage.database.count("postbacks where verdict = 'ignored'"), 3);
    let labels = ["network=\"acme\"", "verdict=\"ignored\""];
    assert_eq!(stage.service.metric("postbackd_postbacks_total", &labels), 3);
}

#[test]
fn the_dedupe_rule_says_what_is_the_same_conversion() {
    let stage = Stage::with(RULES);
    let [first, second] = [(); 2].map(|()| stage.service.click("/click/spring"));
    let cases = [
        (
            "acme",
            "click_id=A&transaction_id=T1&event=sale",
            "recorded",
            "transaction",
        ),
        ("acme", "transaction_id=T1&event=sale", "duplicate", "transaction"),
        (
            "acme",
            "click_id=A&transaction_id=t1&event=sale",
            "recorded",
            "transaction",
        ),
        (
            "acme",
            "click_id=A&transaction_id=T1&event=lead",
            "recorded",
            "transaction",
        ),
        ("acme", "click_id=A&event=sale", "recorded", "click_event"),
        ("acme", "click_id=A&event=sale", "duplicate", "click_event"),
        ("acme", "click_id=a&event=sale", "recorded", "click_event"),
        (
            "per_click",
            "click_id=1&transaction_id=T1",
            "recorded",
            "click_transaction",
        ),
        (
            "per_click",
            "click_id=2&transaction_id=T1",
            "recorded",
            "click_transaction",
        ),
        (
            "per_click",
            "click_id=2&transaction_id=T1",
            "duplicate",
            "click_transaction",
        ),
        ("per_click", "click_id=2", "recorded", "click_event"),
        (
            "per_event",
            "click_id=FIRST&transaction_id=T1",
            "recorded",
            "click_event",
        ),
        (
            "per_event",
            "click_id=FIRST&transaction_id=T2",
            "duplicate",
            "click_event",
        ),
        (
            "per_event",
            "click_id=UPPER&transaction_id=T3",
            "duplicate",
            "click_event",
        ),
        (
            "per_event",
            "click_id=SECOND&transaction_id=T1",
            "recorded",
            "click_event",
        ),
        ("per_event", "click_id=FIRST&event=other", "recorded", "click_event"),
    ];
    for (name, query, verdict, dedupe) in cases {
        let query = query
            .replace("FIRST", &first)
            .replace("SECOND", &second)
            .replace("UPPER", &first.to_uppercase());
        let network = if name == "acme" { ACME } else { network(name) };
        let answer = stage.service.verdict(&network.get(&query));
        assert_eq!(answer["verdict"], verdict, "{name}: {query}");
        assert_eq!(answer["dedupe"], dedupe, "{name}: {query}");
    }
}

#[test]
fn the_reply_is_what_the_network_wants() {
    let stage = Stage::with(RULES);
    let terse = network("terse");
    let click = stage.service.click("/click/narrow");
    let matched = terse.get(&format!("transaction_id=T1&status=pending&click_id={click}"));
    let unmatched = terse.get("transaction_id=T2");

    for (request, status, body) in [
        (&matched, 200, Some("OK")),
        (&matched, 409, None),
        (&unmatched, 404, None),
    ] {
        let answer = stage.service.answer(request);
        assert_eq!(answer.status, status, "{answer:?}");
        match body {
            Some(body) => assert_eq!(answer.text(), body),
            None => assert!(answer.json()["verdict"].is_string(), "{answer:?}"),
        }
    }
    let updated = stage.service.answer(&terse.get("transaction_id=T1&status=approved"));
    assert_eq!((updated.status, updated.text()), (200, "OK"));
    assert_eq!(
        stage.database.count("conversions"),
        2,
        "the status of the answer changes nothing else"
    );
}

#[test]
fn without_a_click_of_its_own_a_conversion_is_recorded_with_the_reason() {
    let stage = Stage::with(RULES);
    let narrow = stage.service.click("/click/narrow");
    let unknown = "01fwhe4ydgfk1shh6w1g60eecf";
    for (query, reason, click_id) in [
        ("transaction_id=T1".to_owned(), "no_click_id", Value::Null),
        (
            "transaction_id=T2&click_id=abc-123".to_owned(),
            "malformed_click_id",
            json!("abc-123"),
        ),
        (
            format!("transaction_id=T3&click_id={unknown}"),
            "unknown_click",
            json!(unknown),
        ),
        (
            format!("transaction_id=T4&click_id={narrow}"),
            "network_not_allowed",
            json!(narrow),
        ),
    ] {
        let verdict = stage.service.verdict(&ACME.get(&query));
        assert_eq!(verdict["verdict"], "recorded", "{query}");
        assert_eq!(verdict["attributed"], false, "{query}");
        assert_eq!(verdict["reason"], reason, "{query}");
        assert_eq!(verdict["click_id"], click_id, "{query}");
        assert_eq!(verdict["campaign"], Value::Null, "{query}");
    }
    let sent = stage
        .database
        .row("select click_id, click_id_sent from conversions where transaction_id = 'T2'");
    assert_eq!(sent, json!({ "click_id": null, "click_id_sent": "abc-123" }));
}

#[test]
fn a_click_id_in_capitals_is_the_same_click() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring?affiliate=7");
    let verdict = stage
        .service
        .verdict(&ACME.get(&format!("transaction_id=T1&click_id={}", click.to_uppercase())));
    assert_eq!(verdict["attributed"], true);
    assert_eq!(verdict["click_id"], click);
    assert_eq!(verdict["affiliate"], "7");
}

/// Makes a click as old as a story needs it. Its id stays: the partition does not decide about the window.
fn age_click(database: &Database, click: &str, age: &str) {
    let id = uuid_of(click);
    database.execute(&format!(
        "update clicks set received_at = received_at - interval '{age}' where id = '{id}'"
    ));
}

#[test]
fn outside_the_window_a_conversion_keeps_the_clicks_fields_but_is_unattributed() {
    let stage = Stage::with(RULES);
    let short = network("short");
    for (number, (campaign, age, attributed)) in [
        ("spring", "59 minutes", true),
        ("spring", "61 minutes", false),
        ("brief", "9 minutes", true),
        ("brief", "11 minutes", false),
    ]
    .into_iter()
    .enumerate()
    {
        let click = stage.service.click(&format!("/click/{campaign}?affiliate=42"));
        age_click(&stage.database, &click, age);
        let verdict = stage
            .service
            .verdict(&short.get(&format!("transaction_id={number}&click_id={click}")));
        assert_eq!(verdict["attributed"], attributed, "{campaign} after {age}");
        assert_eq!(verdict["campaign"], campaign, "{campaign} after {age}");
        assert_eq!(verdict["affiliate"], "42", "{campaign} after {age}");
        let reason = if attributed {
            Value::Null
        } else {
            json!("outside_window")
        };
        assert_eq!(verdict["reason"], reason, "{campaign} after {age}");
    }
}

#[test]
fn the_window_ends_at_the_event_only_when_that_lies_between_click_and_now() {
    let stage = Stage::with(RULES);
    let short = network("short");
    for (number, (event_before_now, attributed)) in [
        ("100 minutes", true),
        ("30 minutes", false),
        ("200 minutes", false),
        ("-60 minutes", false),
    ]
    .into_iter()
    .enumerate()
    {
        let click = stage.service.click("/click/spring");
        age_click(&stage.database, &click, "2 hours");
        let at = format!("select extract(epoch from now() - interval '{event_before_now}')::bigint as at");
        let at = stage.database.row(&at)["at"].clone();
        let query = format!("transaction_id={number}&click_id={click}&event_time={at}");
        let verdict = stage.service.verdict(&short.get(&query));
        assert_eq!(verdict["attributed"], attributed, "{event_before_now} before now");
    }
}

#[test]
fn a_late_click_gets_the_conversion_that_waits_for_it() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring?affiliate=42");
    let id = uuid_of(&click);
    // The click is on its way from another replica: its row comes after the conversion.
    stage.database.execute(&format!(
        "create table later as select * from clicks where id = '{id}'; delete from clicks where id = '{id}'"
    ));
    let recorded = stage
        .service
        .verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(recorded["reason"], "unknown_click");

    stage.database.execute("insert into clicks select * from later");

    let path = format!(
        "/api/v1/conversions/{}",
        recorded["conversion_id"].as_str().expect("an id")
    );
    let conversion = eventually("the conversion is attributed", || {
        Some(stage.service.api(&path)).filter(|conversion| conversion["attributed"] == true)
    });
    assert_eq!(conversion["campaign"], "spring");
    assert_eq!(conversion["affiliate"], "42");
    assert_eq!(conversion["click_id"], click);
    let last = &conversion["history"][1];
    assert_eq!(last["kind"], "attributed");
    assert_eq!(last["from"]["attributed"], false);
    assert_eq!(last["to"]["attributed"], true);
    assert_eq!(
        stage.service.verdict(&ACME.get("transaction_id=T1"))["attributed"],
        true
    );
}
