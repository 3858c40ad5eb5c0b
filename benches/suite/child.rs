//! A process that the suite has started: it ends with its value, however the suite ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::wait;

/// How long a child may take to end when it is asked to.
const END_WAIT_MAX: Duration = Duration::from_secs(30);

/// How long one is waited for that is not waited for any longer than needed: the suite is failing already.
const DROP_WAIT_MAX: Duration = Duration::from_secs(5);

/// Lines of its log that a failure repeats.
const LOG_LINES_SHOWN: usize = 5;

/// A running process. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Child {
    name: &'static str,
    process: process::Child,
    log: PathBuf,
    end: Signal,
}

impl Child {
    /// Starts a command, apart from the terminal's Ctrl-C; what it prints goes to the file `log`. Dropping it sends `end`.
    pub(crate) fn spawn(name: &'static str, mut command: Command, log: &Path, end: Signal) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| format!("the log {}", log.display()))?;
        // Its standard input ends with us.
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let process = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name,
            process,
            log: log.to_owned(),
            end,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Looks at what it has printed so far until there is something to see, at most for `limit`.
    pub(crate) fn printed<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut found: impl FnMut(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        wait::until(what, limit, || {
            let text = fs::read_to_string(&self.log).context("a log of ours")?;
            if let Some(found) = found(&text) {
                return Ok(Some(found));
            }
            match self.process.try_wait()? {
                Some(status) => bail!("{} ended with {status}: {}", self.name, self.log_end()),
                None => Ok(None),
            }
        })
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        let what = format!("{} ends", self.name);
        wait::until(&what, limit, || Ok(self.process.try_wait()?))
    }

    /// Asks it to end and waits until it has, in order.
    pub(crate) fn stop(mut self, signal: Signal) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.process), signal).with_context(|| format!("stopping {}", self.name))?;
        let status = self.ended(END_WAIT_MAX)?;
        ensure!(
            status.success(),
            "{} ended with {status}: {}",
            self.name,
            self.log_end()
        );
        Ok(())
    }

    /// The end of what it has printed.
    pub(crate) fn log_end(&self) -> String {
        // Without its log a failure is told in fewer words.
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join(" | ")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself, and then its number is not another's until it is waited for.
        if matches!(self.process.try_wait(), Ok(None)) {
            kill_process(Pid::from_child(&self.process), self.end).ok();
            let deadline = Instant::now() + DROP_WAIT_MAX;
            while matches!(self.process.try_wait(), Ok(None)) {
                if Instant::now() > deadline {
                    self.process.kill().ok();
                    self.process.wait().ok();
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}
