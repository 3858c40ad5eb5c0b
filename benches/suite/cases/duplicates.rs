//! Repeats of recorded postbacks, as networks send them, beside a transaction for each request.

use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::database::Database;
use crate::load::{Span, closed};
use crate::peers::{self, Peer};
use crate::report::CaseReport;
use crate::rounds::{LineUp, Run};
use crate::service::Site;
use crate::traffic::{Postbacks, Traffic};

use super::postbacks::CLICKS;
use super::runs::Target;

const CONNECTIONS: usize = 64;

/// Recorded postbacks that are repeated in turns.
const RECORDED: usize = 10_000;

/// Connections of the plain service to PostgreSQL.
const POOL: u32 = 32;

/// How long the first sending of them may take.
const SPAN_MAX: Duration = Duration::from_mins(5);

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("duplicates")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let plain = peers::start(Peer::Transactions { pool: POOL }, &database.url, bench.folder())?;
    let clicks = Clicks::store(&database, CLICKS, now(), Duration::ZERO)?;
    let signed = Postbacks::signed(RECORDED, &clicks);

    let mut line_up = LineUp::default();
    let ours = line_up.enter(format!("postbackd, {CONNECTIONS} connections"), || {
        repeats(bench, &database, Target::Service(&service), &signed)
    });
    let theirs = line_up.enter(format!("axum + sqlx ({POOL}), {CONNECTIONS} connections"), || {
        repeats(bench, &database, Target::Peer(&plain), &signed)
    });
    let played = line_up.play(bench.options.rounds)?;
    let ratio = played.ratio("duplicates beside axum + sqlx", ours, &[theirs], None);
    service.stop()?;
    drop(plain);
    bench.drop_database(database)?;
    Ok(played.report("duplicates", vec![ratio]))
}

/// Records all of them, then repeats them: a repeat leaves a row in the raw log and no other.
fn repeats(bench: &Bench<'_>, database: &Database, target: Target<'_>, signed: &Postbacks) -> anyhow::Result<Run> {
    database.forget_postbacks()?;
    let span = Span {
        warm_up: Duration::ZERO,
        measured: SPAN_MAX,
    };
    let recorded = closed::drive(target.address(), Traffic::Unique(signed), CONNECTIONS, span)?;
    target.settle()?;
    let repeat = |address| closed::drive(address, Traffic::Repeated(signed), CONNECTIONS, bench.span());
    let (tally, run) = target.run(bench, repeat)?;
    for table in ["conversions", "conversion_changes"] {
        database.expect_rows(table, recorded.postbacks)?;
    }
    let logged = tally.postbacks.on_top_of(recorded.postbacks.acknowledged);
    database.expect_rows("postbacks", logged)?;
    Ok(run)
}
