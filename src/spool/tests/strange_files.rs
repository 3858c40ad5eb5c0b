//! Files that no healthy spool writes: cut, filled with zeros, empty, foreign, doubled, newer.

use std::fs;
use std::path::Path;

use super::super::scan::{Scan, Sight};
use super::super::{Found, Offline, names};
use super::{drain, files_in, open, record, record_of, records, segment, segments_in};

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    fs::write(folder.join(name), bytes).expect("writable");
}

fn quarantined(folder: &Path) -> Vec<Vec<u8>> {
    let quarantine = folder.join("quarantine");
    let content = |name: &String| fs::read(quarantine.join(name)).expect("readable");
    files_in(&quarantine).iter().map(content).collect()
}

#[test]
fn a_tail_of_zeros_is_cut_and_counted_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for torn_len in [0, 1, 30, 60] {
        let mut bytes = segment(1, &records(0..3));
        let mut torn = Vec::new();
        record(3).write(&mut torn);
        bytes.extend_from_slice(&torn[..torn_len]);
        let sound_len = bytes.len() - torn_len;
        bytes.resize(bytes.len() + 10_000, 0);
        put(folder.path(), &names::segment(1), &bytes);

        let (spool, opened) = open(folder.path());
        assert_eq!(
            (opened.records, opened.torn, opened.quarantined),
            (3, 1, 0),
            "{torn_len}"
        );
        assert_eq!(opened.bytes, sound_len as u64);
        drop(spool);
        let (mut spool, opened) = open(folder.path());
        assert_eq!((opened.records, opened.torn), (3, 0), "{torn_len}");
        assert_eq!(drain(&mut spool), records(0..3));
    }
}

#[test]
fn a_last_frame_whose_end_is_zeros_is_torn() {
    let whole = segment(1, &records(0..3));
    let frame_len = record(2).bytes();
    for zeros in 1..=frame_len {
        let mut bytes = whole.clone();
        let arrived = bytes.len() - zeros;
        bytes[arrived..].fill(0);
        assert_eq!(numbers_in(&bytes), [0, 1]);
        let mut scan = Scan::new(&bytes[whole.len() - frame_len..], 1);
        assert!(matches!(scan.next(), Ok(Some(Sight::Torn(_)))), "{zeros} zeros");
    }
}

#[test]
fn a_name_with_the_highest_number_leaves_numbers_to_give() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), &names::segment(u64::MAX), &segment(1, &records(0..1)));

    let (mut spool, _) = open(folder.path());

    spool.append(&records(1..2)).expect("room");
    assert_eq!(
        segments_in(folder.path()),
        [names::segment(1), names::segment(u64::MAX)]
    );
    assert_eq!(drain(&mut spool), records(0..2));
}

#[test]
fn from_outside_damage_is_shown_and_nothing_is_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = segment(1, &records(0..4));
    let (begin, len) = (24 + record(0).bytes(), record(1).bytes());
    bytes[begin] ^= 1;
    bytes.truncate(bytes.len() - 7);
    let name = names::segment(1);
    put(folder.path(), &name, &bytes);

    let found: Vec<_> = Offline::open(folder.path())
        .expect("a folder")
        .map(|found| found.expect("readable"))
        .collect();

    let shown = |number| Found::Record {
        segment: name.clone(),
        frame: record(number),
    };
    let damage = Found::Damage {
        segment: name.clone(),
        offset: begin as u64,
        bytes: len as u64,
    };
    assert_eq!(found, [shown(0), damage, shown(2)]);
    assert_eq!(files_in(folder.path()), [name.as_str()]);
    assert_eq!(fs::read(folder.path().join(&name)).expect("readable"), bytes);
}

#[test]
fn a_file_with_nothing_in_it_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = segment(4, &[]);
    put(folder.path(), &names::segment(1), b"");
    put(folder.path(), &names::segment(2), &header[..10]);
    put(folder.path(), &names::segment(3), &[0; 5000]);
    put(folder.path(), &names::segment(4), &header);

    let (_spool, opened) = open(folder.path());

    assert_eq!((opened.records, opened.torn, opened.quarantined), (0, 2, 0));
    assert_eq!(segments_in(folder.path()), [""; 0]);
}

#[test]
fn a_foreign_file_goes_to_the_quarantine_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = b"shopping list: milk, eggs and a great deal of patience".repeat(10_000);
    put(folder.path(), "list.spool", &foreign);

    let (_spool, opened) = open(folder.path());

    assert_eq!((opened.records, opened.torn, opened.quarantined), (0, 0, 1));
    assert_eq!(quarantined(folder.path()), [foreign]);
    assert_eq!(segments_in(folder.path()), [""; 0]);
}

#[test]
fn what_is_not_ours_is_left_alone_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "README", b"hands off");
    fs::create_dir(folder.path().join("folder.spool")).expect("writable");

    let (_spool, opened) = open(folder.path());

    assert_eq!(opened.foreign, ["README", "folder.spool"]);
    assert_eq!(fs::read(folder.path().join("README")).expect("readable"), b"hands off");
}

#[test]
fn a_doubled_file_gives_everything_twice_and_no_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), &names::segment(1), &segment(1, &records(0..3)).repeat(2));

    let (mut spool, opened) = open(folder.path());

    assert_eq!((opened.records, opened.torn, opened.quarantined), (6, 0, 0));
    assert_eq!(drain(&mut spool), records([0, 1, 2, 0, 1, 2]));
}

#[test]
fn a_newer_format_is_left_untouched_and_its_number_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut newer = segment(9, &records(0..1));
    newer[8] = 2;
    let checksum = crc32c::crc32c(&newer[..20]);
    newer[20..24].copy_from_slice(&checksum.to_le_bytes());
    newer.extend_from_slice(b"whatever a newer format holds");
    put(folder.path(), &names::segment(9), &newer);

    let (mut spool, opened) = open(folder.path());
    spool.append(&records(0..1)).expect("room");

    assert_eq!(opened.newer, [names::segment(9)]);
    assert_eq!(opened.records, 0);
    assert_eq!(segments_in(folder.path()), [names::segment(9), names::segment(10)]);
    assert_eq!(
        fs::read(folder.path().join(names::segment(9))).expect("readable"),
        newer
    );
}

#[test]
fn damage_is_kept_and_counted_once_and_its_number_is_not_used_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = segment(1, &records(0..3));
    let (begin, len) = (24 + record(0).bytes(), record(1).bytes());
    bytes[begin + 50] ^= 1;
    put(folder.path(), &names::segment(1), &bytes);
    let damaged = bytes[begin..begin + len].to_vec();

    let (spool, opened) = open(folder.path());
    assert_eq!((opened.records, opened.torn, opened.quarantined), (2, 0, 1));
    drop(spool);
    let (mut spool, opened) = open(folder.path());
    assert_eq!((opened.records, opened.torn, opened.quarantined), (2, 0, 0));

    assert_eq!(drain(&mut spool), records([0, 2]));
    assert_eq!(quarantined(folder.path()), [damaged]);
    drop(spool);
    let (mut spool, _) = open(folder.path());
    spool.append(&records(0..1)).expect("room");
    assert_eq!(segments_in(folder.path()), [names::segment(2)]);
}

#[test]
fn a_piece_missing_in_the_middle_loses_only_what_it_touched() {
    let mut bytes = segment(1, &(0..5).map(|number| record_of(number, 300)).collect::<Vec<_>>());
    bytes.drain(400..900);
    assert_eq!(numbers_in(&bytes), [0, 3, 4]);
}

#[test]
fn a_frame_inside_of_a_damaged_payload_is_not_read() {
    let mut outer = record(1);
    record(99).write(&mut outer.payload);
    let mut bytes = segment(1, &[record(0), outer, record(2)]);
    assert_eq!(numbers_in(&bytes), [0, 1, 2]);
    bytes[24 + record(0).bytes() + 44] ^= 1;
    assert_eq!(numbers_in(&bytes), [0, 2]);
}

#[test]
fn a_header_far_into_damage_is_found_across_pieces() {
    for damage_len in [131_000, 131_071, 131_072, 131_073, 400_000] {
        let mut bytes = segment(1, &records(0..1));
        bytes.resize(bytes.len() + damage_len, 0xF5);
        bytes.extend_from_slice(&segment(1, &records(1..2)));
        assert_eq!(numbers_in(&bytes), [0, 1], "{damage_len}");
    }
}

/// The numbers of the records in a segment, all of which must be as they were written.
fn numbers_in(bytes: &[u8]) -> Vec<u128> {
    let mut scan = Scan::new(bytes, 0);
    let mut numbers = Vec::new();
    while let Some(sight) = scan.next().expect("memory is readable") {
        match sight {
            Sight::Record(frame) => numbers.push(frame.id.as_u128()),
            Sight::Reason(_) | Sight::Damage(_) | Sight::Torn(_) => {}
        }
    }
    assert_eq!(scan.offset(), bytes.len() as u64);
    numbers
}
