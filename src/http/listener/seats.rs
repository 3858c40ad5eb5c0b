//! The connections that are open: their tasks, their cap, and who has to go when there is no room left.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpStream;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tracing::error;

use super::complaints::Complaints;
use super::seat::Seat;
use super::{Drain, Limits, connection};

/// At most this many connections, and at most an eighth of those that wait, are asked to leave in one go: enough that
/// looking for them is cheap for each connection admitted, few enough that the others keep their connections.
const ASKED_AT_ONCE_MAX: usize = 32;

/// The open connections. Dropping it aborts them.
#[derive(Debug)]
pub(super) struct Seats {
    router: Router,
    limits: Limits,
    drain: Drain,
    origin: Instant,
    connections: JoinSet<()>,
    taken: HashMap<Id, Arc<Seat>>,
    panics: Complaints,
}

impl Seats {
    pub(super) fn new(router: Router, limits: Limits, drain: Drain) -> Self {
        Self {
            // With its state given, the router prepares its routes once instead of for each request.
            router: router.with_state(()),
            limits,
            drain,
            origin: Instant::now(),
            connections: JoinSet::new(),
            taken: HashMap::new(),
            panics: Complaints::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.connections.len() >= self.limits.connections_max
    }

    /// Serves a connection on a task of its own.
    pub(super) fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        // Fails only when the peer is gone already.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let seat = Arc::new(Seat::new(self.origin));
        let (router, drain) = (self.router.clone(), self.drain.clone());
        let served = connection::serve(stream, peer, Arc::clone(&seat), router, drain, self.limits);
        let task = self.connections.spawn(served);
        self.taken.insert(task.id(), seat);
    }

    /// Asks those to leave that have waited longest for a request, if anybody waits. They are gone a moment later.
    pub(super) fn make_room(&self) {
        let mut waiting: Vec<(u64, &Seat)> = self
            .taken
            .values()
            .filter_map(|seat| Some((seat.waiting_since_us()?, seat.as_ref())))
            .collect();
        if waiting.is_empty() {
            return;
        }
        let asked = (waiting.len() / 8).clamp(1, ASKED_AT_ONCE_MAX);
        waiting.select_nth_unstable_by_key(asked - 1, |(since_us, _)| *since_us);
        for (_, seat) in &waiting[..asked] {
            seat.ask_to_leave();
        }
        metrics::counter!("postbackd_connections_evicted_total").increment(asked as u64);
    }

    /// Asks everybody to leave: those that wait for a request close now, the others after their response.
    pub(super) fn ask_all_to_leave(&self) {
        for seat in self.taken.values() {
            seat.ask_to_leave();
        }
    }

    /// Waits until a connection has ended; for ever if none is open. Nothing is lost when this is dropped.
    pub(super) async fn one_left(&mut self) {
        let Some(ended) = self.connections.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.taken
            .remove(&ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id));
        if ended.is_err_and(|ended| ended.is_panic()) {
            metrics::counter!("postbackd_connections_panicked_total").increment(1);
            // The panic's own message went to stderr through the panic hook.
            if let Some(unsaid) = self.panics.may_be_said() {
                error!(repeated = unsaid, "the task of a connection panicked");
            }
        }
    }

    /// Waits until every connection has ended.
    pub(super) async fn all_left(&mut self) {
        while !self.is_empty() {
            self.one_left().await;
        }
    }

    /// Drops the connections that are left, with their requests, and returns how many there were.
    pub(super) async fn cut(&mut self) -> usize {
        let cut = self.connections.len();
        self.connections.shutdown().await;
        self.taken.clear();
        cut
    }
}
