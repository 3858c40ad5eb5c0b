//! Partitions of `clicks` and `postbacks`: a week of ids each, made ahead.
//!
//! Both tables are cut by their time-ordered ids. A week is the trade-off between dropping old data in small pieces and
//! the price of every partition that a plan has to consider. What has no partition lies in the default one; when a
//! partition is made later, PostgreSQL would refuse it while the default holds rows that belong to it, so those are
//! moved first, in the same transaction.

use std::time::Duration;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tokio::time::timeout;
use uuid::Uuid;

use crate::domain::time::Timestamp;

use super::connect::{DatabaseUrl, Purpose};
use super::error::StoreError;

/// How far ahead `serve` keeps partitions.
pub const PARTITIONS_AHEAD_SERVE: Duration = Duration::from_hours(28 * 24);
/// How far ahead `migrate` makes them, for a `serve` that may not.
pub const PARTITIONS_AHEAD_MIGRATE: Duration = Duration::from_hours(90 * 24);

/// Longest time that making them may take. Rows that lie in the default partition are moved, which takes longest; a
/// PostgreSQL that went silent is not waited for.
const MAKE_TIMEOUT: Duration = Duration::from_mins(2);

const TABLES: [&str; 2] = ["clicks", "postbacks"];
const WEEK: Duration = Duration::from_hours(7 * 24);
/// Weeks begin on Monday; 1970-01-01 was a Thursday.
const FIRST_MONDAY_SECONDS: i64 = 4 * 24 * 3600;
/// Key of the advisory lock that lets one replica at a time make partitions.
const LOCK_KEY: i64 = 0x706f_7374_6261_636b;

/// One partition to be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Week {
    /// `20261116`, the Monday that it begins with.
    name: String,
    /// The smallest id that belongs to it.
    from: Uuid,
    /// The smallest id that no longer does.
    to: Uuid,
}

/// Makes the partitions from this week until `ahead` from `now` that are missing; returns how many it made.
///
/// # Errors
///
/// [`StoreError::Unavailable`] with PostgreSQL's own words, also when the role may not make tables; the default
/// partition then takes what has none.
pub async fn make_partitions(url: &DatabaseUrl, now: Timestamp, ahead: Duration) -> Result<usize, StoreError> {
    let made = timeout(MAKE_TIMEOUT, make_missing(url, now, ahead)).await;
    made.unwrap_or(Err(StoreError::TimedOut))
}

async fn make_missing(url: &DatabaseUrl, now: Timestamp, ahead: Duration) -> Result<usize, StoreError> {
    let mut connection = url.options(Purpose::Maintain).connect().await?;
    let mut made = 0;
    for table in TABLES {
        let existing = existing_partitions(&mut connection, table).await?;
        for week in weeks(now, ahead) {
            if !existing.contains(&format!("{table}_{}", week.name)) {
                made += usize::from(make_partition(&mut connection, table, &week).await?);
            }
        }
    }
    // The connection has done its work; a failure to say good-bye changes nothing.
    connection.close().await.ok();
    Ok(made)
}

/// The names of the partitions from this week until `ahead` from `now` that are not there.
pub(super) async fn missing(
    connection: &mut PgConnection,
    now: Timestamp,
    ahead: Duration,
) -> Result<Vec<String>, StoreError> {
    let mut missing = Vec::new();
    for table in TABLES {
        let existing = existing_partitions(connection, table).await?;
        let wanted = weeks(now, ahead).map(|week| format!("{table}_{}", week.name));
        missing.extend(wanted.filter(|name| !existing.contains(name)));
    }
    Ok(missing)
}

/// The names of a table's partitions.
async fn existing_partitions(connection: &mut PgConnection, table: &str) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        r#"
        select child.relname::text as "name!"
        from pg_inherits
        join pg_class child on child.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = to_regclass($1)
        "#,
        table,
    )
    .fetch_all(connection)
    .await?;
    Ok(names)
}

/// Makes one partition and moves the default partition's rows that belong to it; `false` when another replica was faster.
///
/// Statements with a table's name in them cannot be checked when the program is built; the names come from constants and
/// dates alone.
async fn make_partition(connection: &mut PgConnection, table: &str, week: &Week) -> Result<bool, StoreError> {
    let Week { name, from, to } = week;
    let mut transaction = connection.begin().await?;
    sqlx::query_scalar!(r#"select pg_advisory_xact_lock($1)::text as "ignored""#, LOCK_KEY)
        .fetch_one(&mut *transaction)
        .await?;
    if existing_partitions(&mut transaction, table)
        .await?
        .contains(&format!("{table}_{name}"))
    {
        return Ok(false);
    }
    for statement in [
        // Whoever waits for a lock on the default partition makes clicks wait behind: rather later than long.
        "set local lock_timeout = '100ms'".to_owned(),
        // Nothing may enter the default partition between the move and the attachment.
        format!("lock table {table}_default in access exclusive mode"),
        format!("create table {table}_{name} (like {table} including defaults including constraints)"),
        format!(
            "with moved as (delete from {table}_default where id >= '{from}' and id < '{to}' returning *)
             insert into {table}_{name} select * from moved"
        ),
        format!("alter table {table} attach partition {table}_{name} for values from ('{from}') to ('{to}')"),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

fn weeks(now: Timestamp, ahead: Duration) -> impl Iterator<Item = Week> {
    let week_seconds = i64::try_from(WEEK.as_secs()).expect("a week is short");
    let monday = |at: Timestamp| {
        Timestamp::from_unix_seconds(
            at.unix_seconds() - (at.unix_seconds() - FIRST_MONDAY_SECONDS).rem_euclid(week_seconds),
        )
    };
    let last = monday(now.plus(ahead));
    std::iter::successors(Some(monday(now)), |from| Some(from.plus(WEEK)))
        .take_while(move |from| *from <= last)
        .map(|from| Week {
            name: from.to_string()[..10].replace('-', ""),
            from: first_id(from),
            to: first_id(from.plus(WEEK)),
        })
}

/// The smallest 128 bits that an id of this moment can have.
fn first_id(at: Timestamp) -> Uuid {
    Uuid::from_u128(u128::from(at.unix_millis()) << 80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ClickId;

    #[test]
    fn weeks_begin_on_monday_and_leave_no_gap() {
        let now = Timestamp::parse_rfc3339("2026-11-22T23:59:59Z").expect("a time");
        let weeks: Vec<Week> = weeks(now, WEEK).collect();
        let names: Vec<&str> = weeks.iter().map(|week| week.name.as_str()).collect();
        assert_eq!(names, ["20261116", "20261123"]);
        assert_eq!(weeks[0].to, weeks[1].from);
        let id = ClickId::new(now, [0xff; 10]).uuid();
        assert!(weeks[0].from <= id && id < weeks[0].to);
    }
}
