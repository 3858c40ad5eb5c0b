//! The private PostgreSQL as a whole, against the real programs.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::account::Account;
use super::pid_file::PidFile;
use super::programs;
use super::{PrivateError, PrivatePostgres};

/// Whatever is waited for comes within this, also on a busy machine.
const WAIT: Duration = Duration::from_mins(1);

const POLL: Duration = Duration::from_millis(10);

/// A folder that also the user who runs PostgreSQL may enter.
fn folder() -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir_in("/tmp")
        .expect("a folder under /tmp")
}

async fn start(data_dir: &Path) -> PrivatePostgres {
    PrivatePostgres::start(data_dir).await.expect("it starts")
}

async fn connect(postgres: &PrivatePostgres) -> PgConnection {
    PgConnection::connect(&postgres.url())
        .await
        .expect("it takes connections")
}

async fn ask<T>(postgres: &PrivatePostgres, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql)
        .fetch_one(&mut connect(postgres).await)
        .await
        .expect("an answer")
}

async fn run(postgres: &PrivatePostgres, sql: &'static str) {
    sqlx::raw_sql(sql)
        .execute(&mut connect(postgres).await)
        .await
        .expect("it is done");
}

/// Asks until there is an answer.
async fn eventually<T, F: Future<Output = Option<T>>>(mut question: impl FnMut() -> F) -> T {
    let answer = async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(WAIT, answer).await.expect("it comes in time")
}

/// The running server of a data directory.
fn postmaster(data_dir: &Path) -> Option<Pid> {
    let pid_file = PidFile::read(&data_dir.join("postgres")).expect("readable");
    pid_file
        .filter(|pid_file| pid_file.is_ready)
        .map(|pid_file| pid_file.pid)
}

fn is_gone(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid).is_err()
}

/// The user who owns the cluster of a data directory, where we are root.
fn become_owner(command: &mut Command, data_dir: &Path) {
    if let Some(account) = Account::for_cluster(&data_dir.join("postgres"), true).expect("a cluster of ours") {
        command.uid(account.uid).gid(account.gid);
    }
}

#[tokio::test]
async fn rows_outlive_a_stop_and_a_start() {
    let folder = folder();
    let data_dir = folder.path().join("made/by/us");

    let postgres = start(&data_dir).await;
    run(&postgres, "create table kept as select 42 as answer").await;
    let pid = postmaster(&data_dir).expect("it runs");
    postgres.stop().await;
    assert!(is_gone(pid));

    let postgres = start(&data_dir).await;
    assert_eq!(ask::<i32>(&postgres, "select answer from kept").await, 42);
    postgres.stop().await;
}

#[tokio::test]
async fn it_is_durable_private_and_ours() {
    let folder = folder();
    let postgres = start(folder.path()).await;

    for (sql, expected) in [
        ("select current_setting('fsync')", "on"),
        ("select current_setting('synchronous_commit')", "on"),
        ("select current_setting('full_page_writes')", "on"),
        ("select current_setting('data_checksums')", "on"),
        ("select current_setting('listen_addresses')", ""),
        ("select current_setting('server_encoding')", "UTF8"),
        (
            "select datcollate from pg_database where datname = current_database()",
            "C",
        ),
        (
            "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()",
            "postbackd",
        ),
        (
            "select current_database()::text || ' ' || current_user::text",
            "postbackd postbackd",
        ),
    ] {
        assert_eq!(ask::<String>(&postgres, sql).await, expected, "{sql}");
    }
    let socket_folder = std::fs::metadata(folder.path().join("postgres")).expect("it is there");
    assert_eq!(socket_folder.permissions().mode() & 0o777, 0o700);
    postgres.stop().await;
}

#[tokio::test]
async fn a_second_service_is_refused_and_the_first_goes_on() {
    let folder = folder();
    let first = start(folder.path()).await;

    let second = PrivatePostgres::start(folder.path()).await;

    let refusal = second.expect_err("the folder is taken");
    assert!(matches!(refusal, PrivateError::InUse { .. }), "{refusal:?}");
    assert!(
        refusal.to_string().contains(&std::process::id().to_string()),
        "{refusal}"
    );
    assert_eq!(ask::<i32>(&first, "select 1").await, 1);
    first.stop().await;
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
    start(folder.path()).await.stop().await;
    let cluster = folder.path().join("postgres");
    let programs = programs::find(&cluster, None).expect("PostgreSQL is installed");
    let mut command = Command::new(programs.folder.join("postgres"));
    command
        .arg("-D")
        .arg(&cluster)
        .args(["-c", "listen_addresses=", "-c", "unix_socket_directories=."]);
    become_owner(&mut command, folder.path());
    let mut orphan = command.stderr(Stdio::null()).spawn().expect("it runs");
    eventually(async || postmaster(folder.path())).await;

    let postgres = start(folder.path()).await;

    assert!(
        orphan
            .try_wait()
            .expect("it is our child")
            .is_some_and(|status| status.success())
    );
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

#[tokio::test]
async fn a_data_directory_too_deep_for_a_socket_gets_one_elsewhere() {
    let folder = folder();
    let data_dir = folder.path().join("deep".repeat(30));
    let postgres = start(&data_dir).await;
    assert_eq!(ask::<i32>(&postgres, "select 1").await, 1);
    let sockets = ask::<String>(&postgres, "select current_setting('unix_socket_directories')").await;
    let killed = postmaster(&data_dir).expect("it runs");

    kill_process(killed, Signal::KILL).expect("it is killed");

    eventually(async || postmaster(&data_dir).filter(|pid| *pid != killed)).await;
    assert_eq!(ask::<i32>(&postgres, "select 1").await, 1);
    postgres.stop().await;
    assert!(!Path::new(&sockets).exists(), "{sockets}");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let folder = folder();
    start(folder.path()).await.stop().await;
    let settings = folder.path().join("postgres/postgresql.conf");
    std::fs::write(&settings, "nonsense = 1\n").expect("writable");

    let refused = PrivatePostgres::start(folder.path())
        .await
        .expect_err("the file is wrong");

    assert!(refused.to_string().contains("nonsense"), "{refused}");
}

#[tokio::test]
async fn a_folder_that_the_unprivileged_user_cannot_enter_is_named() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = folder();
    let closed = folder.path().canonicalize().expect("it is there").join("closed");
    std::fs::create_dir(&closed).expect("writable");
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o700)).expect("ours");

    let refused = PrivatePostgres::start(&closed.join("data"))
        .await
        .expect_err("it is closed");

    let PrivateError::CannotEnter { folder, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(*folder, closed);
}

/// Set for the process that [`what_a_killed_service_leaves_is_no_obstacle`] kills: the data directory to work on.
const TO_BE_KILLED: &str = "POSTBACKD_TEST_TO_BE_KILLED";

/// What that process prints when its server runs.
const RUNS: &str = "the server runs";

#[tokio::test]
async fn what_a_killed_service_leaves_is_no_obstacle() {
    const NAME: &str = "store::private::tests::what_a_killed_service_leaves_is_no_obstacle";
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
