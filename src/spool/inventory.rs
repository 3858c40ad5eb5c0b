//! What lies in the folder, counted: for an operator, without the lock and without changing anything.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::disk::{Disk, Listed};
use super::names;
use super::offline::{Found, Offline};
use super::real::RealFolder;
use crate::domain::time::Timestamp;

/// The segments and the quarantine of a spool.
///
/// It sees the files as [`Offline`] does: while a service replays, a record that is taken already is counted until its segment is
/// deleted.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Segments in which something was found, in the order of replay.
    pub segments: Vec<SegmentCount>,
    /// What could not be verified, kept for somebody who wants to look at it.
    pub quarantine: Vec<KeptFile>,
    /// Segments of a newer format.
    pub newer: Vec<String>,
    /// Why something could not be read.
    pub unreadable: Vec<io::Error>,
}

/// What a segment holds.
#[derive(Debug, PartialEq, Eq)]
pub struct SegmentCount {
    /// Its file.
    pub file: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Its records.
    pub records: u64,
    /// When the oldest of them was received.
    pub oldest_at: Option<Timestamp>,
    /// Pieces that do not verify.
    pub damaged: u64,
}

/// A file that is kept aside from the segments.
#[derive(Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name in its folder.
    pub file: String,
    /// Its bytes.
    pub bytes: u64,
}

impl Inventory {
    /// Counts what is in a folder. A spool that was never opened has nothing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be listed. What cannot be read in it is told beside the rest.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut inventory = Self::default();
        let Some(found) = none_if_missing(Offline::open(folder))? else {
            return Ok(inventory);
        };
        for found in found {
            match found {
                Ok(Found::Record { segment, frame }) => {
                    let count = inventory.count_of(folder, segment);
                    count.records += 1;
                    count.oldest_at = Some(count.oldest_at.map_or(frame.at, |oldest| oldest.min(frame.at)));
                }
                Ok(Found::Damage { segment, .. }) => inventory.count_of(folder, segment).damaged += 1,
                Ok(Found::Newer { segment }) => inventory.newer.push(segment),
                Err(failure) => inventory.unreadable.push(failure),
            }
        }
        inventory.quarantine = quarantined(folder)?;
        Ok(inventory)
    }

    /// Records that wait to be replayed.
    pub fn records(&self) -> u64 {
        self.segments.iter().map(|segment| segment.records).sum()
    }

    /// Bytes of the segments.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// When the oldest record was received.
    pub fn oldest_at(&self) -> Option<Timestamp> {
        self.segments.iter().filter_map(|segment| segment.oldest_at).min()
    }

    /// The count of a segment; things are found segment by segment.
    fn count_of(&mut self, folder: &Path, file: String) -> &mut SegmentCount {
        if self.segments.last().is_none_or(|last| last.file != file) {
            self.segments.push(SegmentCount {
                bytes: bytes_of(&folder.join(&file)),
                file,
                records: 0,
                oldest_at: None,
                damaged: 0,
            });
        }
        self.segments.last_mut().expect("it was pushed where it was missing")
    }
}

fn quarantined(folder: &Path) -> io::Result<Vec<KeptFile>> {
    let listed = none_if_missing(RealFolder::shared(folder).list(names::QUARANTINE))?.unwrap_or_default();
    let unfinished = names::unfinished(names::QUARANTINE);
    let path = |file: &Listed| format!("{}/{}", names::QUARANTINE, file.name);
    let mut kept: Vec<KeptFile> = listed
        .into_iter()
        .filter(|file| file.is_file && path(file) != unfinished)
        .map(|file| KeptFile {
            bytes: bytes_of(&folder.join(path(&file))),
            file: file.name,
        })
        .collect();
    kept.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(kept)
}

/// The length of a file; none when it has been deleted in the meantime.
fn bytes_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn none_if_missing<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::{Frame, Kind, Spool};
    use super::*;

    fn frame(number: u128, seconds: i64) -> Frame {
        Frame {
            kind: Kind::Click,
            id: Uuid::from_u128(number),
            at: Timestamp::from_unix_seconds(seconds),
            payload: b"{}".to_vec(),
        }
    }

    #[test]
    fn a_spool_that_was_never_opened_has_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let inventory = Inventory::of(&folder.path().join("spool")).expect("nothing is no failure");
        assert_eq!(inventory.records(), 0);
        assert!(inventory.segments.is_empty() && inventory.quarantine.is_empty());
    }

    #[test]
    fn what_waits_is_counted_beside_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut spool, _) = Spool::open(folder.path(), 1 << 20).expect("a spool");
        spool.append(&[frame(1, 20), frame(2, 10)]).expect("room");
        spool.seal();
        spool.append(&[frame(3, 30)]).expect("room");

        let inventory = Inventory::of(folder.path()).expect("readable");

        let records: Vec<u64> = inventory.segments.iter().map(|segment| segment.records).collect();
        assert_eq!(records, [2, 1]);
        assert_eq!(inventory.oldest_at(), Some(Timestamp::from_unix_seconds(10)));
        assert_eq!(inventory.bytes(), spool.bytes());
    }

    #[test]
    fn damage_newer_files_and_the_quarantine_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut spool, _) = Spool::open(folder.path(), 1 << 20).expect("a spool");
        spool.append(&[frame(1, 10), frame(2, 20)]).expect("room");
        drop(spool);
        let segment = folder.path().join("00000000000000000001.spool");
        let mut bytes = fs::read(&segment).expect("a segment");
        let payload_of_the_first = bytes.iter().position(|byte| *byte == b'{').expect("a payload");
        bytes[payload_of_the_first] ^= 1;
        fs::write(&segment, &bytes).expect("a folder of our own");

        let before = Inventory::of(folder.path()).expect("readable");
        assert_eq!((before.records(), before.segments[0].damaged), (1, 1));
        assert!(before.quarantine.is_empty());

        drop(Spool::open(folder.path(), 1 << 20).expect("a spool"));
        let after = Inventory::of(folder.path()).expect("readable");
        assert_eq!(after.quarantine.len(), 1);
        assert!(after.quarantine[0].bytes > 0, "{after:?}");
    }
}
