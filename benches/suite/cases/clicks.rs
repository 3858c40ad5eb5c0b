//! Clicks, each durable before its redirect, over 64 and 256 connections, beside servers that redirect and store nothing.

use crate::bench::Bench;
use crate::peers::{self, Peer, nginx};
use crate::report::{CaseReport, Goal};
use crate::rounds::LineUp;
use crate::service::Site;
use crate::traffic::{Traffic, click};

use super::runs::{Target, redirects, stored_clicks};

/// Connections, and the goal over so many beside the hello-world.
const GOALS: [(usize, f64); 2] = [(64, 0.5), (256, 0.65)];

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("many_clicks")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let hello = peers::start(Peer::Hello, &database.url, bench.folder())?;
    let nginx = nginx::start(bench.folder())?;
    let click = click();
    let traffic = Traffic::Clicks(&click);

    let mut line_up = LineUp::default();
    let seats = GOALS.map(|(connections, goal)| {
        let (database, service, hello) = (&database, &service, &hello);
        let ours = line_up.enter(format!("postbackd, {connections} connections"), move || {
            stored_clicks(bench, database, service, traffic, connections)
        });
        let theirs = line_up.enter(format!("axum hello-world, {connections} connections"), move || {
            redirects(bench, Target::Peer(hello), traffic, connections)
        });
        let nginx = nginx.as_ref().map(|nginx| {
            line_up.enter(format!("nginx, {connections} connections"), move || {
                redirects(bench, Target::Peer(nginx), traffic, connections)
            })
        });
        (connections, goal, ours, theirs, nginx)
    });

    let played = line_up.play(bench.options.rounds)?;
    let mut figures = Vec::new();
    for (connections, goal, ours, hello, nginx) in seats {
        let what = format!("{connections} connections beside the hello-world");
        figures.push(played.ratio(&what, ours, &[hello], Some(Goal::AtLeast(goal))));
        if let Some(nginx) = nginx {
            let what = format!("{connections} connections beside nginx");
            figures.push(played.ratio(&what, ours, &[nginx], None));
        }
    }
    let mut report = played.report("clicks", figures);
    if nginx.is_none() {
        report.notes.push("nginx is not installed".to_owned());
    }
    service.stop()?;
    bench.drop_database(database)?;
    Ok(report)
}
