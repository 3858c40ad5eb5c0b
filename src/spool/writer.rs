//! The segment that is written, and what becomes of it when the disk refuses.

use std::io;

use super::disk::{Disk, Growing};
use super::frame::FileHeader;
use super::names;
use super::segment::Segment;

/// The segment that frames are appended to.
#[derive(Debug)]
pub(super) struct Writer {
    /// Its `bytes` are those that are known to be synced.
    pub(super) segment: Segment,
    number: u64,
    file: Box<dyn Growing>,
}

/// Why nothing was written. What is below the synced length is not touched by it.
#[derive(Debug)]
pub(super) enum NotWritten {
    /// The disk took less than all, and what it took has been taken back: the segment may be written on.
    TakenBack(io::Error),
    /// What lies beyond the synced length is unknown: the segment must never be written again.
    Spoilt(io::Error),
}

impl Writer {
    /// Makes the file of a new segment. It is durable with the first write.
    pub(super) fn begin(disk: &dyn Disk, number: u64) -> io::Result<Self> {
        let name = names::segment(number);
        let file = disk.create(&name)?;
        Ok(Self {
            segment: Segment::empty(name),
            number,
            file,
        })
    }

    /// Whether nothing has been written yet.
    pub(super) const fn is_new(&self) -> bool {
        self.segment.bytes == 0
    }

    /// Appends frames, all or none, and makes them durable.
    pub(super) fn write(&mut self, disk: &dyn Disk, frames: &[u8]) -> Result<(), NotWritten> {
        let mut bytes = Vec::new();
        if self.is_new() {
            FileHeader::write(self.number, &mut bytes);
        }
        bytes.extend_from_slice(frames);
        let end = self.segment.bytes + bytes.len() as u64;

        if let Err(error) = self.file.write_all(&bytes) {
            return Err(match self.file.cut(self.segment.bytes) {
                Ok(()) => NotWritten::TakenBack(error),
                Err(_) => NotWritten::Spoilt(error),
            });
        }
        let synced = self.file.sync();
        let synced = synced.and_then(|()| {
            if self.is_new() {
                disk.sync_folder(names::ROOT)
            } else {
                Ok(())
            }
        });
        if let Err(error) = synced {
            // Taken back so that a later start does not find what nobody was promised. Where that fails it does, and
            // replays it: its sender was told that its fate is unknown.
            drop(self.file.cut(self.segment.bytes));
            return Err(NotWritten::Spoilt(error));
        }
        self.segment.bytes = end;
        Ok(())
    }
}
