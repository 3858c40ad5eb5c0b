//! The disk of the data directory: it takes a file and syncs it, and has room for the spool.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use crate::config::Storage;
use crate::spool::disk_free;

use super::finding::Finding;

/// With less than this a disk is as good as full.
const FREE_BYTES_MIN: u64 = 64 << 20;
/// How the name of the file begins that is written to see whether it can be; it is removed at once.
const PROBE_BEGIN: &str = ".postbackd-doctor-";

pub(super) fn check(storage: &Storage, spool_bytes: u64) -> Vec<Finding> {
    let mut findings = vec![writable(&storage.data_dir)];
    findings.extend(room(storage, spool_bytes));
    findings
}

fn writable(data_dir: &Path) -> Finding {
    const CHECK: &str = "data directory";
    match probe(data_dir) {
        Ok(()) => Finding::ok(CHECK, format!("{} takes files and syncs them", data_dir.display())),
        Err(failure) => Finding::fail(
            CHECK,
            format!("{} does not take a file: {failure}", data_dir.display()),
            "repair the disk or its rights, or correct storage.data_dir; serve makes the folder at its first start, and relative \
             paths are relative to the working directory",
        ),
    }
}

/// Writes a file as the spool would, beside its folder and not in it, and removes it.
fn probe(data_dir: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(PROBE_BEGIN).tempfile_in(data_dir)?;
    file.write_all(&[0; 4096])?;
    file.as_file().sync_data()?;
    file.close()?;
    File::open(data_dir)?.sync_all()
}

fn room(storage: &Storage, spool_bytes: u64) -> Option<Finding> {
    // A folder that is not there has been told about.
    let free = disk_free(&storage.data_dir)?;
    Some(judge_room(free, storage.spool_max.saturating_sub(spool_bytes)))
}

fn judge_room(free: u64, wanted: u64) -> Finding {
    const CHECK: &str = "disk space";
    let found = format!(
        "{} MiB are free, and the spool may take {} MiB more",
        free >> 20,
        wanted >> 20
    );
    if free < FREE_BYTES_MIN {
        Finding::fail(
            CHECK,
            found,
            "make room: with a full disk nothing is kept when PostgreSQL is away",
        )
    } else if free < wanted {
        Finding::warn(
            CHECK,
            found,
            "make room, or lower storage.spool_max: what fills the disk first is not the spool's bound",
        )
    } else {
        Finding::ok(CHECK, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn the_probe_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(writable(folder.path()).outcome(), Outcome::Ok);
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
        assert_eq!(writable(&folder.path().join("missing")).outcome(), Outcome::Fail);
        assert!(!folder.path().join("missing").exists(), "and makes no folder");
    }

    #[test]
    fn the_spool_finds_room_up_to_its_bound() {
        let gib = 1 << 30;
        for (free, outcome) in [
            (gib, Outcome::Ok),
            (gib - 1, Outcome::Warn),
            ((64 << 20) - 1, Outcome::Fail),
        ] {
            assert_eq!(judge_room(free, gib).outcome(), outcome, "{free}");
        }
        assert_eq!(judge_room(gib, 0).outcome(), Outcome::Ok);
    }
}
