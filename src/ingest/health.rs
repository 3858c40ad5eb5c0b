//! Whether PostgreSQL and the spool take writes, as the writers, the spool's thread and a probe see it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{error, info, warn};

use crate::store::{StoreError, causes};

/// How often a lasting trouble is logged.
pub(super) const LOG_EVERY: Duration = Duration::from_secs(10);
/// How often a record that was set aside is.
const SET_ASIDE_LOG_EVERY: Duration = Duration::from_secs(2);
/// How often a recovery is, where it comes and goes.
const RECOVERY_LOG_EVERY: Duration = Duration::from_secs(2);

/// What is known of the places that things are written to.
#[derive(Debug, Default)]
pub struct Health {
    answers: AtomicBool,
    schema: AtomicU8,
    spool: AtomicU8,
    /// Woken when somebody has reason to doubt PostgreSQL.
    doubt: Notify,
    complaints: Mutex<HashMap<&'static str, Instant>>,
}

/// How the database's schema stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaState {
    /// Not known: PostgreSQL did not answer yet.
    #[default]
    Unknown,
    /// The one that this program writes.
    Current,
    /// Migrations are missing, and somebody else applies them, or they could not be applied.
    Older,
    /// A newer program's. This one must not write into what it does not know.
    Newer,
}

/// Whether the spool takes records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpoolState {
    /// The disk does not take it.
    #[default]
    Failed,
    /// It takes records.
    Open,
    /// It has reached its bound.
    Full,
    /// Another process has it; this one takes it over when that ends.
    Taken,
}

impl SchemaState {
    const ALL: [Self; 4] = [Self::Unknown, Self::Current, Self::Older, Self::Newer];
}

impl SpoolState {
    const ALL: [Self; 4] = [Self::Failed, Self::Open, Self::Full, Self::Taken];
}

impl Health {
    /// Whether PostgreSQL took the last write or probe, and has the schema.
    pub fn takes_writes(&self) -> bool {
        self.answers.load(Ordering::Relaxed) && self.schema() == SchemaState::Current
    }

    /// How the schema stands.
    pub fn schema(&self) -> SchemaState {
        SchemaState::ALL[usize::from(self.schema.load(Ordering::Relaxed))]
    }

    /// Whether the spool takes records.
    pub fn spool(&self) -> SpoolState {
        SpoolState::ALL[usize::from(self.spool.load(Ordering::Relaxed))]
    }

    pub(super) fn set_schema(&self, state: SchemaState) -> SchemaState {
        SchemaState::ALL[usize::from(self.schema.swap(state as u8, Ordering::Relaxed))]
    }

    /// Sets the spool's state; returns the one before.
    pub(super) fn set_spool(&self, state: SpoolState) -> SpoolState {
        SpoolState::ALL[usize::from(self.spool.swap(state as u8, Ordering::Relaxed))]
    }

    pub(super) fn postgres_answered(&self) {
        if !self.answers.load(Ordering::Relaxed) && !self.answers.swap(true, Ordering::Relaxed) {
            gauge!("postbackd_postgres_up").set(1.0);
            counter!("postbackd_postgres_recoveries_total").increment(1);
            if self.is_due("postgres takes writes", RECOVERY_LOG_EVERY) {
                info!("postgres takes writes");
            }
        }
    }

    /// Notes that PostgreSQL did not take something. A batch that ran out of time may have met a lock and says nothing about
    /// the others: a probe is asked for. Everything else is believed at once.
    pub(super) fn postgres_failed(&self, what: &'static str, failure: &StoreError) {
        match failure {
            StoreError::TimedOut
            | StoreError::Contended
            | StoreError::Repeat(_)
            | StoreError::Taken(_)
            | StoreError::Refused(_) => {}
            StoreError::Unavailable(_) | StoreError::NotWritable => self.believe_gone(),
        }
        self.doubt.notify_one();
        self.complain(what, &explained(failure));
    }

    /// Notes that PostgreSQL did not answer a probe.
    pub(super) fn probe_failed(&self, failure: &StoreError) {
        self.believe_gone();
        self.complain("postgres does not take writes", &explained(failure));
    }

    fn believe_gone(&self) {
        if self.answers.swap(false, Ordering::Relaxed) {
            counter!("postbackd_postgres_outages_total").increment(1);
        }
        gauge!("postbackd_postgres_up").set(0.0);
    }

    /// Comes back when somebody has reason to doubt PostgreSQL.
    pub(super) async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Logs what goes wrong: when it begins, and every ten seconds while it lasts.
    pub(super) fn complain(&self, what: &'static str, cause: &str) {
        if self.is_due(what, LOG_EVERY) {
            warn!(error = cause, "{what}");
        }
    }

    /// Logs that a record was set aside: one of them each second, all are counted and listed.
    pub(super) fn report_set_aside(&self, what: &'static str, subject: &dyn std::fmt::Display, reason: &str) {
        if self.is_due(what, SET_ASIDE_LOG_EVERY) {
            error!(%subject, error = reason, "{what}; it is set aside (postbackd spool list)");
        }
    }

    /// Whether something may be logged (again) now.
    pub(super) fn is_due(&self, what: &'static str, every: Duration) -> bool {
        let mut complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = complaints.get(what).is_none_or(|at| at.elapsed() >= every);
        if is_due {
            complaints.insert(what, Instant::now());
        }
        is_due
    }
}

/// A failure and what it stems from.
pub(super) fn explained(failure: &dyn std::error::Error) -> String {
    match causes(failure) {
        causes if causes.is_empty() => failure.to_string(),
        causes => format!("{failure}: {causes}"),
    }
}
