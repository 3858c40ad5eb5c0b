//! The table `postbacks`: the raw log.

use sqlx::PgConnection;

use crate::domain::id::ConversionId;
use crate::domain::redact::RedactedRequest;
use crate::domain::refusal::Refusal;
use crate::domain::verdict::Verdict;

use super::column::{column, optional};
use super::error::StoreError;

/// What a request came to, as the raw log keeps it.
#[derive(Debug, Clone)]
pub enum LogVerdict {
    /// It was decided.
    Decided(Verdict, Option<ConversionId>),
    /// It was refused.
    Refused(Refusal),
}

/// One row of the raw log. It can only be made of a request whose secrets were cut out.
#[derive(Debug, Clone, Copy)]
pub struct LogRow<'a> {
    /// The request.
    pub request: &'a RedactedRequest,
    /// What it came to.
    pub verdict: &'a LogVerdict,
}

/// What the raw log says of a postback that was refused.
pub const REFUSED: &str = "refused";

/// Appends to the raw log. A row that is already there is left untouched, so that a batch of unknown outcome may be written
/// again.
pub(super) async fn insert(connection: &mut PgConnection, rows: &[LogRow<'_>]) -> Result<(), StoreError> {
    let mut rows = rows.to_vec();
    rows.sort_unstable_by_key(|row| row.request.id);
    let rows = rows.as_slice();

    let conversion = |row: &LogRow<'_>| match row.verdict {
        LogVerdict::Decided(_, conversion) => conversion.map(ConversionId::uuid),
        LogVerdict::Refused(_) => None,
    };
    let verdict = |row: &LogRow<'_>| match row.verdict {
        LogVerdict::Decided(verdict, _) => verdict.as_str(),
        LogVerdict::Refused(_) => REFUSED,
    };
    sqlx::query!(
        r#"
        insert into postbacks (id, received_at, conversion_id, remote_ip, verdict, code, detail, network, method, target,
            headers, body)
        select id, received_at, conversion_id, remote_ip::inet, verdict, code, detail, network, method, target,
            headers::jsonb, body
        from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[])
            as row (id, received_at, conversion_id, remote_ip, verdict, code, detail, network, method, target, headers,
            body)
        on conflict (id) do update
            set verdict = excluded.verdict, code = null, detail = null, conversion_id = excluded.conversion_id,
                target = excluded.target, headers = excluded.headers, body = excluded.body
            where postbacks.code = 'not_storable' and excluded.verdict <> 'refused'
        "#,
        &column(rows, |row| row.request.id.uuid()),
        &column(rows, |row| row.request.received_at.into()),
        &optional(rows, conversion) as &[Option<_>],
        &column(rows, |row| row.request.remote_ip.to_string()),
        &column(rows, verdict) as &[&str],
        &optional(rows, |row| match row.verdict {
            LogVerdict::Decided(..) => None,
            LogVerdict::Refused(refusal) => Some(refusal.logged_code()),
        }) as &[Option<&str>],
        &optional(rows, |row| match row.verdict {
            LogVerdict::Decided(..) => None,
            LogVerdict::Refused(refusal) => Some(refusal.logged_detail()),
        }) as &[Option<String>],
        &optional(rows, |row| row.request.network.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.request.method.as_str()) as &[&str],
        &column(rows, |row| row.request.target.as_str()) as &[&str],
        &column(rows, |row| row.request.headers.as_str()) as &[&str],
        &column(rows, |row| &*row.request.body) as &[&[u8]],
    )
    .execute(connection)
    .await?;
    Ok(())
}
