//! What the suite asks of a database: to be empty, how many rows there are, and how large they are.

use std::future::Future;
use std::sync::OnceLock;

use anyhow::{Context as _, ensure};
use postbackd::domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::runtime::Runtime;

use crate::load::Counts;

/// The tables that a postback leaves a row in, each.
pub(crate) const POSTBACK_TABLES: [&str; 3] = ["conversions", "conversion_changes", "postbacks"];

/// How far apart the mean sizes of two contestants' rows may lie for them to count as the same rows.
const SIZE_TOLERANCE: f64 = 0.05;

/// A database with the service's schema once a service has been started on it.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) url: String,
}

/// Drives the suite's own SQL.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().expect("a runtime of one thread")
    })
}

/// Runs something asynchronous to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    runtime().block_on(future)
}

/// Runs statements at an address.
pub(crate) fn execute(url: &str, sql: &str) -> anyhow::Result<()> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    })
    .with_context(|| sql.to_owned())
}

impl Database {
    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) -> anyhow::Result<()> {
        execute(&self.url, sql)
    }

    /// The one value of a query, whose type the query has to give it.
    fn value<T>(&self, sql: &str) -> anyhow::Result<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let value = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            let value = value.fetch_one(&mut connection).await?;
            connection.close().await?;
            Ok(value)
        })
        .with_context(|| sql.to_owned())
    }

    /// Gives every contestant the same begin: no postback stored, and a checkpoint behind it.
    pub(crate) fn forget_postbacks(&self) -> anyhow::Result<()> {
        self.execute(&format!("truncate {}; checkpoint", POSTBACK_TABLES.join(", ")))
    }

    /// The same for clicks.
    pub(crate) fn forget_clicks(&self) -> anyhow::Result<()> {
        self.execute("truncate clicks; checkpoint")
    }

    /// Fails unless a table holds a row for each acknowledged request; what was not acknowledged may be there too.
    pub(crate) fn expect_rows(&self, table: &str, counts: Counts) -> anyhow::Result<()> {
        let rows = self.rows(table)?;
        let Counts { acknowledged, refused } = counts;
        ensure!(
            (acknowledged..=acknowledged + refused).contains(&rows),
            "{acknowledged} requests were acknowledged and {refused} were not, but {table} holds {rows} rows"
        );
        Ok(())
    }

    /// How many rows a table holds.
    pub(crate) fn rows(&self, table: &str) -> anyhow::Result<u64> {
        let rows: i64 = self.value(&format!("select count(*) from {table}"))?;
        Ok(u64::try_from(rows)?)
    }

    /// What a table takes, with its indexes, for each of its rows. Partitions without rows belong to other weeks.
    pub(crate) fn bytes_of_a_row(&self, table: &str) -> anyhow::Result<f64> {
        self.value(&format!(
            "select (sum(pg_total_relation_size(part)) / sum(rows))::float8
             from (select tableoid as part, count(*) as rows from {table} group by tableoid) parts"
        ))
    }

    /// The mean size of what one postback leaves in each of its tables, in bytes.
    pub(crate) fn postback_sizes(&self) -> anyhow::Result<[f64; 3]> {
        let mut sizes = [0.0; 3];
        for (size, table) in sizes.iter_mut().zip(POSTBACK_TABLES) {
            // A sample: the rows of a run are alike.
            *size = self.value(&format!(
                "select avg(pg_column_size(row.*))::float8 from (select * from {table} limit 1000) row"
            ))?;
        }
        Ok(sizes)
    }

    /// Applies the migrations and makes the partitions from a moment until a month after now.
    pub(crate) fn migrate_since(&self, begin: Timestamp, now: Timestamp) -> anyhow::Result<()> {
        let url = postbackd::store::DatabaseUrl::parse(&self.url)?;
        let ahead = now.since(begin) + postbackd::store::PARTITIONS_AHEAD_SERVE;
        block_on(async {
            postbackd::store::migrate(&url).await?;
            postbackd::store::make_partitions(&url, begin, ahead).await?;
            Ok(())
        })
    }
}

/// Fails unless two contestants' rows are of the same size, so that both have stored the same.
pub(crate) fn expect_same_sizes(name: &str, theirs: [f64; 3], ours: [f64; 3]) -> anyhow::Result<()> {
    for ((table, theirs), ours) in POSTBACK_TABLES.iter().zip(theirs).zip(ours) {
        ensure!(
            (theirs / ours - 1.0).abs() <= SIZE_TOLERANCE,
            "a row of {table} has {theirs:.0} bytes when {name} writes it and {ours:.0} when postbackd does"
        );
    }
    Ok(())
}
