//! The PostgreSQL of the service's own: the first start, a second service, and kills of anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;

use crate::harness::{ACME, Site, eventually, rows};

/// What PostgreSQL wrote into `postmaster.pid`, line by line: its process first, port, socket folder and TCP address
/// from the fourth on.
fn pid_file(site: &Site) -> Vec<String> {
    let text = fs::read_to_string(site.data_dir().join("postgres/postmaster.pid"));
    text.expect("a running PostgreSQL has one")
        .lines()
        .map(str::to_owned)
        .collect()
}

fn postmaster(site: &Site) -> Pid {
    let pid = pid_file(site)[0].parse().expect("a process id");
    Pid::from_raw(pid).expect("a process id")
}

#[test]
fn the_first_start_makes_a_durable_cluster_that_only_its_socket_reaches() {
    let site = Site::private();
    let service = site.serve();
    let click = service.click("/click/spring");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["verdict"], "recorded");
    assert_eq!(verdict["attributed"], true);

    let pid_file = pid_file(&site);
    // The socket's folder is written as the server sees it, which works in its cluster.
    let socket_folder = site.data_dir().join("postgres").join(&pid_file[4]);
    let socket_folder = fs::canonicalize(socket_folder).expect("the socket's folder");
    let (port, tcp_address) = (&pid_file[3], &pid_file[5]);
    assert_eq!(tcp_address, "", "no TCP");
    let mode = fs::metadata(&socket_folder)
        .expect("the socket's folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700, "{}", socket_folder.display());
    let url = format!(
        "postgres://postbackd@localhost:{port}/postbackd?host={}",
        socket_folder.to_str().expect("UTF-8").replace('/', "%2F")
    );
    let settings = rows(
        &url,
        "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')",
    );
    assert!(
        settings.iter().all(|setting| setting["setting"] == "on"),
        "{settings:?}"
    );
    assert_eq!(settings.len(), 2);
    assert_eq!(rows(&url, "select count(*) from conversions"), [json!({ "count": 1 })]);
}

#[test]
fn postgres_ends_with_its_service_and_the_next_start_finds_every_row() {
    let site = Site::private();
    let service = site.serve();
    service.verdict(&ACME.get("transaction_id=T1"));
    let postgres = postmaster(&site);
    service.stop();
    assert!(
        test_kill_process(postgres).is_err(),
        "it is stopped before the service ends"
    );

    let service = site.serve();
    assert_eq!(service.verdict(&ACME.get("transaction_id=T1"))["verdict"], "duplicate");
    service.stop();
}

#[test]
fn a_second_service_on_the_same_folder_is_refused_by_name() {
    let site = Site::private();
    let first = site.serve();
    let mut second = site.spawn_serve();
    assert_eq!(second.ended().code(), Some(1));
    let said = second.log().join("\n");
    let data_dir = site.data_dir();
    assert!(said.contains("another postbackd"), "{said}");
    assert!(said.contains(&data_dir.display().to_string()), "{said}");
    assert!(
        said.contains(&first.process.pid().as_raw_nonzero().to_string()),
        "{said}"
    );
    assert_eq!(first.verdict(&ACME.get("transaction_id=T1"))["verdict"], "recorded");
    first.stop();
}

#[test]
fn a_killed_service_starts_again_with_every_confirmed_row() {
    let site = Site::private();
    for round in 0..3 {
        let mut service = site.serve();
        for earlier in 0..round {
            let verdict = service.verdict(&ACME.get(&format!("transaction_id=T{earlier}")));
            assert_eq!(verdict["verdict"], "duplicate", "round {round}");
        }
        let verdict = service.verdict(&ACME.get(&format!("transaction_id=T{round}")));
        assert_eq!(verdict["verdict"], "recorded", "round {round}");
        service.process.kill();
    }
}

#[test]
fn a_killed_postgres_is_started_again_under_a_running_service() {
    let site = Site::private();
    let service = site.serve();
    service.verdict(&ACME.get("transaction_id=T1"));
    let killed = postmaster(&site);
    kill_process(killed, Signal::KILL).expect("PostgreSQL is there");

    // The service started it again when its log says ready a second time: until then the old one's last backends answer.
    eventually("PostgreSQL is ready again", || {
        let ready = service
            .process
            .log()
            .iter()
            .filter(|line| line.contains("is ready"))
            .count();
        (ready >= 2).then_some(())
    });
    let verdict = eventually("a postback gets its verdict again", || {
        let answer = service.answer(&ACME.get("transaction_id=T2"));
        assert!([200, 202].contains(&answer.status), "{answer:?}");
        (answer.status == 200).then(|| answer.json())
    });

    assert_ne!(postmaster(&site), killed);
    assert!(
        ["recorded", "duplicate"].contains(&verdict["verdict"].as_str().expect("a verdict")),
        "{verdict}"
    );
    assert_eq!(service.verdict(&ACME.get("transaction_id=T1"))["verdict"], "duplicate");
    assert_eq!(
        service.api("/api/v1/conversions")["items"].as_array().map(Vec::len),
        Some(2)
    );
    service.stop();
}

#[test]
fn without_server_programs_the_service_says_so_and_ends() {
    let site = Site::private();
    let nowhere = site.data_dir();
    let ended = site.run_under(&[("POSTBACKD_PG_BIN", &nowhere.display().to_string())], &["serve"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("POSTBACKD_PG_BIN"), "{}", ended.stderr);
}
