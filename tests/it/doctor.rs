//! `postbackd doctor`: a healthy site is told so, and each thing that is wrong is named with what to do about it.

use serde_json::{Value, json};

use crate::harness::{ACME, Cluster, Database, Service, Site, Stage, eventually, get};

/// What the command said about every check.
#[derive(Debug)]
struct Checkup {
    code: Option<i32>,
    said: Value,
}

impl Checkup {
    /// Of a site whose service runs.
    fn of(site: &Site, service: &Service) -> Self {
        let (public, private) = (service.public.to_string(), service.private.to_string());
        let listeners = [("POSTBACKD_LISTEN", &*public), ("POSTBACKD_ADMIN_LISTEN", &*private)];
        Self::under(site, &listeners)
    }

    /// Of a site where none does.
    fn without_service(site: &Site) -> Self {
        Self::under(site, &[])
    }

    fn under(site: &Site, environment: &[(&str, &str)]) -> Self {
        let ended = site.run_under(environment, &["doctor", "--json"]);
        let said = serde_json::from_str(&ended.stdout);
        Self {
            code: ended.code,
            said: said.unwrap_or_else(|error| panic!("{error} in {} {}", ended.stdout, ended.stderr)),
        }
    }

    fn checks(&self) -> &Vec<Value> {
        self.said["checks"].as_array().expect("a list")
    }

    /// The one finding of a check that is not as it should be; how it ends the command is part of it.
    fn trouble(&self, check: &str, outcome: &str) -> &Value {
        let is_it = |finding: &&Value| finding["check"] == check && finding["outcome"] == outcome;
        let found: Vec<&Value> = self.checks().iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{check} {outcome}: {self:?}");
        assert!(found[0]["remedy"].is_string(), "what to do is said: {}", found[0]);
        found[0]
    }

    /// The checks that did not find everything well.
    fn troubles(&self) -> Vec<&str> {
        let troubles = self.checks().iter().filter(|finding| finding["outcome"] != "ok");
        troubles.filter_map(|finding| finding["check"].as_str()).collect()
    }
}

#[test]
fn a_healthy_site_is_found_well() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();
    let click = service.click("/click/spring");
    service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(
        service.answer(&get("/postback/acme?transaction_id=T1&sig=00")).status,
        401
    );

    let checkup = Checkup::of(&site, &service);

    let troubles = checkup.troubles();
    // How full the disk of these tests is says nothing about the program.
    assert!(troubles.iter().all(|check| *check == "disk space"), "{checkup:?}");
    assert_eq!((checkup.code, &checkup.said["ok"]), (Some(0), &json!(true)));
    for check in [
        "configuration",
        "service",
        "service's postgres",
        "service's spool",
        "version",
        "counters",
        "postgres",
        "postgres writes",
        "durable commits",
        "clocks",
        "connections",
        "schema",
        "rights",
        "partitions",
        "default partitions",
        "attribution",
        "data directory",
        "disk space",
        "spool",
        "quarantine",
        "records set aside",
    ] {
        let is_there = checkup.checks().iter().any(|finding| finding["check"] == check);
        assert!(is_there, "{check} is checked: {checkup:?}");
    }
    assert_eq!(
        service.metric("postbackd_spool_failures_total", &[]),
        0,
        "the service is left in peace"
    );
    drop(service);
    cluster.stop();
}

#[test]
fn people_are_told_a_line_for_each_check_and_what_to_do() {
    let site = Site::on_url("postgres://nobody@127.0.0.1:1/nothing");
    let ended = site.run(&["doctor"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(
        lines.iter().any(|line| line.starts_with("ok    configuration:")),
        "{}",
        ended.stdout
    );
    let postgres = lines.iter().position(|line| line.starts_with("FAIL  postgres:"));
    let postgres = postgres.unwrap_or_else(|| panic!("{}", ended.stdout));
    assert!(lines[postgres + 1].contains('→'), "{}", ended.stdout);
    assert!(!site.data_dir().exists(), "looking makes nothing");
}

#[test]
fn a_private_postgres_is_found_through_its_service() {
    let site = Site::private();
    let service = site.serve();
    let checkup = Checkup::of(&site, &service);
    assert_eq!(checkup.code, Some(0), "{checkup:?}");
    assert!(
        checkup.checks().iter().any(|finding| finding["check"] == "attribution"),
        "{checkup:?}"
    );
    service.stop();

    let checkup = Checkup::without_service(&site);
    assert_eq!(checkup.code, Some(1));
    checkup.trouble("service", "fail");
    let postgres = checkup.trouble("postgres", "fail")["found"].to_string();
    assert!(postgres.contains("of postbackd's own"), "{postgres}");
}

#[test]
fn a_stopped_postgres_and_what_waits_for_it_are_named() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();

    let (cluster, checkup) = cluster.stop_while(|| {
        assert_eq!(service.answer(&ACME.get("transaction_id=T1")).status, 202);
        eventually("the service notices", || {
            (get("/readyz").send(service.public).json()["postgres"] == "unavailable").then_some(())
        });
        Checkup::of(&site, &service)
    });

    assert_eq!((checkup.code, &checkup.said["ok"]), (Some(1), &json!(false)));
    checkup.trouble("service's postgres", "fail");
    checkup.trouble("postgres", "fail");
    let waiting = checkup.trouble("spool", "warn")["found"].to_string();
    assert!(waiting.contains("1 record ("), "{waiting}");
    drop(service);
    cluster.stop();
}

#[test]
fn a_record_that_was_set_aside_deserves_a_look() {
    let Stage {
        service,
        site,
        database,
    } = Stage::new();
    database.execute("alter table conversions add check (transaction_id <> 'BAD')");
    assert_eq!(service.answer(&ACME.get("transaction_id=BAD")).status, 422);

    let checkup = Checkup::of(&site, &service);

    assert_eq!(checkup.code, Some(0), "{checkup:?}");
    let remedy = checkup.trouble("records set aside", "warn")["remedy"].to_string();
    assert!(remedy.contains("spool list"), "{remedy}");
}

#[test]
fn missing_partitions_fail_until_migrate_makes_them() {
    let database = Database::new();
    let site = Site::on(&database);
    let weeks = database.rows(
        "select inhrelid::regclass::text as name from pg_inherits \
         where inhparent = 'clicks'::regclass and inhrelid <> 'clicks_default'::regclass order by name",
    );
    let next_week = weeks[1]["name"].as_str().expect("a name");
    database.execute(&format!("drop table {next_week}"));

    let missing = Checkup::without_service(&site);
    let found = missing.trouble("partitions", "fail")["found"].to_string();
    assert!(found.contains(next_week), "{found}");

    assert_eq!(site.run(&["migrate"]).code, Some(0));
    let made = Checkup::without_service(&site);
    assert!(!made.troubles().contains(&"partitions"), "{made:?}");
}

#[test]
fn rows_without_a_partition_deserve_a_look() {
    let database = Database::new();
    database.execute(
        "insert into clicks (id, received_at, flags, campaign, ip) values \
         ('017f22e2-79b0-7cc3-98c4-dc0c0c07398f', '2022-02-22T19:22:22Z', 0, 'spring', '127.0.0.1')",
    );
    let checkup = Checkup::without_service(&Site::on(&database));
    let found = checkup.trouble("default partitions", "warn")["found"].to_string();
    assert!(found.contains("1 clicks"), "{found}");
}

#[test]
fn a_database_that_only_pretends_to_commit_fails() {
    let database = Database::new();
    database.execute(
        "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$",
    );
    let checkup = Checkup::without_service(&Site::on(&database));
    assert_eq!(checkup.code, Some(1));
    let finding = checkup.trouble("durable commits", "fail");
    assert!(
        finding["found"].to_string().contains("synchronous_commit is off"),
        "{finding}"
    );
    assert!(finding["remedy"].to_string().contains("alter database"), "{finding}");
}

#[test]
fn a_database_that_takes_no_writes_fails() {
    let database = Database::new();
    database.execute(
        "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); \
         end $$",
    );
    Checkup::without_service(&Site::on(&database)).trouble("postgres writes", "fail");
}

#[test]
fn a_role_that_lacks_a_right_fails() {
    let database = Database::new();
    for statement in [
        "create role never_updates login",
        "grant select, insert on clicks, conversions, conversion_changes, postbacks to never_updates",
        "grant update on conversions to never_updates",
    ] {
        database.execute(statement);
    }
    let site = Site::on_url(&database.url().replacen("postbackd@", "never_updates@", 1));
    let checkup = Checkup::without_service(&site);
    let found = &checkup.trouble("rights", "fail")["found"];
    assert_eq!(*found, "the role lacks UPDATE on postbacks");
    checkup.trouble("default partitions", "warn");
}

#[test]
fn a_database_without_our_schema_fails() {
    let database = Database::without_schema();
    let checkup = Checkup::without_service(&Site::on(&database));
    let remedy = checkup.trouble("schema", "fail")["remedy"].to_string();
    assert!(remedy.contains("postbackd migrate"), "{remedy}");
}

#[test]
fn a_conversion_that_missed_its_click_fails_once_the_sweep_should_have_mended_it() {
    let Stage {
        service,
        site,
        database,
    } = Stage::new();
    let click = service.click("/click/spring");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    let id = verdict["conversion_id"].as_str().expect("an id").to_owned();
    service.stop();
    // As if it had just been received, however long this test takes.
    database.execute(
        "update conversions set attributed = false, reason = 'unknown_click', received_at = received_at + interval '1 hour'",
    );
    let young = Checkup::without_service(&site);
    assert!(!young.troubles().contains(&"attribution"), "{young:?}");

    for table in ["conversions", "clicks"] {
        database.execute(&format!(
            "update {table} set received_at = received_at - interval '2 hours'"
        ));
    }
    let overdue = Checkup::without_service(&site);
    let found = overdue.trouble("attribution", "fail")["found"].to_string();
    assert!(found.contains(&id), "{found}");
}

#[test]
fn a_faulty_configuration_is_named_and_nothing_else_is_asked() {
    let site = Site::private().with_rules("[networks.acme]\nwindw = \"30d\"\n");
    let checkup = Checkup::without_service(&site);
    assert_eq!(checkup.code, Some(2));
    assert!(
        checkup
            .checks()
            .iter()
            .all(|finding| finding["check"] == "configuration")
    );
    assert!(checkup.said.to_string().contains("networks.acme.windw"), "{checkup:?}");
}

#[test]
fn example_secrets_deserve_a_look() {
    let site = Site::on_url("postgres://nobody@127.0.0.1:1/nothing")
        .with_rules("[networks.acme]\nsecrets = [{ value = \"example-secret-of-acme-replace-me\" }]\n");
    let checkup = Checkup::without_service(&site);
    let found = checkup.trouble("secrets", "warn")["found"].to_string();
    assert!(found.contains("networks.acme.secrets"), "{found}");
}
