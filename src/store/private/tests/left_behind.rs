//! What something killed leaves behind is no obstacle to what is started next.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use sqlx::Connection;
use tokio::time::timeout;

use super::super::account::Account;
use super::super::home::Home;
use super::super::postmaster::Postmaster;
use super::{WAIT, ask, connect, eventually, folder, postmaster, run, start};

/// The user who owns the cluster of a data directory, where we are root.
fn become_owner(command: &mut Command, data_dir: &Path) {
    if let Some(account) = Account::for_cluster(&data_dir.join("postgres"), true).expect("a cluster of ours") {
        command.uid(account.uid).gid(account.gid);
    }
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_all_that_was_committed() {
    let folder = folder();
    let postgres = start(folder.path()).await;
    run(&postgres, "create table kept as select 42 as answer").await;
    let mut session = connect(&postgres).await;
    let killed = postmaster(folder.path()).expect("it runs");

    kill_process(killed, Signal::KILL).expect("it is killed");

    eventually(async || postmaster(folder.path()).filter(|pid| *pid != killed)).await;
    assert_eq!(ask::<i32>(&postgres, "select answer from kept").await, 42);
    assert!(session.ping().await.is_err(), "a session of the dead server is dead");
    postgres.stop().await;
}

#[tokio::test]
async fn a_server_that_outlived_its_service_is_ended_first() {
    let folder = folder();
    let home = Home::open(folder.path()).await.expect("it is ours");
    let mut orphan = Postmaster::start(&home).await.expect("it starts");
    drop(home);

    let postgres = start(folder.path()).await;

    let ended = timeout(Duration::ZERO, orphan.ended()).await.expect("it has ended");
    assert!(ended.expect("it is our child").success());
    assert_eq!(ask::<i32>(&postgres, "select 1").await, 1);
    postgres.stop().await;
}

#[tokio::test]
async fn a_stale_process_id_that_is_somebody_elses_by_now_is_no_obstacle() {
    let folder = folder();
    start(folder.path()).await.stop().await;
    let cluster = folder.path().join("postgres");
    let mut command = Command::new("sleep");
    become_owner(command.arg("600"), folder.path());
    let mut bystander = command.spawn().expect("it runs");
    let stale = format!("{}\n{}\n1700000000\n5432\n.\n\n", bystander.id(), cluster.display());
    for name in ["postmaster.pid", ".s.PGSQL.5432.lock"] {
        std::fs::write(cluster.join(name), &stale).expect("writable");
        let mut give = Command::new("chown");
        give.arg("--reference").args([&cluster, &cluster.join(name)]);
        assert!(give.status().expect("chown is there").success());
    }

    let postgres = start(folder.path()).await;

    assert!(
        bystander.try_wait().expect("it is our child").is_none(),
        "a bystander is left alone"
    );
    bystander.kill().and_then(|()| bystander.wait()).expect("it ends");
    postgres.stop().await;
}

/// Set for the process that [`what_a_killed_service_leaves_is_no_obstacle`] kills: the data directory to work on.
const TO_BE_KILLED: &str = "POSTBACKD_TEST_TO_BE_KILLED";

/// What that process prints when its server runs.
const RUNS: &str = "the server runs";

#[tokio::test]
async fn what_a_killed_service_leaves_is_no_obstacle() {
    const NAME: &str = "store::private::tests::left_behind::what_a_killed_service_leaves_is_no_obstacle";
    if let Some(data_dir) = std::env::var_os(TO_BE_KILLED).map(PathBuf::from) {
        let postgres = start(&data_dir).await;
        run(
            &postgres,
            "create table if not exists kept (n int); insert into kept values (1)",
        )
        .await;
        println!("\n{RUNS}");
        tokio::time::sleep(WAIT).await;
        return postgres.stop().await;
    }
    let folder = folder();
    // Too deep for a socket, so that the killed service also leaves a folder elsewhere.
    let data_dir = folder.path().join("deep".repeat(30));
    let mut left = Vec::new();
    for round in 1..=2 {
        let test = std::env::current_exe().expect("this test");
        let mut service = Command::new(test)
            .args(["--exact", NAME, "--nocapture"])
            .env(TO_BE_KILLED, &data_dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(service.stdout.take().expect("piped")).lines();
        assert!(lines.any(|line| line.expect("text") == RUNS), "round {round}");
        service.kill().and_then(|()| service.wait()).expect("it is killed");
        let written = std::fs::read_to_string(data_dir.join("postgres.lock")).expect("readable");
        left.push(PathBuf::from(
            written.lines().nth(1).expect("the folder is written down"),
        ));
    }
    assert!(left[1].exists(), "nobody had time to remove it");

    let postgres = start(&data_dir).await;

    assert_eq!(ask::<i64>(&postgres, "select count(*) from kept").await, 2);
    postgres.stop().await;
    assert!(left.iter().all(|folder| !folder.exists()), "{left:?}");
}
