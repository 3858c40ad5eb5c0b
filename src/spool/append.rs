//! The writing end: batches, all or nothing, and what to do when the disk refuses one.

use std::io::{self, ErrorKind};

use super::frame::{FILE_HEADER_LEN, Frame, PAYLOAD_BYTES_MAX};
use super::queue::Spool;
use super::writer::{NotWritten, Writer};

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The spool would take more than it may.
    #[error("the spool is full")]
    Full,
    /// A record is larger than any can be. Repeating it cannot help.
    #[error("a record of {bytes} bytes is larger than a spool takes ({PAYLOAD_BYTES_MAX} bytes)")]
    TooLarge {
        /// The length of its payload.
        bytes: usize,
    },
    /// The disk does not take it now.
    #[error("the spool could not be written")]
    Failed(#[source] io::Error),
}

impl AppendError {
    /// Whether there was no room, by the spool's bound or on the disk, rather than something against the file.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full => true,
            Self::Failed(error) => is_full(error),
            Self::TooLarge { .. } => false,
        }
    }
}

impl Spool {
    /// Appends records: when this returns `Ok` all of them are durable.
    ///
    /// # Errors
    ///
    /// None of them is known to be durable then, and none is given out by this process.
    pub fn append(&mut self, frames: &[Frame]) -> Result<(), AppendError> {
        if frames.is_empty() {
            return Ok(());
        }
        let batch = encode(frames)?;
        let needed = (FILE_HEADER_LEN + batch.len()) as u64;
        if self.bytes().saturating_add(needed) > self.bytes_max {
            return Err(AppendError::Full);
        }
        if self
            .writer
            .as_ref()
            .is_some_and(|writer| writer.segment.bytes >= self.segment_bytes_max)
        {
            self.seal();
        }
        let written = match self.write(&batch) {
            // A segment that went bad says nothing about the next one; a disk that is full does.
            Err(error) if !is_full(&error) => self.write(&batch),
            written => written,
        };
        written.map_err(AppendError::Failed)?;
        let writer = self.writer.as_mut().expect("what was written was written by it");
        for frame in frames {
            writer.segment.count(frame);
        }
        Ok(())
    }

    /// Tries for real whether the disk takes writes again: makes the next segment, synced with the folder.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn probe(&mut self) -> io::Result<()> {
        self.seal();
        self.write(&[])?;
        self.remove_done();
        Ok(())
    }

    /// Writes into the segment that is written, or a new one. One that must not be written again is sealed.
    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let number = self.next_number;
                self.next_number = number.saturating_add(1);
                none.insert(Writer::begin(&*self.disk, number)?)
            }
        };
        let error = match writer.write(&*self.disk, batch) {
            Ok(()) => return Ok(()),
            Err(NotWritten::TakenBack(error)) if !writer.is_new() && is_full(&error) => return Err(error),
            Err(NotWritten::TakenBack(error) | NotWritten::Spoilt(error)) => error,
        };
        self.seal();
        self.remove_done();
        Err(error)
    }
}

fn encode(frames: &[Frame]) -> Result<Vec<u8>, AppendError> {
    if let Some(frame) = frames.iter().find(|frame| frame.payload.len() > PAYLOAD_BYTES_MAX) {
        let bytes = frame.payload.len();
        return Err(AppendError::TooLarge { bytes });
    }
    let mut batch = Vec::with_capacity(frames.iter().map(Frame::bytes).sum());
    for frame in frames {
        frame.write(&mut batch);
    }
    Ok(batch)
}

/// Whether the disk has no room, rather than something against this file.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
