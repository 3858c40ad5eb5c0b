//! Records that are set aside, and what an operator does about them.

use std::fs;

use super::super::aside::{self, AsideError, SetAside};
use super::simulated::Simulated;
use super::{BYTES_MAX, drain, open, record, records, segments_in};
use crate::spool::Spool;

#[test]
fn a_record_is_kept_with_its_reason_and_the_spool_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.append(&records(0..2)).expect("room");
    let refused = spool.peek(1, usize::MAX).expect("readable").remove(0);

    spool.set_aside(&refused, "value too long").expect("room");
    spool.take();

    assert_eq!(drain(&mut spool), records(1..2));
    assert_eq!(aside::list(folder.path()).expect("readable"), [refused.id]);
    let kept = aside::read(folder.path(), refused.id).expect("it is there");
    let reason = "value too long".to_owned();
    assert_eq!(
        kept,
        SetAside {
            frame: record(0),
            reason
        }
    );
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(0), &"€".repeat(1000)).expect("room");
    assert_eq!(
        aside::read(folder.path(), record(0).id).expect("it is there").reason,
        "€".repeat(341)
    );
}

#[test]
fn a_record_that_is_given_back_is_picked_up_behind_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(7), "refused").expect("room");
    spool.append(&records(0..1)).expect("room");
    assert_eq!(spool.pick_up_retries().expect("readable"), 0);

    aside::retry(folder.path(), record(7).id).expect("it is there");

    assert!(aside::list(folder.path()).expect("readable").is_empty());
    assert_eq!(spool.pick_up_retries().expect("readable"), 1);
    assert_eq!(spool.pick_up_retries().expect("readable"), 0);
    spool.append(&records(1..2)).expect("room");
    assert_eq!(drain(&mut spool), records([0, 7, 1]));
    assert_eq!(segments_in(folder.path()), [""; 0]);
}

#[test]
fn a_record_given_back_while_no_service_runs_is_found_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(7), "refused").expect("room");
    drop(spool);
    aside::retry(folder.path(), record(7).id).expect("it is there");

    let (mut spool, opened) = open(folder.path());

    assert_eq!(opened.records, 1);
    assert_eq!(drain(&mut spool), records([7]));
}

#[test]
fn a_record_refused_and_given_back_twice_is_not_lost_with_its_first_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(7), "refused").expect("room");
    aside::retry(folder.path(), record(7).id).expect("it is there");
    spool.pick_up_retries().expect("readable");
    let again = spool.peek(1, usize::MAX).expect("readable");
    spool.set_aside(&again[0], "refused again").expect("room");
    // Before the spool has removed the file of the first time.
    aside::retry(folder.path(), record(7).id).expect("it is there");

    spool.take();

    assert_eq!(spool.pick_up_retries().expect("readable"), 1);
    assert_eq!(drain(&mut spool), records([7]));
}

#[test]
fn a_record_that_is_discarded_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(7), "refused").expect("room");

    aside::discard(folder.path(), record(7).id).expect("it is there");

    assert!(matches!(
        aside::read(folder.path(), record(7).id),
        Err(AsideError::Missing)
    ));
    assert!(matches!(
        aside::retry(folder.path(), record(7).id),
        Err(AsideError::Missing)
    ));
    assert!(matches!(
        aside::discard(folder.path(), record(7).id),
        Err(AsideError::Missing)
    ));
    assert!(
        aside::list(&folder.path().join("nowhere"))
            .expect("no spool is no error")
            .is_empty()
    );
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut spool, _) = open(folder.path());
    spool.set_aside(&record(7), "refused").expect("room");
    let path = folder.path().join(format!("aside/{}.spool", record(7).id));
    let bytes = fs::read(&path).expect("readable");
    fs::write(&path, &bytes[..bytes.len() - 5]).expect("writable");

    assert!(matches!(
        aside::read(folder.path(), record(7).id),
        Err(AsideError::Damaged)
    ));
}

#[test]
fn a_power_cut_at_any_moment_of_giving_back_leaves_the_record_somewhere() {
    for survived in 0..20 {
        let disk = Simulated::default();
        let (mut spool, _) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("no faults");
        spool.set_aside(&record(7), "refused").expect("room");
        // Moved, and the power is cut before any folder is synced.
        super::super::disk::Disk::rename(
            &disk,
            &super::names::aside(record(7).id),
            &super::names::retry(record(7).id, 1),
        )
        .expect("it is there");
        disk.cut_power(&mut |choices| survived % choices);

        let (mut spool, _) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("no faults");
        let is_aside = disk.files("aside").len() == 1;
        assert_eq!(drain(&mut spool).len(), usize::from(!is_aside));
    }
}
