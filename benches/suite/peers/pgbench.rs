//! pgbench, PostgreSQL's own benchmark: the rows of a postback, in a transaction of their own, with nothing around them.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustix::process::Signal;

use crate::bench::Bench;
use crate::child::Child;
use crate::clicks::Clicks;
use crate::cpu::Meter;
use crate::database::Database;
use crate::load::Counts;
use crate::rounds::Run;

use super::READY_WAIT_MAX;

/// What each transaction does.
const SCRIPT: &str = include_str!("pgbench.sql");

/// Seconds at its begin that are not counted: connections are made, statements are prepared.
const WARM_UP_S: u64 = 1;

/// Seconds at its end: it may end before it prints the rate of the last one.
const LAST_S: u64 = 1;

/// A pgbench that can be run again and again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pgbench<'b> {
    bench: &'b Bench<'b>,
    database: &'b Database,
    clicks: &'b Clicks,
}

impl<'b> Pgbench<'b> {
    /// None where it is not installed.
    pub(crate) fn find(bench: &'b Bench<'b>, database: &'b Database, clicks: &'b Clicks) -> Option<Self> {
        bench.cluster.client("pgbench", &database.name)?;
        Some(Self {
            bench,
            database,
            clicks,
        })
    }

    /// Runs it once with so many clients, and compares the rows with the transactions that it says it made.
    pub(crate) fn run(self, clients: usize) -> anyhow::Result<Run> {
        let Self {
            bench,
            database,
            clicks,
        } = self;
        database.forget_postbacks()?;
        let script = bench.folder().join("pgbench.sql");
        fs::write(&script, SCRIPT)?;
        let log = bench.folder().join("pgbench.log");
        let mut command = bench.cluster.client("pgbench", &database.name).context("pgbench")?;
        let threads = thread::available_parallelism()?.get().min(clients);
        let span_s = WARM_UP_S + bench.options.seconds + LAST_S;
        command
            .args(["-n", "-M", "prepared", "-P", "1"])
            .args([
                "-c",
                &clients.to_string(),
                "-j",
                &threads.to_string(),
                "-T",
                &span_s.to_string(),
            ])
            .args([
                "-D",
                &format!("clicks={}", clicks.len()),
                "-D",
                &format!("ids={}", clicks.common_begin()),
            ])
            .arg("-f")
            .arg(&script);
        let meter = Meter {
            served: None,
            postmaster: bench.cluster.pid(),
        };
        let before = meter.read()?;
        let mut child = Child::spawn("pgbench", command, &log, Signal::KILL)?;
        let status = child.ended(Duration::from_secs(span_s) + READY_WAIT_MAX)?;
        ensure!(status.success(), "pgbench ended with {status}: {}", child.log_end());
        let cpu = before.until(meter.read()?);
        let printed = fs::read_to_string(&log)?;
        let answered = processed(&printed).with_context(|| format!("pgbench's count: {printed}"))?;
        let counts = Counts {
            acknowledged: answered,
            refused: 0,
        };
        for table in crate::database::POSTBACK_TABLES {
            database.expect_rows(table, counts)?;
        }
        Ok(Run {
            per_second: per_second(&printed, bench.options.seconds).context("pgbench's rate")?,
            answered,
            refused: 0,
            spooled: 0,
            cpu,
        })
    }
}

/// The transactions of a whole run.
fn processed(printed: &str) -> Option<u64> {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("number of transactions actually processed: "))?;
    line.split('/').next()?.trim().parse().ok()
}

/// The mean rate of the seconds behind the warm-up, from what it prints each second. A machine that is too busy to print the
/// others leaves the first one.
fn per_second(printed: &str, seconds: u64) -> Option<f64> {
    let rate = |line: &str| {
        line.strip_prefix("progress: ")?
            .split(", ")
            .nth(1)?
            .strip_suffix(" tps")?
            .parse()
            .ok()
    };
    let rates: Vec<f64> = printed.lines().filter_map(rate).collect();
    let warm_up = usize::try_from(WARM_UP_S).ok()?.min(rates.len().checked_sub(1)?);
    let seconds = usize::try_from(seconds).ok()?.min(rates.len() - warm_up);
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let count = seconds as f64;
    Some(rates[warm_up..warm_up + seconds].iter().sum::<f64>() / count)
}
