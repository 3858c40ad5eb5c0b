//! What PostgreSQL refuses, and what a disk damaged: set aside, shown, given back or dropped by the operator's commands.

use std::fs;

use serde_json::Value;

use crate::harness::{ACME, Cluster, Service, Site, Stage, eventually, get, rows, uuid_of};

/// What PostgreSQL is made to refuse, as a gap in the checks would.
const REFUSE_BAD: &str = "alter table conversions add constraint refuse_bad check (transaction_id <> 'BAD')";
const REFUSE_NOTHING: &str = "alter table conversions drop constraint refuse_bad";

/// What a command prints for a program.
fn json_of(site: &Site, arguments: &[&str]) -> Value {
    let ended = site.run(arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error} in {}", ended.stdout))
}

fn listed(site: &Site) -> Value {
    json_of(site, &["spool", "list", "--json"])
}

/// Sends a postback while PostgreSQL is away; returns its id.
fn spool_postback(service: &Service, transaction_id: &str) -> String {
    let answer = service.answer(&ACME.form(format!("transaction_id={transaction_id}&payout=1.50")));
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["postback_id"].as_str().expect("an id").to_owned()
}

/// Waits until a postback's row of the raw log says so.
fn wait_for_verdict(service: &Service, id: &str, verdict: &str) -> Value {
    eventually(verdict, || {
        let logged = service.api_answer(get(format!("/api/v1/postbacks/{id}")));
        (logged.status == 200)
            .then(|| logged.json())
            .filter(|it| it["verdict"] == verdict)
    })
}

#[test]
fn a_record_that_postgres_refuses_is_set_aside_shown_and_recorded_when_it_is_given_back() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();
    cluster.execute(REFUSE_BAD);

    let (cluster, (good, bad, click)) = cluster.stop_while(|| {
        let first = spool_postback(&service, "T1");
        let bad = spool_postback(&service, "BAD");
        let click = service.answer(&get("/click/spring?affiliate=42")).click_id().to_owned();
        let last = spool_postback(&service, "T2");

        let waiting = listed(&site);
        assert_eq!(waiting["waiting"]["records"], 4, "{waiting}");
        assert!(waiting["waiting"]["oldest_seconds"].is_u64(), "{waiting}");
        let shown = json_of(&site, &["spool", "show", &bad]);
        assert_eq!(shown["state"], "waiting");
        assert_eq!(shown["record"]["transaction_id"], "BAD");
        ([first, last], bad, click)
    });
    service.wait_for_postgres();
    service.wait_for_replay();

    for id in &good {
        wait_for_verdict(&service, id, "recorded");
    }
    assert_eq!(service.api(&format!("/api/v1/clicks/{click}"))["affiliate"], "42");
    let refused = wait_for_verdict(&service, &bad, "refused");
    assert_eq!(refused["code"], "not_storable", "{refused}");
    assert_eq!(
        service.metric("postbackd_replayed_total", &["verdict=\"not_storable\""]),
        1
    );
    assert_eq!(service.metric("postbackd_replayed_total", &["verdict=\"recorded\""]), 2);

    expect_set_aside(&site, &bad);

    cluster.execute(REFUSE_NOTHING);
    let retried = site.run(&["spool", "retry", &bad]);
    assert_eq!(retried.code, Some(0), "{}", retried.stderr);
    assert!(retried.stdout.contains(&bad), "{}", retried.stdout);
    let recorded = wait_for_verdict(&service, &bad, "recorded");
    assert_eq!(recorded["code"], Value::Null);
    let repeated = service.verdict(&ACME.get("transaction_id=BAD&payout=1.50"));
    assert_eq!(repeated["verdict"], "duplicate");
    assert_eq!(repeated["conversion_id"], recorded["conversion_id"]);
    assert_eq!(
        rows(&cluster.url(), "select count(*)::int as n from conversions")[0]["n"],
        3
    );
    service.wait_for_replay();
    assert_eq!(listed(&site)["set_aside"], Value::Array(Vec::new()));
    drop(service);
    cluster.stop();
}

#[test]
fn a_refused_record_stays_in_the_spool_until_it_can_be_set_aside() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();
    cluster.execute(REFUSE_BAD);
    // A file where the folder should be that refused records go to.
    let aside = site.data_dir().join("spool/aside");
    fs::remove_dir(&aside).expect("it is empty");
    fs::write(&aside, "").expect("a folder of our own");

    let (cluster, good) = cluster.stop_while(|| {
        spool_postback(&service, "BAD");
        spool_postback(&service, "T1")
    });
    service.wait_for_postgres();
    wait_for_verdict(&service, &good, "recorded");
    let complains = |line: &Value| line["message"] == "a refused record could not be set aside";
    service
        .process
        .log_line("the disk refuses", |line| complains(line).then_some(()));
    assert_eq!(
        service.metric("postbackd_spool_records", &[]),
        2,
        "nothing left the spool"
    );

    fs::remove_file(&aside).expect("a file of our own");
    fs::create_dir(&aside).expect("a folder of our own");
    service.wait_for_replay();
    let list = listed(&site);
    assert_eq!(list["set_aside"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(
        service.metric("postbackd_replayed_total", &[]),
        2,
        "each got one verdict"
    );
    drop(service);
    cluster.stop();
}

/// Checks what the commands say of the one record that was set aside.
fn expect_set_aside(site: &Site, id: &str) {
    let list = listed(site);
    assert_eq!(list["waiting"]["records"], 0, "{list}");
    let set_aside = list["set_aside"].as_array().expect("a list");
    assert_eq!(set_aside.len(), 1, "{list}");
    assert_eq!(set_aside[0]["id"], *id);
    assert_eq!(set_aside[0]["kind"], "postback");
    assert_eq!(set_aside[0]["network"], "acme");
    assert_eq!(set_aside[0]["transaction_id"], "BAD");
    let reason = set_aside[0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("refuse_bad"), "{reason}");

    let lines = site.run(&["spool", "list"]);
    assert_eq!(lines.code, Some(0), "{}", lines.stderr);
    let is_its_line = |line: &str| [id, "acme", "BAD", "refuse_bad"].iter().all(|part| line.contains(part));
    assert!(lines.stdout.lines().any(is_its_line), "{}", lines.stdout);

    for spelling in [id.to_owned(), id.to_uppercase(), uuid_of(id)] {
        let shown = json_of(site, &["spool", "show", &spelling]);
        assert_eq!(shown["id"], *id);
        assert_eq!(shown["state"], "set_aside");
        assert_eq!(shown["reason"], set_aside[0]["reason"]);
        assert_eq!(shown["record"]["payout"], "1.50");
        assert_eq!(shown["record"]["request"]["body"], "transaction_id=BAD&payout=1.50");
    }
}

#[test]
fn a_live_postback_that_postgres_refuses_is_recorded_when_it_is_given_back() {
    let Stage {
        service,
        site,
        database,
    } = Stage::new();
    database.execute(REFUSE_BAD);
    let answer = service.answer(&ACME.get("transaction_id=BAD"));
    assert_eq!(answer.status, 422, "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["code"], "not_storable");
    assert_eq!(service.logged_code(&problem), "not_storable");
    let id = problem["postback_id"].as_str().expect("an id").to_owned();
    assert_eq!(listed(&site)["set_aside"][0]["id"], id.as_str());

    let too_early = site.run(&["spool", "retry", "--all"]);
    assert_eq!(too_early.code, Some(0), "{}", too_early.stderr);
    eventually("it is refused again", || {
        (service.metric("postbackd_replayed_total", &["verdict=\"not_storable\""]) == 1).then_some(())
    });
    service.wait_for_replay();
    assert_eq!(listed(&site)["set_aside"][0]["id"], id.as_str(), "and set aside again");

    database.execute(REFUSE_NOTHING);
    assert_eq!(site.run(&["spool", "retry", "--all"]).code, Some(0));
    wait_for_verdict(&service, &id, "recorded");
    assert_eq!(database.count("conversions"), 1);
    assert_eq!(database.count("postbacks"), 1, "a request has one row");
}

#[test]
fn a_record_is_dropped_for_good_and_only_when_that_is_confirmed() {
    let Stage {
        service,
        site,
        database,
    } = Stage::new();
    database.execute("alter table clicks add check (sub1 <> 'BAD')");
    assert_eq!(service.answer(&get("/click/spring?sub1=BAD")).click_id(), "");
    let set_aside = listed(&site)["set_aside"][0].clone();
    assert_eq!(set_aside["kind"], "click", "{set_aside}");
    assert_eq!(set_aside["campaign"], "spring");
    let id = set_aside["id"].as_str().expect("an id");

    let unconfirmed = site.run(&["spool", "drop", id]);
    assert_eq!(unconfirmed.code, Some(2), "{}", unconfirmed.stderr);
    assert!(unconfirmed.stderr.contains("--yes"), "{}", unconfirmed.stderr);
    let with_a_stranger = site.run(&["spool", "drop", "--yes", id, "01fwhe4ydgfk1shh6w1g60eecf"]);
    assert_eq!(with_a_stranger.code, Some(1));
    assert_eq!(
        json_of(&site, &["spool", "show", id])["record"]["subs"][0],
        "BAD",
        "it is still there"
    );

    let dropped = site.run(&["spool", "drop", "--yes", id]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.stderr);
    assert!(dropped.stdout.contains(id), "{}", dropped.stdout);
    assert_eq!(listed(&site)["set_aside"], Value::Array(Vec::new()));
    for gone in [
        &["spool", "show", id][..],
        &["spool", "retry", id],
        &["spool", "drop", "--yes", id],
    ] {
        let ended = site.run(gone);
        assert_eq!(ended.code, Some(1), "{gone:?}");
        assert!(ended.stderr.contains(id), "{}", ended.stderr);
    }
}

#[test]
fn the_commands_work_where_no_spool_was_ever_made() {
    let site = Site::private();
    assert_eq!(listed(&site)["waiting"]["records"], 0);
    assert_eq!(site.run(&["spool", "list"]).code, Some(0));
    assert_eq!(site.run(&["spool", "retry", "--all"]).code, Some(0));
    let unknown = "01fwhe4ydgfk1shh6w1g60eecf";
    assert_eq!(site.run(&["spool", "show", unknown]).code, Some(1));
    assert_eq!(site.run(&["spool", "retry", unknown]).code, Some(1));
    for wrong in [
        &["spool", "show", "T1"][..],
        &["spool", "retry"],
        &["spool", "drop", "--yes"],
        &["spool"],
    ] {
        assert_eq!(site.run(wrong).code, Some(2), "{wrong:?}");
    }
    assert!(!site.data_dir().exists(), "looking makes nothing");
}

#[test]
fn a_damaged_record_goes_to_the_quarantine_and_the_others_to_postgres() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    site.serve().stop();

    let (cluster, ()) = cluster.stop_while(|| {
        let mut service = site.serve_unready();
        for id in ["T1", "T2-damaged", "T3"] {
            spool_postback(&service, id);
        }
        service.process.kill();
        damage(&site, b"\"T2-damaged\"");
    });
    let service = site.serve();
    service.wait_for_replay();

    let stored = rows(&cluster.url(), "select transaction_id from conversions order by 1");
    let stored: Vec<&Value> = stored.iter().map(|row| &row["transaction_id"]).collect();
    assert_eq!(stored, ["T1", "T3"], "nothing damaged enters PostgreSQL");
    assert_eq!(rows(&cluster.url(), "select id from postbacks").len(), 2);
    assert_eq!(service.metric("postbackd_spool_quarantined_total", &[]), 1);
    let list = listed(&site);
    let quarantine = list["quarantine"].as_array().expect("a list");
    assert_eq!(quarantine.len(), 1, "{list}");
    assert!(quarantine[0]["bytes"].as_u64() > Some(0), "{list}");
    let lines = site.run(&["spool", "list"]).stdout;
    assert!(
        lines.contains(quarantine[0]["file"].as_str().expect("a name")),
        "{lines}"
    );
    drop(service);
    cluster.stop();
}

/// Flips a bit of the text in the one segment that holds it, as a disk may do.
fn damage(site: &Site, text: &[u8]) {
    let folder = fs::read_dir(site.data_dir().join("spool")).expect("a spool");
    let mut damaged = 0;
    for entry in folder.flatten().filter(|entry| entry.path().is_file()) {
        let mut bytes = fs::read(entry.path()).expect("readable");
        if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
            bytes[at + 1] ^= 1;
            fs::write(entry.path(), bytes).expect("a folder of our own");
            damaged += 1;
        }
    }
    assert_eq!(damaged, 1, "the record lies in one segment");
}

#[test]
fn a_second_service_on_the_same_folder_serves_and_takes_the_spool_over() {
    let Stage {
        service: first,
        site,
        database,
    } = Stage::new();
    let second = site.serve();
    let spool_of = |service: &Service| get("/readyz").send(service.public).json()["spool"].clone();
    assert_eq!(spool_of(&second), "in use by another process");
    assert_eq!(spool_of(&first), "ok");
    assert_eq!(second.verdict(&ACME.get("transaction_id=T1"))["verdict"], "recorded");

    first.stop();

    eventually("it takes the spool over", || (spool_of(&second) == "ok").then_some(()));
    assert_eq!(second.verdict(&ACME.get("transaction_id=T1"))["verdict"], "duplicate");
    assert_eq!(database.count("conversions"), 1);
}
