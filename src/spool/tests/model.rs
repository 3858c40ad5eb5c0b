//! Random lives of a spool beside a model of it: what was acknowledged and not damaged is exactly what is read, in order,
//! once.
//!
//! What may come back unasked, and only after a restart: records whose append failed (their fate is unknown), and such that
//! were taken from a segment that was not deleted durably.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::super::scan::{Scan, Sight};
use super::super::{Frame, Spool, aside};
use super::simulated::{Faults, Simulated};
use super::{BYTES_MAX, record_of};

/// Small, so that a life sees many segments.
const SEGMENT_BYTES_MAX: u64 = 400;

#[derive(Debug, Clone)]
enum Step {
    Append {
        payload_lens: Vec<usize>,
        fault: Fault,
    },
    Probe {
        fault: Fault,
    },
    Read {
        records_max: usize,
        bytes_max: usize,
        is_taken: bool,
        removals_fail: bool,
    },
    SetAside,
    GiveBack,
    PickUp,
    FlipBit {
        file: usize,
        bit: usize,
    },
    /// The process ends, the machine does not.
    Restart,
    CutPower {
        picks: Vec<usize>,
    },
}

#[derive(Debug, Clone)]
enum Fault {
    None,
    Syncs(u32),
    FolderSyncs(u32),
    Room { bytes: usize, cuts: bool },
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        5 => Just(Fault::None),
        1 => (1..3u32).prop_map(Fault::Syncs),
        1 => (1..3u32).prop_map(Fault::FolderSyncs),
        1 => (0..400usize, any::<bool>()).prop_map(|(bytes, cuts)| Fault::Room { bytes, cuts }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let append = (prop::collection::vec(0..120usize, 1..6), fault());
    let read = (1..8usize, 0..600usize, any::<bool>(), prop::bool::weighted(0.1));
    prop_oneof![
        8 => append.prop_map(|(payload_lens, fault)| Step::Append { payload_lens, fault }),
        1 => fault().prop_map(|fault| Step::Probe { fault }),
        6 => read.prop_map(|(records_max, bytes_max, is_taken, removals_fail)| Step::Read {
            records_max,
            bytes_max,
            is_taken,
            removals_fail,
        }),
        1 => Just(Step::SetAside),
        1 => Just(Step::GiveBack),
        1 => Just(Step::PickUp),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(file, bit)| Step::FlipBit { file, bit }),
        1 => Just(Step::Restart),
        2 => prop::collection::vec(any::<usize>(), 60).prop_map(|picks| Step::CutPower { picks }),
    ]
}

/// A spool and what it must do.
struct Life {
    disk: Simulated,
    spool: Spool,
    /// Every record that was ever made.
    made: BTreeMap<u128, Frame>,
    /// Acknowledged and not taken, in order.
    waiting: VecDeque<u128>,
    /// Acknowledged and not taken, but given back, damaged elsewhere, or otherwise without a place in the order.
    unordered: BTreeSet<u128>,
    /// Set aside and not given back.
    aside: VecDeque<u128>,
    /// Given back and not picked up.
    given_back: Vec<u128>,
    /// How often that has happened.
    gifts: u64,
    /// May come back after a restart.
    doubtful: BTreeSet<u128>,
    /// May be read by this process although the model does not wait for it.
    unasked: BTreeSet<u128>,
    /// Whether bits were flipped under this process, so that it counts records that it will not find.
    is_flipped: bool,
}

fn start(disk: &Simulated) -> Spool {
    let (mut spool, _) = Spool::start(Box::new(disk.clone()), BYTES_MAX).expect("a disk without faults");
    spool.segment_bytes_max = SEGMENT_BYTES_MAX;
    spool
}

impl Life {
    fn begin() -> Self {
        let disk = Simulated::default();
        Self {
            spool: start(&disk),
            disk,
            made: BTreeMap::new(),
            waiting: VecDeque::new(),
            unordered: BTreeSet::new(),
            aside: VecDeque::new(),
            given_back: Vec::new(),
            gifts: 0,
            doubtful: BTreeSet::new(),
            unasked: BTreeSet::new(),
            is_flipped: false,
        }
    }

    fn live(&mut self, step: Step) {
        match step {
            Step::Append { payload_lens, fault } => self.append(&payload_lens, &fault),
            Step::Probe { fault } => {
                self.break_disk(&fault);
                // Whether it succeeds depends on the fault; it must only harm nothing.
                drop(self.spool.probe());
                self.disk.set_faults(Faults::default());
            }
            Step::Read {
                records_max,
                bytes_max,
                is_taken,
                removals_fail,
            } => {
                self.disk.set_faults(Faults {
                    removals: removals_fail,
                    ..Faults::default()
                });
                self.read(records_max, bytes_max, is_taken);
                self.disk.set_faults(Faults::default());
            }
            Step::SetAside => {
                if let Some(frame) = self.read(1, 0, true).pop() {
                    self.spool.set_aside(&frame, "refused").expect("a disk without faults");
                    let id = frame.id.as_u128();
                    self.aside.retain(|aside| *aside != id);
                    self.aside.push_back(id);
                }
            }
            Step::GiveBack => {
                if let Some(id) = self.aside.pop_front() {
                    self.gifts += 1;
                    let id = uuid::Uuid::from_u128(id);
                    aside::give_back(&self.disk, id, self.gifts).expect("it was set aside");
                    self.given_back.push(id.as_u128());
                }
            }
            Step::PickUp => self.pick_up(),
            Step::FlipBit { file, bit } => self.flip(file, bit),
            Step::Restart => self.restart(),
            Step::CutPower { picks } => {
                let mut picks = picks.into_iter().cycle();
                self.disk
                    .cut_power(&mut |below| picks.next().map_or(0, |pick| pick % below));
                self.restart();
            }
        }
        if !self.is_flipped && self.unasked.is_empty() {
            assert_eq!(self.spool.records(), (self.waiting.len() + self.unordered.len()) as u64);
        }
    }

    fn break_disk(&self, fault: &Fault) {
        let none = Faults::default();
        self.disk.set_faults(match fault {
            Fault::None => none,
            Fault::Syncs(syncs) => Faults { syncs: *syncs, ..none },
            Fault::FolderSyncs(folder_syncs) => Faults {
                folder_syncs: *folder_syncs,
                ..none
            },
            Fault::Room { bytes, cuts } => Faults {
                room: Some(*bytes),
                cuts: *cuts,
                ..none
            },
        });
    }

    fn append(&mut self, payload_lens: &[usize], fault: &Fault) {
        let first = u32::try_from(self.made.len()).expect("a short life");
        let frames: Vec<Frame> = (first..)
            .zip(payload_lens)
            .map(|(number, len)| record_of(number, *len))
            .collect();
        let ids: Vec<u128> = frames.iter().map(|frame| frame.id.as_u128()).collect();
        self.made.extend(ids.iter().copied().zip(frames.iter().cloned()));
        self.break_disk(fault);
        let acknowledged = self.spool.append(&frames).is_ok();
        self.disk.set_faults(Faults::default());
        if !matches!(fault, Fault::None) {
            // Also of what was acknowledged there may be a copy, where the first attempt failed.
            self.doubtful.extend(&ids);
        }
        if acknowledged {
            self.waiting.extend(&ids);
        } else {
            assert!(!matches!(fault, Fault::None), "refused without a fault");
        }
    }

    fn read(&mut self, records_max: usize, bytes_max: usize, is_taken: bool) -> Vec<Frame> {
        let frames = self.spool.peek(records_max, bytes_max).expect("a disk without faults");
        assert!(frames.len() <= records_max);
        assert_eq!(
            frames,
            self.spool.peek(records_max, bytes_max).expect("a disk without faults")
        );
        if is_taken {
            self.spool.take();
            for frame in &frames {
                self.expect(frame);
            }
        }
        frames
    }

    /// Checks a record that was read and taken.
    fn expect(&mut self, frame: &Frame) {
        let id = frame.id.as_u128();
        assert_eq!(Some(frame), self.made.get(&id), "a record that was never made");
        if self.waiting.front() == Some(&id) {
            self.waiting.pop_front();
        } else if !self.unordered.remove(&id) {
            assert!(
                self.unasked.contains(&id),
                "{id} was read, {:?} is waiting",
                self.waiting
            );
        }
        self.doubtful.insert(id);
    }

    fn pick_up(&mut self) {
        self.spool.pick_up_retries().expect("a disk without faults");
        self.unordered.extend(self.given_back.drain(..));
    }

    fn restart(&mut self) {
        // In between there is none: the disk is the only thing that a spool leaves behind.
        self.spool = start(&self.disk);
        self.unordered.extend(self.given_back.drain(..));
        self.unasked.clone_from(&self.doubtful);
        self.is_flipped = false;
    }

    /// Flips a bit of a segment; the record that it belongs to need not be read any more.
    fn flip(&mut self, file: usize, bit: usize) {
        let segments = self.disk.files("0");
        let Some((name, bytes)) = segments.iter().nth(file % segments.len().max(1)) else {
            return;
        };
        if bytes.is_empty() {
            return;
        }
        let bit = bit % (bytes.len() * 8);
        let mut scan = Scan::new(bytes.as_slice(), 0);
        let mut begin = 0;
        while let Some(sight) = scan.next().expect("memory is readable") {
            let is_hit = (begin..scan.offset()).contains(&(bit as u64 / 8));
            begin = scan.offset();
            match sight {
                Sight::Record(frame) if is_hit => {
                    let id = frame.id.as_u128();
                    self.waiting.retain(|waiting| *waiting != id);
                    self.unordered.remove(&id);
                    // Another copy of it may be left.
                    self.unasked.insert(id);
                    self.doubtful.insert(id);
                }
                Sight::Record(_) | Sight::Reason(_) | Sight::Damage(_) | Sight::Torn(_) => {}
            }
        }
        self.disk.flip(name, bit);
        self.is_flipped = true;
    }

    fn end(mut self) {
        self.pick_up();
        while !self.read(7, 500, true).is_empty() {}
        assert_eq!(self.waiting, [], "acknowledged and never read");
        assert_eq!(self.unordered, BTreeSet::new(), "given back and never read");
        assert_eq!((self.spool.records(), self.spool.oldest_at()), (0, None));
        self.spool.probe().expect("a disk without faults");
        assert_eq!(self.disk.files("0").len(), 1, "only the segment of the probe is left");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_was_acknowledged_and_not_damaged_is_read_in_order_and_once(steps in prop::collection::vec(step(), 1..60)) {
        let mut life = Life::begin();
        for step in steps {
            life.live(step);
        }
        life.end();
    }
}
