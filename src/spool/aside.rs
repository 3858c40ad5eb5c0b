//! Records that PostgreSQL refuses, each kept in a file of its own with the reason, until somebody decides about it.
//!
//! The spool's owner puts them here ([`Spool::set_aside`](super::Spool::set_aside)). The functions of this file are for an
//! operator's command, and work while a service holds the spool: each is one step of the file system that happens or does
//! not. A record that is given back is moved, in one step, to a name that nothing else ever has, where the service (or the
//! next one to start) picks it up.

use std::io::{self, ErrorKind};
use std::path::Path;

use uuid::Uuid;

use super::disk::{Disk, write_whole};
use super::frame::{FileHeader, Frame, PAYLOAD_BYTES_MAX, write_reason};
use super::names;
use super::real::RealFolder;
use super::scan::{Scan, Sight};

/// How much of a reason is kept.
const REASON_BYTES_MAX: usize = 1024;

/// The number in the header of a file that is no numbered segment.
const NO_NUMBER: u64 = 0;

/// A record that was set aside.
#[derive(Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The record.
    pub frame: Frame,
    /// Why PostgreSQL refused it.
    pub reason: String,
}

/// Why nothing could be done about a record.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    /// There is none with this id.
    #[error("no record with this id is set aside")]
    Missing,
    /// Its file cannot be understood. Given back, it goes to the quarantine.
    #[error("the record is damaged")]
    Damaged,
    /// The disk does not do it.
    #[error("the folder of records that were set aside cannot be used")]
    Failed(#[source] io::Error),
}

/// The ids of the records that are set aside, sorted.
///
/// # Errors
///
/// When the folder cannot be read. A spool that was never opened has none.
pub fn list(folder: &Path) -> Result<Vec<Uuid>, AsideError> {
    match RealFolder::shared(folder).list(names::ASIDE) {
        Ok(listed) => {
            let mut ids: Vec<Uuid> = listed.iter().filter_map(|file| names::aside_id(&file.name)).collect();
            ids.sort_unstable();
            Ok(ids)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(AsideError::Failed(error)),
    }
}

/// Reads a record that is set aside.
///
/// # Errors
///
/// When it is not there, or cannot be read.
pub fn read(folder: &Path, id: Uuid) -> Result<SetAside, AsideError> {
    let content = RealFolder::shared(folder).read(&names::aside(id), 0)?;
    let mut scan = Scan::new(content, 0);
    let mut reason = String::new();
    while let Some(sight) = scan.next()? {
        match sight {
            Sight::Reason(text) => reason = text,
            Sight::Record(frame) => return Ok(SetAside { frame, reason }),
            Sight::Damage(_) | Sight::Torn(_) => {}
        }
    }
    Err(AsideError::Damaged)
}

/// Gives a record back to the spool, behind what is there.
///
/// # Errors
///
/// When it is not there, or the disk refuses.
pub fn retry(folder: &Path, id: Uuid) -> Result<(), AsideError> {
    give_back(&RealFolder::shared(folder), id, rand::random())
}

/// Deletes a record that is set aside.
///
/// # Errors
///
/// When it is not there, or the disk refuses.
pub fn discard(folder: &Path, id: Uuid) -> Result<(), AsideError> {
    let disk = RealFolder::shared(folder);
    disk.remove(&names::aside(id))?;
    Ok(disk.sync_folder(names::ASIDE)?)
}

/// Keeps a record with the reason. One with the same id is the same record, refused before a crash, and is replaced.
pub(super) fn keep(disk: &dyn Disk, frame: &Frame, reason: &str) -> io::Result<()> {
    if frame.payload.len() > PAYLOAD_BYTES_MAX {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut content = Vec::new();
    FileHeader::write(NO_NUMBER, &mut content);
    write_reason(
        &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)],
        frame,
        &mut content,
    );
    frame.write(&mut content);
    write_whole(disk, names::ASIDE, &names::aside(frame.id), &mut content.as_slice())
}

/// Moves a record's file to where the spool looks for it.
///
/// The name is new each time: over one that the spool has read but not yet removed, the record would be removed with it.
pub(super) fn give_back(disk: &dyn Disk, id: Uuid, unique: u64) -> Result<(), AsideError> {
    disk.rename(&names::aside(id), &names::retry(id, unique))?;
    // First where it is now, so that a power cut leaves it in both places rather than in neither.
    disk.sync_folder(names::ROOT)?;
    Ok(disk.sync_folder(names::ASIDE)?)
}

impl From<io::Error> for AsideError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::NotFound {
            Self::Missing
        } else {
            Self::Failed(error)
        }
    }
}
