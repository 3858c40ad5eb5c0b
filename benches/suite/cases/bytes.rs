//! Bytes that a click and a postback take in PostgreSQL, indexes included, stored through the service.

use std::time::Duration;

use postbackd::ingest::now;

use crate::bench::Bench;
use crate::clicks::Clicks;
use crate::database::POSTBACK_TABLES;
use crate::load::{Counts, Span, closed};
use crate::report::{CaseReport, Figure, Goal, Unit};
use crate::service::Site;
use crate::statistics::Sample;
use crate::traffic::{Postbacks, Traffic, click};

use super::postbacks::CLICKS;

const CONNECTIONS: usize = 64;

/// So many rows make what a table begins with weigh nothing.
const ROWS_MIN: u64 = 100_000;

/// Of a click with an affiliate, five sub ids, a browser's name and a referrer.
const CLICK_GOAL: f64 = 350.0;

/// No postback takes longer to be sent than this for each of them to be sent.
const SPAN_MAX: Duration = Duration::from_mins(10);

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let database = bench.database("bytes")?;
    let service = Site::on(&database, bench.folder())?.serve()?;
    let click = click();
    let mut clicks = Counts::default();
    while clicks.acknowledged < ROWS_MIN {
        let tally = closed::drive(service.public, Traffic::Clicks(&click), CONNECTIONS, bench.span())?;
        clicks.acknowledged += tally.clicks.acknowledged;
        clicks.refused += tally.clicks.refused;
    }
    service.wait_for_replay()?;
    database.expect_rows("clicks", clicks)?;
    let click_bytes = database.bytes_of_a_row("clicks")?;

    let named = Clicks::store(&database, CLICKS, now(), Duration::ZERO)?;
    let signed = Postbacks::signed(usize::try_from(ROWS_MIN)?, &named);
    // It ends when all of them are sent.
    let span = Span {
        warm_up: Duration::ZERO,
        measured: SPAN_MAX,
    };
    let tally = closed::drive(service.public, Traffic::Unique(&signed), CONNECTIONS, span)?;
    service.wait_for_replay()?;
    let mut postback_bytes = 0.0;
    for table in POSTBACK_TABLES {
        database.expect_rows(table, tally.postbacks)?;
        postback_bytes += database.bytes_of_a_row(table)?;
    }
    service.stop()?;
    bench.drop_database(database)?;

    let figure = |what: &str, bytes: f64, goal: Option<Goal>| Figure {
        what: what.to_owned(),
        unit: Unit::Bytes,
        value: Sample::of(vec![bytes]),
        goal,
    };
    Ok(CaseReport {
        case: "bytes",
        contestants: Vec::new(),
        figures: vec![
            figure("a click with five sub ids", click_bytes, Some(Goal::AtMost(CLICK_GOAL))),
            figure("a postback: conversion, history and raw log", postback_bytes, None),
        ],
        notes: Vec::new(),
    })
}
