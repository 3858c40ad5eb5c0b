//! Conversions: a page of them, or one with its history.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::domain::conversion::SentClickId;
use crate::domain::id::{ClickId, ConversionId};

use super::super::error::StoreError;
use super::{ConversionFilter, Cursor, Reader, StepView, shown};

/// A conversion as the private API shows it.
#[derive(Debug, Serialize)]
pub struct ConversionView {
    conversion_id: String,
    network: String,
    transaction_id: Option<String>,
    event: String,
    status: String,
    payout: Option<String>,
    currency: Option<String>,
    click_id: Option<String>,
    campaign: Option<String>,
    affiliate: Option<String>,
    attributed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    dedupe: String,
    user_id: Option<String>,
    device_id: Option<String>,
    received_at: String,
    event_time: Option<String>,
    updated_at: String,
    revision: i32,
    test: bool,
}

/// A row of `conversions` as both reads select it.
struct ConversionRow {
    id: Uuid,
    network: String,
    transaction_id: Option<String>,
    event: String,
    status: String,
    payout: Option<String>,
    currency: Option<String>,
    click_id: Option<Uuid>,
    click_id_sent: Option<String>,
    campaign: Option<String>,
    affiliate: Option<String>,
    attributed: bool,
    reason: Option<String>,
    dedupe: String,
    user_id: Option<String>,
    device_id: Option<String>,
    received_at: DateTime<Utc>,
    event_time: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    revision: i32,
    test: bool,
}

impl Reader {
    /// Conversions, the newest first, and the place behind the last one when there are more.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub async fn conversions(
        &self,
        filter: &ConversionFilter,
        limit: u16,
    ) -> Result<(Vec<ConversionView>, Option<Cursor>), StoreError> {
        let click = filter.click_id.as_deref().map(SentClickId::read);
        let click_uuid = click.as_ref().and_then(SentClickId::id).map(ClickId::uuid);
        let click_text = click
            .as_ref()
            .filter(|click| click.id().is_none())
            .and_then(SentClickId::kept_text);
        let rows = sqlx::query_as!(
            ConversionRow,
            r#"
            select id, network, transaction_id, event, status, payout::text as payout, currency, click_id, click_id_sent,
                campaign, affiliate, attributed, reason, dedupe, user_id, device_id, received_at, event_time, updated_at,
                revision, test
            from conversions
            where ($1::text is null or network = $1)
                and ($2::text is null or transaction_id = $2)
                and ($3::uuid is null or click_id = $3)
                and ($4::text is null or (click_id is null and click_id_sent = $4))
                and ($5::text is null or campaign = $5)
                and ($6::timestamptz is null or received_at >= $6)
                and ($7::timestamptz is null or received_at < $7)
                and ($8::timestamptz is null or (received_at, id) < ($8, $9::uuid))
                and ($10::bool is null or test = $10)
            order by received_at desc, id desc
            limit $11
            "#,
            filter.network,
            filter.transaction_id,
            click_uuid,
            click_text,
            filter.campaign,
            filter.from.map(DateTime::<Utc>::from),
            filter.to.map(DateTime::<Utc>::from),
            filter.after.map(|cursor| DateTime::<Utc>::from(cursor.received_at)),
            filter.after.map(|cursor| cursor.id),
            filter.tests.is_test(),
            i64::from(limit) + 1,
        )
        .fetch_all(&self.pool)
        .await?;
        let more = rows.len() > usize::from(limit);
        let rows = &rows[..rows.len().min(usize::from(limit))];
        let next = rows.last().filter(|_| more).map(|row| Cursor {
            received_at: row.received_at.into(),
            id: row.id,
        });
        Ok((rows.iter().map(ConversionRow::view).collect(), next))
    }

    /// A conversion and its history, oldest step first.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub async fn conversion(&self, id: ConversionId) -> Result<Option<(ConversionView, Vec<StepView>)>, StoreError> {
        let row = sqlx::query_as!(
            ConversionRow,
            r#"
            select id, network, transaction_id, event, status, payout::text as payout, currency, click_id, click_id_sent,
                campaign, affiliate, attributed, reason, dedupe, user_id, device_id, received_at, event_time, updated_at,
                revision, test
            from conversions
            where id = $1
            "#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((row.view(), self.steps(id).await?)))
    }
}

impl ConversionRow {
    fn view(&self) -> ConversionView {
        let click = SentClickId::from_stored(self.click_id, self.click_id_sent.clone());
        ConversionView {
            conversion_id: ConversionId::from_stored(self.id).to_string(),
            network: self.network.clone(),
            transaction_id: self.transaction_id.clone(),
            event: self.event.clone(),
            status: self.status.clone(),
            payout: self.payout.clone(),
            currency: self.currency.clone(),
            click_id: if self.attributed { click.key() } else { click.as_sent() },
            campaign: self.campaign.clone(),
            affiliate: self.affiliate.clone(),
            attributed: self.attributed,
            reason: self.reason.clone(),
            dedupe: self.dedupe.clone(),
            user_id: self.user_id.clone(),
            device_id: self.device_id.clone(),
            received_at: shown(self.received_at),
            event_time: self.event_time.map(shown),
            updated_at: shown(self.updated_at),
            revision: self.revision,
            test: self.test,
        }
    }
}
