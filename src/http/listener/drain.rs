//! Where the process stands between serving and gone. One [`Drain`] is shared by both servers, `/readyz` and whoever
//! handles SIGTERM; it only moves forward.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

#[derive(Clone, Copy, Debug)]
enum Phase {
    Serving,
    /// Everything is still served, each answer asks its sender to come back on another connection.
    Draining,
    /// Nobody new is let in; whoever is left at `cut_at` is dropped.
    Stopping {
        cut_at: Instant,
    },
}

/// The two steps to the end: [`begin`](Drain::begin), so that load balancers look elsewhere, then [`stop`](Drain::stop).
#[derive(Clone, Debug)]
pub struct Drain {
    phase: Arc<watch::Sender<Phase>>,
}

impl Drain {
    /// Serving.
    pub fn new() -> Self {
        Self {
            phase: Arc::new(watch::Sender::new(Phase::Serving)),
        }
    }

    /// From now on [`is_draining`](Drain::is_draining), and every response carries `Connection: close`. New connections
    /// are still accepted and every request is served.
    pub fn begin(&self) {
        self.phase.send_if_modified(|phase| match phase {
            Phase::Serving => {
                *phase = Phase::Draining;
                true
            }
            Phase::Draining | Phase::Stopping { .. } => false,
        });
    }

    /// Stops the servers: running requests are finished, and what is left after `within` is dropped. The first call
    /// sets the deadline, later ones change nothing.
    pub fn stop(&self, within: Duration) {
        self.phase.send_if_modified(|phase| match phase {
            Phase::Serving | Phase::Draining => {
                *phase = Phase::Stopping {
                    cut_at: Instant::now() + within,
                };
                true
            }
            Phase::Stopping { .. } => false,
        });
    }

    /// Whether the end has begun: `/readyz` answers 503.
    pub fn is_draining(&self) -> bool {
        match *self.phase.borrow() {
            Phase::Serving => false,
            Phase::Draining | Phase::Stopping { .. } => true,
        }
    }

    /// Waits for [`stop`](Drain::stop) and returns its deadline.
    pub(super) async fn stopped(&self) -> Instant {
        let mut phases = self.phase.subscribe();
        loop {
            if let Phase::Stopping { cut_at } = *phases.borrow_and_update() {
                return cut_at;
            }
            phases.changed().await.expect("the sender lives as long as this handle");
        }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}
