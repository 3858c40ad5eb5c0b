//! Clicks while PostgreSQL is down, beside the same while it is up, and how fast the spool is replayed when it is back.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::bench::Bench;
use crate::database::Database;
use crate::load::closed;
use crate::report::{CaseReport, Figure, Goal, Unit};
use crate::rounds::{Played, Run};
use crate::service::{Postgres, Service, Site};
use crate::statistics::Sample;
use crate::traffic::{Traffic, click};

use super::runs::stored_clicks;

/// Connections of both.
const CONNECTIONS: usize = 64;

/// Clicks into the spool are to be no slower than clicks into PostgreSQL.
const GOAL: f64 = 1.0;

/// How the spool was emptied.
#[derive(Debug, Clone, Copy)]
struct Replay {
    records: u64,
    took: Duration,
}

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("down")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let click = click();
    let traffic = Traffic::Clicks(&click);

    let mut rounds = Vec::new();
    let mut replayed = Vec::new();
    for round in 1..=bench.options.rounds {
        eprintln!("  round {round} of {}", bench.options.rounds);
        let up = || stored_clicks(bench, &database, &service, traffic, CONNECTIONS);
        let down = || spooled_clicks(bench, &database, &service, traffic);
        // Who begins changes from round to round.
        let (up, (down, replay)) = if round % 2 == 1 {
            (up()?, down()?)
        } else {
            let down = down()?;
            (up()?, down)
        };
        rounds.push([up, down]);
        replayed.push(replay.per_second());
    }
    service.stop()?;
    bench.drop_database(database)?;

    let names = ["PostgreSQL up", "PostgreSQL down"];
    let names = names.map(|how| format!("clicks, {how}, {CONNECTIONS} connections"));
    let (played, [up, down]) = Played::of(names, rounds);
    let figures = vec![
        played.ratio("down beside up", down, &[up], Some(Goal::AtLeast(GOAL))),
        Figure {
            what: "replay, from the moment PostgreSQL is back".to_owned(),
            unit: Unit::PerSecond,
            value: Sample::of(replayed),
            goal: None,
        },
    ];
    Ok(played.report("down", figures))
}

/// Clicks into the spool, and their replay into an empty table.
fn spooled_clicks(
    bench: &Bench<'_>,
    database: &Database,
    service: &Service,
    traffic: Traffic<'_>,
) -> anyhow::Result<(Run, Replay)> {
    database.forget_clicks()?;
    bench.cluster.stop()?;
    service.wait_for(Postgres::Down)?;
    let drive = || closed::drive(service.public, traffic, CONNECTIONS, bench.span());
    let (tally, cpu) = bench.watch(service.pid(), drive)?;

    bench.cluster.start()?;
    service.wait_for(Postgres::Up)?;
    let began = Instant::now();
    let records = service.metric("postbackd_spool_records")?;
    service.wait_for_replay()?;
    let replay = Replay {
        records,
        took: began.elapsed(),
    };
    ensure!(
        records > 0,
        "everything was replayed before it could be timed; more SECONDS fill the spool further"
    );
    database.expect_rows("clicks", tally.clicks)?;
    Ok((Run::of(&tally, cpu), replay))
}

impl Replay {
    fn per_second(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of records is far below 2⁵³")]
        let records = self.records as f64;
        records / self.took.as_secs_f64()
    }
}
