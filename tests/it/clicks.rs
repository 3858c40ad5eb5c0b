//! `/click`: what is stored of a visitor, where they are sent, and that nothing odd costs one.

use serde_json::{Value, json};

use crate::harness::{Answer, Connection, Database, Site, Stage, get, request, uuid_of};

const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]

[campaigns.spring]
destination = "https://shop.example/landing?cid={click_id}&src={affiliate}&s1={sub1}"

[campaigns.full]
destination = "https://shop.example/{campaign}/{sub2}/x?cid={click_id}&a={affiliate}&e={external_id}&c={cost}&u={user_id}&d={device_id}&k={currency}&s10={sub10}#f{sub3}"

[campaigns.closed]
destination = "https://shop.example/closed?cid={click_id}"
enabled = false

[campaigns.elsewhere]
destination = "https://shop.example/elsewhere?cid={click_id}"
enabled = false
fallback_url = "https://other.example/?a={affiliate}"
"#;

fn location(answer: &Answer) -> &str {
    answer.header("location").expect("a redirect")
}

#[test]
fn every_attribute_of_a_click_is_stored_and_fills_the_destination() {
    let stage = Stage::with(RULES);
    let Stage { service, database, .. } = &stage;
    let query = "affiliate=42&sub1=a&sub2=b%2Fc&sub3=d&sub10=j&external_id=E+1&cost=0.0350&currency=usd&user_id=u%261\
                 &device_id=d&gclid=x%2By&empty=&sub11=k";
    let request = get(format!("/click/full?{query}"))
        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
        .header("Referer", "https://blog.example/post?id=1");

    let answer = service.answer(&request);

    assert_eq!(answer.status, 302);
    let id = answer.click_id();
    assert_eq!(
        location(&answer),
        format!("https://shop.example/full/b%2Fc/x?cid={id}&a=42&e=E%201&c=0.0350&u=u%261&d=d&k=USD&s10=j#fd")
    );
    let mut click = service.api(&format!("/api/v1/clicks/{id}"));
    assert!(click["received_at"].take().as_str().is_some_and(|at| at.ends_with('Z')));
    let expected = json!({
        "click_id": id, "campaign": "full", "affiliate": "42",
        "subs": { "sub1": "a", "sub2": "b/c", "sub3": "d", "sub10": "j" },
        "external_id": "E 1", "cost": "0.0350", "currency": "USD", "user_id": "u&1", "device_id": "d",
        "params": { "gclid": "x+y", "empty": "", "sub11": "k" },
        "ip": "127.0.0.1", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "referrer": "https://blog.example/post?id=1", "received_at": null, "flags": [],
    });
    assert_eq!(click, expected);
    assert_eq!(database.rows("select id from clicks"), [json!({ "id": uuid_of(id) })]);
    let upper_case = service.api(&format!("/api/v1/clicks/{}", id.to_uppercase()));
    assert_eq!(upper_case["click_id"], id);
}

#[test]
fn a_redirect_is_neither_cached_nor_indexed_and_leaks_no_referrer() {
    let stage = Stage::with(RULES);
    let answer = stage.service.answer(&get("/click?campaign=spring"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
    assert!(answer.header("referrer-policy").is_some());
    assert_eq!(answer.body, b"");
}

#[test]
fn click_ids_are_time_ordered_uuids_in_crockford_base32() {
    let stage = Stage::with(RULES);
    let ids: Vec<String> = (0..20).map(|_| stage.service.click("/click/spring")).collect();
    for id in &ids {
        let uuid: uuid::Uuid = uuid_of(id).parse().expect("a UUID");
        assert_eq!(uuid.get_version_num(), 7, "{id}");
        assert!(id.as_bytes()[0] <= b'7', "two zero bits in front: {id}");
    }
    let times: Vec<&str> = ids.iter().map(|id| &id[..10]).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(stage.database.count("(select distinct id from clicks) as ids"), 20);
}

#[test]
fn an_odd_query_is_redirected_and_stored_with_its_flag_and_the_raw_query() {
    let stage = Stage::with(RULES);
    let long = "x".repeat(1100);
    let cut_in_a_character = format!("{}%C3%A9", "x".repeat(1023));
    let cases = [
        ("sub1=a&sub1=b".to_owned(), json!("a")),
        ("sub1=a&%73ub1=b".to_owned(), json!("a")),
        ("sub1=%zz".to_owned(), json!("%zz")),
        ("sub1=a%".to_owned(), json!("a%")),
        ("sub1=%ff".to_owned(), json!("\u{fffd}")),
        ("sub1=a%00b".to_owned(), json!("a\u{fffd}b")),
        (format!("sub1={long}"), json!(long[..1024])),
        (format!("sub1={cut_in_a_character}"), json!(long[..1023])),
    ];
    for (query, sub1) in cases {
        let id = stage.service.click(&format!("/click/spring?{query}"));
        let click = stage.service.api(&format!("/api/v1/clicks/{id}"));
        assert_eq!(click["flags"], json!(["odd_query"]), "{query}");
        assert_eq!(click["subs"]["sub1"], sub1, "{query}");
        let stored = format!("select raw_query from clicks where id = '{}'", uuid_of(&id));
        assert_eq!(stage.database.row(&stored), json!({ "raw_query": query }));
    }
}

#[test]
fn a_clean_query_has_no_flag() {
    let stage = Stage::with(RULES);
    for query in ["", "sub1=", "sub1=a+b%20c&x=%C3%A9", "a;b&c", "&&sub1=a&"] {
        let id = stage.service.click(&format!("/click/spring?{query}"));
        let click = stage.service.api(&format!("/api/v1/clicks/{id}"));
        assert_eq!(click["flags"], json!([]), "{query}");
    }
}

#[test]
fn prefetches_and_known_bots_are_redirected_and_flagged() {
    let stage = Stage::with(RULES);
    let browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0";
    let googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    for (name, value, flags) in [
        ("Sec-Purpose", "prefetch;prerender", json!(["prefetch"])),
        ("Purpose", "prefetch", json!(["prefetch"])),
        ("X-Moz", "prefetch", json!(["prefetch"])),
        ("User-Agent", googlebot, json!(["bot"])),
        ("User-Agent", "facebookexternalhit/1.1", json!(["bot"])),
        ("User-Agent", browser, json!([])),
        ("Sec-Fetch-Dest", "document", json!([])),
    ] {
        let answer = stage.service.answer(&get("/click/spring").header(name, value));
        let id = answer.click_id();
        let click = stage.service.api(&format!("/api/v1/clicks/{id}"));
        assert_eq!(click["flags"], flags, "{name}: {value}");
    }
}

#[test]
fn a_head_request_redirects_with_an_empty_id_and_stores_nothing() {
    let stage = Stage::with(RULES);
    let answer = stage.service.answer(&request("HEAD", "/click/spring?affiliate=42"));
    assert_eq!(answer.status, 302);
    assert_eq!(location(&answer), "https://shop.example/landing?cid=&src=42&s1=");
    assert_eq!(stage.database.count("clicks"), 0);
    assert_eq!(stage.service.metric("postbackd_clicks_total", &[]), 0);
    assert_eq!(stage.service.metric("postbackd_clicks_lost_total", &[]), 0);
}

#[test]
fn an_unknown_or_closed_campaign_is_a_404_and_stores_nothing() {
    let stage = Stage::with(RULES);
    for target in [
        "/click/winter",
        "/click",
        "/click?campaign=",
        "/click?campaign=winter",
        "/click/closed",
        "/click/Spring",
    ] {
        let answer = stage.service.answer(&get(target));
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["code"], "unknown_campaign", "{target}");
        assert_eq!(answer.header("location"), None);
    }
    assert_eq!(stage.database.count("clicks"), 0);
}

#[test]
fn a_closed_campaign_with_a_fallback_sends_the_visitor_there_and_stores_nothing() {
    let stage = Stage::with(RULES);
    let answer = stage.service.answer(&get("/click/elsewhere?affiliate=4%202"));
    assert_eq!(answer.status, 302);
    assert_eq!(location(&answer), "https://other.example/?a=4%202");
    assert_eq!(stage.database.count("clicks"), 0);
}

#[test]
fn a_visitor_cannot_change_where_the_redirect_leads() {
    let stage = Stage::with(RULES);
    for value in [
        "//evil.example/",
        "https://evil.example/",
        "..%2F..%2F%2Fevil.example",
        "@evil.example",
        "%0d%0aLocation:%20https://evil.example",
        "%5C%5Cevil.example",
        "?x=1%23y",
        "%26cid%3Dforged",
        "javascript:alert(1)",
        "%E2%80%AE",
    ] {
        let target = format!("/click/full?affiliate={value}&sub2={value}&sub3={value}");
        let answer = stage.service.answer(&get(&*target));
        let location = location(&answer);
        assert!(
            location.starts_with("https://shop.example/full/"),
            "{value}: {location}"
        );
        let (before_fragment, fragment) = location.split_once('#').expect("one fragment");
        assert!(!fragment.contains('#'), "{value}: {location}");
        let (path, query) = before_fragment.split_once('?').expect("one query");
        assert_eq!(path.matches('/').count(), 5, "{value}: {location}");
        assert!(!path.contains('\\') && !path.contains("/../"), "{value}: {location}");
        assert_eq!(query.matches("cid=").count(), 1, "{value}: {location}");
        assert_eq!(query.matches('&').count(), 7, "{value}: {location}");
    }
}

#[test]
fn a_query_over_8_kib_is_a_414_and_stores_nothing() {
    let stage = Stage::with(RULES);
    let target = |query_bytes: usize| format!("/click/spring?sub1={}", "x".repeat(query_bytes - "sub1=".len()));
    assert_eq!(stage.service.answer(&get(target(8192))).status, 302);
    let answer = stage.service.answer(&get(target(8193)));
    assert_eq!(answer.status, 414);
    assert_eq!(answer.json()["code"], "uri_too_long");
    assert_eq!(stage.database.count("clicks"), 1);
}

#[test]
fn another_method_is_a_405_that_names_the_right_ones() {
    let stage = Stage::with(RULES);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = stage.service.answer(&request(method, "/click/spring"));
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
        assert_eq!(answer.json()["code"], "method_not_allowed");
    }
    assert_eq!(stage.database.count("clicks"), 0);
}

#[test]
fn the_visitors_address_is_read_through_trusted_proxies_only() {
    let database = Database::new();
    let mut site = Site::on(&database).with_rules(RULES);
    site.server = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]".to_owned();
    let service = site.serve();
    for (forwarded_for, ip) in [
        ("203.0.113.9", "203.0.113.9"),
        ("192.0.2.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "10.0.0.1"),
    ] {
        let answer = service.answer(&get("/click/spring").header("X-Forwarded-For", forwarded_for));
        let id = answer.click_id();
        let click = service.api(&format!("/api/v1/clicks/{id}"));
        assert_eq!(click["ip"], ip, "{forwarded_for}");
    }
}

#[test]
fn one_connection_carries_many_clicks() {
    let stage = Stage::with(RULES);
    let mut connection = Connection::open(stage.service.public);
    for number in 0..10 {
        let answer = connection.exchange(&get(format!("/click/spring?sub1={number}")));
        assert_eq!(answer.status, 302);
    }
    assert_eq!(stage.database.count("clicks"), 10);
    let labels = ["campaign=\"spring\""];
    assert_eq!(stage.service.metric("postbackd_clicks_total", &labels), 10);
}

#[test]
fn a_cost_that_is_no_amount_is_not_lost() {
    let stage = Stage::with(RULES);
    for cost in ["NaN", "Infinity", "1e5", "12,50", "-"] {
        let id = stage.service.click(&format!("/click/spring?cost={cost}"));
        let stored = stage
            .database
            .row(&format!("select cost from clicks where id = '{}'", uuid_of(&id)));
        assert_eq!(stored["cost"], Value::Null, "{cost}");
        let click = stage.service.api(&format!("/api/v1/clicks/{id}"));
        let shown = click["params"]["cost"].as_str().or(click["cost"].as_str());
        assert_eq!(shown, Some(cost), "kept verbatim somewhere: {click}");
    }
}
