//! Opening a spool: the lock, the folders, and a reading of everything that is left in them.

use std::io;
use std::path::Path;

use super::disk::{Disk, remove_any};
use super::names;
use super::queue::Spool;
use super::real::RealFolder;
use super::segment::{Findings, Segment, Survey};

/// Why a spool could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes into the folder. A service must not start beside it.
    #[error("the spool is locked by another process")]
    Locked,
    /// The disk does not take it now; later it may.
    #[error("the spool's folder cannot be used")]
    Failed(#[source] io::Error),
}

/// What a start found in the folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Records that wait to be replayed.
    pub records: u64,
    /// Bytes that the segments take.
    pub bytes: u64,
    /// Unacknowledged tails that were cut.
    pub torn: u64,
    /// Pieces of damage that are in the quarantine now and were not before.
    pub quarantined: u64,
    /// Segments of a newer format, left untouched.
    pub newer: Vec<String>,
    /// Segments that the disk could not read. They are tried again by [`Spool::pick_up_retries`].
    pub unreadable: Vec<String>,
    /// Names that are not the spool's, left alone.
    pub foreign: Vec<String>,
    /// Bytes that the file system has left for us, if it says so. Fewer than the spool may take deserve a warning.
    pub disk_free: Option<u64>,
}

/// Bytes that a folder's file system has left for us; `None` where it does not say.
pub fn disk_free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

impl Spool {
    /// Takes the folder, making it where it is missing, and reads what an earlier process left in it.
    ///
    /// # Errors
    ///
    /// [`OpenError::Locked`] when another process holds it; else that the disk does not take it now.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<(Self, Opened), OpenError> {
        let disk = Box::new(RealFolder::locked(folder)?);
        let (spool, mut opened) = Self::start(disk, bytes_max).map_err(OpenError::Failed)?;
        opened.disk_free = disk_free(folder);
        Ok((spool, opened))
    }

    /// Reads what is left on a disk that is ours.
    pub(super) fn start(disk: Box<dyn Disk>, bytes_max: u64) -> io::Result<(Self, Opened)> {
        for folder in [names::ASIDE, names::QUARANTINE] {
            disk.make_folder(folder)?;
            remove_any(&*disk, &names::unfinished(folder))?;
        }
        let mut listed = disk.list(names::ROOT)?;
        listed.sort_by(|one, other| one.name.cmp(&other.name));
        // A number of which the quarantine has something is not used again either, nor that of a file we cannot read.
        let quarantined = disk.list(names::QUARANTINE)?;
        let numbers = listed
            .iter()
            .chain(&quarantined)
            .filter_map(|file| names::number(&file.name));
        let next_number = numbers.max().map_or(1, |number| number.saturating_add(1));

        let mut spool = Self::new(disk, bytes_max, next_number);
        let mut opened = Opened::default();
        for file in listed {
            if file.is_file && names::is_segment(&file.name) {
                match spool.take_in(&file.name) {
                    Ok(true) => {}
                    Ok(false) => opened.newer.push(file.name),
                    Err(_) => opened.unreadable.push(file.name),
                }
            } else if !names::is_ours(&file.name) {
                opened.foreign.push(file.name);
            }
        }
        spool.remove_done();
        spool.unreadable.clone_from(&opened.unreadable);
        opened.records = spool.records();
        opened.bytes = spool.bytes();
        opened.torn = spool.torn();
        opened.quarantined = spool.quarantined();
        Ok((spool, opened))
    }

    /// Looks for records that an operator gave back, and for segments that could not be read before, and queues them
    /// behind what is there. Returns how many records that were.
    ///
    /// # Errors
    ///
    /// When the folder or a file in it cannot be read. Everything else that was found is queued nevertheless.
    pub fn pick_up_retries(&mut self) -> io::Result<u64> {
        let before = self.records();
        let mut found: Vec<String> = self.disk.list(names::ROOT)?.into_iter().map(|file| file.name).collect();
        found.retain(|name| (names::is_retry(name) && !self.knows(name)) || self.unreadable.contains(name));
        found.sort();
        let mut failure = None;
        for name in found {
            // Sealed, so that what is given back does not overtake what is being written.
            self.seal();
            match self.take_in(&name) {
                Ok(_) => self.unreadable.retain(|unreadable| *unreadable != name),
                Err(error) => failure = Some(error),
            }
        }
        self.remove_done();
        failure.map_or(Ok(self.records().saturating_sub(before)), Err)
    }

    /// Reads a segment and queues it. Returns false when it is not ours to read.
    fn take_in(&mut self, name: &str) -> io::Result<bool> {
        match Segment::survey(&*self.disk, name)? {
            Survey::Newer => Ok(false),
            Survey::Segment(segment, Findings { torn, quarantined }) => {
                self.findings.torn += torn;
                self.findings.quarantined += quarantined;
                self.queue(segment);
                Ok(true)
            }
        }
    }
}
