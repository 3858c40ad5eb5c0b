//! The accept loop under both HTTP servers: lets connections in, keeps each within its limits, and sees them out.
//!
//! What it promises, whatever the peers do:
//!
//! - **Slow peers.** A connection on which no complete head arrives within [`Limits::head`] is closed, be it silent,
//!   half-sent or an idle keep-alive. One that does not take its answer within [`Limits::write`] is reset. How
//!   long a *body* may take is the extractor's business.
//! - **The cap.** At most [`Limits::connections_max`] are open. When the last place is taken, those that have waited
//!   longest for a request are asked to leave, so there is always room for somebody who has something to say; idle
//!   connections, however many, cannot lock out a probe. Only when every place has a request running do newcomers wait,
//!   in the kernel's backlog: their request is then late instead of refused.
//! - **Descriptors.** When none is left (`EMFILE`, `ENFILE`) the same happens, and accepting pauses until a connection
//!   has ended or 50 ms are over. Better is a cap that leaves some to the rest of the process:
//!   [`Limits::within_descriptors`].
//! - **The end**, in two phases, see [`Drain`]: while draining all is served with `Connection: close`; once stopped the
//!   backlog is still taken in, running requests are finished, and connections without one are closed after
//!   [`Limits::last_call`].
//!
//! A panic inside a connection ends that connection, is counted and logged.

mod complaints;
mod connection;
mod drain;
mod seat;
mod seats;
mod socket;
#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::warn;

pub use self::drain::Drain;

use self::complaints::Complaints;
use self::seats::Seats;

/// How long nobody is accepted after the kernel refused, or before a full house is looked through again, unless a
/// connection ends first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a server allows its peers. The default is the contract's.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections open at once.
    pub connections_max: usize,
    /// For a request's head, counted from the end of the previous response or from the connection's begin: an idle
    /// connection is one whose next head does not come.
    pub head: Duration,
    /// For a response, from the first moment the peer does not keep up until the kernel has the last byte.
    pub write: Duration,
    /// After the last response, for the peer to close its end too.
    pub linger: Duration,
    /// After [`Drain::stop`], for heads that are under way to arrive. Those of the idle connections that were about to
    /// be used are served instead of cut; a half-sent head holds up the end no longer than this.
    pub last_call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head: Duration::from_secs(30),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            last_call: Duration::from_millis(500),
        }
    }
}

impl Limits {
    /// The same limits, with a cap that leaves `reserved` of the process's descriptors to others. Connections that take
    /// the last descriptor would take it from the database's pool and the spool.
    #[must_use]
    pub fn within_descriptors(self, descriptors_max: usize, reserved: usize) -> Self {
        let connections_max = descriptors_max.saturating_sub(reserved).clamp(1, self.connections_max);
        Self {
            connections_max,
            ..self
        }
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct DrainReport {
    /// The connections that were still open at the deadline and were dropped.
    pub connections_cut: usize,
}

/// A bound listener and what to serve on it.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    seats: Seats,
    last_call: Duration,
    drain: Drain,
}

impl Server {
    /// A server that accepts once it [runs](Server::run); until then connections gather in the kernel's backlog.
    pub fn new(listener: TcpListener, router: Router, limits: Limits, drain: Drain) -> Self {
        let last_call = limits.last_call;
        Self {
            listener,
            seats: Seats::new(router, limits, drain.clone()),
            last_call,
            drain,
        }
    }

    /// Serves until [`Drain::stop`] and everybody has left, or its deadline has passed. Dropping the future cuts every
    /// connection at once.
    pub async fn run(self) -> DrainReport {
        let Self {
            listener,
            mut seats,
            last_call,
            drain,
        } = self;
        let cut_at = accept_until_stopped(&listener, &mut seats, &drain).await;
        let last_call_over = cut_at.min(Instant::now() + last_call);
        admit_backlog(listener, &mut seats);
        tokio::select! {
            () = seats.all_left() => {}
            () = sleep_until(last_call_over) => seats.ask_all_to_leave(),
        }
        let connections_cut = match timeout_at(cut_at, seats.all_left()).await {
            Ok(()) => 0,
            Err(_deadline_passed) => seats.cut().await,
        };
        DrainReport { connections_cut }
    }
}

async fn accept_until_stopped(listener: &TcpListener, seats: &mut Seats, drain: &Drain) -> Instant {
    let mut stopped = std::pin::pin!(drain.stopped());
    let mut refusals = Complaints::new();
    let mut paused = false;
    loop {
        let accepting = !paused && !seats.is_full();
        tokio::select! {
            biased;
            cut_at = &mut stopped => return cut_at,
            () = seats.one_left() => paused = false,
            accepted = listener.accept(), if accepting => match accepted {
                Ok((stream, peer)) => {
                    seats.admit(stream, peer);
                    if seats.is_full() {
                        seats.make_room();
                    }
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    if let Some(unsaid) = refusals.may_be_said() {
                        warn!(error = &error as &dyn std::error::Error, repeated = unsaid, "cannot accept connections");
                    }
                    seats.make_room();
                    paused = true;
                }
            },
            () = sleep(ACCEPT_PAUSE), if !accepting => {
                seats.make_room();
                paused = false;
            }
        }
    }
}

/// Takes in whoever connected before the end, as far as there are places, and closes the listener.
fn admit_backlog(listener: TcpListener, seats: &mut Seats) {
    // Asks the kernel itself: tokio's listener knows only of those connections that the reactor has come round to.
    // Without an answer there is nothing better to do than to close it.
    let Ok(listener) = listener.into_std() else { return };
    while !seats.is_full() {
        match listener
            .accept()
            .and_then(|(stream, peer)| Ok((nonblocking(stream)?, peer)))
        {
            Ok((stream, peer)) => seats.admit(stream, peer),
            Err(error) if concerns_one_connection(&error) => {}
            // `WouldBlock`: that was the last one.
            Err(_) => break,
        }
    }
}

fn nonblocking(stream: std::net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}

/// Whether accepting failed for the one connection that was next, as when its peer gave up in the backlog: the one
/// after it may be fine.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
