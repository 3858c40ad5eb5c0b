//! Nine clicks for each postback at 40 % of what the machine can take, by an open loop: how long visitors and networks wait.
//!
//! Beside it stands what the disk needs for a bare `fdatasync` in the same round, without which no latency of a durable
//! answer means anything.

use std::net::SocketAddr;
use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::database::{Database, POSTBACK_TABLES};
use crate::disk;
use crate::load::{Latencies, Span, Tally, closed, open};
use crate::report::{CaseReport, Figure, Goal, Unit};
use crate::rounds::{Played, Run};
use crate::service::{Service, Site};
use crate::statistics::Sample;
use crate::traffic::{MIX, Postbacks, Traffic, click};

use super::postbacks::CLICKS;
use super::runs::Target;

/// Connections over which the capacity is found out.
const CONNECTIONS: usize = 256;

/// The share of the capacity that the open loop asks for.
const SHARE: f64 = 0.4;

/// How many times as long as other runs the open loop is measured: its last thousandth has to be a number of requests.
const TIMES_AS_LONG: u32 = 3;

/// Which latencies are told, and what the 99th percentile is to be, in milliseconds.
const PERCENTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];
const CLICK_P99_MS: f64 = 10.0;
const POSTBACK_P99_MS: f64 = 20.0;

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("mix")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let clicks = Clicks::store(&database, CLICKS, now(), Duration::ZERO)?;
    let requests_max = bench.requests_max() * TIMES_AS_LONG as usize;
    let signed = Postbacks::signed(requests_max.div_ceil(MIX), &clicks);
    let click = click();
    let traffic = Traffic::Mix(&click, &signed);

    let mut rounds = Vec::new();
    let mut waited = Waited::default();
    for round in 1..=bench.options.rounds {
        eprintln!("  round {round} of {}", bench.options.rounds);
        let syncs_ms = disk::fdatasyncs_ms(bench.folder())?;
        waited.fdatasync.push(syncs_ms[syncs_ms.len() / 2]);
        let capacity = checked(bench, &database, &service, |address| {
            closed::drive(address, traffic, CONNECTIONS, bench.span())
        })?;
        let open = checked(bench, &database, &service, |address| {
            let span = Span {
                measured: bench.span().measured * TIMES_AS_LONG,
                ..bench.span()
            };
            let mut observed = open::drive(address, traffic, capacity.per_second * SHARE, span)?;
            waited.note(&mut observed.clicks, &mut observed.postbacks);
            Ok(observed.tally)
        })?;
        rounds.push([capacity, open]);
    }
    service.stop()?;
    bench.drop_database(database)?;
    let names = [
        format!("capacity, {CONNECTIONS} connections"),
        "open loop at 40 % of it".to_owned(),
    ];
    let (played, _) = Played::of(names, rounds);
    Ok(played.report("mix", waited.figures()))
}

/// A run into tables without postbacks, and its rows.
fn checked(
    bench: &Bench<'_>,
    database: &Database,
    service: &Service,
    drive: impl FnOnce(SocketAddr) -> anyhow::Result<Tally>,
) -> anyhow::Result<Run> {
    database.forget_postbacks()?;
    let clicks_before = database.rows("clicks")?;
    let (tally, run) = Target::Service(service).run(bench, drive)?;
    for table in POSTBACK_TABLES {
        database.expect_rows(table, tally.postbacks)?;
    }
    database.expect_rows("clicks", tally.clicks.on_top_of(clicks_before))?;
    Ok(run)
}

/// How long everybody waited, in milliseconds: a number for each round.
#[derive(Debug, Default)]
struct Waited {
    fdatasync: Vec<f64>,
    clicks: [Vec<f64>; PERCENTILES.len()],
    postbacks: [Vec<f64>; PERCENTILES.len()],
}

impl Waited {
    fn note(&mut self, clicks: &mut Latencies, postbacks: &mut Latencies) {
        for (index, (_, share)) in PERCENTILES.iter().enumerate() {
            let told = |latencies: &mut Latencies| {
                // Without requests there is no latency to tell, and none that would reach a goal.
                latencies
                    .percentile(*share)
                    .map_or(f64::INFINITY, |latency| latency.as_secs_f64() * 1e3)
            };
            self.clicks[index].push(told(clicks));
            self.postbacks[index].push(told(postbacks));
        }
    }

    fn figures(self) -> Vec<Figure> {
        let figure = |what: String, rounds_ms: Vec<f64>, goal_ms: Option<f64>| Figure {
            what,
            unit: Unit::Milliseconds,
            value: Sample::of(rounds_ms),
            goal: goal_ms.map(Goal::AtMost),
        };
        let mut figures = vec![figure("a bare fdatasync, median".to_owned(), self.fdatasync, None)];
        for (whose, rounds_ms, goal_ms) in [
            ("click", self.clicks, CLICK_P99_MS),
            ("postback", self.postbacks, POSTBACK_P99_MS),
        ] {
            for ((name, _), rounds_ms) in PERCENTILES.iter().zip(rounds_ms) {
                figures.push(figure(
                    format!("{whose} {name}"),
                    rounds_ms,
                    (*name == "p99").then_some(goal_ms),
                ));
            }
        }
        figures
    }
}
