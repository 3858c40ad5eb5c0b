//! Stored clicks that postbacks name: made here and not through the service, so that they can be old and many.

use std::time::Duration;

use anyhow::Context as _;
use postbackd::domain::id::ClickId;
use postbackd::domain::time::Timestamp;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::database::{Database, block_on};
use crate::interrupt;
use crate::traffic::{AFFILIATE, CAMPAIGN, REFERRER, SUBS, USER_AGENT};

/// Rows of one statement.
const BATCH: u64 = 20_000;

/// Ids that are kept for postbacks to name; of more clicks every so manyth.
const KEPT_MAX: u64 = 10_000;

/// Where the counting part of an id begins, as PostgreSQL prints it: the last twelve digits.
const COUNTER_AT: usize = 24;

/// The ids of stored clicks, oldest first.
#[derive(Debug)]
pub(crate) struct Clicks(Vec<ClickId>);

impl Clicks {
    /// Stores clicks, evenly spread over the time before `now`.
    pub(crate) fn store(database: &Database, count: u64, now: Timestamp, spread: Duration) -> anyhow::Result<Self> {
        let begin = now.minus(spread);
        let keep_every = count.div_ceil(KEPT_MAX).max(1);
        let mut kept = Vec::new();
        block_on(async {
            let mut connection = PgConnection::connect(&database.url).await?;
            for from in (0..count).step_by(usize::try_from(BATCH)?) {
                interrupt::check()?;
                let to = (from + BATCH).min(count);
                let clicks: Vec<(ClickId, Timestamp)> =
                    (from..to).map(|number| click(number, count, begin, spread)).collect();
                insert(&mut connection, &clicks).await?;
                let numbered = (from..to).zip(&clicks);
                kept.extend(
                    numbered
                        .filter(|(number, _)| number % keep_every == 0)
                        .map(|(_, (id, _))| *id),
                );
            }
            sqlx::raw_sql("vacuum analyze clicks").execute(&mut connection).await?;
            Ok(connection.close().await?)
        })
        .context("storing clicks")?;
        Ok(Self(kept))
    }

    /// The click that the postback of a number names: any, but always the same.
    pub(crate) fn of(&self, number: usize) -> ClickId {
        // A step that shares no factor with their number visits all of them, far from each other.
        self.0[number.wrapping_mul(7919) % self.0.len()]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What all of their ids begin with, as PostgreSQL prints them, where they are of one moment. The rest is their number
    /// in hexadecimal digits.
    pub(crate) fn common_begin(&self) -> String {
        let mut text = self.0[0].uuid().to_string();
        text.truncate(COUNTER_AT);
        text
    }
}

/// The click of a number: its place in time and, in its last bytes, the number itself.
fn click(number: u64, count: u64, begin: Timestamp, spread: Duration) -> (ClickId, Timestamp) {
    let micros = u64::try_from(spread.as_micros()).unwrap_or(u64::MAX) / count * number;
    let at = begin.plus(Duration::from_micros(micros));
    let mut randomness = [0; 10];
    randomness[2..].copy_from_slice(&number.to_be_bytes());
    (ClickId::new(at, randomness), at)
}

async fn insert(connection: &mut PgConnection, clicks: &[(ClickId, Timestamp)]) -> anyhow::Result<()> {
    let ids: Vec<Uuid> = clicks.iter().map(|(id, _)| id.uuid()).collect();
    let times: Vec<i64> = clicks.iter().map(|(_, at)| at.unix_micros()).collect();
    let statement = "insert into clicks (id, received_at, flags, campaign, affiliate, sub1, sub2, sub3, sub4, sub5, ip,
            user_agent, referrer)
        select id, 'epoch'::timestamptz + micros * interval '1 microsecond', 0, $3, $4, $5, $6, $7, $8, $9, '127.0.0.1', $10, $11
        from unnest($1::uuid[], $2::int8[]) as row (id, micros)";
    let mut query = sqlx::query(statement)
        .bind(ids)
        .bind(times)
        .bind(CAMPAIGN)
        .bind(AFFILIATE);
    for sub in SUBS {
        query = query.bind(sub);
    }
    query.bind(USER_AGENT).bind(REFERRER).execute(connection).await?;
    Ok(())
}
