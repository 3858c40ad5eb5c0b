//! Partitions of clicks and postbacks: made ahead, and the default ones empty.

use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::store::{Link, causes};

use super::finding::Finding;
use super::question::{deadline, unanswered};

/// How far ahead there have to be partitions. A service keeps twice as much, so that this is missing only when it has not been
/// able to make any for two weeks.
const AHEAD_MIN: Duration = Duration::from_hours(14 * 24);
/// Rows of a default partition that are counted; beyond that their number changes nothing.
const ROWS_COUNTED_MAX: i64 = 10_000;

pub(super) async fn check(link: &mut Link, now: Timestamp) -> Vec<Finding> {
    vec![ahead(link, now).await, defaults(link).await]
}

async fn ahead(link: &mut Link, now: Timestamp) -> Finding {
    const CHECK: &str = "partitions";
    match link.missing_partitions(now, AHEAD_MIN, deadline()).await {
        Ok(missing) if missing.is_empty() => {
            Finding::ok(CHECK, "those of clicks and postbacks are there for 14 days and more")
        }
        Ok(missing) => Finding::fail(
            CHECK,
            format!(
                "missing within 14 days: {}; what belongs there falls into the default partition, and to move it out later \
                 holds everything up",
                missing.join(", ")
            ),
            "postbackd migrate, as a role that may make tables; it makes them for 90 days",
        ),
        Err(failure) => unanswered(CHECK, &failure),
    }
}

async fn defaults(link: &mut Link) -> Finding {
    const CHECK: &str = "default partitions";
    let rows = match link.rows_without_partition(ROWS_COUNTED_MAX, deadline()).await {
        Ok(rows) => rows,
        // A service reads and writes through the tables alone, so that this is no trouble of its own.
        Err(failure) => {
            return Finding::warn(
                CHECK,
                format!("they cannot be looked into: {}", causes(&failure)),
                "grant select on all tables in schema public to the role",
            );
        }
    };
    let in_use: Vec<String> = rows
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(table, rows)| {
            let more = if rows == ROWS_COUNTED_MAX { " or more" } else { "" };
            format!("{rows}{more} {table}")
        })
        .collect();
    if in_use.is_empty() {
        return Finding::ok(CHECK, "they are empty");
    }
    Finding::warn(
        CHECK,
        format!(
            "{} lie in one, because their week had none of its own",
            in_use.join(", ")
        ),
        "postbackd migrate moves those of this week and later; older ones are found all the same, but are not dropped with a \
         week",
    )
}
