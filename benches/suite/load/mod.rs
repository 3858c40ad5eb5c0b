//! The load generator: one thread, one request in flight on each connection, everything prepared before it starts.
//!
//! [`closed`] sends the next request when the last one is answered and finds out how many there can be; [`open`] sends at
//! moments that were fixed before and finds out how long each takes, from the moment when it should have been sent.

mod answer;
pub(crate) mod closed;
mod latencies;
pub(crate) mod open;
mod tally;
mod wire;

pub(crate) use answer::Kind;
pub(crate) use latencies::Latencies;
pub(crate) use tally::{Counts, Tally};

use std::time::Duration;

/// How long an answer may take, as the contract bounds it and with room for a busy machine.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(15);

/// Between two looks at whether the suite is to end.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long a run lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Not counted: connections are made, plans are prepared.
    pub(crate) warm_up: Duration,
    /// Counted.
    pub(crate) measured: Duration,
}
