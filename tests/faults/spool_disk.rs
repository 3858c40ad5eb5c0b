//! Row 5: the disk of the spool is full, read-only, or fails to sync, while PostgreSQL is away.

use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Site, eventually, get};
use crate::mount::SmallDisk;
use crate::oracle::Allowed;
use crate::replica::Replica;
use crate::round::Round;
use crate::server::Server;

/// The disk that fills up, far sooner than a round is over.
const DISK_KIB: u32 = 256;

/// A round whose spools lie on small disks; what neither PostgreSQL nor they take is turned away, as it should be.
fn round_on_small_disks(name: &'static str) -> Option<(Round, Vec<SmallDisk>)> {
    let server = Server::start();
    let sites: Vec<Site> = (0..2).map(|_| Site::on_url(&server.url())).collect();
    let disks: Result<Vec<_>, _> = sites
        .iter()
        .map(|site| SmallDisk::mount(&site.data_dir().join("spool"), DISK_KIB))
        .collect();
    match disks {
        Ok(disks) => Some((Round::on(name, Allowed::TurningAway, server, sites), disks)),
        Err(why) => {
            println!("\n{name}\n  not run: no file system can be mounted here: {why}");
            None
        }
    }
}

/// Neither PostgreSQL nor the disk takes anything: a replica says so.
fn expect_red(round: &mut Round) {
    for replica in &round.replicas {
        let status = get("/readyz").send(replica.service().public).status;
        round.findings.expect("readiness", status == 503, || {
            format!(
                "replica {} can keep nothing, expected 503 of its readiness, got {status}",
                replica.index
            )
        });
    }
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_full_disk_loses_nothing_that_was_promised() {
    let Some((mut round, disks)) = round_on_small_disks("5 the spool's disk is full") else {
        return;
    };
    round.begin_fault("full");
    round.server.kill_all();
    round.go_on_for(Round::fault_length());
    expect_red(&mut round);
    round.expect_some_accepted("full");
    round.server.start_again();
    round.end_fault();
    round.judge();
    drop(disks);
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_read_only_disk_loses_nothing_that_was_promised() {
    let Some((mut round, disks)) = round_on_small_disks("5 the spool's disk becomes read-only") else {
        return;
    };
    round.begin_fault("writable");
    round.server.kill_all();
    round.wait_for_random_moment();
    round.expect_some_accepted("writable");
    round.journal.begin_phase("read-only");
    let refused = disks.iter().find_map(|disk| disk.set_read_only(true).err());
    if let Some(why) = refused {
        // A file that is open for writing keeps the disk as it is.
        round.not_run(format!("the disk cannot be made read-only: {why}"));
    } else {
        round.go_on_for(Round::fault_length());
        expect_red(&mut round);
    }
    for disk in &disks {
        disk.set_read_only(false).expect("it was writable before");
    }
    round.server.start_again();
    round.end_fault();
    round.judge();
    drop(disks);
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_failing_sync_loses_nothing_that_was_promised() {
    let name = "5 fdatasync fails";
    let server = Server::start();
    let sites = (0..2).map(|_| Site::on_url(&server.url())).collect();
    let mut round = Round::on(name, Allowed::TurningAway, server, sites);
    round.begin_fault("syncing");
    round.server.kill_all();
    round.wait_for_random_moment();
    round.expect_some_accepted("syncing");
    round.journal.begin_phase("failing to sync");
    match round
        .replicas
        .iter()
        .map(FailingSync::of)
        .collect::<Result<Vec<_>, _>>()
    {
        Ok(failing) => {
            round.go_on_for(Round::fault_length());
            expect_red(&mut round);
            drop(failing);
        }
        Err(why) => round.not_run(format!("no system call can be made to fail here: {why}")),
    }
    round.server.start_again();
    round.end_fault();
    round.judge();
}

/// A tracer that makes each sync of a service fail, as a broken disk would. It lets go when it is dropped.
#[derive(Debug)]
struct FailingSync(Child);

impl FailingSync {
    fn of(replica: &Replica) -> Result<Self, String> {
        let process = replica.service().process.pid().as_raw_nonzero();
        let mut command = Command::new("strace");
        command.args([
            "--follow-forks",
            "--output=/dev/null",
            "--trace=fdatasync,fsync,sync_file_range",
        ]);
        command.args(["--inject=fdatasync,fsync,sync_file_range:error=EIO", "--attach"]);
        let strace = command.arg(process.to_string()).stderr(Stdio::null()).spawn();
        let mut failing = Self(strace.map_err(|error| format!("strace: {error}"))?);
        eventually("the tracer is attached or gives up", || {
            if let Some(status) = failing.0.try_wait().expect("a child of ours") {
                return Some(Err(format!("strace: {status}")));
            }
            let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
            let is_traced = status
                .lines()
                .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
            is_traced.then_some(Ok(()))
        })?;
        Ok(failing)
    }
}

impl Drop for FailingSync {
    fn drop(&mut self) {
        // It lets go of the service before it ends, if it has not ended by itself.
        kill_process(Pid::from_child(&self.0), Signal::INT).ok();
        self.0.wait().expect("a child of ours");
    }
}
