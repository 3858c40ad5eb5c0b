//! The private API: who may use it, and how it lists.

use serde_json::{Value, json};

use crate::harness::{ACME, Database, Site, Stage, TOKEN, get, request};

const PATHS: [(&str, &str); 9] = [
    ("GET", "/api/v1/conversions"),
    ("GET", "/api/v1/conversions/01fwhe4ydgfk1shh6w1g60eecf"),
    ("GET", "/api/v1/clicks/01fwhe4ydgfk1shh6w1g60eecf"),
    ("GET", "/api/v1/postbacks/01fwhe4ydgfk1shh6w1g60eecf"),
    ("POST", "/api/v1/reload"),
    ("POST", "/api/v1/explain"),
    ("GET", "/api/v1/postbacks/01fwhe4ydgfk1shh6w1g60eecf/explain"),
    ("GET", "/api/v1/networks/acme/guide"),
    ("GET", "/api/v1/nothing"),
];

#[test]
fn without_the_token_nothing_of_the_api_answers() {
    let stage = Stage::new();
    let private = stage.service.private;
    for (method, path) in PATHS {
        let plain = request(method, path);
        assert_eq!(plain.send(private).status, 401, "{path}");
        for header in [
            "Bearer wrong",
            TOKEN,
            "Basic dG9rZW4=",
            "Bearer ",
            &format!("Bearer {TOKEN}x"),
        ] {
            let answer = plain.clone().header("Authorization", header).send(private);
            assert_eq!(answer.status, 401, "{path} with {header}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
    }
    assert_eq!(get("/metrics").send(private).status, 200, "metrics stay open");
    assert_eq!(stage.service.metric("postbackd_config_reloads_total", &[]), 0);
}

#[test]
fn without_configured_tokens_the_api_is_closed() {
    let database = Database::new();
    let mut site = Site::on(&database);
    site.admin = String::new();
    let service = site.serve();
    for (method, path) in PATHS {
        assert_eq!(service.api_answer(request(method, path)).status, 403, "{path}");
    }
    assert_eq!(get("/metrics").send(service.private).status, 200, "metrics stay open");
}

#[test]
fn what_is_not_there_is_a_404_and_an_unknown_query_key_a_400() {
    let stage = Stage::new();
    let status = |target: &str| stage.service.api_answer(get(target)).status;
    for (_, path) in &PATHS[1..4] {
        assert_eq!(status(path), 404, "{path}");
        assert_eq!(status(&format!("{path}?x=1")), 400, "{path}");
    }
    assert_eq!(status("/api/v1/clicks/no-id"), 404);
    for query in [
        "x=1",
        "limit=0",
        "limit=1001",
        "limit=x",
        "from=yesterday",
        "cursor=x",
        "network=a&network=b",
    ] {
        let answer = stage.service.api_answer(get(format!("/api/v1/conversions?{query}")));
        assert_eq!(answer.status, 400, "{query}");
        let name = query.split('=').next().expect("a name");
        assert_eq!(answer.json()["param"], name, "{query}");
    }
}

#[test]
fn conversions_are_listed_newest_first_page_by_page() {
    let stage = Stage::new();
    for number in 0..7 {
        stage.service.verdict(&ACME.get(&format!("transaction_id=T{number}")));
    }
    let mut listed: Vec<String> = Vec::new();
    let mut cursor = String::new();
    let mut pages = 0;
    loop {
        let page = stage.service.api(&format!("/api/v1/conversions?limit=3{cursor}"));
        pages += 1;
        let items = page["items"].as_array().expect("items");
        listed.extend(
            items
                .iter()
                .filter_map(|item| item["transaction_id"].as_str().map(str::to_owned)),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, 3);
    assert_eq!(listed, ["T6", "T5", "T4", "T3", "T2", "T1", "T0"]);
}

#[test]
fn a_list_holds_what_every_filter_lets_through() {
    let stage = Stage::new();
    let click = stage.service.click("/click/spring");
    stage
        .service
        .verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    stage.service.verdict(&ACME.get("transaction_id=T2&click_id=odd+one"));
    for (query, expected) in [
        ("network=acme", json!(["T2", "T1"])),
        ("network=other", json!([])),
        ("transaction_id=T1", json!(["T1"])),
        ("transaction_id=t1", json!([])),
        ("campaign=spring", json!(["T1"])),
        (&format!("click_id={click}"), json!(["T1"])),
        (&format!("click_id={}", click.to_uppercase()), json!(["T1"])),
        ("click_id=odd+one", json!(["T2"])),
        ("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z", json!([])),
        (
            "from=2020-01-01T00:00:00Z&network=acme&transaction_id=T2",
            json!(["T2"]),
        ),
    ] {
        let page = stage.service.api(&format!("/api/v1/conversions?{query}"));
        let items = page["items"].as_array().expect("items");
        let listed: Vec<&Value> = items.iter().map(|item| &item["transaction_id"]).collect();
        assert_eq!(json!(listed), expected, "{query}");
        for item in items {
            for field in [
                "conversion_id",
                "event",
                "status",
                "received_at",
                "updated_at",
                "revision",
                "attributed",
            ] {
                assert!(!item[field].is_null(), "{field} of {item}");
            }
        }
    }
}
