//! The PostgreSQL of a run: a cluster of its own with durable settings, removed with its folder.
//!
//! Everybody speaks to it over TCP on loopback with a password, as a service does to a database of its own.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustix::process::Signal;

use crate::child::Child;
use crate::database;

/// The superuser, and the database that is always there.
pub(crate) const ROLE: &str = "postgres";

/// How long the server may take to start.
const READY_WAIT_MAX: Duration = Duration::from_mins(1);

/// What differs from PostgreSQL's own defaults, or must not.
const SETTINGS: [&str; 8] = [
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=512MB",
    // pgbench alone takes 64.
    "max_connections=150",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
];

/// A cluster, and its server while it runs.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// The folder of PostgreSQL's programs.
    programs: PathBuf,
    folder: PathBuf,
    account: Option<Account>,
    port: u16,
    password: String,
    server: Mutex<Option<Child>>,
}

/// Whom PostgreSQL runs as in root's place.
#[derive(Debug, Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Makes a cluster below `parent` and starts it.
    pub(crate) fn start_in(parent: &Path) -> anyhow::Result<Self> {
        let randomness: [u8; 16] = rand::random();
        let cluster = Self {
            programs: programs()?,
            folder: parent.join("postgres"),
            account: account()?,
            // Free now; nobody else is expected to take it within the second.
            port: TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            password: hex::encode(randomness),
            server: Mutex::new(None),
        };
        cluster.init(&parent.join("password"))?;
        cluster.start()?;
        Ok(cluster)
    }

    fn init(&self, password_file: &Path) -> anyhow::Result<()> {
        fs::create_dir(&self.folder)?;
        fs::write(password_file, &self.password)?;
        fs::set_permissions(password_file, Permissions::from_mode(0o600))?;
        if let Some(account) = self.account {
            for path in [self.folder.as_path(), password_file] {
                chown(path, Some(account.uid), Some(account.gid)).context("giving the cluster away")?;
            }
        }
        let mut initdb = self.program("initdb");
        initdb
            .arg("-D")
            .arg(&self.folder)
            .args(["-U", ROLE, "--pwfile"])
            .arg(password_file);
        initdb.args([
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
        ]);
        let output = initdb.stdin(Stdio::null()).output().context("initdb cannot be run")?;
        ensure!(
            output.status.success(),
            "initdb failed, {}; PostgreSQL's user has to get to {}, or name another folder in TMPDIR",
            String::from_utf8_lossy(&output.stderr).trim(),
            self.folder.display()
        );
        Ok(())
    }

    /// Starts the server and waits until it takes connections.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let mut postgres = self.program("postgres");
        postgres
            .arg("-D")
            .arg(&self.folder)
            .arg("-p")
            .arg(self.port.to_string());
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        let log = self.folder.with_file_name("postgres.log");
        let mut server = Child::spawn("PostgreSQL", postgres, &log, Signal::QUIT)?;
        server.printed("PostgreSQL takes connections", READY_WAIT_MAX, |log| {
            log.contains("ready to accept connections").then_some(())
        })?;
        *self.server.lock().expect("no panic with the lock") = Some(server);
        Ok(())
    }

    /// Stops the server as an operator would: sessions are cut, and a checkpoint is made.
    pub(crate) fn stop(&self) -> anyhow::Result<()> {
        let server = self.server.lock().expect("no panic with the lock").take();
        server.context("a running PostgreSQL")?.stop(Signal::INT)
    }

    /// The process that all others of the server are children of; none while it is stopped.
    pub(crate) fn pid(&self) -> Option<u32> {
        let server = self.server.lock().expect("no panic with the lock");
        server.as_ref().map(Child::pid)
    }

    /// The address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let Self { port, password, .. } = self;
        format!("postgres://{ROLE}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Runs statements in the database that is always there.
    pub(crate) fn execute(&self, sql: &str) -> anyhow::Result<()> {
        database::execute(&self.url(ROLE), sql)
    }

    /// A client of PostgreSQL's own that connects to a database; none where it is not installed.
    pub(crate) fn client(&self, program: &str, database: &str) -> Option<Command> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::iter::once(self.programs.clone()).chain(std::env::split_paths(&path));
        let program = folders.find_map(|folder| Some(folder.join(program)).filter(|it| it.is_file()))?;
        let mut command = Command::new(program);
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", ROLE)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", database);
        Some(command)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir("/").env("LC_ALL", "C");
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// The folder of PostgreSQL's programs, found as everything else in this repository finds it.
fn programs() -> anyhow::Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/find-postgres");
    let output = Command::new(&script).output().context("find-postgres cannot be run")?;
    ensure!(
        output.status.success(),
        "no PostgreSQL is here; .ci/install-needs installs one"
    );
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

/// PostgreSQL refuses to run as root: then the user that its package made runs it, or nobody.
fn account() -> anyhow::Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
    let entry = |user: &str| {
        let mut fields = passwd
            .lines()
            .map(|line| line.split(':'))
            .find(|fields| fields.clone().next() == Some(user))?;
        let uid = fields.nth(2)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid })
    };
    let found = entry("postgres").or_else(|| entry("nobody"));
    found.map(Some).context("a user postgres or nobody to run PostgreSQL")
}
