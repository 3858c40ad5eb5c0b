//! The spool: records on disk, for as long as PostgreSQL does not answer.
//!
//! This module knows files. What a record says is opaque bytes to it; when something is spooled and how it is replayed is
//! decided by its owner. It is plain blocking code for one owner: no thread, no lock between threads, no clock.
//!
//! # What it promises
//!
//! 1. When [`Spool::append`] returns `Ok`, all its records survive a power cut: written, `fdatasync`ed, and the folder
//!    synced when a file was made for them. When it does not, nobody may be told that they are kept (some may
//!    nevertheless come back after a crash: their fate is unknown, and replay is idempotent).
//! 2. What was acknowledged and not damaged is read exactly once, in the order of writing. *Once* holds within a process:
//!    how far a segment has been taken is known in memory only, so a crash replays at most one partly taken segment again
//!    (and those whose files could not be deleted).
//! 3. Nothing damaged is ever read as a record. Damage is copied to `quarantine/`, durably, before its file is removed.
//! 4. A file whose `fdatasync` failed is never appended to again: the kernel reports such an error once, drops the pages,
//!    and a second `fdatasync` that succeeds proves nothing.
//! 5. No content of a file causes a panic, and no allocation is sized by a length that was not verified and bounded.
//! 6. All segments together never take more than the `bytes_max` of [`Spool::open`].
//!
//! # The folder
//!
//! | name | what |
//! |---|---|
//! | `lock` | held (`flock`) by the one process that may write |
//! | `00000000000000000017.spool` | a segment; the number only grows, and is never used twice while a trace of it is left |
//! | `retry-….spool` | a record that an operator gave back; read as a segment |
//! | `aside/<id>.spool` | a record that PostgreSQL refused: its reason, then the record ([`aside`]) |
//! | `quarantine/<segment>-<offset>-<length>-<crc>.damaged` | bytes that could not be verified |
//! | `aside/new`, `quarantine/new` | a file that is being written; removed by the next start |
//!
//! At its start the spool takes every regular file that ends in `.spool` for a segment, whatever its name, so that one from
//! another machine can be put there by hand. Every other name is left alone and reported.
//!
//! # The format
//!
//! Integers are little-endian; checksums are CRC-32C (Castagnoli). A segment is a file header, then frames up to its end.
//!
//! ```text
//! file header, 24 bytes             frame header, 44 bytes
//!  0  8  magic F5 "pbspool"          0  4  marker F5 "pb" FF
//!  8  2  format version (1)          4  1  kind: 1 click, 2 postback, 3 reason
//! 10  2  zero                        5  3  zero
//! 12  8  segment number              8  4  length of the payload, at most 1 MiB
//! 20  4  checksum of 0..20          12  4  checksum of payload and end byte
//!                                   16 16  id
//! a frame is a frame header,        32  8  when it was received, microseconds since 1970, signed
//! its payload, and the end          40  4  checksum of 0..40
//! byte 0A                           44     payload, then 0A
//! ```
//!
//! The file header keeps this shape in every later version, so that a newer file can always be told from a damaged one.
//! Whatever else changes takes a new version. A reason (UTF-8, at most 1 KiB) stands before a record that was set aside; it
//! says why and is no record.
//!
//! What was considered:
//!
//! - *Two checksums.* A header that verifies gives a length that can be trusted, so a damaged payload loses only itself.
//! - *A marker.* Behind a damaged header the next frame is found by looking for it. `F5` never occurs in UTF-8, so a
//!   payload of JSON cannot contain a marker, whoever wrote it; where payloads could, the trusted length comes first.
//! - *An end byte.* It is not zero, so no complete frame ends in zeros, and the zeros that a crash may leave behind a file's
//!   last data can be told from a frame without any rule for payloads.
//! - *Segments of 4 MiB*, deleted whole: space comes back without rewriting anything and without an index.
//! - *No position file.* It would cost a sync for each batch replayed and save nothing: replay is idempotent anyway.
//! - *No segment number in the frames' checksums.* Files are neither preallocated nor reused, so no stale frame can show
//!   through, and a file that was doubled or joined with another stays readable.
//!
//! # Recovery
//!
//! [`Spool::open`] reads every segment (`scan`). At each place one of these is true:
//!
//! - A file header or a frame that verifies: taken. A file header in the middle (a doubled file, or several in one) is
//!   skipped.
//! - Nothing that verifies follows up to the end of the file, and what is left, its trailing zeros taken away, is nothing
//!   or only a prefix of a frame: shorter than a frame header, or a header that verifies and less than its payload. This is
//!   a **torn tail**. It was never acknowledged, for an acknowledged frame was synced whole. It is cut off and counted.
//! - Everything else is **damage**: the bytes up to the next frame header or file header that verifies. They are copied to
//!   the quarantine and counted once: the copy's name says what it is of, and a later start that finds it does not count
//!   again. They stay where they are in the segment, skipped, until the segment is deleted.
//!
//! So a damaged file header loses no frame; a file without any frame goes to the quarantine as a whole; one that holds
//! nothing is removed. A file whose header verifies and names a newer version is left untouched and reported. Segments of
//! an earlier process are only read and never appended to.
//!
//! Damage that cannot be copied, because the disk is full, does not stop the start: its segment is read like the others and
//! stays until the copy has succeeded.

mod append;
pub mod aside;
mod disk;
mod frame;
mod inventory;
mod names;
mod offline;
mod opening;
mod quarantine;
mod queue;
mod real;
mod record;
mod replay;
mod scan;
mod segment;
mod shown;
#[cfg(test)]
mod tests;
mod writer;

pub use append::AppendError;
pub use frame::{Frame, Kind, PAYLOAD_BYTES_MAX};
pub use inventory::{Inventory, KeptFile, SegmentCount};
pub use offline::{Found, Offline};
pub use opening::{OpenError, Opened, disk_free};
pub use queue::Spool;
pub use record::{Record, RecordError, click_frame, postback_frame};
pub use shown::shown;
