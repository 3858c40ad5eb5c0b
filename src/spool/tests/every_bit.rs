//! A small segment, cut at every byte and with every bit flipped.

use super::super::names;
use super::super::{Opened, Spool};
use super::simulated::Simulated;
use super::{BYTES_MAX, drain, record, records, segment};
use crate::spool::Frame;

const HEADER: usize = 24;

/// What a start makes of a file, and what it reads from it.
fn open(bytes: &[u8]) -> (Opened, Vec<Frame>, Simulated) {
    let disk = Simulated::default();
    disk.put(&names::segment(1), bytes);
    let (mut spool, opened) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("a disk without faults");
    let frames = drain(&mut spool);
    assert_eq!(opened.records, frames.len() as u64);
    assert_eq!((spool.records(), spool.bytes()), (0, 0));
    assert!(disk.files("0").is_empty(), "{:?}", disk.files(""));
    (opened, frames, disk)
}

#[test]
fn a_cut_anywhere_loses_what_it_cut_and_is_a_torn_tail() {
    let whole = segment(1, &records(0..3));
    let frame_len = record(0).bytes();
    for len in 0..=whole.len() {
        let (opened, frames, disk) = open(&whole[..len]);

        let complete = len.saturating_sub(HEADER) / frame_len;
        assert_eq!(frames, records(0..3)[..complete], "cut at {len}");
        let is_torn = if len < HEADER {
            len > 0
        } else {
            !(len - HEADER).is_multiple_of(frame_len)
        };
        assert_eq!(opened.torn, u64::from(is_torn), "cut at {len}");
        assert_eq!(opened.quarantined, 0, "cut at {len}");
        assert!(disk.files("quarantine").is_empty(), "cut at {len}");
    }
}

#[test]
fn a_flipped_bit_anywhere_loses_its_record_and_goes_to_the_quarantine() {
    let whole = segment(1, &records(0..3));
    let frame_len = record(0).bytes();
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);

        let (opened, frames, disk) = open(&bytes);

        let (damaged, range) = match (bit / 8).checked_sub(HEADER) {
            None => (None, 0..HEADER),
            Some(offset) => {
                let begin = HEADER + offset / frame_len * frame_len;
                (u32::try_from(offset / frame_len).ok(), begin..begin + frame_len)
            }
        };
        assert_eq!(
            frames,
            records((0..3).filter(|number| Some(*number) != damaged)),
            "bit {bit}"
        );
        assert_eq!((opened.torn, opened.quarantined), (0, 1), "bit {bit}");
        let quarantined: Vec<_> = disk.files("quarantine").into_values().collect();
        assert_eq!(quarantined, [&bytes[range]], "bit {bit}");
    }
}

#[test]
fn two_flipped_bits_never_give_a_record_that_was_not_written() {
    let whole = segment(1, &records(0..3));
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        for bit in [bit, bit * 7919 % (whole.len() * 8)] {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let (_, frames, _) = open(&bytes);
        assert!(frames.iter().all(|frame| records(0..3).contains(frame)), "bit {bit}");
    }
}
