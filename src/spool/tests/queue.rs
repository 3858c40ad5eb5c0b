//! Append at one end, peek and take at the other, in a real folder.

use super::super::{AppendError, Found, Offline, OpenError, PAYLOAD_BYTES_MAX, Spool};
use super::{BYTES_MAX, drain, files_in, open, record, record_of, records, segments_in};
use crate::domain::time::Timestamp;

#[test]
fn what_was_appended_is_read_in_order_across_segments_and_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.segment_bytes_max = 200;
    for number in 0..10 {
        spool.append(&records([2 * number, 2 * number + 1])).expect("room");
    }
    assert_eq!(spool.records(), 20);
    assert_eq!(spool.oldest_at(), Some(Timestamp::from_unix_seconds(0)));
    let bytes = spool.bytes();
    drop(spool);
    assert!(segments_in(folder.path()).len() > 3);

    let (mut spool, opened) = open(folder.path());

    assert_eq!((opened.records, opened.bytes), (20, bytes));
    assert_eq!((opened.torn, opened.quarantined), (0, 0));
    assert!(opened.disk_free.is_some());
    assert_eq!(drain(&mut spool), records(0..20));
    assert_eq!((spool.records(), spool.bytes(), spool.oldest_at()), (0, 0, None));
    assert_eq!(files_in(folder.path()), ["aside", "lock", "quarantine"]);
}

#[test]
fn a_peek_gives_the_same_again_until_it_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.append(&records(0..5)).expect("room");

    assert_eq!(spool.peek(2, usize::MAX).expect("readable"), records(0..2));
    assert_eq!(spool.peek(3, usize::MAX).expect("readable"), records(0..3));
    // Appended between peek and take, so not taken with it.
    spool.append(&records(5..6)).expect("room");
    spool.take();
    assert_eq!(spool.records(), 3);
    spool.take();
    assert_eq!(spool.records(), 3);
    assert_eq!(drain(&mut spool), records(3..6));
}

#[test]
fn a_peek_keeps_to_its_bytes_but_gives_one_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.append(&records(0..3)).expect("room");
    let two = 2 * record(0).bytes();

    assert_eq!(spool.peek(9, two).expect("readable").len(), 2);
    assert_eq!(spool.peek(9, two - 1).expect("readable").len(), 1);
    assert_eq!(spool.peek(9, 0).expect("readable").len(), 1);
}

#[test]
fn a_segment_that_is_done_is_deleted_though_it_is_being_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    for number in 0..3 {
        spool.append(&records([number])).expect("room");
        assert_eq!(drain(&mut spool), records([number]));
        assert_eq!(segments_in(folder.path()), [""; 0]);
    }
}

#[test]
fn a_full_spool_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = Spool::open(folder.path(), 200).expect("free");
    spool.append(&records(0..2)).expect("room");

    let refused = spool.append(&records(2..4)).expect_err("no room");

    assert!(matches!(refused, AppendError::Full), "{refused}");
    assert_eq!(drain(&mut spool), records(0..2));
    spool.append(&records(2..4)).expect("room again");
}

#[test]
fn a_record_larger_than_any_may_be_is_refused_and_the_largest_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());

    let refused = spool.append(&[record(0), record_of(1, PAYLOAD_BYTES_MAX + 1)]);

    assert!(matches!(refused, Err(AppendError::TooLarge { bytes }) if bytes == PAYLOAD_BYTES_MAX + 1));
    assert_eq!(spool.records(), 0);
    let largest: Vec<_> = (0..6).map(|number| record_of(number, PAYLOAD_BYTES_MAX)).collect();
    for record in &largest {
        spool.append(std::slice::from_ref(record)).expect("room");
    }
    assert_eq!(segments_in(folder.path()).len(), 2);
    assert_eq!(drain(&mut spool), largest);
}

#[test]
fn a_spool_has_one_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let (spool, _) = open(folder.path());

    assert!(matches!(Spool::open(folder.path(), BYTES_MAX), Err(OpenError::Locked)));

    drop(spool);
    open(folder.path());
}

#[test]
fn a_folder_that_cannot_be_made_is_no_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("writable");

    let refused = Spool::open(&folder.path().join("file/spool"), BYTES_MAX);

    assert!(matches!(refused, Err(OpenError::Failed(_))));
}

#[test]
fn the_folder_is_made_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let spool_folder = folder.path().join("data/spool");
    let (mut spool, _) = open(&spool_folder);
    spool.append(&records(0..1)).expect("room");

    let mode = |path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&spool_folder), 0o700);
    assert_eq!(mode(&spool_folder.join(&segments_in(&spool_folder)[0])), 0o600);
}

#[test]
fn records_are_seen_from_outside_while_the_spool_is_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.segment_bytes_max = 100;
    for number in 0..4 {
        spool.append(&records([number])).expect("room");
    }

    let found = Offline::open(folder.path())
        .expect("a folder")
        .map(|found| match found.expect("readable") {
            Found::Record { frame, .. } => frame,
            other @ (Found::Damage { .. } | Found::Newer { .. }) => panic!("{other:?}"),
        });

    assert_eq!(found.collect::<Vec<_>>(), records(0..4));
    assert_eq!(spool.records(), 4);
}
