//! One connection's place among those that are open: it knows whether the connection waits for a request, and can ask
//! it to leave.
//!
//! hyper does not tell anybody whether a connection is idle, and its graceful shutdown leaves one alone whose first
//! head is half read. It does ask its timer for a sleep each time it begins to wait for a head (also for the first one,
//! and after each response), polls that sleep only while the head is incomplete, drops it once the head is there, and
//! closes the connection when it ends. So a timer of our own, [`HeadTimer`], sees exactly what we need, and ends the
//! sleep early when the connection has been asked to leave: a request that has begun is never cut by it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use tokio::sync::Notify;
use tokio::time::Instant;

/// A connection's place. Shared by the connection's task and the accept loop.
#[derive(Debug)]
pub(super) struct Seat {
    /// The instant from which `waiting_since_us` counts, the same for all seats.
    origin: Instant,
    waiting_since_us: AtomicU64,
    leaving: AtomicBool,
    asked: Notify,
}

/// The value of `waiting_since_us` while a request is running.
const NOT_WAITING: u64 = u64::MAX;

impl Seat {
    pub(super) fn new(origin: Instant) -> Self {
        Self {
            origin,
            waiting_since_us: AtomicU64::new(NOT_WAITING),
            leaving: AtomicBool::new(false),
            asked: Notify::new(),
        }
    }

    /// Since when the connection has been waiting for a request's head; `None` while one is running or the connection
    /// is on its way out. The smaller, the longer.
    pub(super) fn waiting_since_us(&self) -> Option<u64> {
        let since_us = self.waiting_since_us.load(Ordering::Relaxed);
        (since_us != NOT_WAITING && !self.is_leaving()).then_some(since_us)
    }

    /// The connection closes at once if it waits for a head, else after the response that is under way.
    pub(super) fn ask_to_leave(&self) {
        self.leaving.store(true, Ordering::Release);
        self.asked.notify_one();
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    /// Waits for [`ask_to_leave`](Seat::ask_to_leave). The connection must be polled afterwards: it closes when its
    /// timer is looked at.
    pub(super) async fn asked_to_leave(&self) {
        self.asked.notified().await;
    }

    fn begin_waiting(&self) {
        let since_us = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(NOT_WAITING);
        self.waiting_since_us.store(since_us, Ordering::Relaxed);
    }

    fn end_waiting(&self) {
        self.waiting_since_us.store(NOT_WAITING, Ordering::Relaxed);
    }
}

/// The timer that hyper is given for one connection. It is used for the header read time-out and nothing else.
pub(super) struct HeadTimer {
    pub(super) seat: Arc<Seat>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        self.seat.begin_waiting();
        Box::pin(HeadSleep {
            deadline: tokio::time::sleep_until(deadline.into()),
            waiting: Waiting {
                seat: Arc::clone(&self.seat),
            },
        })
    }

    fn now(&self) -> std::time::Instant {
        Instant::now().into()
    }
}

pin_project_lite::pin_project! {
    /// Ends at the deadline, or when it is polled after the connection was asked to leave.
    struct HeadSleep {
        #[pin]
        deadline: tokio::time::Sleep,
        waiting: Waiting,
    }
}

/// Lives as long as the wait for a head.
struct Waiting {
    seat: Arc<Seat>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.seat.end_waiting();
    }
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.waiting.seat.is_leaving() {
            Poll::Ready(())
        } else {
            this.deadline.poll(cx)
        }
    }
}
