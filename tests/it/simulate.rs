//! `postbackd simulate`, as an operator runs it before a launch, against a real service.

use serde_json::{Value, json};

use crate::harness::{ACME, Cluster, Ended, RULES, Service, Site, Stage, TOKEN, get};

/// Networks of different kinds beside `acme`, each of which may report for the campaign.
const NETWORKS: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]

[networks.events]
preset = "stripe"
secrets = [{ value = "whsec_secret-of-events" }]
params = { payout = ["/data/object/amount_total"] }
payout_unit = "minor"

[networks.games]
preset = "ironsource"
secrets = [{ value = "secret-of-games" }]
reply = { body = "{query.eventId}:OK" }

[networks.tracker]
preset = "keitaro"
secrets = [{ value = "secret-of-tracker" }]

[networks.quiet]
secrets = [{ value = "secret-of-quiet" }]
reply = { body = "OK", duplicate = 409, refused = { status = 200, body = "NO {code}" } }

[networks.office]
secrets = [{ value = "secret-of-office" }]
allow_ips = ["203.0.113.0/24"]

[networks.inside]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }

[campaigns.spring]
destination = "https://shop.example/landing?cid={click_id}&src={affiliate}&s1={sub1}"
"#;

/// Runs the simulator of a site against a service.
fn simulate(site: &Site, service: &Service, arguments: &[&str]) -> Ended {
    let public = format!("http://{}", service.public);
    let private = format!("http://{}", service.private);
    let fixed = [
        "simulate",
        "--campaign",
        "spring",
        "--url",
        &public,
        "--admin-url",
        &private,
    ];
    site.run(&[&fixed, arguments].concat())
}

fn trail(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// The names of the steps with their outcomes.
fn outcomes(trail: &Value) -> Vec<(&str, &str)> {
    let steps = trail["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| {
            (
                step["step"].as_str().expect("a name"),
                step["outcome"].as_str().expect("an outcome"),
            )
        })
        .collect()
}

/// The step of a name.
fn step<'t>(trail: &'t Value, name: &str) -> &'t Value {
    let mut steps = trail["steps"].as_array().expect("steps").iter();
    steps
        .find(|step| step["step"] == name)
        .unwrap_or_else(|| panic!("{name} in {trail}"))
}

const WHOLE: [(&str, &str); 7] = [
    ("ready", "ok"),
    ("click", "ok"),
    ("stored click", "ok"),
    ("postback", "ok"),
    ("the same again", "ok"),
    ("forged", "ok"),
    ("conversion", "ok"),
];

#[test]
fn every_step_of_a_network_that_is_set_up_right_holds_and_its_secrets_stay_unsaid() {
    let stage = Stage::with(NETWORKS);
    for (network, method, masked) in [
        ("acme", "GET ", "&sig=[redacted]"),
        ("events", "POST ", "stripe-signature: [redacted]"),
        ("games", "GET ", "&signature=[redacted]"),
        ("tracker", "GET ", "&token=[redacted]"),
        ("quiet", "GET ", "&sig=[redacted]"),
    ] {
        let ended = simulate(&stage.site, &stage.service, &["--network", network, "--json"]);
        assert_eq!(ended.code, Some(0), "{network}: {ended:?}");
        let trail = trail(&ended);
        assert_eq!(trail["ok"], true);
        assert_eq!(outcomes(&trail), WHOLE, "{network}");
        for name in ["postback", "the same again", "forged"] {
            let sent = step(&trail, name)["sent"].to_string();
            assert!(
                sent.starts_with(&format!("[\"{method}")) && sent.contains(masked),
                "{name}: {sent}"
            );
        }
        for unsaid in ["secret-of", TOKEN] {
            assert!(
                !ended.stdout.contains(unsaid),
                "{network} says {unsaid}: {}",
                ended.stdout
            );
        }
    }

    // None of them counts, and each is there for whoever asks.
    let listed = |query: &str| {
        let page = stage.service.api(&format!("/api/v1/conversions?{query}"));
        page["items"].as_array().expect("items").clone()
    };
    assert_eq!(listed("limit=10"), Vec::<Value>::new());
    for query in ["test=include", "test=only"] {
        let tests = listed(query);
        assert_eq!(tests.len(), 5, "{query}");
        assert!(
            tests
                .iter()
                .all(|item| item["test"] == true && item["attributed"] == true)
        );
        let events = tests
            .iter()
            .find(|item| item["network"] == "events")
            .expect("of events");
        assert_eq!(
            (&events["payout"], &events["status"]),
            (&json!("1.00"), &json!("approved"))
        );
    }
}

#[test]
fn what_is_asked_for_is_what_is_sent() {
    let stage = Stage::with(NETWORKS);
    let asked = [
        "--network",
        "tracker",
        "--payout",
        "12.5",
        "--status",
        "lead",
        "--transaction-id",
        "L-1",
    ];
    let ended = simulate(&stage.site, &stage.service, &asked);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stdout.contains("tid=L-1") && ended.stdout.contains("status=lead"),
        "{}",
        ended.stdout
    );
    let page = stage.service.api("/api/v1/conversions?transaction_id=L-1&test=only");
    assert_eq!(page["items"][0]["status"], "pending", "{page}");
    assert_eq!(page["items"][0]["payout"], "12.5");

    for (asked, code, named) in [
        (&["--network", "nobody"][..], 2, "no network is called"),
        (&["--network", "acme", "--payout", "1e5"], 2, "decimal number"),
        (&["--network", "acme", "--status", "won"], 2, "--status won"),
        (&["--network", "acme", "--url", "https://track.example"], 2, "https"),
    ] {
        let public = format!("http://{}", stage.service.public);
        let url: &[&str] = if asked.contains(&"--url") {
            &[]
        } else {
            &["--url", &public]
        };
        let ended = stage
            .site
            .run(&[&["simulate", "--campaign", "spring"], asked, url].concat());
        assert_eq!(ended.code, Some(code), "{asked:?}: {ended:?}");
        assert!(ended.stderr.contains(named), "{asked:?}: {}", ended.stderr);
    }
}

#[test]
fn a_service_with_another_secret_fails_at_the_postback_and_a_foreign_address_says_what_to_do() {
    let stage = Stage::with(NETWORKS);
    let mut here = Site::on(&stage.database).with_rules(&NETWORKS.replace("secret-of-acme", "an-older-one"));
    let ended = simulate(&here, &stage.service, &["--network", "acme", "--json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let found = trail(&ended);
    assert_eq!(found["ok"], false);
    assert_eq!(
        outcomes(&found)[3..],
        [("postback", "failed")],
        "nothing behind it is tried"
    );
    let why = step(&found, "postback")["found"].as_str().expect("a reason");
    assert!(why.contains("signature_wrong") && why.contains("secret"), "{why}");

    let ended = simulate(&stage.site, &stage.service, &["--network", "office"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stdout.contains("FAIL postback") && ended.stdout.contains("allow_ips"),
        "{}",
        ended.stdout
    );

    // Where the address is the proof, there is nothing to forge.
    let ended = simulate(&stage.site, &stage.service, &["--network", "inside", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(step(&trail(&ended), "forged")["outcome"], "skipped");

    // Without a token nothing is read back, and the trail says so.
    here.admin = "tokens = []".to_owned();
    here.rules = NETWORKS.to_owned();
    let ended = simulate(&here, &stage.service, &["--network", "quiet", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found = trail(&ended);
    let skipped: Vec<&str> = outcomes(&found)
        .iter()
        .filter(|(_, how)| *how == "skipped")
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(skipped, ["stored click", "conversion"]);
    let why = step(&found, "conversion")["found"].as_str().expect("a reason");
    assert!(why.contains("admin.tokens"), "{why}");
}

#[test]
fn a_campaign_that_does_not_take_the_network_is_found() {
    let rules = format!("{RULES}\n[networks.other]\nsecrets = [{{ value = \"secret-of-other\" }}]\n");
    let stage = Stage::with(&rules);
    let ended = simulate(&stage.site, &stage.service, &["--network", "other", "--json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let found = trail(&ended);
    let why = step(&found, "conversion")["found"].as_str().expect("a reason");
    assert!(why.contains("network_not_allowed"), "{why}");
    // The click is known, so the conversion is a test all the same.
    assert_eq!(stage.service.api("/api/v1/conversions")["items"], json!([]));
    assert_eq!(
        stage.service.api("/api/v1/conversions?test=only")["items"][0]["test"],
        true
    );
}

#[test]
fn only_the_header_makes_a_test_and_the_list_takes_no_other_word_for_it() {
    let stage = Stage::new();
    for (request, flags) in [
        (get("/click/spring").header("X-Postbackd-Test", "1"), json!(["test"])),
        (get("/click/spring").header("X-Postbackd-Test", "0"), json!([])),
        (get("/click/spring").header("X-Postbackd-Test", "true"), json!([])),
        (get("/click/spring?test=1&x-postbackd-test=1"), json!([])),
    ] {
        let id = stage.service.answer(&request).click_id().to_owned();
        stage.service.wait_for_replay();
        assert_eq!(
            stage.service.api(&format!("/api/v1/clicks/{id}"))["flags"],
            flags,
            "{request:?}"
        );
    }
    for query in ["test=1", "test=", "test=exclude", "test=only&test=only"] {
        let answer = stage.service.api_answer(get(format!("/api/v1/conversions?{query}")));
        assert_eq!(
            (answer.status, &answer.json()["param"]),
            (400, &json!("test")),
            "{query}"
        );
    }
}

#[test]
fn a_test_click_that_waited_in_a_spool_makes_a_test_of_the_conversion_that_came_before_it() {
    let cluster = Cluster::start();
    let (here, there) = (Site::on_url(&cluster.url()), Site::on_url(&cluster.url()));
    let service = here.serve();
    let (cluster, click) = cluster.stop_while(|| {
        let mut service = there.serve_unready();
        let request = get("/click/spring").header("X-Postbackd-Test", "1");
        let click = service.answer(&request).click_id().to_owned();
        service.process.kill();
        click
    });
    service.wait_for_postgres();
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["reason"], "unknown_click", "{verdict}");
    let id = verdict["conversion_id"].as_str().expect("an id");
    let conversion = || service.api(&format!("/api/v1/conversions/{id}"));
    assert_eq!(conversion()["test"], false, "nothing is known of the click yet");

    let other = there.serve();
    other.wait_for_replay();
    assert_eq!(
        service.api(&format!("/api/v1/clicks/{click}"))["flags"],
        json!(["test"])
    );
    let now = conversion();
    assert_eq!(
        (&now["attributed"], &now["test"]),
        (&json!(true), &json!(true)),
        "{now}"
    );
    assert_eq!(service.api("/api/v1/conversions")["items"], json!([]));
    drop((service, other));
    cluster.stop();
}
