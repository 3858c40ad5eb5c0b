//! The real PostgreSQL of a round, as processes that can be frozen, killed and started again.
//!
//! The program's own private PostgreSQL would start a killed server again at once; here the test says when.

use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::harness::{eventually, new_folder, rows};

/// The sessions that a server takes.
pub(crate) const CONNECTIONS_MAX: usize = 50;

/// Lines of its log that a failed round shows.
const LOG_LINES_SHOWN: usize = 40;

/// A PostgreSQL on a port of its own, stopped at once with this value and with the thread that started it.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    account: Option<Account>,
    port: u16,
    running: Option<Child>,
}

/// Whom PostgreSQL runs as, since it refuses root.
#[derive(Debug, Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Server {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        let folder = new_folder("server-");
        let cluster = folder.path().join("cluster");
        fs::create_dir(&cluster).expect("a folder of our own");
        fs::set_permissions(&cluster, Permissions::from_mode(0o700)).expect("a folder of our own");
        let account = geteuid().is_root().then(unprivileged_account);
        if let Some(Account { user, group }) = account {
            chown(&cluster, Some(user), Some(group)).expect("root may");
        }
        let mut server = Self {
            programs: programs(),
            account,
            port: free_port(),
            running: None,
            folder,
        };
        let made = server
            .command("initdb")
            .args([
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb runs").success(), "a cluster is made");
        server.start_again();
        server
    }

    /// The address of its one database.
    pub(crate) fn url(&self) -> String {
        url_at(self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Starts it and waits until it takes connections: after a kill it recovers first, and what is left of its
    /// predecessor may make it refuse for some seconds.
    pub(crate) fn start_again(&mut self) {
        eventually("PostgreSQL is ready", || {
            let has_ended = self
                .running
                .as_mut()
                .is_none_or(|child| child.try_wait().expect("a child of ours").is_some());
            if has_ended {
                self.running = Some(self.spawn());
            }
            self.is_ready().then_some(())
        });
    }

    fn spawn(&self) -> Child {
        let log = File::options().create(true).append(true).open(self.log_path());
        let log = log.expect("a folder of our own");
        let mut postgres = self.command("postgres");
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "unix_socket_directories=".to_owned(),
            format!("max_connections={CONNECTIONS_MAX}"),
            "shared_buffers=64MB".to_owned(),
            "timezone=UTC".to_owned(),
            // In the cluster's folder, so that nothing of a killed server outlives it.
            "dynamic_shared_memory_type=mmap".to_owned(),
        ] {
            postgres.arg("-c").arg(setting);
        }
        let log_too = log.try_clone().expect("an open file");
        postgres.stdout(log_too).stderr(log).spawn().expect("postgres runs")
    }

    /// One of PostgreSQL's programs on the cluster, which ends with the thread that starts it.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=QUIT").current_dir("/").stdin(Stdio::null());
        if let Some(Account { user, group }) = self.account {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
            command.arg("--clear-groups");
        }
        command.arg(self.programs.join(program)).arg("-D").arg(self.cluster());
        command
    }

    fn cluster(&self) -> PathBuf {
        self.folder.path().join("cluster")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("postgres.log")
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).expect("a file of our own")
    }

    /// Whether the process that runs says so in its pid file: process id first, status eighth.
    fn is_ready(&self) -> bool {
        let text = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let is_ours = lines.first().and_then(|pid| pid.parse().ok()) == Some(self.postmaster().as_raw_nonzero().get());
        is_ours && lines.get(7).is_some_and(|status| status.trim() == "ready")
    }

    fn postmaster(&self) -> Pid {
        Pid::from_child(self.running.as_ref().expect("a server that was started"))
    }

    /// Stops all of its processes where they are, as a stalled disk would, until the value is dropped.
    pub(crate) fn freeze(&self) -> Frozen {
        let postmaster = self.postmaster();
        // First the one that makes new ones.
        signal(postmaster, Signal::STOP);
        let children = children_of(postmaster);
        for child in &children {
            signal(*child, Signal::STOP);
        }
        Frozen([children, vec![postmaster]].concat())
    }

    /// Kills all of its processes, as a power cut would.
    pub(crate) fn kill_all(&mut self) {
        let Some(mut child) = self.running.take() else {
            return;
        };
        let postmaster = Pid::from_child(&child);
        signal(postmaster, Signal::STOP);
        for process in children_of(postmaster) {
            signal(process, Signal::KILL);
        }
        signal(postmaster, Signal::KILL);
        child.wait().expect("a child of ours");
    }

    /// Stops it at once and without a checkpoint: its next start recovers.
    pub(crate) fn stop_at_once(&mut self) {
        let mut child = self.running.take().expect("a server that was started");
        signal(Pid::from_child(&child), Signal::QUIT);
        child.wait().expect("a child of ours");
    }

    /// Kills one session of a service; PostgreSQL then ends all the others too and recovers, which is waited for.
    pub(crate) fn kill_one_session(&self, dice: &mut Dice) {
        let sessions = eventually("a service has sessions", || {
            let sessions = rows(
                &self.url(),
                "select pid from pg_stat_activity where application_name = 'postbackd ingest'",
            );
            (!sessions.is_empty()).then_some(sessions)
        });
        let session = dice.pick(&sessions).expect("there are some");
        let pid = session["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
        let starts = self.starts();
        signal(pid.and_then(Pid::from_raw).expect("a process id"), Signal::KILL);
        eventually("PostgreSQL recovers", || (self.starts() > starts).then_some(()));
    }

    /// How often it has said that it takes connections.
    fn starts(&self) -> usize {
        self.log()
            .matches("database system is ready to accept connections")
            .count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // At once, but so that it takes its shared memory with it.
        if self.running.is_some() {
            self.stop_at_once();
        }
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let shown = &lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..];
            println!("PostgreSQL said at last:\n{}", shown.join("\n"));
        }
    }
}

/// Processes that go on when this ends, also when a test fails meanwhile.
#[derive(Debug)]
pub(crate) struct Frozen(Vec<Pid>);

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in &self.0 {
            signal(*process, Signal::CONT);
        }
    }
}

/// The database behind a port of this machine: a server's or a proxy's.
pub(crate) fn url_at(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
}

/// Signals a process that may have ended by itself.
fn signal(process: Pid, signal: Signal) {
    kill_process(process, signal).ok();
}

/// The processes that another one has started, as `/proc` says.
fn children_of(parent: Pid) -> Vec<Pid> {
    let is_child = |stat: &str| {
        // The name in parentheses may hold anything; state and parent follow it.
        let parent_of = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1));
        parent_of.and_then(|id| id.parse().ok()) == Some(parent.as_raw_nonzero().get())
    };
    let processes = fs::read_dir("/proc").expect("Linux has it").flatten();
    processes
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            // Who has ended meanwhile is nobody's child.
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            is_child(&stat).then(|| Pid::from_raw(id)).flatten()
        })
        .collect()
}

/// Where PostgreSQL's server programs are.
fn programs() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/find-postgres");
    let output = Command::new("sh").arg(script).output().expect("a shell");
    let folder = String::from_utf8(output.stdout).expect("a path");
    assert!(output.status.success(), "PostgreSQL's server programs are installed");
    PathBuf::from(folder.trim())
}

/// The user `postgres`, else `nobody`.
fn unprivileged_account() -> Account {
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let named = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == name).then_some(())?;
            Some(Account {
                user: fields.nth(1)?.parse().ok()?,
                group: fields.next()?.parse().ok()?,
            })
        })
    };
    named("postgres")
        .or_else(|| named("nobody"))
        .expect("a user that is not root")
}

/// A port that nobody listened on a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}
