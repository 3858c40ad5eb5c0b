//! Disks that are full, fail to sync, or refuse to delete.

use super::super::disk::Disk as _;
use super::super::{AppendError, Spool};
use super::simulated::{Faults, Simulated};
use super::{BYTES_MAX, drain, record, records};

fn start(disk: &Simulated) -> Spool {
    Spool::start(Box::new(disk.clone()), BYTES_MAX)
        .expect("a disk without faults")
        .0
}

fn segments(disk: &Simulated) -> Vec<String> {
    disk.files("0").into_keys().collect()
}

#[test]
fn a_failed_sync_is_answered_by_another_segment_and_the_first_is_never_written_again() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..2)).expect("room");
    let first = segments(&disk)[0].clone();
    let first_len = disk.files(&first)[&first].len();

    disk.set_faults(Faults {
        syncs: 1,
        ..Faults::default()
    });
    spool.append(&records(2..4)).expect("the next segment takes it");
    spool.append(&records(4..5)).expect("room");

    assert_eq!(disk.files(&first)[&first].len(), first_len);
    assert_eq!(segments(&disk).len(), 2);
    disk.cut_power(&mut |_| 0);
    assert_eq!(drain(&mut start(&disk)), records(0..5));
}

#[test]
fn two_failed_syncs_are_a_refusal_and_nothing_of_it_is_read() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..2)).expect("room");

    disk.set_faults(Faults {
        syncs: 2,
        ..Faults::default()
    });
    let refused = spool.append(&records(2..4));

    assert!(matches!(refused, Err(AppendError::Failed(_))));
    assert_eq!(spool.records(), 2);
    spool.append(&records(4..5)).expect("the fault is over");
    assert_eq!(drain(&mut spool), records([0, 1, 4]));
    assert!(segments(&disk).is_empty());
}

#[test]
fn a_folder_that_does_not_sync_takes_nothing() {
    let disk = Simulated::default();
    let mut spool = start(&disk);

    disk.set_faults(Faults {
        folder_syncs: 9,
        ..Faults::default()
    });
    let refused = spool.append(&records(0..1));

    assert!(matches!(refused, Err(AppendError::Failed(_))));
    assert_eq!(spool.records(), 0);
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_batch_leaves_nothing_of_it() {
    for room in 0..150 {
        for cuts in [false, true] {
            let disk = Simulated::default();
            let mut spool = start(&disk);
            spool.append(&records(0..2)).expect("room");
            disk.set_faults(Faults {
                room: Some(room),
                cuts,
                ..Faults::default()
            });

            let taken = spool.append(&records(2..4)).is_ok();

            assert_eq!(taken, room >= 2 * record(0).bytes(), "{room}");
            disk.set_faults(Faults::default());
            spool.append(&records(4..6)).expect("room again");
            let expected = if taken { records(0..6) } else { records([0, 1, 4, 5]) };
            disk.cut_power(&mut |_| 0);
            let mut spool = start(&disk);
            assert_eq!(drain(&mut spool), expected, "{room} {cuts}");
            assert_eq!(spool.quarantined(), 0);
        }
    }
}

#[test]
fn a_probe_fails_while_the_disk_does_and_then_makes_a_segment() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..1)).expect("room");
    disk.set_faults(Faults {
        room: Some(5),
        ..Faults::default()
    });

    assert!(spool.probe().is_err());
    disk.set_faults(Faults {
        syncs: 1,
        ..Faults::default()
    });
    assert!(spool.probe().is_err());
    assert_eq!(segments(&disk).len(), 1);
    spool.probe().expect("the fault is over");
    assert_eq!(segments(&disk).len(), 2);

    // The probe's segment is the one that is written, and looking into it does not remove it.
    assert_eq!(spool.peek(9, usize::MAX).expect("readable"), records(0..1));
    spool.append(&records(1..2)).expect("room");
    assert_eq!(segments(&disk).len(), 2);
    assert_eq!(drain(&mut spool), records(0..2));
}

#[test]
fn what_cannot_be_deleted_is_not_given_again_and_is_deleted_later() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..2)).expect("room");
    disk.set_faults(Faults {
        removals: true,
        ..Faults::default()
    });

    assert_eq!(drain(&mut spool), records(0..2));
    assert_eq!(spool.records(), 0);
    assert_eq!(spool.peek(9, usize::MAX).expect("readable"), []);
    assert!(spool.bytes() > 0, "it still takes its place on the disk");

    disk.set_faults(Faults::default());
    spool.append(&records(2..3)).expect("room");
    assert_eq!(drain(&mut spool), records(2..3));
    assert_eq!((spool.bytes(), segments(&disk).len()), (0, 0));
}

#[test]
fn a_power_cut_brings_back_at_most_the_segment_that_was_being_replayed() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.segment_bytes_max = 100;
    for number in 0..6 {
        spool.append(&records([2 * number, 2 * number + 1])).expect("room");
    }
    assert_eq!(segments(&disk).len(), 6);
    for _ in 0..3 {
        spool.peek(3, usize::MAX).expect("readable");
        spool.take();
    }

    disk.cut_power(&mut |_| 0);

    assert_eq!(drain(&mut start(&disk)), records(8..12));
}

#[test]
fn a_segment_that_cannot_be_read_does_not_hold_up_the_others() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.segment_bytes_max = 1;
    for number in 0..3 {
        spool.append(&records([number])).expect("room");
    }

    disk.set_faults(Faults {
        reads: true,
        ..Faults::default()
    });
    assert!(spool.peek(1, usize::MAX).is_err());
    disk.set_faults(Faults::default());

    assert_eq!(drain(&mut spool), records([1, 2, 0]));
}

#[test]
fn a_segment_that_cannot_be_read_at_the_start_is_picked_up_later() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..2)).expect("room");
    disk.set_faults(Faults {
        reads: true,
        ..Faults::default()
    });

    let (mut spool, opened) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("it can be listed");

    assert_eq!((opened.records, opened.unreadable), (0, segments(&disk)));
    assert!(spool.pick_up_retries().is_err());
    disk.set_faults(Faults::default());
    spool.append(&records(2..3)).expect("its number is not used again");
    assert_eq!(spool.pick_up_retries().expect("readable"), 2);
    assert_eq!(spool.pick_up_retries().expect("readable"), 0);
    assert_eq!(drain(&mut spool), records([2, 0, 1]));
}

#[test]
fn a_segment_that_somebody_deleted_is_given_up() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.segment_bytes_max = 1;
    spool.append(&records(0..1)).expect("room");
    spool.append(&records(1..2)).expect("room");
    disk.remove(&segments(&disk)[0]).expect("it is there");

    assert!(spool.peek(1, usize::MAX).is_err());

    assert_eq!(drain(&mut spool), records(1..2));
    assert_eq!((spool.records(), spool.bytes()), (0, 0));
}

#[test]
fn damage_that_the_disk_does_not_take_waits_with_its_segment() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..3)).expect("room");
    drop(spool);
    disk.flip(&segments(&disk)[0], (24 + 50) * 8);
    disk.set_faults(Faults {
        room: Some(10),
        ..Faults::default()
    });

    let (mut spool, opened) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("it can be read");
    assert_eq!((opened.records, opened.quarantined), (2, 0));
    assert_eq!(drain(&mut spool), records(1..3));
    assert_eq!(segments(&disk).len(), 1, "its damage is nowhere else");

    disk.set_faults(Faults::default());
    spool.probe().expect("room");
    assert_eq!((spool.quarantined(), disk.files("quarantine").len()), (1, 1));
    assert_eq!(segments(&disk).len(), 1, "the segment of the probe");
}

#[test]
fn damage_that_comes_up_while_running_is_quarantined_too() {
    let disk = Simulated::default();
    let mut spool = start(&disk);
    spool.append(&records(0..3)).expect("room");
    disk.flip(&segments(&disk)[0], (24 + 50) * 8);

    assert_eq!(drain(&mut spool), records(1..3));

    assert_eq!((spool.records(), spool.bytes()), (0, 0));
    assert_eq!((spool.quarantined(), disk.files("quarantine").len()), (1, 1));
}
