//! Why a request is or was accepted or refused: on the command line, and from the private API with what is stored.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{ACME, Ended, Site, Stage, TOKEN, get, hmac_sha256_hex, post, request};

const NOW: &str = "1700000000";

fn explain(site: &Site, arguments: &[&str]) -> Ended {
    site.run(&[&["explain", "--network", "acme", "--now", NOW], arguments].concat())
}

/// What `--json` prints.
fn explained(site: &Site, arguments: &[&str]) -> (Value, Option<i32>) {
    let ended = explain(site, &[&["--json"], arguments].concat());
    let json = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    (json, ended.code)
}

fn signed_query(query: &str) -> String {
    format!("{query}&sig={}", hmac_sha256_hex(ACME.secret, query.as_bytes()))
}

#[test]
fn the_exit_code_says_whether_the_request_would_be_accepted() {
    let site = Site::private();
    let good = signed_query("transaction_id=T1&payout=12.50");
    for url in [
        format!("http://127.0.0.1:8080/postback/acme?{good}"),
        format!("https://elsewhere.example/any/path?{good}"),
        format!("/postback/acme?{good}"),
    ] {
        let (seen, code) = explained(&site, &[&url]);
        assert_eq!(code, Some(0), "{seen:#}");
        assert_eq!((&seen["authentic"], &seen["code"]), (&json!(true), &Value::Null));
        assert_eq!(
            seen["fields"]["payout"],
            json!({ "value": "12.50", "from": "query.payout" })
        );
        assert!(seen["conversion_id"].is_string());
    }
    let wrong_field = format!("/?{}", signed_query("transaction_id=T1&payout=much"));
    let (seen, code) = explained(&site, &[&wrong_field]);
    assert_eq!(code, Some(1));
    assert_eq!(
        (&seen["authentic"], &seen["code"]),
        (&json!(true), &json!("invalid_payout"))
    );
    let (seen, code) = explained(&site, &["/postback/acme?transaction_id=T1"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        (&seen["authentic"], &seen["code"]),
        (&json!(false), &json!("signature_missing"))
    );
    let (seen, code) = explained(&site, &["--method", "PUT", "/postback/acme"]);
    assert_eq!((&seen["code"], code), (&json!("method_not_allowed"), Some(1)));
}

#[test]
fn what_no_request_can_be_is_a_wrong_command_line() {
    let site = Site::private();
    for arguments in [
        &["/postback/acme?a b"][..],
        &["not-an-address"],
        &["--header", "no colon: but a blank in the name", "/"],
        &["--header", "nothing", "/"],
        &["--header", "X-A: a\u{7}b", "/"],
        &["--body", "a", "--body-file", "b", "/"],
        &["--body-file", "/nothing/there", "/"],
        &["--remote-ip", "nowhere", "/"],
        &["--method", "two words", "/"],
    ] {
        let ended = explain(&site, arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert!(!ended.stderr.contains("panic"), "{}", ended.stderr);
    }
    let unknown = site.run(&["explain", "--network", "nobody", "/"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("acme"), "{}", unknown.stderr);
}

/// A network that signs the host that it calls.
const BY_HOST: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]
signature = { algorithm = "hmac-sha256", content = "{header.host}{query}", from = "query.sig" }
[networks.other]
secrets = [{ value = "secret-of-other" }]
"#;

#[test]
fn a_request_is_explained_as_its_client_sends_it() {
    let site = Site::private().with_rules(BY_HOST);
    site.write();
    let query = "transaction_id=T1";
    let signature = hmac_sha256_hex("secret-of-acme", format!("track.example:8080{query}").as_bytes());
    let target = format!("/postback/acme?{query}&sig={signature}");
    let absolute = format!("http://track.example:8080{target}");
    let (seen, code) = explained(&site, &["--method", "get", &absolute]);
    assert_eq!((&seen["code"], code), (&Value::Null, Some(0)), "{seen:#}");
    let (seen, _) = explained(&site, &["--header", "Host: elsewhere.example", &absolute]);
    assert_eq!(seen["code"], "signature_wrong", "the header field wins");
    let (seen, _) = explained(&site, &[&target]);
    assert_eq!(seen["code"], "signed_part_missing", "no host is known");

    let unsigned = format!("http://track.example:8080/postback/acme?{query}");
    let signed = site.run(&["sign", "--network", "acme", &unsigned]);
    assert!(signed.stdout.contains(&signature), "{signed:?}");
}

#[test]
fn a_path_that_names_another_network_is_a_wrong_command_line() {
    let site = Site::private().with_rules(BY_HOST);
    site.write();
    for (path, named) in [
        ("/postback/other?sig=00", "\"other\""),
        ("/v1/postback/other", "\"other\""),
        ("https://track.example/postback/nobody/more", "\"nobody\""),
        ("/postback/secret-of-other", "\"***\""),
    ] {
        let ended = explain(&site, &[path]);
        assert_eq!(ended.code, Some(2), "{path}: {ended:?}");
        let told = format!("expected a path of the network \"acme\"; this one names {named}");
        assert!(ended.stderr.contains(&told), "{path}: {}", ended.stderr);
    }
    for path in [
        "/postback/acme",
        "/v1/postback/%61cme",
        "/postback?network=acme",
        "/in/other",
        "/",
    ] {
        assert_eq!(explain(&site, &[path]).code, Some(1), "{path}");
    }
}

#[test]
fn a_body_comes_from_the_line_or_from_a_file_with_any_bytes() {
    let site = Site::private();
    let folder = crate::harness::new_folder("body-");
    let file = folder.path().join("body");
    let signed = |body: &[u8]| {
        let content = [NOW.as_bytes(), b".", body].concat();
        let signature = hmac_sha256_hex(ACME.secret, &content);
        [
            format!("X-Postback-Timestamp: {NOW}"),
            format!("X-Postback-Signature: sha256={signature}"),
        ]
    };
    let form = "transaction_id=T1&note=-\u{e9}";
    let [time, signature] = signed(form.as_bytes());
    let headers = ["--header", &time, "--header", &signature];
    fs::write(&file, form).expect("a folder of our own");
    let file = file.to_str().expect("UTF-8");
    for body in [["--body", form], ["--body-file", file]] {
        let (seen, code) = explained(&site, &[&headers[..], &body, &["/postback/acme"]].concat());
        assert_eq!(code, Some(0), "{seen:#}");
        assert_eq!(seen["fields"]["transaction_id"]["from"], "form.transaction_id");
    }
    fs::write(file, [0xff; 3]).expect("a folder of our own");
    let [time, signature] = signed(&[0xff; 3]);
    let (seen, _) = explained(
        &site,
        &[
            "--header",
            &time,
            "--header",
            &signature,
            "--body-file",
            file,
            "/postback/acme",
        ],
    );
    assert_eq!(seen["code"], "malformed_request", "{seen:#}");
    fs::write(file, vec![b'a'; 64 * 1024 + 1]).expect("a folder of our own");
    let (seen, _) = explained(&site, &["--body-file", file, "/postback/acme"]);
    assert_eq!(seen["code"], "body_too_large", "{seen:#}");
    let (seen, _) = explained(&site, &["--body", "", "/postback/acme"]);
    assert_eq!(seen["method"], "POST", "an empty body is one");
}

#[test]
fn people_read_the_verdict_and_what_to_do() {
    let site = Site::private();
    let query = "transaction_id=T1&note=a%20b";
    let signature = hmac_sha256_hex(ACME.secret, b"transaction_id=T1&note=a b");
    let ended = explain(&site, &[&format!("/postback/acme?{query}&sig={signature}")]);
    assert_eq!(ended.code, Some(1));
    for text in [
        "signature",
        "FAILED",
        "not reached",
        query,
        "401, signature_wrong",
        "Hint for the sender",
    ] {
        assert!(ended.stdout.contains(text), "{text} in\n{}", ended.stdout);
    }
    for hidden in [
        signature,
        ACME.secret.to_owned(),
        hmac_sha256_hex(ACME.secret, query.as_bytes()),
    ] {
        assert!(
            !ended.stdout.contains(&hidden) && !ended.stderr.contains(&hidden),
            "{}",
            ended.stdout
        );
    }
}

fn ask(stage: &Stage, question: &Value) -> crate::harness::Answer {
    let mut asked = request("POST", "/api/v1/explain");
    asked.body = question.to_string().into_bytes();
    stage.service.api_answer(asked)
}

#[test]
fn the_private_api_says_what_would_be_decided_and_writes_nothing() {
    let stage = Stage::new();
    let click = stage.service.click("/click/spring?affiliate=42");
    let question =
        |query: &str| json!({ "network": "acme", "target": format!("/postback/acme?{}", signed_query(query)) });
    let query = format!("transaction_id=T1&click_id={click}&status=pending");
    let answer = ask(&stage, &question(&query));
    assert_eq!(answer.status, 200, "{answer:?}");
    let first = answer.json();
    assert_eq!(first["decision"]["verdict"], "recorded", "{first:#}");
    assert_eq!(first["decision"]["attributed"], true);
    assert_eq!(first["decision"]["facts"]["click"]["affiliate"], "42");
    assert_eq!(first["decision"]["facts"]["conversion"], Value::Null);
    assert_eq!(stage.database.count("conversions"), 0);
    assert_eq!(stage.database.count("postbacks"), 0);

    let verdict = stage.service.verdict(&ACME.get(&query));
    assert_eq!(verdict["conversion_id"], first["conversion_id"]);
    let again = ask(&stage, &question(&query)).json();
    assert_eq!(again["decision"]["verdict"], "duplicate", "{again:#}");
    assert_eq!(again["decision"]["facts"]["conversion"]["status"], "pending");
    let changed = ask(&stage, &question("transaction_id=T1&status=approved")).json();
    assert_eq!(changed["decision"]["verdict"], "updated", "{changed:#}");
    let refused = ask(&stage, &json!({ "network": "acme", "target": "/?transaction_id=T1" })).json();
    assert_eq!(
        (&refused["code"], &refused["decision"]),
        (&json!("signature_missing"), &Value::Null)
    );
    assert_eq!(stage.database.count("conversions where status <> 'pending'"), 0);
    assert_eq!(stage.database.count("postbacks"), 1);
}

#[test]
fn a_question_is_read_strictly() {
    let stage = Stage::new();
    for question in [
        json!({ "network": "acme" }),
        json!({ "network": "acme", "target": "/", "more": 1 }),
        json!({ "network": "nobody", "target": "/" }),
        json!({ "network": "acme", "target": "a b" }),
        json!({ "network": "acme", "target": "/", "method": "two words" }),
        json!({ "network": "acme", "target": "/", "headers": { "a b": "1" } }),
        json!({ "network": "acme", "target": "/", "remote_ip": "nowhere" }),
        json!({ "network": "acme", "target": "/postback/other" }),
        json!([]),
    ] {
        let answer = ask(&stage, &question);
        assert_eq!(answer.status, 400, "{question}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    let elsewhere = ask(&stage, &json!({ "network": "acme", "target": "/postback/other" })).json();
    assert_eq!(elsewhere["param"], "target", "{elsewhere}");
    for named in ["\"acme\"", "\"other\""] {
        assert!(
            elsewhere["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains(named)),
            "{elsewhere}"
        );
    }
    let in_small_letters = json!({ "network": "acme", "target": "https://track.example/", "method": "post" });
    assert_eq!(ask(&stage, &in_small_letters).json()["method"], "POST");
    let long = json!({ "network": "acme", "target": "/", "body": "x".repeat(600_000) });
    assert_eq!(ask(&stage, &long).status, 413);
    assert_eq!(
        request("POST", "/api/v1/explain").send(stage.service.private).status,
        401
    );
    let unknown = get("/api/v1/postbacks/01fwhe4ydgfk1shh6w1g60eecf/explain");
    assert_eq!(stage.service.api_answer(unknown).status, 404);
}

#[test]
fn a_stored_postback_is_explained_at_the_time_when_it_came() {
    let stage = Stage::new();
    let forged = stage
        .service
        .answer(&get("/postback/acme?transaction_id=T1&sig=00"))
        .json();
    let path = |id: &Value| format!("/api/v1/postbacks/{}/explain", id.as_str().expect("an id"));
    let seen = stage.service.api(&path(&forged["postback_id"]));
    assert_eq!(seen["stored"]["code"], "signature_wrong", "{seen:#}");
    assert_eq!(seen["code"], "signature_wrong");
    assert!(seen["stored"].get("caveat").is_none(), "{seen:#}");

    let taken = stage.service.verdict(&ACME.json(r#"{"transaction_id":"T2"}"#));
    let seen = stage.service.api(&path(&taken["postback_id"]));
    assert_eq!(seen["stored"]["verdict"], "recorded", "{seen:#}");
    assert_eq!(seen["now"], seen["stored"]["received_at"]);
    assert_eq!(
        (&seen["accepted"], &seen["decision"]["verdict"]),
        (&json!(true), &json!("duplicate"))
    );

    let large = post("/postback/acme", "application/json", vec![b'a'; 64 * 1024 + 1]);
    let large = stage.service.answer(&large).json();
    let seen = stage.service.api(&path(&large["postback_id"]));
    assert_eq!(seen["stored"]["code"], "body_too_large", "{seen:#}");
    let caveat = seen["stored"]["caveat"].as_str().expect("its body was not kept");
    assert!(caveat.contains("too large to be"), "{caveat}");

    let stray = stage.service.answer(&get("/postback/acme/?transaction_id=T1")).json();
    let seen = stage.service.api(&path(&stray["postback_id"]));
    assert_eq!(
        (&seen["stored"]["code"], &seen["code"]),
        (&json!("not_found"), &json!("not_found"))
    );
    assert_eq!(
        seen["checks"][0],
        json!({ "check": "path", "outcome": "failed", "compared": { "found": "/postback/acme/" } })
    );

    let credential = stage.service.verdict(&ACME.get("transaction_id=T3&token=abc"));
    let seen = stage.service.api(&path(&credential["postback_id"]));
    assert_eq!(seen["stored"]["verdict"], "recorded");
    assert_eq!(seen["decision"]["verdict"], "duplicate", "{seen:#}");
    let caveat = seen["stored"]["caveat"].as_str().expect("a signed part was redacted");
    assert!(caveat.contains("taken as right"), "{caveat}");
    assert!(!seen.to_string().contains(TOKEN), "never a secret");
}
