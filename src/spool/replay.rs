//! The reading end: the oldest records are given out, and are done when their owner says so.

use std::io::{self, ErrorKind};

use super::frame::Frame;
use super::queue::Spool;
use super::segment::{Reading, Room, Segment};
use crate::domain::time::Timestamp;

/// Part of a segment whose records have been given out.
#[derive(Debug)]
pub(super) struct Peeked {
    segment: String,
    end: u64,
    records: u64,
    last_at: Option<Timestamp>,
}

impl Spool {
    /// The oldest records that are not yet taken, in order. Without [`Spool::take`] the same are given again.
    ///
    /// At least one record is given if there is one, whatever the bounds say.
    ///
    /// # Errors
    ///
    /// When a segment cannot be read. It goes behind the others then, so that they are read meanwhile; one whose file is
    /// gone is given up.
    pub fn peek(&mut self, records_max: usize, bytes_max: usize) -> io::Result<Vec<Frame>> {
        self.peeked.clear();
        let mut frames = Vec::new();
        let mut room = Room::new(records_max, bytes_max);
        for index in 0..self.segments().count() {
            let Self {
                disk, sealed, writer, ..
            } = self;
            let written = writer.as_mut().map(|writer| &mut writer.segment);
            let segment = sealed.iter_mut().chain(written).nth(index).expect("it was counted");
            if segment.records == 0 {
                continue;
            }
            let reading = match segment.read(&**disk, room) {
                Ok(reading) => reading,
                // What was read before it comes first.
                Err(_) if !frames.is_empty() => break,
                Err(error) => {
                    self.pass_over(index, error.kind());
                    return Err(error);
                }
            };
            for range in &reading.damage {
                self.findings.quarantined += segment.keep_damage(&**disk, range);
            }
            let is_cut_short = reading.is_cut_short;
            room = reading.room;
            self.peeked.push(Peeked::new(segment, &reading));
            frames.extend(reading.frames);
            if is_cut_short {
                break;
            }
        }
        if frames.is_empty() {
            // Whatever was passed over holds no record.
            self.take();
        }
        Ok(frames)
    }

    /// Notes that the records of the last [`Spool::peek`] are done, and deletes the segments that hold no others.
    ///
    /// A file that cannot be deleted is not replayed again by this process, and its deletion is tried again.
    pub fn take(&mut self) {
        for peeked in std::mem::take(&mut self.peeked) {
            let is_it = |segment: &&mut Segment| segment.name == peeked.segment;
            let Self { sealed, writer, .. } = self;
            if let Some(segment) = sealed.iter_mut().find(is_it) {
                segment.take(peeked.end, peeked.records, peeked.last_at);
            } else if let Some(segment) = writer.as_mut().map(|writer| &mut writer.segment).filter(is_it) {
                segment.take(peeked.end, peeked.records, peeked.last_at);
                if segment.records == 0 {
                    self.seal();
                }
            }
        }
        for segment in std::mem::take(&mut self.sealed) {
            self.queue(segment);
        }
        self.remove_done();
    }

    /// Puts a segment that cannot be read behind the others, or gives it up when there is nothing left of it.
    fn pass_over(&mut self, index: usize, kind: ErrorKind) {
        self.peeked.clear();
        // Also behind what is being written, which would else not be read before the next segment begins.
        self.seal();
        if let Some(segment) = self.sealed.remove(index)
            && kind != ErrorKind::NotFound
        {
            self.sealed.push_back(segment);
        }
    }
}

impl Peeked {
    fn new(segment: &Segment, reading: &Reading) -> Self {
        Self {
            segment: segment.name.clone(),
            end: reading.end,
            records: reading.frames.len() as u64,
            last_at: reading.frames.last().map(|frame| frame.at),
        }
    }
}
