//! PostgreSQL away: visitors go on with an id, postbacks are accepted, and everything is in PostgreSQL when it is back.

use std::fs;

use serde_json::Value;

use crate::harness::{ACME, Cluster, Service, Site, eventually, get};

/// Checks what a service does while PostgreSQL is away; returns the click that it stored on disk.
fn expect_outage(service: &Service) -> String {
    let state = eventually("the service notices", || {
        let state = get("/readyz").send(service.public).json();
        (state["postgres"] == "unavailable").then_some(state)
    });
    assert_eq!(state["ready"], true, "the spool takes over: {state}");
    assert_eq!(get("/healthz").send(service.public).status, 200, "the process lives");

    let click = service.answer(&get("/click/spring?affiliate=42")).click_id().to_owned();
    assert_ne!(click, "", "the disk has it");
    for (id, postback) in [
        ("T1", ACME.get("transaction_id=T1")),
        ("T2", ACME.form("transaction_id=T2")),
    ] {
        let answer = service.answer(&postback);
        assert_eq!(answer.status, 202, "{answer:?}");
        let body = answer.json();
        assert_eq!(body["verdict"], "accepted");
        assert_eq!(body["network"], "acme");
        assert_eq!(body["transaction_id"], id);
        assert_eq!(body["postback_id"].as_str().map(str::len), Some(26), "{body}");
        assert_eq!(body["conversion_id"].as_str().map(str::len), Some(26), "{body}");
    }
    assert_eq!(service.metric("postbackd_clicks_lost_total", &[]), 0);
    let accepted = service.metric("postbackd_postbacks_total", &["verdict=\"accepted\""]);
    assert_eq!(accepted, 2);

    let forged = service.answer(&get("/postback/acme?transaction_id=T1&sig=00"));
    assert_eq!(forged.status, 401);
    assert_eq!(forged.json()["postback_id"], Value::Null, "what is not kept has no id");
    assert_eq!(service.api_answer(get("/api/v1/conversions")).status, 503);
    click
}

/// Waits until PostgreSQL is back, and checks that everything is in it.
fn expect_recovery(service: &Service, click: &str) {
    service.wait_for_postgres();
    service.wait_for_replay();
    assert_eq!(service.api(&format!("/api/v1/clicks/{click}"))["affiliate"], "42");
    for id in ["T1", "T2"] {
        let repeated = service.verdict(&ACME.get(&format!("transaction_id={id}")));
        assert_eq!(repeated["verdict"], "duplicate", "a 202 is a promise: {repeated}");
    }
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T3&click_id={click}")));
    assert_eq!(verdict["verdict"], "recorded");
    assert_eq!(verdict["affiliate"], "42");
    let replayed = service.metric("postbackd_replayed_total", &[]);
    assert_eq!(replayed, 2, "each accepted postback got its verdict");
    expect_sums(service);
}

/// Every request was counted once, by what it was answered.
fn expect_sums(service: &Service) {
    let sum = |name: &str| service.metric(name, &[]);
    let parts = [
        "postbackd_postbacks_total",
        "postbackd_refused_total",
        "postbackd_unavailable_total",
    ];
    let parts: u64 = parts.into_iter().map(sum).sum();
    assert_eq!(sum("postbackd_postbacks_received_total"), parts);
}

#[test]
fn a_stopped_postgres_is_survived_without_a_restart() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();
    assert_eq!(service.verdict(&ACME.get("transaction_id=T0"))["verdict"], "recorded");

    let (cluster, click) = cluster.stop_while(|| expect_outage(&service));

    expect_recovery(&service, &click);
    assert_eq!(service.verdict(&ACME.get("transaction_id=T0"))["verdict"], "duplicate");
    drop(service);
    cluster.stop();
}

#[test]
fn a_postgres_that_does_not_answer_is_survived_without_a_restart() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();

    let click = cluster.freeze_while(|| expect_outage(&service));

    expect_recovery(&service, &click);
    let listed = service.api("/api/v1/conversions?transaction_id=T1");
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    drop(service);
    cluster.stop();
}

#[test]
fn a_service_that_starts_before_its_postgres_migrates_when_that_comes() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());

    let (cluster, (service, click)) = cluster.stop_while(|| {
        let service = site.serve_unready();
        let click = expect_outage(&service);
        (service, click)
    });

    expect_recovery(&service, &click);
    drop(service);
    cluster.stop();
}

#[test]
fn what_neither_postgres_nor_the_disk_takes_is_promised_to_nobody() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    // A file where the spool's folder should be.
    let spool = site.data_dir().join("spool");
    fs::create_dir_all(site.data_dir()).expect("a folder of our own");
    fs::write(&spool, "").expect("a folder of our own");

    let (cluster, service) = cluster.stop_while(|| {
        let service = site.serve_unready();
        let state = get("/readyz").send(service.public);
        assert_eq!(state.status, 503);
        assert_eq!(state.json()["spool"], "unavailable");
        for postback in [ACME.get("transaction_id=T1"), ACME.form("transaction_id=T2")] {
            let answer = service.answer(&postback);
            assert_eq!(answer.status, 503, "{answer:?}");
            let seconds = answer.header("retry-after").and_then(|it| it.parse::<u32>().ok());
            assert!(seconds.is_some(), "{answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.json()["code"], "unavailable");
        }
        let click = service.answer(&get("/click/spring?affiliate=42"));
        assert_eq!(click.click_id(), "", "an id would be a promise");
        assert_eq!(service.metric("postbackd_clicks_lost_total", &[]), 1);

        fs::remove_file(&spool).expect("a file of our own");
        eventually("the spool takes records without a restart", || {
            (get("/readyz").send(service.public).status == 200).then_some(())
        });
        assert_eq!(service.answer(&ACME.get("transaction_id=T3")).status, 202);
        service
    });

    service.wait_for_postgres();
    service.wait_for_replay();
    let listed = service.api("/api/v1/conversions");
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    expect_sums(&service);
    drop(service);
    cluster.stop();
}

#[test]
fn a_click_that_waited_in_another_spool_gets_its_conversion_when_it_arrives() {
    let cluster = Cluster::start();
    let (here, there) = (Site::on_url(&cluster.url()), Site::on_url(&cluster.url()));
    let service = here.serve();

    let (cluster, (click, spooled)) = cluster.stop_while(|| {
        let mut service = there.serve_unready();
        let click = service.answer(&get("/click/spring?affiliate=42")).click_id().to_owned();
        service.process.kill();
        let service = there.serve_unready();
        let spooled = service.metric("postbackd_spool_records", &[]);
        (click, (service, spooled))
    });
    let (mut other, records) = spooled;
    assert_eq!(records, 1, "known as soon as the service answers");
    other.process.kill();

    service.wait_for_postgres();
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["reason"], "unknown_click", "{verdict}");
    let other = there.serve();
    other.wait_for_replay();
    let id = verdict["conversion_id"].as_str().expect("an id");
    let conversion = service.api(&format!("/api/v1/conversions/{id}"));
    assert_eq!(conversion["attributed"], true, "{conversion}");
    assert_eq!(conversion["affiliate"], "42");
    assert_eq!(conversion["history"][1]["kind"], "attributed");
    drop((service, other));
    cluster.stop();
}
