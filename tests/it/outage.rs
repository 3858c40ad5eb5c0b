//! PostgreSQL away: senders are told to repeat, visitors go on, and all is well again without a restart.

use serde_json::Value;

use crate::harness::{ACME, Cluster, Service, Site, eventually, get};

/// Checks what a service does while PostgreSQL is away.
fn expect_outage(service: &Service) {
    let state = eventually("the service is no longer ready", || {
        let answer = get("/readyz").send(service.public);
        (answer.status == 503).then(|| answer.json())
    });
    assert_ne!(state["postgres"], "ok", "{state}");
    assert_eq!(get("/healthz").send(service.public).status, 200, "the process lives");

    for postback in [ACME.get("transaction_id=T1"), ACME.form("transaction_id=T2")] {
        let answer = service.answer(&postback);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(
            answer
                .header("retry-after")
                .is_some_and(|seconds| seconds.parse::<u32>().is_ok())
        );
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["code"], "unavailable");
    }
    let lost = service.metric("postbackd_clicks_lost_total", &[]);
    let click = service.answer(&get("/click/spring?affiliate=42"));
    assert_eq!(click.click_id(), "", "an id would be a promise");
    assert_eq!(service.metric("postbackd_clicks_lost_total", &[]), lost + 1);

    let forged = service.answer(&get("/postback/acme?transaction_id=T1&sig=00"));
    assert_eq!(forged.status, 401);
    assert_eq!(forged.json()["postback_id"], Value::Null, "what is not kept has no id");
    assert_eq!(service.api_answer(get("/api/v1/conversions")).status, 503);
}

/// Waits until the service is ready again, and checks that it works.
fn expect_recovery(service: &Service) {
    eventually("the service is ready again", || {
        (get("/readyz").send(service.public).status == 200).then_some(())
    });
    let answer = service.answer(&get("/click/spring?affiliate=42"));
    let click = answer.click_id();
    assert_ne!(click, "", "ready means that clicks are stored");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T3&click_id={click}")));
    assert_eq!(verdict["verdict"], "recorded");
    assert_eq!(verdict["affiliate"], "42");
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

    let (cluster, ()) = cluster.stop_while(|| expect_outage(&service));

    expect_recovery(&service);
    assert_eq!(service.verdict(&ACME.get("transaction_id=T0"))["verdict"], "duplicate");
    assert_eq!(
        service.verdict(&ACME.get("transaction_id=T1"))["verdict"],
        "recorded",
        "a 503 promised nothing"
    );
    drop(service);
    cluster.stop();
}

#[test]
fn a_postgres_that_does_not_answer_is_survived_without_a_restart() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();

    cluster.freeze_while(|| expect_outage(&service));

    expect_recovery(&service);
    // What was sent meanwhile may have been committed when PostgreSQL went on; repeating it is safe either way.
    let repeated = service.verdict(&ACME.get("transaction_id=T1"));
    assert!(
        repeated["verdict"] == "recorded" || repeated["verdict"] == "duplicate",
        "{repeated}"
    );
    let listed = service.api("/api/v1/conversions?transaction_id=T1");
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    drop(service);
    cluster.stop();
}

#[test]
fn a_service_that_starts_before_its_postgres_migrates_when_that_comes() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());

    let (cluster, service) = cluster.stop_while(|| {
        let service = site.serve_unready();
        expect_outage(&service);
        service
    });

    expect_recovery(&service);
    drop(service);
    cluster.stop();
}
