//! The spool's owner: a thread of its own that appends, reads and removes, so that nobody else waits for the disk.
//!
//! It drains what is there and makes it durable with one sync, like a writer with PostgreSQL. A disk that fails is tried again
//! every second; until it takes records again, everything is turned away at once.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use tracing::{error, info, warn};

use crate::spool::{AppendError, Frame, OpenError, Opened, Spool, disk_free};
use crate::store::causes;

use super::clock::now;
use super::health::{Health, LOG_EVERY, SpoolState};
use super::intake::Intake;
use super::spooler::{COMMANDS_MAX, Command, SpoolPlan};

/// How often the thread tries a disk that failed, and looks for records that an operator gave back.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Room that a disk which was full must have before it is tried again: for the largest record.
const ROOM_MIN: u64 = 1 << 20;
/// Records that replay reads at once, and their bytes.
const PEEK_RECORDS_MAX: usize = 256;
const PEEK_BYTES_MAX: usize = 1 << 20;

/// Owns the spool. It is opened before its thread starts, so that the metrics are right as soon as the service answers.
pub(super) struct Keeper {
    plan: SpoolPlan,
    spool: Option<Spool>,
    health: Arc<Health>,
    backlog: watch::Sender<u64>,
}

impl Keeper {
    /// One whose spool is not open yet.
    pub(super) const fn new(plan: SpoolPlan, health: Arc<Health>, backlog: watch::Sender<u64>) -> Self {
        Self {
            plan,
            spool: None,
            health,
            backlog,
        }
    }

    /// Goes on until every sender of commands is gone.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Command>, runtime: &Handle) {
        let mut look_due = Instant::now() + LOOK_EVERY;
        loop {
            let first = match runtime.block_on(async { timeout_at(look_due, queue.recv()).await }) {
                Ok(Some(first)) => first,
                Ok(None) => return,
                Err(_) => {
                    self.look();
                    self.publish();
                    look_due = Instant::now() + LOOK_EVERY;
                    continue;
                }
            };
            let mut batches = Vec::new();
            let mut others = Vec::new();
            let waiting = std::iter::from_fn(|| queue.try_recv().ok()).take(COMMANDS_MAX);
            for command in std::iter::once(first).chain(waiting) {
                match command {
                    Command::Keep(batch) => batches.push(batch),
                    other @ (Command::SetAside(..) | Command::Peek(_) | Command::Take(_)) => others.push(other),
                }
            }
            if !batches.is_empty() {
                self.keep(batches);
            }
            for command in others {
                self.obey(command);
            }
            self.publish();
        }
    }

    /// Opens the spool. A failure is noted, and tried again by [`Self::run`].
    pub(super) fn open(&mut self) -> Result<(), OpenError> {
        let (spool, opened) = match Spool::open(&self.plan.folder, self.plan.bytes_max) {
            Ok(opened) => opened,
            Err(failure) => {
                self.note(
                    match failure {
                        OpenError::Locked => SpoolState::Taken,
                        OpenError::Failed(_) => SpoolState::Failed,
                    },
                    &failure,
                );
                return Err(failure);
            }
        };
        self.spool = Some(spool);
        self.report(&opened);
        self.note_recovery();
        self.publish();
        Ok(())
    }

    fn keep(&mut self, batches: Vec<Intake>) {
        let Some(spool) = self
            .spool
            .as_mut()
            .filter(|_| self.health.spool() != SpoolState::Failed)
        else {
            batches.into_iter().for_each(Intake::turn_away);
            return;
        };
        let mut frames = Vec::new();
        let batches: Vec<Intake> = batches.into_iter().map(|batch| batch.framed(&mut frames)).collect();
        match spool.append(&frames) {
            Ok(()) => {
                counter!("postbackd_spooled_total").increment(frames.len() as u64);
                self.note_recovery();
                batches.into_iter().for_each(Intake::accept);
            }
            Err(failure) => {
                let state = if failure.is_full() {
                    SpoolState::Full
                } else {
                    SpoolState::Failed
                };
                self.note(state, &failure);
                batches.into_iter().for_each(Intake::turn_away);
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Keep(batch) => self.keep(vec![batch]),
            Command::SetAside(frame, reason, reply) => {
                let kept = self.set_aside(&frame, &reason);
                // Whoever asked may have given up: the record is kept all the same.
                reply.send(kept).ok();
            }
            Command::Peek(reply) => {
                let frames = self
                    .spool
                    .as_mut()
                    .map(|spool| spool.peek(PEEK_RECORDS_MAX, PEEK_BYTES_MAX));
                let frames = match frames {
                    Some(Ok(frames)) => frames,
                    Some(Err(failure)) => {
                        self.health.complain("the spool cannot be read", &failure.to_string());
                        Vec::new()
                    }
                    None => Vec::new(),
                };
                // Whoever asked may be gone: nothing is removed before it is taken.
                reply.send(frames).ok();
            }
            Command::Take(reply) => {
                if let Some(spool) = &mut self.spool {
                    spool.take();
                }
                self.publish();
                reply.send(()).ok();
            }
        }
    }

    fn set_aside(&mut self, frame: &Frame, reason: &str) -> bool {
        let cause = match self.spool.as_mut().map(|spool| spool.set_aside(frame, reason)) {
            Some(Ok(())) => {
                counter!("postbackd_spool_set_aside_total").increment(1);
                return true;
            }
            Some(Err(failure)) => failure.to_string(),
            None => "there is no spool".to_owned(),
        };
        if self.health.is_due("set aside", LOG_EVERY) {
            error!(record = %frame.id, error = cause, "a refused record could not be set aside");
        }
        false
    }

    /// Tries a disk that failed, and takes records back that an operator gave back.
    fn look(&mut self) {
        if self.spool.is_none() {
            // Why it cannot be opened is noted there.
            self.open().ok();
            return;
        }
        let Some(spool) = &mut self.spool else { return };
        let has_room = spool.bytes() < self.plan.bytes_max / 10 * 9
            && disk_free(&self.plan.folder).is_none_or(|free| free > ROOM_MIN);
        match self.health.spool() {
            SpoolState::Failed | SpoolState::Full if has_room => match spool.probe() {
                Ok(()) => self.note_recovery(),
                Err(failure) => self.note(SpoolState::Failed, &AppendError::Failed(failure)),
            },
            SpoolState::Failed | SpoolState::Full | SpoolState::Open | SpoolState::Taken => {}
        }
        let Some(spool) = &mut self.spool else { return };
        match spool.pick_up_retries() {
            Ok(0) => {}
            Ok(records) => info!(records, "{records} records were given back to the spool"),
            Err(failure) => self
                .health
                .complain("records given back to the spool cannot be read", &failure.to_string()),
        }
    }

    /// Says how many records wait and what was found, for metrics and replay.
    fn publish(&self) {
        let Some(spool) = &self.spool else { return };
        let records = spool.records();
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        {
            gauge!("postbackd_spool_records").set(records as f64);
            gauge!("postbackd_spool_bytes").set(spool.bytes() as f64);
            let age = spool.oldest_at().map_or(0.0, |at| now().since(at).as_secs_f64());
            gauge!("postbackd_spool_oldest_seconds").set(age);
        }
        counter!("postbackd_spool_torn_total").absolute(spool.torn());
        counter!("postbackd_spool_quarantined_total").absolute(spool.quarantined());
        self.backlog
            .send_if_modified(|known| std::mem::replace(known, records) != records);
    }

    fn report(&self, opened: &Opened) {
        if opened.records > 0 {
            info!(
                records = opened.records,
                bytes = opened.bytes,
                "{} records wait in the spool to be replayed",
                opened.records
            );
        }
        if opened.torn > 0 {
            info!(
                torn = opened.torn,
                "cut {} unacknowledged tails of the spool", opened.torn
            );
        }
        if opened.quarantined > 0 {
            error!(
                quarantined = opened.quarantined,
                "{} damaged pieces of the spool are in its quarantine; postbackd spool list shows them",
                opened.quarantined
            );
        }
        for name in &opened.newer {
            error!(file = %name, "a file of the spool was written by a newer postbackd; it is left alone until that runs again");
        }
        for name in &opened.unreadable {
            error!(file = %name, "a file of the spool cannot be read; it is tried again");
        }
        for name in &opened.foreign {
            warn!(file = %name, "a file in the spool's folder is not the spool's; it is left alone");
        }
        let room = self.plan.bytes_max.saturating_sub(opened.bytes);
        if let Some(free) = opened.disk_free.filter(|free| *free < room) {
            warn!(
                free_bytes = free,
                spool_bytes_max = self.plan.bytes_max,
                "the disk has less room than storage.spool_max allows the spool"
            );
        }
    }

    fn note_recovery(&self) {
        if self.health.set_spool(SpoolState::Open) != SpoolState::Open
            && self.health.is_due("the spool takes records", LOG_EVERY)
        {
            info!("the spool takes records");
        }
    }

    /// Notes why no records are taken; counted when it begins.
    fn note(&self, state: SpoolState, failure: &dyn std::error::Error) {
        if self.health.set_spool(state) != state {
            counter!("postbackd_spool_failures_total").increment(1);
        }
        if self.health.is_due("the spool takes no records", LOG_EVERY) {
            error!(error = causes(failure), "the spool takes no records: {failure}");
        }
    }
}

impl Drop for Keeper {
    /// However the thread ends, nobody may believe that the spool still takes something.
    fn drop(&mut self) {
        self.health.set_spool(SpoolState::Failed);
    }
}
