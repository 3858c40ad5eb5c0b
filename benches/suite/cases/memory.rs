//! Memory of a service at full load: the peak of its process after clicks and postbacks over 256 connections.

use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::load::closed;
use crate::report::{CaseReport, Figure, Goal, Unit};
use crate::rounds::Played;
use crate::service::Site;
use crate::statistics::Sample;
use crate::traffic::{Postbacks, Traffic, click};

use super::postbacks::CLICKS;
use super::runs::{Target, unique_postbacks};

const CONNECTIONS: usize = 256;

/// Of the resident memory, shared libraries included.
const GOAL_MB: f64 = 120.0;

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("memory")?;
    let site = Site::on(&database, bench.folder())?;
    let mut rounds = Vec::new();
    let mut peaks_mb = Vec::new();
    for round in 1..=bench.options.rounds {
        eprintln!("  round {round} of {}", bench.options.rounds);
        // A process of its own for each round: a peak never falls.
        let service = site.serve()?;
        database.forget_clicks()?;
        let named = Clicks::store(&database, CLICKS, now(), Duration::ZERO)?;
        let signed = Postbacks::signed(bench.requests_max(), &named);
        let traffic = Traffic::Unique(&signed);
        let postbacks = unique_postbacks(bench, &database, Target::Service(&service), traffic, CONNECTIONS)?;

        let click = click();
        let drive = |address| closed::drive(address, Traffic::Clicks(&click), CONNECTIONS, bench.span());
        let (tally, clicks) = Target::Service(&service).run(bench, drive)?;
        database.expect_rows("clicks", tally.clicks.on_top_of(CLICKS))?;
        #[expect(clippy::cast_precision_loss, reason = "bytes of a process are far below 2⁵³")]
        peaks_mb.push(service.memory_peak()? as f64 / 1e6);
        rounds.push([postbacks, clicks]);
        service.stop()?;
    }
    bench.drop_database(database)?;
    let names = ["postbacks", "clicks"].map(|what| format!("{what}, {CONNECTIONS} connections"));
    let (played, _) = Played::of(names, rounds);
    let peak = Figure {
        what: "peak of the service's resident memory".to_owned(),
        unit: Unit::Megabytes,
        value: Sample::of(peaks_mb),
        goal: Some(Goal::AtMost(GOAL_MB)),
    };
    Ok(played.report("memory", vec![peak]))
}
