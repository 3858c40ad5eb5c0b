//! Frames and file headers as bytes: a pure codec. The layout stands in the documentation of [`super`].

use uuid::Uuid;

use crate::domain::time::Timestamp;

/// The largest payload of one record. A postback's body is limited to 64 KiB, which escaping makes larger.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// The version of the format that this program writes, and the newest that it reads.
pub(super) const VERSION: u16 = 1;

/// What every marker and every file header begins with; never part of UTF-8.
pub(super) const FIRST_BYTE: u8 = 0xF5;
pub(super) const MARKER: [u8; 4] = [FIRST_BYTE, b'p', b'b', 0xFF];
pub(super) const MAGIC: [u8; 8] = [FIRST_BYTE, b'p', b'b', b's', b'p', b'o', b'o', b'l'];
pub(super) const FILE_HEADER_LEN: usize = 24;
pub(super) const FRAME_HEADER_LEN: usize = 44;
const END: u8 = b'\n';

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is a record of.
    pub kind: Kind,
    /// The record's own id.
    pub id: Uuid,
    /// When it was received.
    pub at: Timestamp,
    /// What it says.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Bytes that the frame takes in a file.
    pub(super) fn bytes(&self) -> usize {
        FRAME_HEADER_LEN + self.payload.len() + 1
    }

    /// Appends the frame to `out`. The payload must keep to [`PAYLOAD_BYTES_MAX`].
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_frame(Content::Record(self.kind), (self.id, self.at), &self.payload, out);
    }
}

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A click.
    Click,
    /// A verified postback.
    Postback,
}

/// What the payload of a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Record(Kind),
    /// Why the record that follows was set aside.
    Reason,
}

impl Content {
    const fn to_byte(self) -> u8 {
        match self {
            Self::Record(Kind::Click) => 1,
            Self::Record(Kind::Postback) => 2,
            Self::Reason => 3,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Record(Kind::Click)),
            2 => Some(Self::Record(Kind::Postback)),
            3 => Some(Self::Reason),
            _ => None,
        }
    }
}

/// Appends the frame of a reason to `out`; it carries id and time of the record that it is about.
pub(super) fn write_reason(reason: &str, about: &Frame, out: &mut Vec<u8>) {
    write_frame(Content::Reason, (about.id, about.at), reason.as_bytes(), out);
}

fn write_frame(content: Content, (id, at): (Uuid, Timestamp), payload: &[u8], out: &mut Vec<u8>) {
    let payload_len = u32::try_from(payload.len()).expect("a payload keeps to its bound");
    let begin = out.len();
    out.extend_from_slice(&MARKER);
    out.extend_from_slice(&[content.to_byte(), 0, 0, 0]);
    out.extend_from_slice(&payload_len.to_le_bytes());
    out.extend_from_slice(&payload_checksum(payload).to_le_bytes());
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(&at.unix_micros().to_le_bytes());
    let checksum = crc32c::crc32c(&out[begin..]);
    out.extend_from_slice(&checksum.to_le_bytes());
    out.extend_from_slice(payload);
    out.push(END);
}

fn payload_checksum(payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(payload), &[END])
}

/// A frame header that verified, so that its length can be trusted.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameHeader {
    pub(super) content: Content,
    pub(super) id: Uuid,
    pub(super) at: Timestamp,
    payload_len: usize,
    payload_checksum: u32,
}

impl FrameHeader {
    /// Reads the header that `bytes` begin with; `None` when none is there that verifies.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FRAME_HEADER_LEN] = bytes.first_chunk()?;
        let is_sound =
            bytes[..4] == MARKER && bytes[5..8] == [0; 3] && u32_at(bytes, 40) == crc32c::crc32c(&bytes[..40]);
        let payload_len = usize::try_from(u32_at(bytes, 8)).ok()?;
        if !is_sound || payload_len > PAYLOAD_BYTES_MAX {
            return None;
        }
        Some(Self {
            content: Content::from_byte(bytes[4])?,
            id: Uuid::from_bytes(array_at(bytes, 16)),
            at: Timestamp::from_unix_micros(i64::from_le_bytes(array_at(bytes, 32))),
            payload_len,
            payload_checksum: u32_at(bytes, 12),
        })
    }

    /// The length of the whole frame.
    pub(super) const fn frame_len(&self) -> usize {
        FRAME_HEADER_LEN + self.payload_len + 1
    }

    /// The payload of the frame that `bytes` begin with; `None` when it is not complete or does not verify.
    pub(super) fn payload<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let body = bytes.get(FRAME_HEADER_LEN..self.frame_len())?;
        (crc32c::crc32c(body) == self.payload_checksum && body.last() == Some(&END)).then(|| &body[..self.payload_len])
    }
}

/// A file header that verified.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileHeader {
    pub(super) version: u16,
}

impl FileHeader {
    /// The header of a new segment.
    pub(super) fn write(number: u64, out: &mut Vec<u8>) {
        let begin = out.len();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&number.to_le_bytes());
        let checksum = crc32c::crc32c(&out[begin..]);
        out.extend_from_slice(&checksum.to_le_bytes());
    }

    /// Reads the header that `bytes` begin with; `None` when none is there that verifies.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FILE_HEADER_LEN] = bytes.first_chunk()?;
        let is_sound = bytes[..8] == MAGIC && u32_at(bytes, 20) == crc32c::crc32c(&bytes[..20]);
        is_sound.then(|| Self {
            version: u16::from_le_bytes(array_at(bytes, 8)),
        })
    }
}

fn u32_at(header: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array_at(header, offset))
}

fn array_at<const N: usize>(header: &[u8], offset: usize) -> [u8; N] {
    *header[offset..]
        .first_chunk()
        .expect("every field lies inside its header")
}
