//! New conversions, the common case: one statement, and so one round trip, for all that they leave behind.
//!
//! That they are new was looked up just before, and PostgreSQL's primary keys say where it is no longer true: then nothing is
//! written, and the batch is decided again with what is there. So the common case pays for no second look at every row.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::conversion::Conversion;
use crate::domain::history::{Snapshot, Step};
use crate::domain::id::{ClickId, ConversionId};
use crate::domain::redact::RedactedRequest;
use crate::domain::verdict::Verdict;

use super::column::{column, optional};
use super::conversions::{click_times, credits, reasons};
use super::error::StoreError;
use super::numeric::Numeric;
use super::paid;

/// A request of the batch, its verdict and the conversion that it is about; none when it was ignored.
pub(super) type Logged<'a> = (&'a RedactedRequest, Verdict, Option<ConversionId>);

/// Records conversions with their steps and their requests' rows in the raw log. All of them are new, or it is an error
/// ([`StoreError::Taken`]) and nothing is written.
///
/// Expects conversions and requests sorted by id, so that two writers take rows in the same order and cannot deadlock.
pub(super) async fn record(
    connection: &mut PgConnection,
    new: &[&Conversion],
    steps: &[(ConversionId, &Step)],
    logged: &[Logged<'_>],
) -> Result<(), StoreError> {
    let text = |value: fn(&Conversion) -> Option<&str>| optional(new, move |conversion| value(conversion));
    let paid = column(new, |conversion| conversion.paid());
    sqlx::query!(
        r#"
        with recorded as (
            insert into conversions (id, received_at, updated_at, event_time, click_time, click_id, revision, attributed,
                test, network, event, status, dedupe, transaction_id, payout, currency, click_id_sent, campaign, affiliate,
                reason, user_id, device_id, named_currency)
            select * from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],
                $6::uuid[], $7::int4[], $8::bool[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
                $15::numeric[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
                $22::text[], $43::text[])
        ),
        explained as (
            insert into conversion_changes (conversion_id, postback_id, at, event_time, revision, kind, status, payout,
                before, after)
            select *
            from unnest($23::uuid[], $24::uuid[], $25::timestamptz[], $26::timestamptz[], $27::int4[], $28::text[],
                $29::text[], $30::numeric[], $31::jsonb[], $32::jsonb[])
        )
        insert into postbacks (id, received_at, conversion_id, remote_ip, verdict, network, method, target, headers, body)
        select id, received_at, conversion_id, remote_ip::inet, verdict, network, method, target, headers::jsonb, body
        from unnest($33::uuid[], $34::timestamptz[], $35::uuid[], $36::text[], $37::text[], $38::text[], $39::text[],
            $40::text[], $41::text[], $42::bytea[])
            as row (id, received_at, conversion_id, remote_ip, verdict, network, method, target, headers, body)
        "#,
        &column(new, |conversion| conversion.id.uuid()),
        &column(new, |conversion| conversion.received_at.into()),
        &column(new, |conversion| conversion.updated_at.into()),
        &optional(new, |conversion| conversion.event_time.map(Into::into)) as &[Option<DateTime<Utc>>],
        &click_times(new) as &[Option<DateTime<Utc>>],
        &optional(new, |conversion| conversion.click.id().map(ClickId::uuid)) as &[Option<Uuid>],
        &column(new, |conversion| conversion.revision),
        &column(new, |conversion| conversion.attribution.is_attributed()),
        &column(new, |conversion| conversion.is_test),
        &column(new, |conversion| &*conversion.network) as &[&str],
        &column(new, |conversion| conversion.event.as_str()) as &[&str],
        &column(new, |conversion| conversion.state.status.as_str()) as &[&str],
        &column(new, |conversion| conversion.dedupe.as_str()) as &[&str],
        &text(|conversion| conversion.transaction_id.as_deref()) as &[Option<&str>],
        &paid::payouts(&paid) as &[Option<Numeric>],
        &paid::currencies(&paid) as &[Option<&str>],
        &text(|conversion| conversion.click.kept_text()) as &[Option<&str>],
        &credits(new, |credit| Some(credit.campaign.as_str())) as &[Option<&str>],
        &credits(new, |credit| credit.affiliate.as_deref()) as &[Option<&str>],
        &reasons(new) as &[Option<&str>],
        &text(|conversion| conversion.user_id.as_deref()) as &[Option<&str>],
        &text(|conversion| conversion.device_id.as_deref()) as &[Option<&str>],
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
        &column(logged, |(request, ..)| request.id.uuid()),
        &column(logged, |(request, ..)| request.received_at.into()),
        &optional(logged, |(_, _, conversion)| conversion.map(ConversionId::uuid)) as &[Option<Uuid>],
        &column(logged, |(request, ..)| request.remote_ip.to_string()),
        &column(logged, |(_, verdict, _)| verdict.as_str()) as &[&str],
        &optional(logged, |(request, ..)| request.network.as_deref()) as &[Option<&str>],
        &column(logged, |(request, ..)| request.method.as_str()) as &[&str],
        &column(logged, |(request, ..)| request.target.as_str()) as &[&str],
        &column(logged, |(request, ..)| request.headers.as_str()) as &[&str],
        &column(logged, |(request, ..)| &*request.body) as &[&[u8]],
        &paid::named_currencies(&paid) as &[Option<&str>],
    )
    .execute(connection)
    .await?;
    Ok(())
}
