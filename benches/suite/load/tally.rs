//! What a run has counted.

use std::time::Duration;

use super::answer::{Kind, Outcome};

/// Requests of one kind, by how they were answered; those of the warm-up count too.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
}

/// The requests of a run.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) clicks: Counts,
    pub(crate) postbacks: Counts,
    /// Acknowledged within the measured interval.
    measured: u64,
    interval: Duration,
}

impl Counts {
    /// The same in a table that held rows before.
    pub(crate) const fn on_top_of(self, rows: u64) -> Self {
        Self {
            acknowledged: self.acknowledged + rows,
            ..self
        }
    }
}

impl Tally {
    pub(super) fn note(&mut self, kind: Kind, outcome: Outcome, is_measured: bool) {
        let counts = match kind {
            Kind::Click => &mut self.clicks,
            Kind::Postback => &mut self.postbacks,
        };
        match outcome {
            Outcome::Acknowledged => {
                counts.acknowledged += 1;
                self.measured += u64::from(is_measured);
            }
            Outcome::Refused => counts.refused += 1,
        }
    }

    pub(super) fn measured_for(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// Acknowledged requests a second.
    pub(crate) fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2⁵³")]
        let measured = self.measured as f64;
        measured / self.interval.as_secs_f64()
    }

    /// Every answered request.
    pub(crate) fn answered(&self) -> u64 {
        let Self { clicks, postbacks, .. } = self;
        clicks.acknowledged + clicks.refused + postbacks.acknowledged + postbacks.refused
    }

    /// Requests that were not acknowledged.
    pub(crate) fn refused(&self) -> u64 {
        self.clicks.refused + self.postbacks.refused
    }
}
