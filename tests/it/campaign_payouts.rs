//! A campaign's own payout: paid where the network names none, whichever of click and postback came first, and as it was then.

use serde_json::{Value, json};

use crate::harness::{ACME, Cluster, Service, Site, Stage, eventually, request};

/// A campaign that pays for sales and for everything else, in a currency of its own.
const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]
currency = "EUR"

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}"
payout = "1.20 GBP"
payouts = { sale = "12.50 USD" }
"#;

/// The same after the operator has changed both.
fn changed_rules() -> String {
    RULES.replace("1.20 GBP", "99 JPY").replace("12.50 USD", "98 JPY")
}

fn reload(service: &Service, site: &mut Site, rules: &str) {
    rules.clone_into(&mut site.rules);
    site.write();
    let answer = service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Payout and currency of an answer or of a conversion.
fn paid(conversion: &Value) -> Value {
    json!([conversion["payout"], conversion["currency"]])
}

/// The conversion as the private API has it, found by its transaction.
fn stored(service: &Service, transaction_id: &str) -> Value {
    let mut listed = service.api(&format!("/api/v1/conversions?transaction_id={transaction_id}"));
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    let listed = listed["items"][0].take();
    let id = listed["conversion_id"].as_str().expect("an id");
    let whole = service.api(&format!("/api/v1/conversions/{id}"));
    assert_eq!(paid(&listed), paid(&whole));
    whole
}

#[test]
fn a_payout_that_the_network_does_not_name_is_the_campaigns() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    for (id, rest, expected) in [
        ("T1", "event=sale", json!(["12.50", "USD"])),
        ("T2", "event=lead", json!(["1.20", "GBP"])),
        ("T3", "event=sale&payout=", json!(["12.50", "USD"])),
        ("T4", "event=sale&currency=CHF", json!(["12.50", "USD"])),
        ("T5", "event=sale&payout=3", json!(["3", "EUR"])),
        ("T6", "event=sale&payout=0&currency=CHF", json!(["0", "CHF"])),
    ] {
        let query = format!("transaction_id={id}&{rest}&click_id={click}");
        let recorded = stage.service.verdict(&ACME.get(&query));
        assert_eq!(
            (&recorded["verdict"], paid(&recorded)),
            (&json!("recorded"), expected.clone()),
            "{id}"
        );
        let repeated = stage.service.verdict(&ACME.get(&query));
        assert_eq!(
            (&repeated["verdict"], paid(&repeated)),
            (&json!("duplicate"), expected.clone()),
            "{id}"
        );
        let stored = stored(&stage.service, id);
        assert_eq!(
            (paid(&stored), paid(&stored["history"][0]["to"])),
            (expected.clone(), expected),
            "{id}"
        );
    }
    let unattributed = stage.service.verdict(&ACME.get("transaction_id=T7&event=sale"));
    assert_eq!(
        paid(&unattributed),
        json!([null, "EUR"]),
        "who has no click has no campaign"
    );

    let totals = "select currency, sum(payout)::text as total from conversions group by 1 order by 1";
    let totals = stage.database.rows(totals);
    let expected = [
        json!({ "currency": "CHF", "total": "0" }),
        json!({ "currency": "EUR", "total": "3" }),
        json!({ "currency": "GBP", "total": "1.20" }),
        json!({ "currency": "USD", "total": "37.50" }),
    ];
    assert_eq!(totals, expected, "reports need to know of nothing else");
}

#[test]
fn what_the_network_names_later_is_decided_as_if_the_campaign_paid_nothing() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    let verdict = |query: &str| {
        let answer = stage
            .service
            .verdict(&ACME.get(&format!("transaction_id=T1&event=sale&{query}")));
        (answer["verdict"].clone(), paid(&answer))
    };
    let campaigns = json!(["12.50", "USD"]);
    let first = format!("status=pending&click_id={click}");
    assert_eq!(verdict(&first), (json!("recorded"), campaigns.clone()));
    // The network's currency is the euro, whatever the campaign pays in.
    assert_eq!(
        verdict("status=pending&currency=USD"),
        (json!("conflict"), campaigns.clone())
    );
    assert_eq!(
        verdict("status=pending&currency=USD"),
        (json!("duplicate"), campaigns.clone())
    );
    assert_eq!(
        verdict("status=pending&currency=EUR"),
        (json!("duplicate"), campaigns.clone())
    );
    assert_eq!(verdict("status=approved"), (json!("updated"), campaigns.clone()));
    assert_eq!(verdict("status=approved&payout=10"), (json!("conflict"), campaigns));
    assert_eq!(
        verdict("status=reversed&payout=10"),
        (json!("updated"), json!(["10", "EUR"]))
    );
    assert_eq!(
        verdict("status=reversed&payout=10.0"),
        (json!("duplicate"), json!(["10", "EUR"]))
    );
    assert_eq!(paid(&stored(&stage.service, "T1")), json!(["10", "EUR"]));
    assert_eq!(stage.database.count("conversions where named_currency is not null"), 0);
}

#[test]
fn what_is_paid_stays_when_the_campaign_pays_something_else() {
    let mut stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    let query = |id: &str, status: &str| format!("transaction_id={id}&event=sale&status={status}&click_id={click}");
    stage.service.verdict(&ACME.get(&query("T1", "pending")));

    reload(&stage.service, &mut stage.site, &changed_rules());
    let updated = stage.service.verdict(&ACME.get(&query("T1", "approved")));
    assert_eq!(
        (&updated["verdict"], paid(&updated)),
        (&json!("updated"), json!(["12.50", "USD"]))
    );
    let new = stage.service.verdict(&ACME.get(&query("T2", "pending")));
    assert_eq!(paid(&new), json!(["98", "JPY"]));
}

#[test]
fn the_private_api_explains_who_pays() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    let by_campaign = "the network names none; campaign spring pays 12.50 USD";
    let query = format!("transaction_id=T1&event=sale&status=pending&click_id={click}");
    let verdict = stage.service.verdict(&ACME.get(&query));
    let id = verdict["postback_id"].as_str().expect("an id");
    let seen = stage.service.api(&format!("/api/v1/postbacks/{id}/explain"));
    assert_eq!(seen["campaign_payouts"], json!({ "spring": "12.50 USD" }), "{seen:#}");
    assert_eq!(paid(&seen["decision"]), json!(["12.50", "USD"]));
    assert_eq!(seen["decision"]["payout_from"], by_campaign);
    assert_eq!(seen["decision"]["facts"]["conversion"]["payout_from"], by_campaign);

    let verdict = stage
        .service
        .verdict(&ACME.get(&query.replace("pending", "approved&payout=3")));
    let id = verdict["postback_id"].as_str().expect("an id");
    let seen = stage.service.api(&format!("/api/v1/postbacks/{id}/explain"));
    assert_eq!(seen.get("campaign_payouts"), None, "{seen:#}");
    assert_eq!(seen["decision"]["payout_from"], "the network names it");
}

#[test]
fn the_command_line_says_what_campaigns_would_pay() {
    let site = Site::private().with_rules(RULES);
    let explained = |query: &str| {
        let address = ACME.get(query).target;
        let ended = site.run(&["explain", "--network", "acme", &address]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    };
    let unnamed = explained("transaction_id=T1&event=sale");
    let line = "the postback names none; campaign spring pays 12.50 USD if its click gets it";
    assert!(unnamed.contains(line), "{unnamed}");
    let named = explained("transaction_id=T1&event=sale&payout=3");
    assert!(!named.contains("spring"), "{named}");
}

#[test]
fn an_outage_between_click_and_postback_changes_nothing_of_what_is_paid() {
    let cluster = Cluster::start();
    let mut site = Site::on_url(&cluster.url()).with_rules(RULES);
    let service = site.serve();
    let click = service.click("/click/spring");
    let query = |id: &str, click: &str| ACME.get(&format!("transaction_id={id}&event=sale&click_id={click}"));

    // The click is stored, the postback is on disk: it is paid under the terms that it was accepted under.
    let (cluster, ()) = cluster.stop_while(|| {
        let answer = service.answer(&query("T1", &click));
        assert_eq!(answer.status, 202, "{answer:?}");
        reload(&service, &mut site, &changed_rules());
    });
    service.wait_for_postgres();
    service.wait_for_replay();
    let first = stored(&service, "T1");
    assert_eq!(
        (paid(&first), &first["attributed"]),
        (json!(["12.50", "USD"]), &json!(true))
    );

    drop(service);
    cluster.stop();
}

#[test]
fn a_click_that_comes_late_brings_its_campaigns_payout() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring");
    // The click as another instance holds it that is cut off.
    stage
        .database
        .execute("create table held as select * from clicks; delete from clicks");
    let query = format!("transaction_id=T1&event=sale&click_id={click}");
    let before = stage.service.verdict(&ACME.get(&query));
    assert_eq!(
        (paid(&before), &before["attributed"]),
        (json!([null, "EUR"]), &json!(false))
    );

    stage.database.execute("insert into clicks select * from held");
    let id = before["conversion_id"].as_str().expect("an id");
    let after = eventually("the click gets its conversion", || {
        let conversion = stage.service.api(&format!("/api/v1/conversions/{id}"));
        Some(conversion).filter(|it| it["attributed"] == true)
    });
    assert_eq!(paid(&after), json!(["12.50", "USD"]));
    let step = &after["history"][1];
    assert_eq!(
        (&step["kind"], paid(&step["from"])),
        (&json!("attributed"), json!([null, "EUR"]))
    );
    assert_eq!(
        (paid(&step["to"]), &step["to"]["named"]),
        (json!(["12.50", "USD"]), &json!({ "currency": "EUR" }))
    );
    let again = stage.service.verdict(&ACME.get(&query));
    assert_eq!(
        (&again["verdict"], paid(&again)),
        (&json!("duplicate"), json!(["12.50", "USD"]))
    );
}
