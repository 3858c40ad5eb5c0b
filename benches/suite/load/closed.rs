//! The closed loop: each connection sends its next request when the last one is answered.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::ensure;

use crate::interrupt;
use crate::traffic::Traffic;

use super::tally::Tally;
use super::wire::Wire;
use super::{ANSWER_WAIT_MAX, LOOK_EVERY, Span};

/// Drives a server over so many connections. Every request that was sent is answered when it returns.
pub(crate) fn drive(to: SocketAddr, traffic: Traffic<'_>, connections: usize, span: Span) -> anyhow::Result<Tally> {
    let mut wire = Wire::connect(to, connections)?;
    let mut tally = Tally::default();
    let begin = Instant::now() + span.warm_up;
    let mut end = begin + span.measured;
    let mut sent = 0;
    let mut in_flight = 0;
    for connection in 0..connections {
        let Some(request) = traffic.request(sent) else { break };
        wire.send(connection, request)?;
        sent += 1;
        in_flight += 1;
    }
    while in_flight > 0 {
        interrupt::check()?;
        ensure!(
            Instant::now() < end + ANSWER_WAIT_MAX,
            "{in_flight} requests were never answered"
        );
        wire.wait(LOOK_EVERY, |answered| {
            let now = Instant::now();
            tally.note(answered.kind, answered.outcome, begin <= now && now < end);
            let next = if now < end { traffic.request(sent) } else { None };
            if next.is_some() {
                sent += 1;
            } else {
                // Where what was prepared is used up, the interval ends here.
                end = end.min(now);
                in_flight -= 1;
            }
            next
        })?;
    }
    ensure!(
        end > begin,
        "{sent} requests were prepared, and used up before anything was measured"
    );
    tally.measured_for(end - begin);
    Ok(tally)
}
