//! Refusals in the log: at most one line a second for each network and reason, with the number of those left out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

const LINE_EVERY: Duration = Duration::from_secs(1);

/// A network, if the request named a configured one, and why it was refused.
type Subject = (Option<Arc<str>>, &'static str);

/// When each subject was last logged, and how many were left out since. Its size is bounded: networks come from the
/// configuration, reasons from the program.
#[derive(Debug, Default)]
pub struct RefusalLog {
    last: Mutex<HashMap<Subject, (Instant, u64)>>,
}

impl RefusalLog {
    /// Logs a refusal, or counts it for the next line.
    pub(super) fn note(&self, network: Option<&Arc<str>>, reason: &'static str) {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = match last.get_mut(&(network.cloned(), reason)) {
            Some((at, left_out)) if now.duration_since(*at) < LINE_EVERY => {
                *left_out += 1;
                return;
            }
            Some((_, left_out)) => *left_out,
            None => 0,
        };
        last.insert((network.cloned(), reason), (now, 0));
        drop(last);
        let network = network.map_or("unknown", |network| network);
        warn!(network, reason, left_out, "refused a request for {network}: {reason}");
    }
}
