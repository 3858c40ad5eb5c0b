//! Whether PostgreSQL takes writes, as the writers and a probe see it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics::gauge;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::store::{StoreError, causes};

/// How often a lasting failure is logged.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// What is known of PostgreSQL.
#[derive(Debug, Default)]
pub struct Health {
    answers: AtomicBool,
    schema_is_current: AtomicBool,
    logged_at: Mutex<Option<Instant>>,
}

impl Health {
    /// Whether PostgreSQL took the last write or probe, and has the schema.
    pub fn takes_writes(&self) -> bool {
        self.answers.load(Ordering::Relaxed) && self.schema_is_current()
    }

    /// Whether the migrations were applied.
    pub fn schema_is_current(&self) -> bool {
        self.schema_is_current.load(Ordering::Relaxed)
    }

    pub(super) fn set_schema_current(&self) {
        self.schema_is_current.store(true, Ordering::Relaxed);
    }

    pub(super) fn postgres_answered(&self) {
        if !self.answers.swap(true, Ordering::Relaxed) {
            gauge!("postbackd_postgres_up").set(1.0);
            *self.logged_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
            info!("postgres takes writes");
        }
    }

    /// Notes a failure; logged when it begins and every ten seconds while it lasts.
    pub(super) fn postgres_failed(&self, what: &'static str, failure: &StoreError) {
        self.answers.store(false, Ordering::Relaxed);
        gauge!("postbackd_postgres_up").set(0.0);
        let mut logged_at = self.logged_at.lock().unwrap_or_else(PoisonError::into_inner);
        if logged_at.is_none_or(|at| at.elapsed() >= LOG_EVERY) {
            *logged_at = Some(Instant::now());
            let cause = causes(failure);
            warn!(what, error = %cause, "{failure}: {what} are turned away");
        }
    }
}
