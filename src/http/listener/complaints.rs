//! Keeps a fault that repeats from filling the log.

use std::time::Duration;

use tokio::time::Instant;

/// The shortest time between two lines about the same fault.
const SILENCE: Duration = Duration::from_secs(1);

/// The log lines about one kind of fault.
#[derive(Debug)]
pub(super) struct Complaints {
    said_at: Option<Instant>,
    unsaid: u64,
}

impl Complaints {
    pub(super) fn new() -> Self {
        Self {
            said_at: None,
            unsaid: 0,
        }
    }

    /// To be asked for each fault: the number of faults that went unsaid since the last line, if a line may be written.
    pub(super) fn may_be_said(&mut self) -> Option<u64> {
        if self.said_at.is_some_and(|said_at| said_at.elapsed() < SILENCE) {
            self.unsaid += 1;
            return None;
        }
        self.said_at = Some(Instant::now());
        Some(std::mem::take(&mut self.unsaid))
    }
}
