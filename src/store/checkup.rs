//! What an operator's check asks PostgreSQL: whether what ingest relies on holds. It only reads.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::domain::id::ConversionId;
use crate::domain::time::Timestamp;

use super::error::StoreError;
use super::link::Link;
use super::partitions;

/// What a role needs to run the service.
const RIGHTS_NEEDED: [(&str, &str); 10] = [
    ("clicks", "SELECT"),
    ("clicks", "INSERT"),
    ("conversions", "SELECT"),
    ("conversions", "INSERT"),
    ("conversions", "UPDATE"),
    ("conversion_changes", "SELECT"),
    ("conversion_changes", "INSERT"),
    ("postbacks", "SELECT"),
    ("postbacks", "INSERT"),
    ("postbacks", "UPDATE"),
];

/// A server, as a session of ours sees it.
#[derive(Debug)]
pub struct ServerFacts {
    /// Its version in words.
    pub version: String,
    /// Its major version.
    pub major: i32,
    /// Whether it is a standby.
    pub is_standby: bool,
    /// Whether transactions are read-only unless they say otherwise.
    pub is_read_only: bool,
}

/// A setting as it holds for sessions of ours.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where that comes from, in PostgreSQL's words.
    pub source: String,
}

/// A bound on connections and how many count against it.
#[derive(Debug)]
pub struct ConnectionLimit {
    /// What has the bound.
    pub of: &'static str,
    /// The bound.
    pub max: i64,
    /// What is in use, this session included.
    pub used: i64,
}

/// A right that the role lacks.
#[derive(Debug)]
pub struct MissingRight {
    /// On which table.
    pub table: String,
    /// Which one.
    pub right: String,
}

impl Link {
    /// What the server is, and whether it takes writes from us.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not say before the deadline.
    pub async fn server_facts(&mut self, deadline: Instant) -> Result<ServerFacts, StoreError> {
        self.run(deadline, async |connection| {
            let row = sqlx::query!(
                r#"
                select current_setting('server_version') as "version!",
                    current_setting('server_version_num')::int / 10000 as "major!",
                    pg_is_in_recovery() as "is_standby!",
                    current_setting('default_transaction_read_only')::bool as "is_read_only!"
                "#
            )
            .fetch_one(connection)
            .await?;
            Ok(ServerFacts {
                version: row.version,
                major: row.major,
                is_standby: row.is_standby,
                is_read_only: row.is_read_only,
            })
        })
        .await
    }

    /// The settings that decide whether a commit survives a power cut.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn durability_settings(&mut self, deadline: Instant) -> Result<Vec<Setting>, StoreError> {
        self.run(deadline, async |connection| {
            let settings = sqlx::query_as!(
                Setting,
                r#"
                select name as "name!", setting as "value!", source as "source!"
                from pg_settings
                where name in ('fsync', 'full_page_writes', 'synchronous_commit')
                order by name
                "#
            )
            .fetch_all(connection)
            .await?;
            Ok(settings)
        })
        .await
    }

    /// The server's time.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn server_time(&mut self, deadline: Instant) -> Result<Timestamp, StoreError> {
        self.run(deadline, async |connection| {
            let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#)
                .fetch_one(connection)
                .await?;
            Ok(now.into())
        })
        .await
    }

    /// How many connections there may be and are: of the server, the database and the role. One without a bound is left out.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn connection_limits(&mut self, deadline: Instant) -> Result<Vec<ConnectionLimit>, StoreError> {
        self.run(deadline, async |connection| {
            // Without the right to see what others do, a session's database and user are what is visible of it.
            let row = sqlx::query!(
                r#"
                select current_setting('max_connections')::int8 - current_setting('superuser_reserved_connections')::int8
                        as "server_max!",
                    count(*) filter (where datid is not null) as "server_used!",
                    (select datconnlimit from pg_database where datname = current_database()) as "database_max!",
                    count(*) filter (where datname = current_database()) as "database_used!",
                    (select rolconnlimit from pg_roles where rolname = current_user) as "role_max!",
                    count(*) filter (where usename = current_user and datid is not null) as "role_used!"
                from pg_stat_activity
                "#
            )
            .fetch_one(connection)
            .await?;
            let limits = [
                ("the server", row.server_max, row.server_used),
                ("the database", row.database_max.into(), row.database_used),
                ("the role", row.role_max.into(), row.role_used),
            ];
            let bounded = limits.into_iter().filter(|(_, max, _)| *max >= 0);
            Ok(bounded.map(|(of, max, used)| ConnectionLimit { of, max, used }).collect())
        })
        .await
    }

    /// What the role may not do on tables that are there, and has to.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn missing_rights(&mut self, deadline: Instant) -> Result<Vec<MissingRight>, StoreError> {
        let (tables, rights): (Vec<&str>, Vec<&str>) = RIGHTS_NEEDED.into_iter().unzip();
        self.run(deadline, async |connection| {
            let missing = sqlx::query_as!(
                MissingRight,
                r#"
                select wanted.name as "table!", wanted.privilege as "right!"
                from unnest($1::text[], $2::text[]) as wanted (name, privilege)
                where not has_table_privilege(to_regclass(wanted.name)::oid, wanted.privilege)
                "#,
                &tables as &[&str],
                &rights as &[&str],
            )
            .fetch_all(connection)
            .await?;
            Ok(missing)
        })
        .await
    }

    /// The partitions from this week until `ahead` from `now` that are not there.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn missing_partitions(
        &mut self,
        now: Timestamp,
        ahead: Duration,
        deadline: Instant,
    ) -> Result<Vec<String>, StoreError> {
        self.run(deadline, async |connection| {
            partitions::missing(connection, now, ahead).await
        })
        .await
    }

    /// Rows of the default partitions of clicks and of postbacks, counted up to `count_max` each.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`]; also when the role may not look into them.
    pub async fn rows_without_partition(
        &mut self,
        count_max: i64,
        deadline: Instant,
    ) -> Result<[(&'static str, i64); 2], StoreError> {
        self.run(deadline, async |connection| {
            let row = sqlx::query!(
                r#"
                select (select count(*) from (select from clicks_default limit $1) as counted) as "clicks!",
                    (select count(*) from (select from postbacks_default limit $1) as counted) as "postbacks!"
                "#,
                count_max,
            )
            .fetch_one(connection)
            .await?;
            Ok([("clicks", row.clicks), ("postbacks", row.postbacks)])
        })
        .await
    }

    /// Conversions received from `since` until `until` that wait for a click although it is stored and was received before
    /// `until` as well; at most `limit`. What the sweep for late clicks has not mended by then it does not mend.
    ///
    /// # Errors
    ///
    /// As [`Self::server_facts`].
    pub async fn overdue_attributions(
        &mut self,
        (since, until): (Timestamp, Timestamp),
        limit: i64,
        deadline: Instant,
    ) -> Result<Vec<ConversionId>, StoreError> {
        self.run(deadline, async |connection| {
            let ids = sqlx::query_scalar!(
                r#"
                select conversions.id
                from conversions
                join clicks on clicks.id = conversions.click_id
                where conversions.reason = 'unknown_click' and conversions.received_at >= $1
                    and conversions.received_at < $2 and clicks.received_at < $2
                limit $3
                "#,
                DateTime::<Utc>::from(since),
                DateTime::<Utc>::from(until),
                limit,
            )
            .fetch_all(connection)
            .await?;
            Ok(ids.into_iter().map(ConversionId::from_stored).collect())
        })
        .await
    }
}
