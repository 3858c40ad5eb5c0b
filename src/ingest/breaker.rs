//! When a writer tries PostgreSQL again after it failed.
//!
//! What comes while the breaker is open goes to the spool at once, so that nobody waits behind a database that does not
//! answer. It closes for one batch when its rest is over and PostgreSQL answers probes; each further failure doubles the rest,
//! for a database that answers probes and nothing else (a table that is locked) would otherwise hold up every second batch.

use std::time::Duration;

use tokio::time::Instant;

/// The rest after the first failure.
const REST_MIN: Duration = Duration::from_millis(200);
/// The longest rest. It bounds how long traffic still goes to the spool after PostgreSQL is back.
const REST_MAX: Duration = Duration::from_secs(2);

/// A writer's breaker.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    open: Option<Rest>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    length: Duration,
    until: Instant,
}

impl Breaker {
    /// Whether a batch may try PostgreSQL now.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        self.open.is_none_or(|rest| rest.until <= now)
    }

    /// PostgreSQL took a batch.
    pub(super) const fn close(&mut self) {
        self.open = None;
    }

    /// PostgreSQL did not take a batch.
    pub(super) fn open(&mut self, now: Instant) {
        let length = self.open.map_or(REST_MIN, |rest| (rest.length * 2).min(REST_MAX));
        self.open = Some(Rest {
            length,
            until: now + length,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_doubles_the_rest_up_to_its_bound_and_a_success_ends_it() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        assert!(breaker.lets_through(start));
        for millis in [200, 400, 800, 1600, 2000, 2000] {
            breaker.open(start);
            let rest = Duration::from_millis(millis);
            assert!(
                !breaker.lets_through(start + rest - Duration::from_millis(1)),
                "{millis}"
            );
            assert!(breaker.lets_through(start + rest), "{millis}");
        }
        breaker.close();
        assert!(breaker.lets_through(start));
        breaker.open(start);
        assert!(breaker.lets_through(start + REST_MIN));
    }
}
