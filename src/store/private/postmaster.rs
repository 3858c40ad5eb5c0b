//! One run of the server, from its spawning to its end.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use super::home::Home;
use super::pid_file::{self, CLUSTER_SETTING, PidFile};
use super::{PORT, PrivateError, log};

/// How long a server may take until it accepts connections. Only crash recovery on a slow disk takes more than moments,
/// and giving up on that would begin it anew.
const READY_WAIT: Duration = Duration::from_mins(5);

/// Between two looks at the pid file.
const READY_POLL: Duration = Duration::from_millis(10);

/// How long the backends of a killed server may take to notice. Until then a new one refuses to start.
const BACKENDS_WAIT: Duration = Duration::from_secs(10);

/// Between two attempts meanwhile.
const BACKENDS_POLL: Duration = Duration::from_millis(100);

/// How a server is stopped: sessions cut and a checkpoint; without the checkpoint; by force.
const STOP_SIGNALS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(5)),
    (Signal::QUIT, Duration::from_secs(7)),
    (Signal::KILL, Duration::from_secs(3)),
];

/// The settings that matter, given on the command line: no file of the cluster can weaken them.
const SETTINGS: [(&str, &str); 14] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "50"),
    ("shared_buffers", "64MB"),
    ("jit", "off"),
    ("timezone", "UTC"),
    // The log goes to a file that we bound.
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_checkpoints", "off"),
    // Statements and the details of errors hold what visitors and networks sent.
    ("log_error_verbosity", "terse"),
    ("log_min_error_statement", "panic"),
];

/// A running server. Dropping it, as when its start is given up, ends it at once and without waiting.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    pid: Pid,
}

impl Postmaster {
    /// Ends what a killed predecessor left, starts the server and returns when it accepts connections.
    pub(super) async fn start(home: &Home) -> Result<Self, PrivateError> {
        let had_predecessor = pid_file::end_predecessor(&home.cluster, &home.sockets).await?;
        let deadline = Instant::now() + BACKENDS_WAIT;
        loop {
            match Self::try_start(home).await {
                Err(PrivateError::Ended { .. }) if had_predecessor && Instant::now() < deadline => {
                    sleep(BACKENDS_POLL).await;
                }
                started => return started,
            }
        }
    }

    async fn try_start(home: &Home) -> Result<Self, PrivateError> {
        log::bound(&home.log)?;
        let log_file = log::open(&home.log)?;
        let log_begin = log::len(&log_file, &home.log)?;
        let mut postmaster = Self::spawn(home, log_file)?;

        let deadline = Instant::now() + READY_WAIT;
        while Instant::now() < deadline {
            let written = PidFile::read(&home.cluster)?;
            if written.is_some_and(|written| written.pid == postmaster.pid && written.is_ready) {
                return Ok(postmaster);
            }
            if let Ok(ended) = timeout(READY_POLL, postmaster.ended()).await {
                let status = ended.map_err(PrivateError::file("wait for postgres on", &home.cluster))?;
                return Err(PrivateError::Ended {
                    status,
                    log: home.log.clone(),
                    tail: log::tail(&home.log, log_begin),
                });
            }
        }
        Err(PrivateError::TooSlow {
            step: "the start of PostgreSQL",
            limit: READY_WAIT,
        })
    }

    fn spawn(home: &Home, log_file: File) -> Result<Self, PrivateError> {
        // When the service is killed, PostgreSQL ends in order: a start after a checkpoint needs no recovery.
        let mut postgres = home.command("postgres", &home.cluster, Signal::INT)?;
        postgres.arg("-c").arg(setting(CLUSTER_SETTING, &home.cluster));
        for (name, value) in SETTINGS {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        let sockets = setting("unix_socket_directories", home.sockets.setting());
        postgres.arg("-c").arg(sockets).arg("-p").arg(PORT.to_string());
        let log_file_too = log_file.try_clone().map_err(PrivateError::file("open", &home.log))?;
        postgres.stdout(log_file_too).stderr(log_file);
        let child = postgres
            .spawn()
            .map_err(PrivateError::file("run postgres on", &home.cluster))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self {
            child,
            pid: pid.expect("a child that nobody has waited for has a process id"),
        })
    }

    /// Completes when the server has ended, for whatever reason. May be dropped and asked again.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Stops the server, with more force each time it does not end.
    pub(super) async fn stop(mut self) {
        for (signal, wait) in STOP_SIGNALS {
            self.signal(signal);
            match timeout(wait, self.ended()).await {
                Ok(Ok(status)) if status.success() => return,
                Ok(Ok(status)) => return warn!("PostgreSQL did not stop in order: {status}"),
                Ok(Err(error)) => return warn!(error = &error as &dyn std::error::Error, "lost sight of PostgreSQL"),
                Err(_) => warn!(
                    wait_s = wait.as_secs(),
                    "PostgreSQL did not stop within {} s",
                    wait.as_secs()
                ),
            }
        }
    }

    fn signal(&self, signal: Signal) {
        // Until it is waited for its number cannot be another's.
        if self.child.id().is_some() {
            // It may have ended by itself: then there is nothing to stop.
            kill_process(self.pid, signal).ok();
        }
    }
}

/// A setting for the command line whose value is a path.
fn setting(name: &str, path: &Path) -> OsString {
    let mut setting = OsString::from(format!("{name}="));
    setting.push(path);
    setting
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::QUIT);
    }
}
