//! `postmaster.pid`: what a running server says about itself, and what a killed one leaves behind.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, getpid, kill_process};
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::PrivateError;
use super::socket::SocketFolder;

const NAME: &str = "postmaster.pid";

/// The setting that names the cluster on a server's command line, where `-D` may be a way that only the server knows.
/// PostgreSQL keeps a setting whose name has a dot without asking what it means.
pub(super) const CLUSTER_SETTING: &str = "postbackd.cluster";

/// How a server that an earlier service left running is ended: politely, at once, and by force.
const ORPHAN_SIGNALS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(10)),
    (Signal::QUIT, Duration::from_secs(7)),
    (Signal::KILL, Duration::from_secs(3)),
];

/// Between two looks whether an orphan has ended.
const ORPHAN_POLL: Duration = Duration::from_millis(20);

/// The lines of the file that we need.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: Pid,
    pub(super) is_ready: bool,
}

impl PidFile {
    /// The cluster's pid file, where there is one that says something.
    pub(super) fn read(cluster: &Path) -> Result<Option<Self>, PrivateError> {
        Ok(read_text(&cluster.join(NAME))?.as_deref().and_then(Self::parse))
    }

    /// Line 1 is the process, 8 the state; a young file has fewer lines. One with a single line is torn.
    fn parse(text: &str) -> Option<Self> {
        let line = |number: usize| text.lines().nth(number - 1).map(str::trim);
        line(2)?;
        Some(Self {
            pid: Pid::from_raw(line(1)?.parse().ok().filter(|pid| *pid > 0)?)?,
            is_ready: line(8) == Some("ready"),
        })
    }

    /// Whether the server that wrote the file of `cluster` still runs: its process id alone may be somebody else's by now.
    pub(super) fn is_running(&self, cluster: &Path) -> bool {
        command_line(self.pid).is_some_and(|command| is_postmaster_of(&command, &cluster.to_string_lossy()))
    }
}

/// Ends a server that outlived its service, and makes what it left harmless to the next. Returns whether there was any.
pub(super) async fn end_predecessor(cluster: &Path, sockets: &SocketFolder) -> Result<bool, PrivateError> {
    let path = cluster.join(NAME);
    let Some(text) = read_text(&path)? else {
        return Ok(false);
    };
    let Some(predecessor) = PidFile::parse(&text) else {
        // Cut off by a power failure. PostgreSQL would refuse it for ever; it names nothing that could still run.
        fs::remove_file(&path).map_err(PrivateError::file("remove", &path))?;
        return Ok(true);
    };
    end_orphan(&predecessor, cluster).await?;
    sockets.remove_stale_lock()?;
    disown(&path)?;
    Ok(true)
}

async fn end_orphan(orphan: &PidFile, cluster: &Path) -> Result<(), PrivateError> {
    for (signal, wait) in ORPHAN_SIGNALS {
        if !orphan.is_running(cluster) {
            return Ok(());
        }
        let pid = orphan.pid.as_raw_nonzero().get();
        warn!(
            postgres.pid = pid,
            "ending PostgreSQL (process {pid}), which an earlier postbackd left running"
        );
        // It may have ended since we looked; the next look tells.
        kill_process(orphan.pid, signal).ok();
        let deadline = Instant::now() + wait;
        while orphan.is_running(cluster) && Instant::now() < deadline {
            sleep(ORPHAN_POLL).await;
        }
    }
    if orphan.is_running(cluster) {
        return Err(PrivateError::Orphan {
            pid: orphan.pid.as_raw_nonzero().get(),
            cluster: cluster.to_owned(),
        });
    }
    Ok(())
}

/// Puts our own process id into a pid file that is left.
///
/// PostgreSQL refuses to start while the process named there lives, whoever has that number by now; in a container,
/// where numbers are small, that is likely. Its parent's number it takes for stale. The file is not removed, since
/// another line lets PostgreSQL see whether backends of the dead server still run.
fn disown(path: &Path) -> Result<(), PrivateError> {
    // The folder belongs to the account that runs PostgreSQL: root must not follow a link that lies there.
    let opened = File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path);
    let mut file = match opened {
        Ok(file) => file,
        // It ended in order.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(PrivateError::file("open", path)(error)),
    };
    let mut rewrite = || {
        let text = disowned(&io::read_to_string(&file)?);
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    };
    rewrite().map_err(PrivateError::file("write", path))
}

/// The text with our own process id and without the state on line 8, which was the dead server's.
fn disowned(text: &str) -> String {
    let others = text.lines().skip(1).take(6).flat_map(|line| [line, "\n"]);
    format!("{}\n{}", getpid().as_raw_nonzero(), others.collect::<String>())
}

fn read_text(path: &Path) -> Result<Option<String>, PrivateError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PrivateError::file("read", path)(error)),
    }
}

/// Whether this is how a server is started on `cluster`, by us or by hand. Its backends write other command lines.
fn is_postmaster_of(command: &str, cluster: &str) -> bool {
    let Some((program, rest)) = command.split_once(" -D ") else {
        return false;
    };
    let by_us = rest.split_once(&format!(" -c {CLUSTER_SETTING}="));
    let named = by_us.map_or(rest, |(_, named)| named);
    let after = named.strip_prefix(cluster);
    program.ends_with("postgres") && after.is_some_and(|after| after.is_empty() || after.starts_with(' '))
}

/// How the process was started. A process that has ended has none, also while nobody has reaped it.
#[cfg(target_os = "linux")]
fn command_line(pid: Pid) -> Option<String> {
    // Unlike its working directory, a process's command line is shown to everybody, also to root in a container.
    let bytes = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).ok()?;
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
    Some(text.trim_end().to_owned())
}

/// How the process was started.
#[cfg(not(target_os = "linux"))]
fn command_line(pid: Pid) -> Option<String> {
    let pid = pid.as_raw_nonzero().to_string();
    let output = std::process::Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Pid, PidFile, is_postmaster_of};

    const RUNNING: &str = "4711\n/srv/data/postgres\n1700000000\n5432\n.\n\n  5432001  196610\nready   \n";

    #[test]
    fn a_pid_file_is_read_line_by_line() {
        let running = PidFile::parse(RUNNING).expect("a whole file");
        assert_eq!(Some(running.pid), Pid::from_raw(4711));
        assert!(running.is_ready);
    }

    #[test]
    fn only_the_word_on_line_eight_says_ready() {
        for text in [
            RUNNING.replace("ready", "starting"),
            RUNNING.replace("ready   \n", ""),
            "4711\n/ready\n".to_owned(),
        ] {
            assert!(
                !PidFile::parse(&text).expect("the first lines are there").is_ready,
                "{text}"
            );
        }
    }

    #[test]
    fn a_torn_pid_file_says_nothing() {
        for text in ["", "\n", "4711", "-4711\n/srv\n", "0\n/srv\n", "x\n/srv\n"] {
            assert_eq!(PidFile::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_disowned_pid_file_names_us_and_no_longer_says_ready() {
        let disowned = super::disowned(RUNNING);
        let lines: Vec<&str> = disowned.lines().collect();
        assert_eq!(lines[0], std::process::id().to_string());
        assert_eq!(lines[1..], RUNNING.lines().collect::<Vec<_>>()[1..7]);
    }

    #[test]
    fn a_process_is_the_server_only_on_this_very_cluster() {
        for (command, is_ours) in [
            (
                "/usr/lib/postgresql/15/bin/postgres -D /srv/data/postgres -c fsync=on",
                true,
            ),
            ("/usr/lib/postgresql/15/bin/postgres -D /srv/data/postgres", true),
            ("/usr/lib/postgresql/15/bin/postgres -D /srv/data/postgres2", false),
            (
                "/usr/bin/postgres -D /proc/self/fd/9 -c postbackd.cluster=/srv/data/postgres -c fsync=on",
                true,
            ),
            (
                "/usr/bin/postgres -D /proc/self/fd/9 -c postbackd.cluster=/srv/data/postgres2 -c fsync=on",
                false,
            ),
            ("/usr/bin/postgres -D /proc/self/fd/9 -c fsync=on", false),
            ("postgres: checkpointer", false),
            ("tail -D /srv/data/postgres", false),
            ("", false),
        ] {
            assert_eq!(is_postmaster_of(command, "/srv/data/postgres"), is_ours, "{command}");
        }
    }
}
