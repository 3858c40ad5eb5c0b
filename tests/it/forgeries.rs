//! Requests that are not from the network they name: refused with one answer, told apart only by the operator.

use serde_json::{Value, json};

use crate::harness::{ACME, Database, Network, Request, Site, Stage, get, hmac_sha256_hex, now_s, post};

const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]

[networks.other]
secrets = [{ value = "secret-of-other" }]

[networks.narrow]
secrets = [{ value = "secret-of-narrow" }]
allow_ips = ["203.0.113.0/24", "2001:db8::/32"]

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}"
"#;

const OTHER: Network = Network {
    name: "other",
    secret: "secret-of-other",
};

const NARROW: Network = Network {
    name: "narrow",
    secret: "secret-of-narrow",
};

const FORM: &str = "application/x-www-form-urlencoded";
const QUERY: &str = "transaction_id=T1&payout=1";

/// The tolerance of the default scheme, and a little more than a test may take.
const TOLERANCE_S: i64 = 300;
const MARGIN_S: i64 = 60;

fn unsigned_form() -> Request {
    post("/postback/acme", FORM, QUERY)
}

fn signed_form() -> Request {
    ACME.form(QUERY)
}

/// A signed request in which one header says something else.
fn with_header(name: &str, change: impl Fn(&str) -> String) -> Request {
    let mut request = signed_form();
    for (said, value) in &mut request.headers {
        if said == name {
            *value = change(value);
        }
    }
    request
}

/// A request that lacks a proof, what it lacks, and the reason that the operator finds.
type Forgery = (&'static str, Request, &'static str);

fn forged_gets() -> Vec<Forgery> {
    let signature = hmac_sha256_hex(ACME.secret, QUERY.as_bytes());
    let target = |query: String| get(format!("/postback/acme?{query}"));
    let with = |signature: &str| target(format!("{QUERY}&sig={signature}"));
    let malformed = "signature_malformed";
    let wrong = "signature_wrong";
    vec![
        ("no signature", target(QUERY.to_owned()), "signature_missing"),
        ("an empty signature", with(""), "signature_missing"),
        ("somebody else's", with(&"0".repeat(64)), wrong),
        ("one digit short", with(&signature[1..]), malformed),
        ("one digit more", with(&format!("{signature}0")), malformed),
        ("not hex", with(&"z".repeat(64)), malformed),
        (
            "another payout",
            target(format!("transaction_id=T1&payout=9&sig={signature}")),
            wrong,
        ),
        (
            "one more parameter",
            target(format!("{QUERY}&x=1&sig={signature}")),
            wrong,
        ),
        (
            "another spelling",
            target(format!("transaction%5Fid=T1&payout=1&sig={signature}")),
            wrong,
        ),
        ("of another network", OTHER.get(QUERY).to("/postback/acme"), wrong),
        (
            "no such network",
            with(&signature).to("/postback/nobody"),
            "unknown_network",
        ),
    ]
}

fn forged_posts() -> Vec<Forgery> {
    let timestamp = "X-Postback-Timestamp";
    let header = "X-Postback-Signature";
    let of_query = hmac_sha256_hex(ACME.secret, QUERY.as_bytes());
    let in_query = post(format!("/postback/acme?sig={of_query}"), FORM, QUERY);
    let at = |seconds_from_now| ACME.signed_at(now_s() + seconds_from_now, unsigned_form());
    let beyond = TOLERANCE_S + MARGIN_S;
    let malformed = "signature_malformed";
    let wrong = "signature_wrong";
    vec![
        ("no headers", unsigned_form(), "signature_missing"),
        (
            "no signature header",
            signed_form().without(header),
            "signature_missing",
        ),
        (
            "no timestamp header",
            signed_form().without(timestamp),
            "timestamp_missing",
        ),
        (
            "no prefix",
            with_header(header, |value| value.replace("sha256=", "")),
            malformed,
        ),
        (
            "another prefix",
            with_header(header, |value| value.replace("sha256", "sha1")),
            malformed,
        ),
        (
            "another timestamp",
            with_header(timestamp, |_| (now_s() - 1).to_string()),
            wrong,
        ),
        (
            "no number",
            signed_form().changed(timestamp, "yesterday"),
            "timestamp_malformed",
        ),
        ("stale", at(-beyond), "timestamp_stale"),
        ("from the future", at(beyond), "timestamp_stale"),
        (
            "two signatures",
            signed_form().header(header, "sha256=00"),
            "signature_doubled",
        ),
        (
            "two timestamps",
            signed_form().header(timestamp, now_s().to_string()),
            "timestamp_doubled",
        ),
        (
            "a changed body",
            signed_form().with_body("transaction_id=T1&payout=9"),
            wrong,
        ),
        ("a query's signature on a post", in_query, "signature_missing"),
        (
            "no such network",
            signed_form().to("/postback/nobody"),
            "unknown_network",
        ),
    ]
}

#[test]
fn every_forgery_gets_the_same_answer_and_the_operator_its_reason() {
    let stage = Stage::with(RULES);
    let Stage { service, database, .. } = &stage;
    let mut answers: Vec<(&str, Value)> = Vec::new();
    let forgeries = [forged_gets(), forged_posts()].concat();

    for (what, request, reason) in &forgeries {
        let answer = service.answer(request);
        assert_eq!(answer.status, 401, "{what}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{what}"
        );
        let mut problem = answer.json();
        assert_eq!(problem["code"], "unauthorized", "{what}");
        assert_eq!(service.logged_code(&problem), *reason, "{what}");
        problem["postback_id"].take();
        answers.push((what, problem));
    }

    for (what, problem) in &answers {
        assert_eq!(*problem, answers[0].1, "{what}");
    }
    assert_eq!(database.count("conversions"), 0);
    assert_eq!(
        database.count("postbacks"),
        i64::try_from(forgeries.len()).expect("a few")
    );
}

#[test]
fn the_genuine_requests_beside_the_forgeries_are_accepted() {
    let stage = Stage::with(RULES);
    let within = TOLERANCE_S - MARGIN_S;
    for request in [
        ACME.get(QUERY),
        OTHER.get(QUERY),
        ACME.form("transaction_id=T2"),
        ACME.signed_at(now_s() - within, post("/postback/acme", FORM, "transaction_id=T3")),
        ACME.signed_at(now_s() + within, post("/postback/acme", FORM, "transaction_id=T4")),
    ] {
        assert_eq!(stage.service.verdict(&request)["verdict"], "recorded", "{request:?}");
    }
}

#[test]
fn a_signature_counts_in_either_case_and_wherever_its_pair_stands() {
    let stage = Stage::new();
    let signature = hmac_sha256_hex(ACME.secret, QUERY.as_bytes());
    for target in [
        format!("/postback/acme?{QUERY}&sig={}", signature.to_uppercase()),
        format!("/postback/acme?sig={signature}&{QUERY}"),
        format!("/postback/acme?transaction_id=T1&sig={signature}&payout=1"),
    ] {
        assert_eq!(stage.service.answer(&get(&*target)).status, 200, "{target}");
    }
}

#[test]
fn a_refused_address_is_told_so_before_its_signature_is_looked_at() {
    let stage = Stage::with(RULES);
    let Stage { service, database, .. } = &stage;
    let unsigned = get(format!("/postback/narrow?{QUERY}"));
    for request in [NARROW.get(QUERY), unsigned, NARROW.get("a=%zz")] {
        let answer = service.answer(&request);
        assert_eq!(answer.status, 403);
        assert_eq!(answer.json()["code"], "address_not_allowed");
        assert_eq!(service.logged_code(&answer.json()), "address_not_allowed");
    }
    assert_eq!(database.count("conversions"), 0);
}

#[test]
fn a_forwarded_address_counts_only_through_trusted_proxies() {
    let database = Database::new();
    let mut site = Site::on(&database).with_rules(RULES);
    let from = |forwarded_for: &str| NARROW.get(QUERY).header("X-Forwarded-For", forwarded_for);
    let direct = site.serve();
    assert_eq!(direct.answer(&from("203.0.113.7")).status, 403, "nobody is trusted");

    site.server = "trusted_proxies = [\"127.0.0.0/8\", \"198.51.100.0/24\"]".to_owned();
    let behind = site.serve();

    for (forwarded_for, status) in [
        ("203.0.113.7", 200),
        ("203.0.113.7, 198.51.100.1", 200),
        ("192.0.2.1, 203.0.113.7", 200),
        ("2001:db8::1", 200),
        ("203.0.113.7, 192.0.2.1", 403),
        ("192.0.2.1, 198.51.100.1", 403),
        ("203.0.113.7, nonsense", 403),
        ("198.51.100.1", 403),
    ] {
        assert_eq!(behind.answer(&from(forwarded_for)).status, status, "{forwarded_for}");
    }
    let last = database.row("select host(remote_ip) ip from postbacks where verdict = 'recorded'");
    assert_eq!(last, json!({ "ip": "203.0.113.7" }));
}

#[test]
fn secrets_and_credentials_are_neither_stored_nor_logged_nor_answered() {
    let stage = Stage::with(RULES);
    let Stage { service, database, .. } = &stage;
    let secret = ACME.secret;
    let requests = [
        ACME.get("transaction_id=T1&token=hush-1&password=hush-2")
            .header("Authorization", "Bearer hush-3")
            .header("Cookie", "session=hush-4"),
        ACME.form("transaction_id=T2&api_key=hush-5"),
        ACME.json(r#"{"transaction_id":"T3","token":"hush-6","nested":{"secret":"hush-7"}}"#),
        ACME.get(&format!("transaction_id=T4&note={secret}")),
        get(format!("/postback/acme?{QUERY}&sig={secret}&token=hush-8")).header("Authorization", "hush-9"),
        get(format!("/postback/nobody?token=hush-10&secret={secret}")),
    ];

    let mut answers = Vec::new();
    for request in &requests {
        answers.push(service.answer(request).text().to_owned());
    }

    let stored = database.rows("select target, headers, convert_from(body, 'UTF8') body, detail from postbacks");
    assert_eq!(stored.len(), requests.len());
    let conversions = database.rows("select * from conversions");
    assert_eq!(conversions.len(), 4);
    let shown = [
        answers.join("\n"),
        Value::Array(stored).to_string(),
        Value::Array(conversions).to_string(),
        service.process.log().join("\n"),
    ];
    for text in shown {
        assert!(!text.contains("hush"), "a credential in {text}");
        assert!(!text.contains(secret), "the secret in {text}");
    }
}
