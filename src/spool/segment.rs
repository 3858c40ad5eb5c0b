//! One segment as it is read: what is left in it, and what its first reading found.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::disk::{Disk, remove_any};
use super::frame::{FILE_HEADER_LEN, FileHeader, Frame, VERSION};
use super::quarantine;
use super::scan::{Scan, Sight};
use crate::domain::time::Timestamp;

/// A segment with records that are not yet taken.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) name: String,
    /// Up to here it may be read: everything below is synced, or was there when the spool was opened.
    pub(super) bytes: u64,
    /// Up to here it has been taken.
    pub(super) taken: u64,
    /// Records beyond that.
    pub(super) records: u64,
    /// When the first of them was received; once some have been taken, when the last of those was.
    pub(super) oldest_at: Option<Timestamp>,
    /// Whether it holds damage that the quarantine did not take yet: then it must not be removed.
    pub(super) has_unkept_damage: bool,
}

/// What the first reading of a segment found.
#[derive(Debug)]
pub(super) enum Survey {
    /// A file of a newer format; not ours to read, cut or remove.
    Newer,
    Segment(Segment, Findings),
}

/// Faults that were found, to be counted.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Findings {
    pub(super) torn: u64,
    /// Damage that is in the quarantine now and was not before.
    pub(super) quarantined: u64,
}

/// How much may be read at once. The first record is read whatever it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    records: usize,
    bytes: usize,
    is_untouched: bool,
}

/// What was read of a segment.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) frames: Vec<Frame>,
    pub(super) damage: Vec<Range<u64>>,
    /// Where to go on reading, once the frames have been taken.
    pub(super) end: u64,
    /// What is left of the room.
    pub(super) room: Room,
    /// Whether there was not enough of it for what comes next.
    pub(super) is_cut_short: bool,
}

impl Segment {
    /// A segment in which nothing has been written yet.
    pub(super) const fn empty(name: String) -> Self {
        Self {
            name,
            bytes: 0,
            taken: 0,
            records: 0,
            oldest_at: None,
            has_unkept_damage: false,
        }
    }

    /// Begins to read a file from its start; `None` when its format is newer than ours.
    pub(super) fn open(disk: &dyn Disk, name: &str) -> io::Result<Option<Scan<Box<dyn Read>>>> {
        let mut begin = Vec::new();
        disk.read(name, 0)?
            .take(FILE_HEADER_LEN as u64)
            .read_to_end(&mut begin)?;
        if FileHeader::read(&begin).is_some_and(|header| header.version > VERSION) {
            return Ok(None);
        }
        Ok(Some(Scan::new(disk.read(name, 0)?, 0)))
    }

    /// Reads a segment that was found in the folder: counts its records, cuts its torn tail, keeps its damage.
    pub(super) fn survey(disk: &dyn Disk, name: &str) -> io::Result<Survey> {
        let Some(mut scan) = Self::open(disk, name)? else {
            return Ok(Survey::Newer);
        };
        let mut segment = Self::empty(name.to_owned());
        let mut findings = Findings::default();
        let mut torn = None;
        while let Some(sight) = scan.next()? {
            match sight {
                Sight::Record(frame) => segment.count(&frame),
                Sight::Reason(_) => {}
                Sight::Damage(range) => findings.quarantined += segment.keep_damage(disk, &range),
                Sight::Torn(range) => torn = Some(range.start),
            }
        }
        if let Some(start) = torn {
            findings.torn += 1;
            // Nothing is ever appended to this file, so the tail does no harm where it cannot be cut: it is only counted
            // again by the next start.
            drop(disk.cut(name, start));
        }
        segment.bytes = torn.unwrap_or(scan.offset());
        Ok(Survey::Segment(segment, findings))
    }

    /// Counts a record that stands in the segment.
    pub(super) fn count(&mut self, frame: &Frame) {
        self.records += 1;
        self.oldest_at = self.oldest_at.or(Some(frame.at));
    }

    /// Copies damage into the quarantine. Returns how much more is kept there now. Damage that the disk does not take stays
    /// where it is, and the segment with it.
    pub(super) fn keep_damage(&mut self, disk: &dyn Disk, range: &Range<u64>) -> u64 {
        let kept = quarantine::keep(disk, &self.name, range);
        self.has_unkept_damage |= kept.is_err();
        kept.map_or(0, u64::from)
    }

    /// Removes the file, but not before its damage is in the quarantine. Returns how much more is there now.
    pub(super) fn remove(&self, disk: &dyn Disk) -> io::Result<u64> {
        let mut kept = 0;
        if self.has_unkept_damage {
            kept = match self.keep_all_damage(disk) {
                // Somebody else has removed it; there is nothing left to keep.
                Err(error) if error.kind() == ErrorKind::NotFound => 0,
                kept => kept?,
            };
        }
        remove_any(disk, &self.name)?;
        Ok(kept)
    }

    fn keep_all_damage(&self, disk: &dyn Disk) -> io::Result<u64> {
        let mut kept = 0;
        let mut scan = Scan::new(disk.read(&self.name, 0)?.take(self.bytes), 0);
        while let Some(sight) = scan.next()? {
            if let Sight::Damage(range) = sight {
                kept += u64::from(quarantine::keep(disk, &self.name, &range)?);
            }
        }
        Ok(kept)
    }

    /// Reads the records that come next.
    pub(super) fn read(&self, disk: &dyn Disk, room: Room) -> io::Result<Reading> {
        let source = disk.read(&self.name, self.taken)?.take(self.bytes - self.taken);
        let mut scan = Scan::new(source, self.taken);
        let mut reading = Reading {
            frames: Vec::new(),
            damage: Vec::new(),
            end: self.taken,
            room,
            is_cut_short: false,
        };
        while let Some(sight) = scan.next()? {
            match sight {
                Sight::Record(frame) => {
                    if !reading.room.take(&frame) {
                        reading.is_cut_short = true;
                        return Ok(reading);
                    }
                    reading.frames.push(frame);
                }
                Sight::Damage(range) => reading.damage.push(range),
                Sight::Reason(_) | Sight::Torn(_) => {}
            }
            reading.end = scan.offset();
        }
        reading.end = self.bytes;
        Ok(reading)
    }

    /// Notes that everything up to `end` is done.
    pub(super) fn take(&mut self, end: u64, records: u64, last_at: Option<Timestamp>) {
        self.taken = end;
        self.records = self.records.saturating_sub(records);
        if self.taken >= self.bytes {
            // Records that are missing were damaged since they were counted.
            self.records = 0;
        }
        self.oldest_at = if self.records == 0 {
            None
        } else {
            last_at.or(self.oldest_at)
        };
    }
}

impl Room {
    pub(super) const fn new(records: usize, bytes: usize) -> Self {
        Self {
            records,
            bytes,
            is_untouched: true,
        }
    }

    /// Takes the room that a frame needs, if it is there.
    fn take(&mut self, frame: &Frame) -> bool {
        let fits = self.records > 0 && frame.bytes() <= self.bytes;
        if !fits && !self.is_untouched {
            return false;
        }
        *self = Self {
            records: self.records.saturating_sub(1),
            bytes: self.bytes.saturating_sub(frame.bytes()),
            is_untouched: false,
        };
        true
    }
}
