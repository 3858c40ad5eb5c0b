//! The open loop: requests are due at moments that were fixed before, as visitors come who do not know of each other. A
//! latency runs from the moment at which its request was due, so that a stall counts for everybody who came during it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::interrupt;
use crate::traffic::Traffic;

use super::answer::Kind;
use super::latencies::Latencies;
use super::tally::Tally;
use super::wire::Wire;
use super::{ANSWER_WAIT_MAX, LOOK_EVERY, Span};

/// Connections that requests are spread over; who finds none free waits, and his latency counts that.
const CONNECTIONS: usize = 256;

/// What came of an open loop.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) tally: Tally,
    pub(crate) clicks: Latencies,
    pub(crate) postbacks: Latencies,
}

/// Drives a server with so many requests a second. Every request that was sent is answered when it returns.
pub(crate) fn drive(to: SocketAddr, traffic: Traffic<'_>, per_second: f64, span: Span) -> anyhow::Result<Observed> {
    ensure!(per_second > 0.0, "a rate above zero");
    let mut wire = Wire::connect(to, CONNECTIONS)?;
    let mut free: Vec<usize> = (0..CONNECTIONS).collect();
    let mut due_of = [Instant::now(); CONNECTIONS];
    let mut arrivals = Arrivals::new(per_second);
    let mut observed = Observed::with_room_for(per_second, span);

    let start = Instant::now();
    let (begin, end) = (start + span.warm_up, start + span.warm_up + span.measured);
    let mut due = start + arrivals.gap();
    let mut sent = 0;
    loop {
        interrupt::check()?;
        let now = Instant::now();
        ensure!(now < end + ANSWER_WAIT_MAX, "requests were never answered");
        while due <= now
            && due < end
            && let Some(connection) = free.pop()
        {
            let request = traffic.request(sent);
            let request = request.with_context(|| format!("the {sent} requests that were prepared are used up"))?;
            wire.send(connection, request)?;
            due_of[connection] = due;
            due += arrivals.gap();
            sent += 1;
        }
        if due >= end && free.len() == CONNECTIONS {
            break;
        }
        let is_next_awaited = due < end && !free.is_empty();
        let limit = if is_next_awaited {
            due.saturating_duration_since(Instant::now())
        } else {
            LOOK_EVERY
        };
        wire.wait(limit.min(LOOK_EVERY), |answered| {
            let due = due_of[answered.connection];
            let is_measured = due >= begin;
            observed.tally.note(answered.kind, answered.outcome, is_measured);
            if is_measured {
                observed.latencies(answered.kind).note(due.elapsed());
            }
            free.push(answered.connection);
            None
        })?;
    }
    observed.tally.measured_for(end - begin);
    Ok(observed)
}

impl Observed {
    fn with_room_for(per_second: f64, span: Span) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of requests that fits into memory"
        )]
        let count = (per_second * 1.5 * span.measured.as_secs_f64()) as usize;
        Self {
            tally: Tally::default(),
            clicks: Latencies::with_capacity(count),
            postbacks: Latencies::with_capacity(count),
        }
    }

    fn latencies(&mut self, kind: Kind) -> &mut Latencies {
        match kind {
            Kind::Click => &mut self.clicks,
            Kind::Postback => &mut self.postbacks,
        }
    }
}

/// Arrivals that do not know of each other: the gaps between them are exponentially distributed.
#[derive(Debug)]
struct Arrivals {
    mean_s: f64,
    state: u64,
}

impl Arrivals {
    /// The same ones at every run of a rate.
    const fn new(per_second: f64) -> Self {
        Self {
            mean_s: per_second.recip(),
            state: 1,
        }
    }

    fn gap(&mut self) -> Duration {
        // SplitMix64, whose upper 53 bits make a number between 0 and 1.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds")]
        let uniform = ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        Duration::from_secs_f64(-uniform.ln() * self.mean_s)
    }
}
