//! One run of one contestant: the same begin for all, a closed loop, and the rows compared with what was acknowledged.

use std::net::SocketAddr;

use crate::bench::Bench;
use crate::database::{Database, POSTBACK_TABLES};
use crate::load::{Tally, closed};
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

    fn pid(self) -> u32 {
        match self {
            Self::Service(service) => service.pid(),
            Self::Peer(peer) => peer.child.pid(),
        }
    }

    /// Drives it and waits until everything that was acknowledged is in PostgreSQL.
    pub(super) fn run(
        self,
        bench: &Bench<'_>,
        drive: impl FnOnce(SocketAddr) -> anyhow::Result<Tally>,
    ) -> anyhow::Result<(Tally, Run)> {
        let before = self.spooled()?;
        let (tally, cpu) = bench.watch(self.pid(), || drive(self.address()))?;
        self.settle()?;
        let spooled = self.spooled()? - before;
        Ok((tally, Run::of(&tally, cpu).with_spooled(spooled)))
    }

    fn spooled(self) -> anyhow::Result<u64> {
        match self {
            Self::Service(service) => service.spooled(),
            Self::Peer(_) => Ok(0),
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
    let drive = |address| closed::drive(address, traffic, connections, bench.span());
    let (tally, run) = target.run(bench, drive)?;
    for table in POSTBACK_TABLES {
        database.expect_rows(table, tally.postbacks)?;
    }
    Ok(run)
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
    let drive = |address| closed::drive(address, traffic, connections, bench.span());
    let (tally, run) = Target::Service(service).run(bench, drive)?;
    database.expect_rows("clicks", tally.clicks)?;
    Ok(run)
}

/// Redirects of a server that stores nothing.
pub(super) fn redirects(
    bench: &Bench<'_>,
    target: Target<'_>,
    traffic: Traffic<'_>,
    connections: usize,
) -> anyhow::Result<Run> {
    let drive = |address| closed::drive(address, traffic, connections, bench.span());
    Ok(target.run(bench, drive)?.1)
}
