//! Medians, and between what they lie.

use serde::Serialize;

/// What was measured in each round.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sample {
    median: f64,
    min: f64,
    max: f64,
    of_each_round: Vec<f64>,
}

impl Sample {
    /// Of at least one round.
    pub(crate) fn of(of_each_round: Vec<f64>) -> Self {
        let mut sorted = of_each_round.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let [min, .., max] = sorted[..] else {
            let only = sorted.first().copied().unwrap_or(f64::NAN);
            return Self {
                median: only,
                min: only,
                max: only,
                of_each_round,
            };
        };
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Self {
            median,
            min,
            max,
            of_each_round,
        }
    }

    pub(crate) const fn median(&self) -> f64 {
        self.median
    }

    /// The smallest and the largest.
    pub(crate) const fn range(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}
