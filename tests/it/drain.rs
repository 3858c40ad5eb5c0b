//! The end of a service: no longer ready, still serving, then gone in order.

use rustix::process::Signal;

use crate::harness::{ACME, Connection, Database, Site, eventually, get};

#[test]
fn sigterm_makes_the_service_unready_while_it_still_serves() {
    let database = Database::new();
    let mut site = Site::on(&database);
    site.shutdown_grace = "5s";
    let mut service = site.serve();
    service.process.signal(Signal::TERM);

    let state = eventually("the service is no longer ready", || {
        let answer = get("/readyz").send(service.public);
        (answer.status == 503).then(|| answer.json())
    });
    assert_eq!(state["draining"], true);
    let click = service.click("/click/spring");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["attributed"], true);

    assert_eq!(service.process.ended().code(), Some(0));
    assert_eq!(database.count("conversions"), 1);
}

#[test]
fn sigint_ends_the_service_in_order_too() {
    let database = Database::new();
    let site = Site::on(&database);
    let mut service = site.serve();
    service.verdict(&ACME.get("transaction_id=T1"));
    service.process.signal(Signal::INT);
    assert_eq!(service.process.ended().code(), Some(0));
}

#[test]
fn an_idle_connection_does_not_hold_the_end_up() {
    let database = Database::new();
    let site = Site::on(&database);
    let service = site.serve();
    let mut idle = Connection::open(service.public);
    idle.exchange(&get("/healthz"));
    service.stop();
    idle.expect_end();
}

#[test]
fn every_request_is_counted_once_by_what_it_was_answered() {
    let database = Database::new();
    let site = Site::on(&database);
    let service = site.serve();
    for request in [
        ACME.get("transaction_id=T1&status=pending"),
        ACME.get("transaction_id=T1&status=pending"),
        ACME.get("transaction_id=T1&status=approved"),
        ACME.get("transaction_id=T1&status=approved&payout=5"),
        ACME.get("transaction_id=T2&payout=x"),
        ACME.get("payout=1"),
        get("/postback/acme?transaction_id=T1"),
        get("/postback/nobody"),
        get("/postback/made-up-by-the-sender"),
        get("/postback"),
    ] {
        service.answer(&request);
    }
    let acme = "network=\"acme\"";
    let verdicts =
        |verdict: &str| service.metric("postbackd_postbacks_total", &[acme, &format!("verdict=\"{verdict}\"")]);
    assert_eq!(["recorded", "duplicate", "updated", "conflict"].map(verdicts), [1; 4]);
    let refused = |network: &str, code: &str| {
        let labels = [format!("network=\"{network}\""), format!("code=\"{code}\"")];
        service.metric("postbackd_refused_total", &[&labels[0], &labels[1]])
    };
    assert_eq!(refused("acme", "invalid_payout"), 1);
    assert_eq!(refused("acme", "missing_id"), 1);
    assert_eq!(refused("acme", "unauthorized"), 1);
    assert_eq!(refused("unknown", "unauthorized"), 2);
    assert_eq!(refused("unknown", "missing_network"), 1);
    assert_eq!(service.metric("postbackd_postbacks_received_total", &[]), 10);
    assert_eq!(
        service.metric("postbackd_postbacks_total", &[]) + service.metric("postbackd_refused_total", &[]),
        10
    );
    let metrics = get("/metrics").send(service.private);
    assert!(!metrics.text().contains("made-up"), "no label comes from a request");
    assert_eq!(database.count("postbacks"), 10);
}
