//! Postbacks and clicks while many clicks of 30 days are stored, beside few: does the service slow down as its tables grow?
//!
//! Each size has a database and a service of its own, so that they can take turns.

use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::database::Database;
use crate::load::closed;
use crate::report::{CaseReport, Goal};
use crate::rounds::{LineUp, Run};
use crate::service::{Service, Site};
use crate::traffic::{Postbacks, Traffic, click};

use super::postbacks::CLICKS;
use super::runs::{Target, unique_postbacks};

const CONNECTIONS: usize = 64;

/// The time that the stored clicks are spread over. It lies within the attribution window, which is as long by default,
/// so that a postback about the oldest of them is attributed as well.
const SPREAD: Duration = Duration::from_hours(30 * 24 - 1);

/// A size between few and many.
const SOME: u64 = 1_000_000;

/// Warm, many are to be no slower than this beside few.
const GOAL: f64 = 0.85;

/// A database of a size, with its service and what is sent to it.
struct Size {
    count: u64,
    database: Database,
    service: Service,
    signed: Postbacks,
}

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let counts = [CLICKS, SOME, bench.options.growth];
    let counts = counts
        .into_iter()
        .filter(|count| *count <= bench.options.growth.max(CLICKS));
    let mut counts: Vec<u64> = counts.collect();
    counts.dedup();
    let sizes: Vec<Size> = counts
        .into_iter()
        .map(|count| Size::make(bench, count))
        .collect::<anyhow::Result<_>>()?;
    let click = click();

    let mut line_up = LineUp::default();
    let mut seats = Vec::new();
    for size in &sizes {
        let click = &click;
        let name = |what: &str| format!("{what}, {} clicks stored", size.count);
        let postbacks = line_up.enter(name("postbacks"), move || size.postbacks(bench));
        let clicks = line_up.enter(name("clicks"), move || size.clicks(bench, click));
        seats.push((size.count, postbacks, clicks));
    }
    // Warm: what is read often is in memory.
    line_up.warm_up()?;
    let played = line_up.play(bench.options.rounds)?;
    let mut figures = Vec::new();
    if let [(_, few_postbacks, few_clicks), more @ ..] = &seats[..] {
        for (count, postbacks, clicks) in more {
            let goal = Some(Goal::AtLeast(GOAL));
            let what = |what: &str| format!("{what}, {count} clicks stored beside {CLICKS}");
            figures.push(played.ratio(&what("postbacks"), *postbacks, &[*few_postbacks], goal));
            figures.push(played.ratio(&what("clicks"), *clicks, &[*few_clicks], goal));
        }
    }
    for size in sizes {
        size.service.stop()?;
        bench.drop_database(size.database)?;
    }
    Ok(played.report("growth", figures))
}

impl Size {
    fn make(bench: &Bench<'_>, count: u64) -> anyhow::Result<Self> {
        eprintln!("  storing {count} clicks");
        let database = bench.database(&format!("growth_{count}"))?;
        database.migrate_since(now().minus(SPREAD), now())?;
        let clicks = Clicks::store(&database, count, now(), SPREAD)?;
        let signed = Postbacks::signed(bench.requests_max(), &clicks);
        let service = Site::on(&database, bench.folder())?.serve()?;
        Ok(Self {
            count,
            database,
            service,
            signed,
        })
    }

    fn postbacks(&self, bench: &Bench<'_>) -> anyhow::Result<Run> {
        let traffic = Traffic::Unique(&self.signed);
        unique_postbacks(
            bench,
            &self.database,
            Target::Service(&self.service),
            traffic,
            CONNECTIONS,
        )
    }

    /// Clicks on top of those that are stored.
    fn clicks(&self, bench: &Bench<'_>, click: &[u8]) -> anyhow::Result<Run> {
        let Self { database, service, .. } = self;
        database.execute("checkpoint")?;
        let before = database.rows("clicks")?;
        let drive = |address| closed::drive(address, Traffic::Clicks(click), CONNECTIONS, bench.span());
        let (tally, run) = Target::Service(service).run(bench, drive)?;
        database.expect_rows("clicks", tally.clicks.on_top_of(before))?;
        Ok(run)
    }
}
