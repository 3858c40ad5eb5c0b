//! The service under measurement: the release binary as a process of its own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::process::Signal;
use serde_json::Value;

use crate::child::Child;
use crate::database::Database;
use crate::traffic::{CAMPAIGN, DESTINATION, NETWORK, SECRET};
use crate::wait;

/// How long a start may take.
const READY_WAIT_MAX: Duration = Duration::from_mins(1);

/// How long the spool may take to be empty.
const REPLAY_WAIT_MAX: Duration = Duration::from_mins(10);

/// How long one of the suite's own questions may take.
const ASK_WAIT_MAX: Duration = Duration::from_secs(10);

/// A service's configuration and its data directory, which outlive its processes.
#[derive(Debug)]
pub(crate) struct Site {
    config: PathBuf,
    log: PathBuf,
}

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) public: SocketAddr,
    private: SocketAddr,
    child: Child,
    started_in: Duration,
}

/// Who takes writes, as `/readyz` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postgres {
    Up,
    Down,
}

impl Site {
    /// One on a database, in a folder of its own below `parent`.
    pub(crate) fn on(database: &Database, parent: &Path) -> anyhow::Result<Self> {
        let folder = parent.join(format!("site-{}", database.name));
        fs::create_dir(&folder)?;
        let url = &database.url;
        let data_dir = folder.join("data");
        let data_dir = data_dir.display();
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\nshutdown_grace = \"1ms\"\n\
             [database]\nurl = \"{url}\"\n[storage]\ndata_dir = \"{data_dir}\"\n\
             [networks.{NETWORK}]\nsecrets = [{{ value = \"{SECRET}\" }}]\n\
             [campaigns.{CAMPAIGN}]\ndestination = \"{DESTINATION}{{click_id}}\"\nnetworks = [\"{NETWORK}\"]\n"
        );
        let config = folder.join("postbackd.toml");
        fs::write(&config, text)?;
        Ok(Self {
            config,
            log: folder.join("postbackd.log"),
        })
    }

    /// Starts a service and waits until PostgreSQL takes its writes.
    pub(crate) fn serve(&self) -> anyhow::Result<Service> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postbackd"));
        for variable in ["DATABASE_URL", "RUST_LOG", "POSTBACKD_LISTEN", "POSTBACKD_ADMIN_LISTEN"] {
            command.env_remove(variable);
        }
        command.args(["serve", "--config"]).arg(&self.config);
        let spawned = Instant::now();
        let mut child = Child::spawn("postbackd", command, &self.log, Signal::KILL)?;
        let (public, private) = child.printed("postbackd listens", READY_WAIT_MAX, |log| {
            log.lines().find_map(addresses)
        })?;
        let mut service = Service {
            public,
            private,
            child,
            started_in: Duration::ZERO,
        };
        service.wait_for(Postgres::Up)?;
        service.started_in = spawned.elapsed();
        Ok(service)
    }
}

/// The addresses in the line of the log that names them.
fn addresses(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let address = |field: &str| line.get(field)?.as_str()?.parse().ok();
    Some((address("public")?, address("private")?))
}

impl Service {
    pub(crate) fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// How long it took from the start of its process until it was ready and PostgreSQL took its writes.
    pub(crate) const fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Waits until it finds PostgreSQL so.
    pub(crate) fn wait_for(&self, wanted: Postgres) -> anyhow::Result<()> {
        wait::until("postbackd notices PostgreSQL", READY_WAIT_MAX, || {
            let answer = ask(self.public, "/readyz")?;
            let is_up = answer.contains("\"postgres\":\"ok\"");
            Ok((is_up == (wanted == Postgres::Up)).then_some(()))
        })
    }

    /// Waits until nothing is left in the spool.
    pub(crate) fn wait_for_replay(&self) -> anyhow::Result<()> {
        wait::until("the spool is empty", REPLAY_WAIT_MAX, || {
            Ok((self.metric("postbackd_spool_records")? == 0).then_some(()))
        })
    }

    /// How many requests have gone through the spool since its start.
    pub(crate) fn spooled(&self) -> anyhow::Result<u64> {
        self.metric("postbackd_spooled_total")
    }

    /// A counter or gauge that has no labels.
    pub(crate) fn metric(&self, name: &str) -> anyhow::Result<u64> {
        let text = ask(self.private, "/metrics")?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = value.with_context(|| format!("the metric {name}"))?;
        value.trim().parse().with_context(|| format!("{name} is {value}"))
    }

    /// Its peak memory, in bytes.
    pub(crate) fn memory_peak(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .context("VmHWM")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }

    /// Stops it in order.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.child.stop(Signal::TERM)
    }
}

/// Asks over a connection of its own; the answer with its head.
fn ask(to: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&to, ASK_WAIT_MAX)?;
    stream.set_read_timeout(Some(ASK_WAIT_MAX))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .with_context(|| format!("asking for {path}"))?;
    ensure!(answer.starts_with("HTTP/1.1 "), "an answer for {path}: {answer}");
    Ok(answer)
}
