//! Row 12: many replicas make the schema at once, one of them dies over it, and one meets a schema of tomorrow.

use std::thread;

use serde_json::json;

use crate::dice::{Dice, seed};
use crate::harness::postgres::execute;
use crate::harness::{ACME, Service, Site, eventually, get, rows};
use crate::round::Round;
use crate::server::Server;

/// Replicas that start at once.
const REPLICAS: usize = 5;

/// What is there after each step of a first start, in the order of the migrations.
const STEPS: [&str; 5] = [
    "_sqlx_migrations",
    "clicks",
    "conversions",
    "postbacks",
    "postbacks_default",
];

#[test]
#[ignore = "takes its time: make faults"]
fn replicas_that_start_at_once_migrate_once_also_when_one_is_killed() {
    let seed = seed();
    let mut dice = Dice::new(seed);
    println!("\n12 five replicas on an empty database\n  FAULTS_SEED={seed}");
    let server = Server::start();
    let url = server.url();
    let sites: Vec<Site> = (0..REPLICAS).map(|_| Site::on_url(&url)).collect();
    let victim = usize::try_from(dice.below(5)).expect("an index");
    let step = dice.pick(&STEPS).expect("there are some");
    println!("  replica {victim} is killed when {step} is there");

    let mut services: Vec<Service> = thread::scope(|scope| {
        let starting: Vec<_> = sites
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != victim)
            .map(|(_, site)| scope.spawn(|| site.serve()))
            .collect();
        let mut process = sites[victim].spawn_serve();
        eventually("the migrations are under way", || {
            let there = rows(&url, &format!("select to_regclass('{step}') is not null as is_there"));
            (there[0]["is_there"] == true).then_some(())
        });
        process.kill();
        starting
            .into_iter()
            .map(|service| service.join().expect("a replica that starts"))
            .collect()
    });
    services.push(sites[victim].serve());

    let applied = rows(
        &url,
        "select version, count(*), bool_and(success) as is_done from _sqlx_migrations group by 1",
    );
    assert!(!applied.is_empty(), "the migrations are recorded");
    for migration in &applied {
        assert_eq!(migration["count"], 1, "once: {migration}");
        assert_eq!(migration["is_done"], true, "done: {migration}");
    }
    for (number, service) in services.iter().enumerate() {
        let click = service.click("/click/spring?affiliate=42");
        let verdict = service.verdict(&ACME.get(&format!("transaction_id=T{number}&click_id={click}")));
        assert_eq!(verdict["verdict"], "recorded", "replica {number}");
        assert_eq!(verdict["attributed"], true, "replica {number}");
    }
    assert_eq!(
        rows(&url, "select count(*) from conversions"),
        [json!({ "count": REPLICAS })]
    );
    println!("  every promise held");
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_newer_schema_does_not_stop_who_serves_and_is_left_alone_by_who_starts() {
    const COUNT: &str = "select count(*) as migrations, max(version) as newest from _sqlx_migrations";
    let mut round = Round::begin("12 a replica older than the schema");
    let url = round.server.url();
    round.begin_fault("newer schema");
    execute(
        &url,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (99991231, 'of tomorrow', true, '\\x00', 0)",
    );
    let before = rows(&url, COUNT);

    let site = Site::on_url(&url);
    let mut process = site.spawn_serve();
    let ended = eventually("a replica that starts serves or ends", || match process.has_ended() {
        Some(status) => Some(Some(status)),
        None => is_serving(&process.log()).then_some(None),
    });
    match ended {
        Some(status) => {
            println!("  a replica that starts ends with {status}");
            round.findings.expect("schema", status.code() == Some(1), || {
                format!("a replica older than the schema ended with {status}, expected 1 or that it serves")
            });
            let said = process.log().join("\n");
            round
                .findings
                .expect("schema", said.contains("schema") && !said.contains("panicked"), || {
                    format!("a replica older than the schema ended without saying why: {said}")
                });
        }
        None => println!("  a replica that starts serves"),
    }
    drop(process);
    let after = rows(&url, COUNT);
    round.findings.expect("schema", before == after, || {
        format!("the list of migrations was {before:?}, and is {after:?}")
    });
    for replica in &round.replicas {
        let status = get("/readyz").send(replica.service().public).status;
        round.findings.expect("schema", status == 200, || {
            format!(
                "replica {} served before the schema became newer, it is not ready any more",
                replica.index
            )
        });
    }
    execute(&url, "delete from _sqlx_migrations where version = 99991231");
    round.end_fault();
    round.judge();
}

fn is_serving(log: &[String]) -> bool {
    log.iter().any(|line| line.contains("serving clicks and postbacks"))
}
