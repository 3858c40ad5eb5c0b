//! From bytes to frames, damage and torn tails: the rules of recovery. Pure but for reading its source, of which it never
//! holds more than a frame and a piece.

use std::io::{self, Read};
use std::ops::Range;

use super::frame::{
    Content, FILE_HEADER_LEN, FIRST_BYTE, FRAME_HEADER_LEN, FileHeader, Frame, FrameHeader, MAGIC, MARKER, VERSION,
};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 128 << 10;

/// Something in a segment. Ranges are offsets in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Record(Frame),
    Reason(String),
    /// Bytes that do not verify.
    Damage(Range<u64>),
    /// The end of the file: what was being written when writing stopped. Nothing follows.
    Torn(Range<u64>),
}

/// Reads a segment from a place where a frame or a file begins.
#[derive(Debug)]
pub(super) struct Scan<R> {
    source: R,
    /// What was read of the source and not yet passed over, and a little before it.
    window: Vec<u8>,
    /// Where in the window we are.
    at: usize,
    /// Where in the file we are.
    offset: u64,
    is_read_out: bool,
}

/// What stands at a place.
enum Place {
    End,
    FileHeader,
    /// Complete and verified.
    Frame(FrameHeader),
    /// Not verified, but for the header if there is one.
    Unsound(Option<FrameHeader>),
}

impl<R: Read> Scan<R> {
    /// A scan of a source whose first byte stands at `offset` of its file.
    pub(super) const fn new(source: R, offset: u64) -> Self {
        Self {
            source,
            window: Vec::new(),
            at: 0,
            offset,
            is_read_out: false,
        }
    }

    /// The end of what was seen last.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// What comes next; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Sight>> {
        loop {
            match self.place()? {
                Place::End => return Ok(None),
                Place::FileHeader => self.pass(FILE_HEADER_LEN),
                Place::Frame(header) => return Ok(Some(self.take(&header))),
                Place::Unsound(header) => return self.pass_unsound(header.as_ref()).map(Some),
            }
        }
    }

    fn place(&mut self) -> io::Result<Place> {
        let bytes = self.ahead(FRAME_HEADER_LEN)?;
        if bytes.is_empty() {
            return Ok(Place::End);
        }
        if is_file_header(bytes) {
            return Ok(Place::FileHeader);
        }
        let Some(header) = FrameHeader::read(bytes) else {
            return Ok(Place::Unsound(None));
        };
        let is_sound = header.payload(self.ahead(header.frame_len())?).is_some();
        Ok(if is_sound {
            Place::Frame(header)
        } else {
            Place::Unsound(Some(header))
        })
    }

    /// Takes a frame that is verified and therefore wholly in the window.
    fn take(&mut self, header: &FrameHeader) -> Sight {
        let payload = header
            .payload(&self.window[self.at..])
            .expect("the frame has been verified");
        let sight = match header.content {
            Content::Record(kind) => Sight::Record(Frame {
                kind,
                id: header.id,
                at: header.at,
                payload: payload.to_vec(),
            }),
            Content::Reason => Sight::Reason(String::from_utf8_lossy(payload).into_owned()),
        };
        self.pass(header.frame_len());
        sight
    }

    /// Passes over what does not verify, up to what does or to the end.
    fn pass_unsound(&mut self, header: Option<&FrameHeader>) -> io::Result<Sight> {
        let start = self.offset;
        if let Some(header) = header
            && self.is_followed(header.frame_len())?
        {
            self.pass(header.frame_len());
            return Ok(Sight::Damage(start..self.offset));
        }
        let first_bytes = self
            .ahead(MAGIC.len())?
            .iter()
            .copied()
            .take(MAGIC.len())
            .collect::<Vec<u8>>();
        // The end of what is not zero.
        let mut solid_end = start;
        loop {
            let here = self.offset;
            let bytes = self.ahead(FRAME_HEADER_LEN)?;
            if bytes.is_empty() {
                break;
            }
            if here > start && is_verified(bytes) {
                return Ok(Sight::Damage(start..here));
            }
            let step = bytes[1..]
                .iter()
                .position(|byte| *byte == FIRST_BYTE)
                .map_or(bytes.len(), |at| at + 1);
            if let Some(last) = bytes[..step].iter().rposition(|byte| *byte != 0) {
                solid_end = here + last as u64 + 1;
            }
            self.pass(step);
        }
        let solid_len = usize::try_from(solid_end - start).unwrap_or(usize::MAX);
        let is_torn = match header {
            Some(header) => solid_len < header.frame_len(),
            None => {
                (solid_len < FRAME_HEADER_LEN && agree(&first_bytes, &MARKER, solid_len))
                    || (start == 0 && solid_len < FILE_HEADER_LEN && agree(&first_bytes, &MAGIC, solid_len))
            }
        };
        Ok(if is_torn {
            Sight::Torn(start..self.offset)
        } else {
            Sight::Damage(start..self.offset)
        })
    }

    /// Whether the file ends right after `len` bytes that are all written, or goes on there with something that verifies.
    fn is_followed(&mut self, len: usize) -> io::Result<bool> {
        let bytes = self.ahead(len + FRAME_HEADER_LEN)?;
        Ok(match bytes.get(len..) {
            None => false,
            Some([]) => bytes.last().is_some_and(|last| *last != 0),
            Some(rest) => is_verified(rest),
        })
    }

    /// What lies ahead: at least `wanted` bytes, less only where the source ends.
    fn ahead(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.window.len() - self.at < wanted && !self.is_read_out {
            if self.at >= PIECE_BYTES {
                self.window.drain(..self.at);
                self.at = 0;
            }
            let piece = self
                .source
                .by_ref()
                .take(PIECE_BYTES as u64)
                .read_to_end(&mut self.window)?;
            self.is_read_out = piece == 0;
        }
        Ok(&self.window[self.at..])
    }

    /// Passes over bytes that lie in the window.
    fn pass(&mut self, len: usize) {
        self.at += len;
        self.offset += len as u64;
    }
}

/// Whether a header that verifies stands here.
fn is_verified(bytes: &[u8]) -> bool {
    is_file_header(bytes) || FrameHeader::read(bytes).is_some()
}

/// Whether a file header of a format that we read stands here. One of a newer format in the middle of a file does not say
/// what follows it, so that is damage.
fn is_file_header(bytes: &[u8]) -> bool {
    FileHeader::read(bytes).is_some_and(|header| header.version == VERSION)
}

/// Whether what was written, up to `len` bytes, begins as `expected` does.
fn agree(written: &[u8], expected: &[u8], len: usize) -> bool {
    let len = len.min(expected.len());
    written.get(..len).is_some_and(|written| written == &expected[..len])
}
