//! Latencies, each one kept: the percentiles are exact.

use std::time::Duration;

/// How long requests took.
#[derive(Debug, Default, Clone)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Room for so many, so that noting one allocates nothing.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    pub(super) fn note(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// The latency that `share` of the requests did not exceed; none without requests.
    pub(crate) fn percentile(&mut self, share: f64) -> Option<Duration> {
        self.0.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a count of requests is far below 2⁵³"
        )]
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied()
    }
}
