//! The tables `conversions` and `conversion_changes`, as ingest uses them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::attribution::{Attribution, Credit, Reason};
use crate::domain::conversion::{Conversion, SentClickId, State, Status};
use crate::domain::dedupe::DedupeRule;
use crate::domain::history::{Snapshot, Step, StepKind};
use crate::domain::id::{ClickId, ConversionId};
use crate::domain::time::Timestamp;

use super::column::{column, optional};
use super::error::StoreError;
use super::numeric::Numeric;
use super::paid;

/// The row holds a word that this program does not know: a newer one wrote it.
fn unknown(column: &str, word: &str) -> StoreError {
    StoreError::Unavailable(sqlx::Error::Decode(
        format!("unknown {column} {word:?} in the database").into(),
    ))
}

/// Those of the conversions that are recorded, with their histories.
pub(super) async fn load(connection: &mut PgConnection, ids: &[ConversionId]) -> Result<Vec<Conversion>, StoreError> {
    let mut ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = sqlx::query!(
        r#"
        select conversions.id, received_at, updated_at, event_time, click_time, click_id, revision, attributed, network,
            event, status, dedupe, transaction_id, payout as "payout: Numeric", currency, named_currency, click_id_sent, campaign, affiliate,
            reason, user_id, device_id, test
        from unnest($1::uuid[]) as wanted (id)
        join conversions on conversions.id = wanted.id
        "#,
        &ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut histories = if found.is_empty() {
        HashMap::new()
    } else {
        load_steps(connection, &found).await?
    };

    let mut conversions = Vec::with_capacity(rows.len());
    for row in rows {
        let paid = paid::read(row.payout, row.currency.as_deref(), row.named_currency.as_deref());
        let (payout, currency) = paid.named();
        let attribution = match row.reason.as_deref() {
            None => Attribution::Attributed {
                campaign_payout: paid.by_campaign(),
            },
            Some(word) => Attribution::Unattributed(Reason::parse(word).ok_or_else(|| unknown("reason", word))?),
        };
        let credit = row.campaign.zip(row.click_time).map(|(campaign, click_time)| Credit {
            campaign,
            affiliate: row.affiliate,
            click_time: click_time.into(),
        });
        conversions.push(Conversion {
            id: ConversionId::from_stored(row.id),
            network: Arc::from(row.network),
            transaction_id: row.transaction_id,
            event: row.event,
            dedupe: DedupeRule::parse(&row.dedupe).ok_or_else(|| unknown("dedupe", &row.dedupe))?,
            state: State {
                status: Status::parse(&row.status).ok_or_else(|| unknown("status", &row.status))?,
                payout,
                currency,
            },
            click: SentClickId::from_stored(row.click_id, row.click_id_sent),
            attribution,
            credit,
            is_test: row.test,
            user_id: row.user_id,
            device_id: row.device_id,
            event_time: row.event_time.map(Timestamp::from),
            received_at: row.received_at.into(),
            updated_at: row.updated_at.into(),
            revision: row.revision,
            stored_revision: row.revision,
            steps: histories.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(conversions)
}

/// The histories of recorded conversions, oldest step first.
async fn load_steps(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Step>>, StoreError> {
    let rows = sqlx::query!(
        r#"
        select conversion_id, postback_id, at, event_time, revision, kind, status,
            payout as "payout: Numeric", before as "before: Json<Snapshot>", after as "after!: Json<Snapshot>"
        from unnest($1::uuid[]) as wanted (id)
        join conversion_changes on conversion_id = wanted.id
        order by conversion_id, revision
        "#,
        ids,
    )
    .fetch_all(connection)
    .await?;
    let mut histories: HashMap<Uuid, Vec<Step>> = HashMap::new();
    for row in rows {
        let step = Step {
            kind: StepKind::parse(&row.kind).ok_or_else(|| unknown("kind", &row.kind))?,
            cause: row.postback_id,
            at: row.at.into(),
            revision: row.revision,
            event_time: row.event_time.map(Timestamp::from),
            status: Status::parse(&row.status).ok_or_else(|| unknown("status", &row.status))?,
            payout: row.payout.map(|Numeric(amount)| amount),
            from: row.before.map(|Json(snapshot)| snapshot),
            to: row.after.0,
        };
        histories.entry(row.conversion_id).or_default().push(step);
    }
    Ok(histories)
}

/// What the matched clicks say, as a column.
pub(super) fn credits<'c>(conversions: &[&'c Conversion], value: fn(&Credit) -> Option<&str>) -> Vec<Option<&'c str>> {
    optional(conversions, move |conversion| {
        conversion.credit.as_ref().and_then(value)
    })
}

pub(super) fn reasons(conversions: &[&Conversion]) -> Vec<Option<&'static str>> {
    optional(conversions, |conversion| {
        conversion.attribution.reason().map(Reason::as_str)
    })
}

pub(super) fn click_times(conversions: &[&Conversion]) -> Vec<Option<DateTime<Utc>>> {
    optional(conversions, |conversion| {
        conversion.credit.as_ref().map(|credit| credit.click_time.into())
    })
}

/// Writes changed conversions over the revisions that they were decided on; returns the ids of those that were written.
/// The others were changed by another replica in the meantime and have to be decided again. Expects them sorted by id.
pub(super) async fn update(connection: &mut PgConnection, changed: &[&Conversion]) -> Result<Vec<Uuid>, StoreError> {
    let paid = column(changed, |conversion| conversion.paid());
    let written = sqlx::query_scalar!(
        r#"
        update conversions set
            updated_at = row.updated_at, click_time = row.click_time, revision = row.revision,
            attributed = row.attributed, test = row.test, status = row.status, payout = row.payout, currency = row.currency,
            named_currency = row.named_currency, campaign = row.campaign, affiliate = row.affiliate, reason = row.reason
        from unnest($1::uuid[], $2::int4[], $3::timestamptz[], $4::timestamptz[], $5::int4[], $6::bool[], $7::bool[], $8::text[],
            $9::numeric[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
            as row (id, decided_on, updated_at, click_time, revision, attributed, test, status, payout, currency,
            named_currency, campaign, affiliate, reason)
        where conversions.id = row.id and conversions.revision = row.decided_on
        returning conversions.id
        "#,
        &column(changed, |conversion| conversion.id.uuid()),
        &column(changed, |conversion| conversion.stored_revision),
        &column(changed, |conversion| conversion.updated_at.into()),
        &click_times(changed) as &[Option<DateTime<Utc>>],
        &column(changed, |conversion| conversion.revision),
        &column(changed, |conversion| conversion.attribution.is_attributed()),
        &column(changed, |conversion| conversion.is_test),
        &column(changed, |conversion| conversion.state.status.as_str()) as &[&str],
        &paid::payouts(&paid) as &[Option<Numeric>],
        &paid::currencies(&paid) as &[Option<&str>],
        &paid::named_currencies(&paid) as &[Option<&str>],
        &credits(changed, |credit| Some(credit.campaign.as_str())) as &[Option<&str>],
        &credits(changed, |credit| credit.affiliate.as_deref()) as &[Option<&str>],
        &reasons(changed) as &[Option<&str>],
    )
    .fetch_all(connection)
    .await?;
    Ok(written)
}

/// Appends steps to the histories of conversions that were written in this transaction.
pub(super) async fn insert_steps(
    connection: &mut PgConnection,
    steps: &[(ConversionId, &Step)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into conversion_changes (conversion_id, postback_id, at, event_time, revision, kind, status, payout, before,
            after)
        select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::int4[], $6::text[],
            $7::text[], $8::numeric[], $9::jsonb[], $10::jsonb[])
        on conflict (conversion_id, postback_id) do nothing
        "#,
        &column(steps, |(id, _)| id.uuid()),
        &column(steps, |(_, step)| step.cause),
        &column(steps, |(_, step)| step.at.into()),
        &optional(steps, |(_, step)| step.event_time.map(Into::into)) as &[Option<DateTime<Utc>>],
        &column(steps, |(_, step)| step.revision),
        &column(steps, |(_, step)| step.kind.as_str()) as &[&str],
        &column(steps, |(_, step)| step.status.as_str()) as &[&str],
        &optional(steps, |(_, step)| step.payout.map(Numeric)) as &[Option<Numeric>],
        &optional(steps, |(_, step)| step.from.as_ref().map(Json)) as &[Option<Json<&Snapshot>>],
        &column(steps, |(_, step)| Json(&step.to)) as &[Json<&Snapshot>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The conversions that wait for one of these clicks.
pub(super) async fn waiting_for(
    connection: &mut PgConnection,
    clicks: &[ClickId],
) -> Result<Vec<ConversionId>, StoreError> {
    let clicks: Vec<Uuid> = clicks.iter().map(|click| click.uuid()).collect();
    let ids = sqlx::query_scalar!(
        r#"
        select conversions.id
        from unnest($1::uuid[]) as arrived (id)
        join conversions on conversions.click_id = arrived.id
        where conversions.reason = 'unknown_click'
        "#,
        &clicks,
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(ConversionId::from_stored).collect())
}

/// Clicks that are stored although conversions still wait for them; at most `limit`, of conversions received since
/// `since`.
pub(super) async fn arrived_clicks(
    connection: &mut PgConnection,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ClickId>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"
        select clicks.id
        from conversions
        join clicks on clicks.id = conversions.click_id
        where conversions.reason = 'unknown_click' and conversions.received_at >= $1
        limit $2
        "#,
        DateTime::<Utc>::from(since),
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(ClickId::from_stored).collect())
}
