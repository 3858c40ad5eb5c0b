//! Where it was measured: the machine, the versions and the settings that a number means nothing without.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::Context as _;
use serde::Serialize;
use sqlx::{Connection as _, PgConnection};

use crate::database::block_on;

/// Settings of PostgreSQL that the numbers depend on.
const SETTINGS: [&str; 12] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "data_checksums",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "max_connections",
    "autovacuum",
    "jit",
];

/// A machine and what runs on it.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory: String,
    kernel: String,
    filesystem: String,
    rustc: String,
    profile: &'static str,
    commit: String,
    postgres: Vec<(String, String)>,
}

impl Machine {
    /// This one, with the PostgreSQL at `url` and a cluster in `folder`.
    pub(crate) fn look(url: &str, folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            processor: value_of("/proc/cpuinfo", "model name"),
            cores: thread::available_parallelism()?.get(),
            memory: value_of("/proc/meminfo", "MemTotal"),
            kernel: read("/proc/sys/kernel/osrelease"),
            filesystem: filesystem(folder)?,
            rustc: printed(&mut Command::new("rustc"), &["--version"]),
            profile: if cfg!(debug_assertions) { "debug" } else { "bench" },
            commit: printed(
                Command::new("git").current_dir(env!("CARGO_MANIFEST_DIR")),
                &["describe", "--always", "--dirty"],
            ),
            postgres: settings(url)?,
        })
    }

    pub(crate) fn print(&self) {
        let Self {
            processor,
            cores,
            memory,
            kernel,
            filesystem,
            rustc,
            profile,
            commit,
            postgres,
        } = self;
        println!("postbackd {commit}, profile {profile}, {rustc}");
        println!("{cores} × {processor}, {memory}, Linux {kernel}, {filesystem}");
        let settings: Vec<String> = postgres.iter().map(|(name, value)| format!("{name} {value}")).collect();
        println!("PostgreSQL: {}", settings.join(", "));
    }
}

fn settings(url: &str) -> anyhow::Result<Vec<(String, String)>> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let mut settings = Vec::new();
        for name in SETTINGS {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
            settings.push((name.to_owned(), value));
        }
        connection.close().await?;
        Ok(settings)
    })
    .context("PostgreSQL's settings")
}

/// The kind of filesystem that a folder lies on.
fn filesystem(folder: &Path) -> anyhow::Result<String> {
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let folder = folder.canonicalize()?;
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let place = Path::new(fields.next()?);
        let kind = fields.next()?;
        folder.starts_with(place).then_some((place.components().count(), kind))
    });
    // Of two mounts at one place the later one covers the other.
    let (_, kind) = mounted
        .max_by_key(|(depth, _)| *depth)
        .context("the mount of the folder")?;
    Ok(kind.to_owned())
}

/// The first value of a name in a file of `/proc`.
fn value_of(file: &str, name: &str) -> String {
    let text = read(file);
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
    value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

/// A fact that no number depends on is not worth a failure.
fn read(file: &str) -> String {
    fs::read_to_string(file).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

fn printed(command: &mut Command, arguments: &[&str]) -> String {
    let output = command.args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
