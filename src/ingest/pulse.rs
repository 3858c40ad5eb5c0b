//! Whether there is live traffic, for those who give way to it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the batches of live traffic.
#[derive(Debug, Default)]
pub(super) struct Pulse(AtomicU64);

impl Pulse {
    /// A batch of live traffic is about to be written.
    pub(super) fn mark(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were. It differs from what it was where there was traffic in between.
    pub(super) fn beat(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
