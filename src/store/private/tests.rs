//! The private PostgreSQL as a whole, against the real programs.

mod left_behind;

use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::pid_file::PidFile;
use super::{PrivateError, PrivatePostgres, running_url};

/// Whatever is waited for comes within this, also on a busy machine.
const WAIT: Duration = Duration::from_mins(1);

const POLL: Duration = Duration::from_millis(10);

/// A folder that also the user who runs PostgreSQL may enter.
fn folder() -> TempDir {
    folder_of_mode(0o755)
}

fn folder_of_mode(mode: u32) -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder
        .permissions(std::fs::Permissions::from_mode(mode))
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
async fn others_find_the_way_to_a_server_as_long_as_it_runs() {
    let folder = folder();
    for data_dir in [folder.path().join("short"), folder.path().join("deep".repeat(30))] {
        assert_eq!(running_url(&data_dir).expect("nothing is no failure"), None);
        let postgres = start(&data_dir).await;
        assert_eq!(running_url(&data_dir).expect("readable"), Some(postgres.url()));
        postgres.stop().await;
        assert_eq!(
            running_url(&data_dir).expect("readable"),
            None,
            "{}",
            data_dir.display()
        );
    }
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
async fn a_data_directory_below_a_folder_that_others_cannot_enter_is_no_obstacle() {
    let root_needs_an_open_path = cfg!(not(target_os = "linux")) && rustix::process::geteuid().is_root();
    if root_needs_an_open_path {
        return;
    }
    let closed = folder_of_mode(0o700);
    let data_dir = closed.path().join("made by us");
    let postgres = start(&data_dir).await;
    run(&postgres, "create table kept as select 42 as answer").await;
    let killed = postmaster(&data_dir).expect("it runs");

    kill_process(killed, Signal::KILL).expect("it is killed");

    eventually(async || postmaster(&data_dir).filter(|pid| *pid != killed)).await;
    assert_eq!(ask::<i32>(&postgres, "select answer from kept").await, 42);
    postgres.stop().await;
    let postgres = start(&data_dir).await;
    assert_eq!(ask::<i32>(&postgres, "select answer from kept").await, 42);
    postgres.stop().await;
}
