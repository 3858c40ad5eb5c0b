//! The spool itself: its segments, and what becomes of those that are done. Its two ends are in `append` and `replay`.

use std::collections::VecDeque;
use std::io;

use super::disk::Disk;
use super::frame::Frame;
use super::replay::Peeked;
use super::segment::{Findings, Segment};
use super::writer::Writer;
use super::{aside, names};
use crate::domain::time::Timestamp;

/// A segment that has grown to this is followed by another one.
const SEGMENT_BYTES_MAX: u64 = 4 << 20;

/// The spool, opened by the one process that may write it.
#[derive(Debug)]
pub struct Spool {
    pub(super) disk: Box<dyn Disk>,
    pub(super) bytes_max: u64,
    pub(super) segment_bytes_max: u64,
    /// Segments that are only read, the oldest first.
    pub(super) sealed: VecDeque<Segment>,
    /// The segment that is written, behind all the others.
    pub(super) writer: Option<Writer>,
    /// The number of the next segment. Also a failed attempt to make one uses it up.
    pub(super) next_number: u64,
    /// What the last [`Spool::peek`] gave.
    pub(super) peeked: Vec<Peeked>,
    /// Segments that are done, but that the disk did not remove yet.
    pub(super) done: Vec<Segment>,
    /// Segments that could not be read at the start.
    pub(super) unreadable: Vec<String>,
    pub(super) findings: Findings,
}

impl Spool {
    /// A spool without any segment.
    pub(super) const fn new(disk: Box<dyn Disk>, bytes_max: u64, next_number: u64) -> Self {
        Self {
            disk,
            bytes_max,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            sealed: VecDeque::new(),
            writer: None,
            next_number,
            peeked: Vec::new(),
            done: Vec::new(),
            unreadable: Vec::new(),
            findings: Findings {
                torn: 0,
                quarantined: 0,
            },
        }
    }

    /// Records that are not yet taken.
    pub fn records(&self) -> u64 {
        self.segments().map(|segment| segment.records).sum()
    }

    /// Bytes that the segments take on disk.
    pub fn bytes(&self) -> u64 {
        self.segments().chain(&self.done).map(|segment| segment.bytes).sum()
    }

    /// When the oldest record was received. After a part of a segment was taken this may be as old as the last one taken.
    pub fn oldest_at(&self) -> Option<Timestamp> {
        self.segments().filter_map(|segment| segment.oldest_at).min()
    }

    /// Unacknowledged tails that were cut since the spool was opened, also by that.
    pub const fn torn(&self) -> u64 {
        self.findings.torn
    }

    /// Pieces of damage that came into the quarantine since the spool was opened, also by that.
    pub const fn quarantined(&self) -> u64 {
        self.findings.quarantined
    }

    /// Keeps a record that PostgreSQL refuses, with the reason, where [`aside`] finds it. It stays in the spool until it is
    /// taken.
    ///
    /// # Errors
    ///
    /// When it is not durable there.
    pub fn set_aside(&mut self, frame: &Frame, reason: &str) -> io::Result<()> {
        aside::keep(&*self.disk, frame, reason)
    }

    /// Puts a segment behind the others, or removes it when no record is left in it.
    pub(super) fn queue(&mut self, segment: Segment) {
        if segment.records > 0 {
            self.sealed.push_back(segment);
        } else {
            self.done.push(segment);
        }
    }

    /// Ends the segment that is written: the next write begins another one.
    pub(super) fn seal(&mut self) {
        if let Some(writer) = self.writer.take() {
            self.queue(writer.segment);
        }
    }

    /// Whether a file is a segment of ours.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.segments().chain(&self.done).any(|segment| segment.name == name)
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.sealed
            .iter()
            .chain(self.writer.as_ref().map(|writer| &writer.segment))
    }

    /// Removes what is done, as far as the disk does it; the rest another time.
    pub(super) fn remove_done(&mut self) {
        if self.done.is_empty() {
            return;
        }
        for segment in std::mem::take(&mut self.done) {
            match segment.remove(&*self.disk) {
                Ok(kept) => self.findings.quarantined += kept,
                Err(_) => self.done.push(segment),
            }
        }
        // Without this a deleted segment may come back after a power cut, and is then replayed once more.
        drop(self.disk.sync_folder(names::ROOT));
    }
}
