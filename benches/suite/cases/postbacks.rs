//! Unique signed postbacks, over 64 and 256 connections, beside pgbench with the same rows and a transaction for each request.

use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::database::expect_same_sizes;
use crate::peers::pgbench::Pgbench;
use crate::peers::{self, Peer, Served};
use crate::report::{CaseReport, Figure, Goal};
use crate::rounds::{LineUp, Seat};
use crate::service::Site;
use crate::traffic::{Postbacks, Traffic};

use super::runs::{Target, unique_postbacks};

/// Clicks that are stored, and named by the postbacks in turns.
pub(super) const CLICKS: u64 = 10_000;

/// Clients of pgbench; the best of them counts.
const CLIENTS: [usize; 3] = [16, 32, 64];

/// Connections to PostgreSQL of the plain service; the better of them counts.
const POOLS: [u32; 2] = [16, 32];

/// Connections to the service, and the goals over so many: beside pgbench, and beside a transaction for each request.
const GOALS: [(usize, f64, f64); 2] = [(64, 5.5, 8.0), (256, 8.0, 10.0)];

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("unique_postbacks")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let clicks = Clicks::store(&database, CLICKS, now(), Duration::ZERO)?;
    let signed = Postbacks::signed(bench.requests_max(), &clicks);
    let traffic = Traffic::Unique(&signed);
    let plain_services = POOLS
        .map(|pool| peers::start(Peer::Transactions { pool }, &database.url, bench.folder()))
        .into_iter()
        .collect::<anyhow::Result<Vec<Served>>>()?;
    let pgbench = Pgbench::find(bench, &database, &clicks);

    // Everybody is to store rows of these sizes.
    unique_postbacks(bench, &database, Target::Service(&service), traffic, GOALS[0].0)?;
    let sizes = database.postback_sizes()?;

    let mut line_up = LineUp::default();
    let mut pgbenches = Vec::new();
    for (pgbench, clients) in CLIENTS.iter().filter_map(|clients| Some((pgbench?, *clients))) {
        let name = format!("pgbench, {clients} clients");
        let database = &database;
        pgbenches.push(line_up.enter(name.clone(), move || {
            let run = pgbench.run(clients)?;
            expect_same_sizes(&name, database.postback_sizes()?, sizes)?;
            Ok(run)
        }));
    }
    let mut compared: Vec<(usize, Seat, Vec<Seat>)> = Vec::new();
    for (connections, ..) in GOALS {
        let (database, service) = (&database, &service);
        let ours = line_up.enter(format!("postbackd, {connections} connections"), move || {
            unique_postbacks(bench, database, Target::Service(service), traffic, connections)
        });
        let mut theirs = Vec::new();
        for (plain, pool) in plain_services.iter().zip(POOLS) {
            let name = format!("axum + sqlx ({pool}), {connections} connections");
            theirs.push(line_up.enter(name.clone(), move || {
                let run = unique_postbacks(bench, database, Target::Peer(plain), traffic, connections)?;
                expect_same_sizes(&name, database.postback_sizes()?, sizes)?;
                Ok(run)
            }));
        }
        compared.push((connections, ours, theirs));
    }

    let played = line_up.play(bench.options.rounds)?;
    let mut figures: Vec<Figure> = Vec::new();
    for ((connections, ours, theirs), (_, beside_pgbench, beside_plain)) in compared.iter().zip(GOALS) {
        if !pgbenches.is_empty() {
            let what = format!("{connections} connections beside the best pgbench");
            figures.push(played.ratio(&what, *ours, &pgbenches, Some(Goal::AtLeast(beside_pgbench))));
        }
        let what = format!("{connections} connections beside the better axum + sqlx");
        figures.push(played.ratio(&what, *ours, theirs, Some(Goal::AtLeast(beside_plain))));
    }
    let mut report = played.report("postbacks", figures);
    if pgbenches.is_empty() {
        report.notes.push("pgbench is not installed".to_owned());
    }
    service.stop()?;
    drop(plain_services);
    bench.drop_database(database)?;
    Ok(report)
}
