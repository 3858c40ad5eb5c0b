//! Many at once, over two services on one database, and across a crash: the primary key decides, once.

use std::collections::HashMap;
use std::sync::Barrier;
use std::thread;

use serde_json::Value;

use crate::harness::{ACME, Connection, Database, Request, Service, Site};

/// Sends requests at once, each over its own connection, round robin over services; returns the answers' bodies.
fn send_at_once(services: &[Service], requests: &[Request]) -> Vec<Value> {
    let start = Barrier::new(requests.len());
    thread::scope(|scope| {
        let senders: Vec<_> = requests
            .iter()
            .zip(services.iter().cycle())
            .map(|(request, service)| {
                let start = &start;
                scope.spawn(move || {
                    let mut connection = Connection::open(service.public);
                    start.wait();
                    let answer = connection.exchange(request);
                    assert_eq!(answer.status, 200, "{answer:?}");
                    answer.json()
                })
            })
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().expect("an answer"))
            .collect()
    })
}

fn count_by_verdict(answers: &[Value]) -> HashMap<&str, usize> {
    answers.iter().fold(HashMap::new(), |mut counts, answer| {
        *counts
            .entry(answer["verdict"].as_str().expect("a verdict"))
            .or_default() += 1;
        counts
    })
}

#[test]
fn two_hundred_identical_postbacks_over_two_services_are_one_conversion() {
    let database = Database::new();
    let site = Site::on(&database);
    let services = [site.serve(), site.serve()];
    let click = services[0].click("/click/spring");
    let postback = ACME.get(&format!("transaction_id=T1&click_id={click}&payout=1"));

    let answers = send_at_once(&services, &vec![postback; 200]);

    let counts = count_by_verdict(&answers);
    assert_eq!(counts, HashMap::from([("recorded", 1), ("duplicate", 199)]));
    for answer in &answers {
        assert_eq!(answer["conversion_id"], answers[0]["conversion_id"]);
        assert_eq!(answer["attributed"], true);
    }
    assert_eq!(database.count("conversions"), 1);
    assert_eq!(database.count("conversion_changes"), 1);
    assert_eq!(database.count("postbacks"), 200);
    assert_eq!(database.count("postbacks where verdict = 'recorded'"), 1);
}

#[test]
fn racing_status_changes_over_two_services_leave_one_explained_history() {
    let database = Database::new();
    let site = Site::on(&database);
    let services = [site.serve(), site.serve()];
    let conversions = 20;
    let all = |status: &str| -> Vec<Request> {
        let query = |number| format!("transaction_id=T{number}&status={status}&payout=1");
        (0..conversions).map(|number| ACME.get(&query(number))).collect()
    };
    send_at_once(&services, &all("pending"));

    // Each conversion gets both at once: whichever is decided second is legal only from the first.
    let race = [all("approved"), all("rejected"), all("approved"), all("rejected")].concat();
    let answers = send_at_once(&services, &race);

    let states = database.rows(
        "select status, revision, (select array_agg(kind order by revision) from conversion_changes \
         where conversion_id = id) as kinds, (select max(revision) from conversion_changes where conversion_id = id) as last \
         from conversions",
    );
    assert_eq!(states.len(), conversions);
    for state in &states {
        assert_eq!(state["revision"], state["last"], "{state}");
        let kinds: Vec<&str> = state["kinds"]
            .as_array()
            .expect("kinds")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        match state["status"].as_str() {
            // pending → approved → rejected, or pending → rejected with the approval as a proposal.
            Some("rejected") => {
                assert!(
                    kinds == ["recorded", "updated", "updated"] || kinds == ["recorded", "updated", "conflict"],
                    "{state}"
                );
            }
            _ => panic!("{state}"),
        }
    }
    let counts = count_by_verdict(&answers);
    let steps = |kind: &str| usize::try_from(database.count(&format!("conversion_changes where kind = '{kind}'")));
    assert_eq!(
        counts.get("updated").copied().unwrap_or(0),
        steps("updated").expect("a few"),
        "{counts:?}"
    );
    assert_eq!(
        database.count("postbacks"),
        i64::try_from(conversions * 5).expect("a few")
    );
}

#[test]
fn a_killed_service_remembers_every_conversion_that_it_confirmed() {
    let database = Database::new();
    let site = Site::on(&database);
    let mut services = [site.serve()];
    let requests: Vec<Request> = (0..50)
        .map(|number| ACME.get(&format!("transaction_id=T{number}&payout=1")))
        .collect();
    let first = send_at_once(&services, &requests);
    services[0].process.kill();

    let services = [site.serve()];
    let second = send_at_once(&services, &requests);

    assert_eq!(count_by_verdict(&first), HashMap::from([("recorded", 50)]));
    assert_eq!(count_by_verdict(&second), HashMap::from([("duplicate", 50)]));
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first["conversion_id"], second["conversion_id"]);
    }
    assert_eq!(database.count("conversions"), 50);
    assert_eq!(database.count("postbacks"), 100);
}

#[test]
fn clicks_and_postbacks_of_many_visitors_at_once_find_each_other() {
    let database = Database::new();
    let site = Site::on(&database);
    let services = [site.serve(), site.serve()];
    thread::scope(|scope| {
        for visitor in 0..16 {
            let services = &services;
            scope.spawn(move || {
                for number in 0..5 {
                    let click = services[number % 2].click(&format!("/click/spring?affiliate={visitor}"));
                    let query = format!("transaction_id={visitor}-{number}&click_id={click}");
                    let verdict = services[(number + 1) % 2].verdict(&ACME.get(&query));
                    assert_eq!(verdict["verdict"], "recorded");
                    assert_eq!(verdict["affiliate"], visitor.to_string());
                }
            });
        }
    });
    assert_eq!(database.count("conversions where attributed"), 80);
}
