//! Replies in the words of the senders that are known for them.

use serde_json::{Value, json};

use crate::harness::{Answer, Network, Request, Site, Stage, get, hmac_sha256_hex, request};

const RULES: &str = r#"
[networks.levelplay]
secrets = [{ value = "secret" }]
params = { transaction_id = "eventId" }
[networks.levelplay.reply]
body = "{query.eventId}:OK"
accepted = { status = 200, body = "{query.eventId}:OK" }

[networks.keitaro]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }
params = { transaction_id = "tid" }
reply = { body = "{query.return}", content_type = "text/html" }

[networks.tune]
secrets = [{ value = "secret" }]
[networks.tune.reply]
body = "success=true;"
refused = { status = 200, body = "success=false;err_msg={detail}" }

[networks.echo]
secrets = [{ value = "secret" }]
reply = { refused = { status = 200, body = "{query.note}" } }

[networks.tapjoy]
secrets = [{ value = "secret" }]
reply = { refused = 403, overloaded = { body = "0" } }

[networks.listed]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }
[networks.listed.reply]
content_type = "application/json"
body = '{"id":"{transaction_id}","conversion":"{conversion_id}","state":"{status}","credit":"{attributed}"}'
unmatched = { status = 404, body = '{"msg":"{reason}"}' }
refused = { body = '{"code":"{code}","param":"{param}"}' }
duplicate = 409

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}"
"#;

const fn network(name: &'static str) -> Network {
    Network { name, secret: "secret" }
}

/// Sends a request and checks what every templated reply has.
fn templated(stage: &Stage, request: &Request) -> Answer {
    let answer = stage.service.answer(request);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    answer
}

#[test]
fn a_refusal_that_nothing_is_said_of_is_no_success() {
    let stage = Stage::with(RULES);
    for (query, told) in [("note=x", Some("x")), ("", None), ("note=", None), ("note=%3C", None)] {
        let answer = stage.service.answer(&get(format!("/postback/echo?{query}")));
        match told {
            Some(text) => assert_eq!((answer.status, answer.text()), (200, text), "{query}"),
            None => assert_eq!(
                (answer.status, &answer.json()["code"]),
                (401, &json!("unauthorized")),
                "{query}"
            ),
        }
    }
}

#[test]
fn a_sender_gets_its_own_id_back() {
    let stage = Stage::with(RULES);
    for query in ["eventId=e-1.7", "eventId=e-1.7"] {
        let answer = templated(&stage, &network("levelplay").get(query));
        assert_eq!((answer.status, answer.text()), (200, "e-1.7:OK"));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    let outside_the_set = templated(&stage, &network("levelplay").get("eventId=a%20b"));
    assert_eq!(outside_the_set.text(), ":OK");

    let query = "transaction_id=T1";
    let signature = hmac_sha256_hex("secret", query.as_bytes());
    let forged = stage
        .service
        .answer(&get(format!("/postback/levelplay?{query}&eventId=x&sig={signature}")));
    assert_eq!(forged.status, 401);
    assert_eq!(
        forged.json()["code"],
        "unauthorized",
        "what has no rule stays a problem"
    );
}

#[test]
fn a_sender_chooses_its_word_but_no_markup() {
    let stage = Stage::with(RULES);
    for (word, told) in [
        ("OK", "OK"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", ""),
        ("a%0d%0aSet-Cookie:%20x=1", ""),
        ("%22%3E", ""),
        ("", ""),
    ] {
        let answer = templated(&stage, &get(format!("/postback/keitaro?tid=T1&return={word}")));
        assert_eq!((answer.status, answer.text()), (200, told), "{word}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn a_refusal_can_be_a_success_that_explains_itself() {
    let stage = Stage::with(RULES);
    let tune = network("tune");
    let recorded = templated(&stage, &tune.get("transaction_id=T1"));
    assert_eq!((recorded.status, recorded.text()), (200, "success=true;"));

    let forged = templated(&stage, &get("/postback/tune?transaction_id=T2&sig=00"));
    let unsigned = templated(&stage, &get("/postback/tune?transaction_id=T2"));
    let detail = "the request carries no signature that proves it comes from this network";
    assert_eq!(forged.text(), format!("success=false;err_msg={detail}"));
    assert_eq!(forged.body, unsigned.body, "the reason stays with the operator");
    assert_eq!(forged.status, 200);
    assert_eq!(forged.header("www-authenticate"), Some("PostbackSignature"));

    for refused in [
        tune.get("transaction_id=T2&payout=much"),
        tune.get("payout=1"),
        get("/postback/tune?transaction_id=T2&transaction_id=T2"),
        tune.form("x".repeat(70_000)),
    ] {
        let answer = templated(&stage, &refused);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text().starts_with("success=false;err_msg="), "{answer:?}");
        let is_too_large = refused.body.len() > 64 * 1024;
        assert_eq!(
            answer.header("connection"),
            is_too_large.then_some("close"),
            "{answer:?}"
        );
    }
    let head = stage
        .service
        .answer(&request("HEAD", "/postback/tune?transaction_id=T2"));
    assert_eq!(head.status, 405, "it has no body that could explain a success");

    let Stage { service, database, .. } = &stage;
    assert_eq!(database.count("conversions"), 1);
    assert_eq!(database.count("postbacks where verdict = 'refused'"), 7);
    assert_eq!(
        service.metric("postbackd_refused_total", &[]),
        7,
        "counted as what they are"
    );
    let unauthorized = ["network=\"tune\"", "code=\"unauthorized\""];
    assert_eq!(service.metric("postbackd_refused_total", &unauthorized), 2);
}

#[test]
fn a_refusal_can_have_one_status_for_every_reason() {
    let stage = Stage::with(RULES);
    for (refused, code) in [
        (get("/postback/tapjoy?transaction_id=T1&sig=00"), "unauthorized"),
        (network("tapjoy").get("payout=1"), "missing_id"),
        (get("/postback/tapjoy?x=%"), "malformed_request"),
    ] {
        let answer = stage.service.answer(&refused);
        let problem = answer.json();
        assert_eq!((answer.status, &problem["status"]), (403, &json!(403)), "{answer:?}");
        assert_eq!(problem["code"], code);
    }
    let unknown = stage.service.answer(&get("/postback/tapioca?transaction_id=T1&sig=00"));
    assert_eq!(unknown.status, 401, "no network, no rules");
}

#[test]
fn a_json_template_is_json_whatever_the_sender_writes() {
    let stage = Stage::with(RULES);
    let click = stage.service.click("/click/spring?affiliate=42");
    let hostile = "%22%2C%22%5C%0A%7B";
    let query = format!("/postback/listed?click_id={click}&transaction_id={hostile}");
    let recorded = templated(&stage, &get(&query));
    assert_eq!(recorded.status, 200);
    assert_eq!(recorded.header("content-type"), Some("application/json"));
    let told = recorded.json();
    assert_eq!(told["id"], "\",\"\\\n{");
    assert_eq!((&told["state"], &told["credit"]), (&json!("approved"), &json!("true")));
    assert_eq!(told["conversion"].as_str().map(str::len), Some(26));

    let repeated = stage.service.answer(&get(&query));
    assert_eq!(
        (repeated.status, &repeated.json()["verdict"]),
        (409, &json!("duplicate"))
    );
    let unmatched = templated(&stage, &get("/postback/listed?transaction_id=T2"));
    assert_eq!(
        (unmatched.status, unmatched.json()),
        (404, json!({ "msg": "no_click_id" }))
    );
    let refused = templated(&stage, &get("/postback/listed?transaction_id=T3&a%22b=%"));
    assert_eq!(
        (refused.status, refused.json()),
        (400, json!({ "code": "malformed_request", "param": "a\"b" }))
    );
}

#[test]
fn a_sender_gets_its_id_back_while_postgres_is_away() {
    // Nobody listens on the discard port.
    let site = Site::on_url("postgres://postbackd@127.0.0.1:9/none").with_rules(RULES);
    let service = site.serve_unready();
    let answer = service.answer(&network("levelplay").get("eventId=e-2"));
    assert_eq!((answer.status, answer.text()), (200, "e-2:OK"));
    let accepted = service.metric("postbackd_postbacks_total", &["verdict=\"accepted\""]);
    assert_eq!(accepted, 1, "told so or not");
    let plain = service.answer(&network("tapjoy").get("transaction_id=T1"));
    assert_eq!(
        (plain.status, &plain.json()["verdict"]),
        (202, &Value::from("accepted"))
    );
}
