//! A run of the suite: a folder, a cluster, the cases one after the other, and the report.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use postbackd::ingest::now;
use tempfile::TempDir;

use crate::cases;
use crate::cluster::{Cluster, ROLE};
use crate::cpu::{Meter, Split};
use crate::database::Database;
use crate::interrupt;
use crate::load::Span;
use crate::machine::Machine;
use crate::options::Options;
use crate::report::{Report, started_at};

/// Before a run is measured.
const WARM_UP: Duration = Duration::from_millis(500);

/// More requests a second than any contestant answers on two cores; a faster one uses them up, and its interval ends there.
const PER_SECOND_MAX: usize = 40_000;

/// What every case works with. Dropped, the cluster ends before its folder is removed.
#[derive(Debug)]
pub(crate) struct Bench<'o> {
    pub(crate) options: &'o Options,
    pub(crate) cluster: Cluster,
    folder: TempDir,
}

/// Measures what is wanted, prints it and writes it down.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "the suite reads /proc and waits by epoll: it runs on Linux"
    );
    interrupt::listen()?;
    let folder = folder()?;
    let cluster = Cluster::start_in(folder.path())?;
    let machine = Machine::look(&cluster.url(ROLE), folder.path())?;
    machine.print();
    let mut report = Report::new(started_at(now()), machine, options.rounds, options.seconds);
    let bench = Bench {
        options,
        cluster,
        folder,
    };
    let outcome = options.wanted().into_iter().try_for_each(|case| {
        report.add(cases::measure(case, &bench)?);
        anyhow::Ok(())
    });
    // What was measured before something failed is worth keeping.
    let path = report.write(&Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench"))?;
    println!("\n{}", path.display());
    outcome?;
    bench.cluster.stop()?;
    bench.folder.close().context("the suite's folder could not be removed")
}

/// On the disk of the build, unless `TMPDIR` says otherwise: `/tmp` is memory in many places, where nothing is durable.
fn folder() -> anyhow::Result<TempDir> {
    let parent = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    fs::create_dir_all(&parent)?;
    let folder = tempfile::Builder::new().prefix("postbackd-bench-").tempdir_in(&parent);
    let folder = folder.with_context(|| format!("a folder in {}", parent.display()))?;
    // PostgreSQL runs as another user when root measures, and has to get through.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    Ok(folder)
}

impl Bench<'_> {
    /// Where logs and sites lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new database without a schema.
    pub(crate) fn database(&self, name: &str) -> anyhow::Result<Database> {
        self.cluster.execute(&format!("create database {name}"))?;
        Ok(Database {
            name: name.to_owned(),
            url: self.cluster.url(name),
        })
    }

    /// Removes one, also while somebody is connected.
    pub(crate) fn drop_database(&self, database: Database) -> anyhow::Result<()> {
        let Database { name, .. } = database;
        self.cluster.execute(&format!("drop database {name} with (force)"))
    }

    /// How many unique requests one run can use up.
    pub(crate) fn requests_max(&self) -> usize {
        let seconds = usize::try_from(self.span().warm_up.as_secs() + 1 + self.options.seconds).unwrap_or(usize::MAX);
        seconds.saturating_mul(PER_SECOND_MAX)
    }

    /// How long one run lasts.
    pub(crate) const fn span(&self) -> Span {
        Span {
            warm_up: WARM_UP,
            measured: self.options.measured(),
        }
    }

    /// Runs a load against a process and counts the CPU of everybody meanwhile.
    pub(crate) fn watch<T>(
        &self,
        served: u32,
        drive: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<(T, Split)> {
        let meter = Meter {
            served: Some(served),
            postmaster: self.cluster.pid(),
        };
        let before = meter.read()?;
        let driven = drive()?;
        Ok((driven, before.until(meter.read()?)))
    }
}
