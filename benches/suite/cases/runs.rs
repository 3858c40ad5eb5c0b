//! One run of one contestant: the same begin for all, a closed loop, and the rows compared with what was acknowledged.

use std::net::SocketAddr;

use crate::bench::Bench;
use crate::database::{Database, POSTBACK_TABLES};
use crate::load::closed;
use crate::peers::Served;
use crate::rounds::Run;
use crate::service::Service;
use crate::traffic::Traffic;

/// Who is driven.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'t> {
    Service(&'t Service),
    Peer(&'t Served),
}

impl Target<'_> {
    pub(super) const fn address(self) -> SocketAddr {
        match self {
            Self::Service(service) => service.public,
            Self::Peer(peer) => peer.address,
        }
    }

    pub(super) fn pid(self) -> u32 {
        match self {
            Self::Service(service) => service.pid(),
            Self::Peer(peer) => peer.child.pid(),
        }
    }

    /// Waits until everything that was acknowledged is in PostgreSQL.
    pub(super) fn settle(self) -> anyhow::Result<()> {
        match self {
            Self::Service(service) => service.wait_for_replay(),
            Self::Peer(_) => Ok(()),
        }
    }
}

/// Unique postbacks into empty tables.
pub(super) fn unique_postbacks(
    bench: &Bench<'_>,
    database: &Database,
    target: Target<'_>,
    traffic: Traffic<'_>,
    connections: usize,
) -> anyhow::Result<Run> {
    database.forget_postbacks()?;
    let drive = || closed::drive(target.address(), traffic, connections, bench.span());
    let (tally, cpu) = bench.watch(target.pid(), drive)?;
    target.settle()?;
    for table in POSTBACK_TABLES {
        database.expect_rows(table, tally.postbacks)?;
    }
    Ok(Run::of(&tally, cpu))
}

/// Clicks into an empty table.
pub(super) fn stored_clicks(
    bench: &Bench<'_>,
    database: &Database,
    service: &Service,
    traffic: Traffic<'_>,
    connections: usize,
) -> anyhow::Result<Run> {
    database.forget_clicks()?;
    let drive = || closed::drive(service.public, traffic, connections, bench.span());
    let (tally, cpu) = bench.watch(service.pid(), drive)?;
    service.wait_for_replay()?;
    database.expect_rows("clicks", tally.clicks)?;
    Ok(Run::of(&tally, cpu))
}

/// Redirects of a server that stores nothing.
pub(super) fn redirects(
    bench: &Bench<'_>,
    target: Target<'_>,
    traffic: Traffic<'_>,
    connections: usize,
) -> anyhow::Result<Run> {
    let drive = || closed::drive(target.address(), traffic, connections, bench.span());
    let (tally, cpu) = bench.watch(target.pid(), drive)?;
    Ok(Run::of(&tally, cpu))
}
