//! What the tests share: records that are told apart, and a folder of files made by hand.

mod asides;
mod every_bit;
mod failures;
mod model;
mod queue;
mod simulated;
mod strange_files;

use std::path::Path;

use uuid::Uuid;

use super::frame::{FileHeader, Frame, Kind};
use super::{Opened, Spool, names};
use crate::domain::time::Timestamp;

/// More than any test writes.
const BYTES_MAX: u64 = 1 << 30;

/// A record whose fields all follow from its number.
fn record(number: u32) -> Frame {
    record_of(number, 20)
}

fn record_of(number: u32, payload_len: usize) -> Frame {
    let kind = if number.is_multiple_of(2) {
        Kind::Click
    } else {
        Kind::Postback
    };
    let mut payload = format!("{{\"number\":{number}").into_bytes();
    payload.resize(payload_len.max(payload.len()), b'.');
    Frame {
        kind,
        id: Uuid::from_u128(u128::from(number)),
        at: Timestamp::from_unix_seconds(i64::from(number)),
        payload,
    }
}

fn records(numbers: impl IntoIterator<Item = u32>) -> Vec<Frame> {
    numbers.into_iter().map(record).collect()
}

/// The bytes of a segment with these records.
fn segment(number: u64, records: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    FileHeader::write(number, &mut bytes);
    for record in records {
        record.write(&mut bytes);
    }
    bytes
}

fn open(folder: &Path) -> (Spool, Opened) {
    Spool::open(folder, BYTES_MAX).expect("a spool that nobody holds")
}

/// Everything that waits, taken.
fn drain(spool: &mut Spool) -> Vec<Frame> {
    let mut drained = Vec::new();
    loop {
        let frames = spool.peek(3, usize::MAX).expect("readable");
        if frames.is_empty() {
            return drained;
        }
        drained.extend(frames);
        spool.take();
    }
}

/// The segments in a folder, by name.
fn segments_in(folder: &Path) -> Vec<String> {
    files_in(folder)
        .into_iter()
        .filter(|name| names::is_segment(name))
        .collect()
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect();
    names.sort();
    names
}
