//! A PostgreSQL cluster for the whole process, and a database in it for each test.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, OnceLock};

use postbackd::domain::time::Timestamp;
use postbackd::store::private::PrivatePostgres;
use postbackd::store::{DatabaseUrl, PARTITIONS_AHEAD_SERVE, make_partitions, migrate};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{new_folder, now_s};

/// Tests that use the shared cluster at once: it takes 50 connections, two services need up to 20.
const TESTS_AT_ONCE_MAX: usize = 4;

/// The database that others are copied from.
const TEMPLATE: &str = "migrated";

/// A running PostgreSQL.
#[derive(Debug)]
pub(crate) struct Cluster {
    postgres: PrivatePostgres,
    folder: TempDir,
}

impl Cluster {
    /// Makes one and starts it.
    pub(crate) fn start() -> Self {
        let folder = new_folder("cluster-");
        let postgres = Self::start_in(folder.path());
        Self { postgres, folder }
    }

    fn start_in(folder: &Path) -> PrivatePostgres {
        let started = runtime().block_on(PrivatePostgres::start(folder));
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The address of its database `postbackd`, the same after every start.
    pub(crate) fn url(&self) -> String {
        self.postgres.url()
    }

    pub(crate) fn execute(&self, sql: &str) {
        execute(&self.url(), sql);
    }

    /// Stops it as a whole, as a stalled disk would, while `meanwhile` runs.
    pub(crate) fn freeze_while<T>(&self, meanwhile: impl FnOnce() -> T) -> T {
        let pid_file = std::fs::read_to_string(self.folder.path().join("postgres/postmaster.pid"));
        let pid_file = pid_file.expect("a running cluster has one");
        let postmaster = pid_file
            .lines()
            .next()
            .and_then(|pid| pid.parse().ok())
            .expect("its process");
        let backends = rows(
            &self.url(),
            "select pid from pg_stat_activity where pid <> pg_backend_pid()",
        );
        let backends = backends
            .iter()
            .filter_map(|row| i32::try_from(row["pid"].as_i64()?).ok());
        let frozen = Frozen(
            std::iter::once(postmaster)
                .chain(backends)
                .filter_map(Pid::from_raw)
                .collect(),
        );
        frozen.signal(Signal::STOP);
        meanwhile()
    }

    /// Stops it, runs `meanwhile`, starts it again.
    pub(crate) fn stop_while<T>(self, meanwhile: impl FnOnce() -> T) -> (Self, T) {
        let Self { postgres, folder } = self;
        runtime().block_on(postgres.stop());
        let done = meanwhile();
        let postgres = Self::start_in(folder.path());
        (Self { postgres, folder }, done)
    }

    /// Stops it.
    pub(crate) fn stop(self) {
        runtime().block_on(self.postgres.stop());
    }
}

/// Processes that go on when this ends, also when a test fails meanwhile.
struct Frozen(Vec<Pid>);

impl Frozen {
    fn signal(&self, signal: Signal) {
        for pid in &self.0 {
            // A backend may have ended by itself.
            kill_process(*pid, signal).ok();
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.signal(Signal::CONT);
    }
}

/// A database of a test's own in the shared cluster.
#[derive(Debug)]
pub(crate) struct Database {
    name: String,
    url: String,
}

impl Database {
    /// One with the current schema.
    pub(crate) fn new() -> Self {
        Self::create(&format!("template {TEMPLATE}"))
    }

    /// One without any table.
    pub(crate) fn without_schema() -> Self {
        Self::create("")
    }

    fn create(how: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        take_seat();
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        execute(shared(), &format!("create database {name} {how}"));
        let url = url_of(&name);
        Self { name, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The rows of a query, each as a JSON object.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Value> {
        rows(&self.url, sql)
    }

    /// The one row of a query.
    pub(crate) fn row(&self, sql: &str) -> Value {
        let mut rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "one row of {sql}: {rows:?}");
        rows.remove(0)
    }

    /// How many rows there are, as in `conversions where status = 'pending'`.
    pub(crate) fn count(&self, of: &str) -> i64 {
        let row = self.row(&format!("select count(*) from {of}"));
        row["count"].as_i64().expect("a count")
    }

    pub(crate) fn execute(&self, sql: &str) {
        execute(&self.url, sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        execute(shared(), &format!("drop database {} with (force)", self.name));
        leave_seat();
    }
}

/// The rows of a query, each as a JSON object.
pub(crate) fn rows(url: &str, sql: &str) -> Vec<Value> {
    let sql = format!("select to_jsonb(t) from ({sql}) t");
    let rows: sqlx::Result<Vec<Value>> = runtime().block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let query = sqlx::query_scalar(AssertSqlSafe(sql.clone()));
        let rows = query.fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(rows)
    });
    rows.unwrap_or_else(|error| panic!("{error} in {sql}"))
}

/// Runs statements.
pub(crate) fn execute(url: &str, sql: &str) {
    let outcome: sqlx::Result<()> = runtime().block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await?;
        connection.close().await
    });
    outcome.unwrap_or_else(|error| panic!("{error} in {sql}"));
}

/// Where the keepers' news and the tests' SQL are driven.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().expect("a runtime")
    })
}

/// The address of the shared cluster, started at the first call. It ends with the process.
fn shared() -> &'static str {
    static SHARED: OnceLock<(Cluster, String)> = OnceLock::new();
    let (_, url) = SHARED.get_or_init(|| {
        let cluster = Cluster::start();
        let url = cluster.url();
        execute(&url, &format!("create database {TEMPLATE}"));
        let template = DatabaseUrl::parse(&in_database(&url, TEMPLATE)).expect("an address");
        let now = Timestamp::from_unix_seconds(now_s());
        runtime().block_on(async {
            migrate(&template).await.expect("migrations");
            make_partitions(&template, now, PARTITIONS_AHEAD_SERVE)
                .await
                .expect("partitions");
        });
        (cluster, url)
    });
    url
}

fn url_of(database: &str) -> String {
    in_database(shared(), database)
}

fn in_database(url: &str, database: &str) -> String {
    url.replace("/postbackd?", &format!("/{database}?"))
}

static SEATS_TAKEN: Mutex<usize> = Mutex::new(0);
static SEAT_LEFT: Condvar = Condvar::new();

fn take_seat() {
    let taken = SEATS_TAKEN.lock().expect("no panic with the lock");
    let mut taken = SEAT_LEFT
        .wait_while(taken, |taken| *taken >= TESTS_AT_ONCE_MAX)
        .expect("no panic with the lock");
    *taken += 1;
}

fn leave_seat() {
    *SEATS_TAKEN.lock().expect("no panic with the lock") -= 1;
    SEAT_LEFT.notify_one();
}
