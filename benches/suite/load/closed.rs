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
    let mut answered = Vec::with_capacity(connections);
    let mut tally = Tally::default();
    let begin = Instant::now() + span.warm_up;
    let mut end = begin + span.measured;
    let mut sent = 0;
    let mut in_flight = 0;
    for connection in 0..connections {
        let Some((kind, request)) = traffic.request(sent) else {
            break;
        };
        wire.send(connection, kind, request)?;
        sent += 1;
        in_flight += 1;
    }
    while in_flight > 0 {
        interrupt::check()?;
        wire.wait(LOOK_EVERY, &mut answered)?;
        let now = Instant::now();
        ensure!(now < end + ANSWER_WAIT_MAX, "{in_flight} requests were never answered");
        for it in &answered {
            tally.note(it.kind, it.outcome, begin <= now && now < end);
            in_flight -= 1;
            if now >= end {
                continue;
            }
            if let Some((kind, request)) = traffic.request(sent) {
                wire.send(it.connection, kind, request)?;
                sent += 1;
                in_flight += 1;
            } else {
                // What was prepared is used up: the interval ends here.
                end = now;
            }
        }
    }
    ensure!(
        end > begin,
        "{sent} requests were prepared, and used up before anything was measured"
    );
    tally.measured_for(end - begin);
    Ok(tally)
}
