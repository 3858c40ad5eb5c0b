//! System calls of a running service that fail, as they would on a broken disk: a tracer answers in the kernel's place.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::eventually;
use crate::replica::Replica;

/// A tracer of one service. It lets go when it is dropped.
#[derive(Debug)]
pub(crate) struct FailingCalls(Child);

impl FailingCalls {
    /// Every sync fails.
    pub(crate) fn syncs(replica: &Replica) -> Result<Self, String> {
        Self::attach(replica, "fdatasync,fsync,sync_file_range", "EIO", &[])
    }

    /// Every write to some files fails.
    pub(crate) fn writes(replica: &Replica, files: &[PathBuf]) -> Result<Self, String> {
        if files.is_empty() {
            return Err("there is no file to write to".to_owned());
        }
        Self::attach(replica, "write,pwrite64,writev,pwritev,ftruncate", "EROFS", files)
    }

    fn attach(replica: &Replica, calls: &str, error: &str, files: &[PathBuf]) -> Result<Self, String> {
        let process = replica.service().process.pid().as_raw_nonzero();
        let mut command = Command::new("strace");
        command.args(["--follow-forks", "--output=/dev/null", &format!("--trace={calls}")]);
        command.arg(format!("--inject={calls}:error={error}"));
        for file in files {
            command.arg(format!("--trace-path={}", file.display()));
        }
        let strace = command.arg(format!("--attach={process}")).stderr(Stdio::null()).spawn();
        let mut failing = Self(strace.map_err(|error| format!("strace: {error}"))?);
        eventually("the tracer is attached or gives up", || {
            if let Some(status) = failing.0.try_wait().expect("a child of ours") {
                return Some(Err(format!("strace: {status}")));
            }
            let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
            let is_traced = |line: &str| line.starts_with("TracerPid:") && !line.ends_with("\t0");
            status.lines().any(is_traced).then_some(Ok(()))
        })?;
        Ok(failing)
    }
}

impl Drop for FailingCalls {
    fn drop(&mut self) {
        // It lets go of the service before it ends, if it has not ended by itself.
        kill_process(Pid::from_child(&self.0), Signal::INT).ok();
        self.0.wait().expect("a child of ours");
    }
}
