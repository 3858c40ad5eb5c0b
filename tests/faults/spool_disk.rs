//! Row 5: the disk of the spool is full, read-only, or fails to sync, while PostgreSQL is away.

use crate::harness::{Site, get};
use crate::mount::SmallDisk;
use crate::oracle::Allowed;
use crate::round::Round;
use crate::server::Server;
use crate::tracer::FailingCalls;

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
    // A file that is open for writing keeps a disk from becoming read-only; then its writes are made to fail.
    let refused = disks.iter().find_map(|disk| disk.set_read_only(true).err());
    let failing = match &refused {
        None => Ok(Vec::new()),
        Some(_) => round
            .replicas
            .iter()
            .map(|replica| FailingCalls::writes(replica, &replica.spool_files()))
            .collect::<Result<Vec<_>, _>>(),
    };
    match failing {
        Ok(failing) => {
            round.go_on_for(Round::fault_length());
            expect_red(&mut round);
            drop(failing);
        }
        Err(why) => round.not_run(format!(
            "the disk cannot be made read-only: {}, {why}",
            refused.unwrap_or_default()
        )),
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
        .map(FailingCalls::syncs)
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
