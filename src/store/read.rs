//! What the private API reads: clicks, conversions and the raw log, over a small pool of its own.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::{PgPool, PgPoolOptions};
use uuid::Uuid;

use crate::domain::click::ClickFlags;
use crate::domain::conversion::SentClickId;
use crate::domain::history::StepKind;
use crate::domain::id::{ClickId, ConversionId, PostbackId};
use crate::domain::time::Timestamp;

use super::connect::{DatabaseUrl, Purpose};
use super::error::StoreError;

/// Connections that the private API may hold.
const CONNECTIONS_MAX: u32 = 4;
/// Longest time that a request of the private API waits for one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Unused connections are closed after this.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Reads for the private API.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) pool: PgPool,
}

/// A click as the private API shows it.
#[derive(Debug, Serialize)]
pub struct ClickView {
    click_id: String,
    campaign: String,
    affiliate: Option<String>,
    subs: serde_json::Map<String, Value>,
    external_id: Option<String>,
    cost: Option<String>,
    currency: Option<String>,
    user_id: Option<String>,
    device_id: Option<String>,
    params: Value,
    ip: String,
    user_agent: Option<String>,
    referrer: Option<String>,
    received_at: String,
    flags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_query: Option<String>,
}

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

/// One step of a conversion's history as the private API shows it.
#[derive(Debug, Serialize)]
pub struct StepView {
    at: String,
    kind: &'static str,
    /// `null` for an attribution: its cause is a click.
    postback_id: Option<String>,
    event_time: Option<String>,
    from: Value,
    to: Value,
    /// What an earlier step that came late said; the conversion kept its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<Value>,
}

/// A row of the raw log: a request as it was kept, and what it came to.
#[derive(Debug)]
pub struct StoredPostback {
    /// Our id of the request.
    pub id: PostbackId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The configured network that it named.
    pub network: Option<String>,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The header fields, a text for each name.
    pub headers: Value,
    /// The body.
    pub body: Vec<u8>,
    /// The client's address.
    pub remote_ip: String,
    /// What it came to: a verdict, or `refused`.
    pub verdict: String,
    /// Why it was refused.
    pub code: Option<String>,
    /// The same in words.
    pub detail: Option<String>,
    /// The conversion that it is about.
    pub conversion_id: Option<ConversionId>,
}

/// A request of the raw log as the private API shows it.
#[derive(Debug, Serialize)]
pub struct PostbackView {
    postback_id: String,
    received_at: String,
    network: Option<String>,
    method: String,
    target: String,
    headers: Value,
    body: String,
    remote_ip: String,
    verdict: String,
    code: Option<String>,
    detail: Option<String>,
    conversion_id: Option<String>,
}

/// Which conversions are listed. What is absent does not restrict.
#[derive(Debug, Default, Clone)]
pub struct ConversionFilter {
    /// Of this network.
    pub network: Option<String>,
    /// Of this transaction.
    pub transaction_id: Option<String>,
    /// Of this click, as an id of ours or as it was sent.
    pub click_id: Option<String>,
    /// Of this campaign.
    pub campaign: Option<String>,
    /// Received at or after this.
    pub from: Option<Timestamp>,
    /// Received before this.
    pub to: Option<Timestamp>,
    /// Whether tests are among them.
    pub tests: Tests,
    /// Behind this place in the list.
    pub after: Option<Cursor>,
}

/// Whether a list of conversions holds those of test clicks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    /// It holds none: what is counted is real.
    #[default]
    LeftOut,
    /// It holds both.
    Included,
    /// It holds nothing else.
    Alone,
}

impl Tests {
    /// The listed conversions' column; nothing where it does not matter.
    const fn is_test(self) -> Option<bool> {
        match self {
            Self::LeftOut => Some(false),
            Self::Included => None,
            Self::Alone => Some(true),
        }
    }
}

/// A place in a list of conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    received_at: Timestamp,
    id: Uuid,
}

impl Cursor {
    /// The cursor as clients hand it back.
    pub fn encode(self) -> String {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.received_at.unix_micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A cursor that a client handed back.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (micros, id) = bytes.split_at(8);
        Some(Self {
            received_at: Timestamp::from_unix_micros(i64::from_be_bytes(micros.try_into().ok()?)),
            id: Uuid::from_slice(id).ok()?,
        })
    }
}

fn shown(at: DateTime<Utc>) -> String {
    Timestamp::from(at).to_string()
}

impl Reader {
    /// A reader whose connections are opened when they are needed.
    pub fn new(url: &DatabaseUrl) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(IDLE_TIMEOUT)
            .connect_lazy_with(url.options(Purpose::Read));
        Self { pool }
    }

    /// A stored click.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub async fn click(&self, id: ClickId) -> Result<Option<ClickView>, StoreError> {
        let row = sqlx::query!(
            r#"
            select received_at, flags, campaign, affiliate,
                array[sub1, sub2, sub3, sub4, sub5, sub6, sub7, sub8, sub9, sub10] as "subs!: Vec<Option<String>>",
                external_id, cost::text as cost, currency, user_id, device_id, params, host(ip) as "ip!", user_agent,
                referrer, raw_query
            from clicks
            where id = $1
            "#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| ClickView {
            click_id: id.to_string(),
            campaign: row.campaign,
            affiliate: row.affiliate,
            subs: row
                .subs
                .into_iter()
                .zip(1..)
                .filter_map(|(sub, number)| Some((format!("sub{number}"), Value::String(sub?))))
                .collect(),
            external_id: row.external_id,
            cost: row.cost,
            currency: row.currency,
            user_id: row.user_id,
            device_id: row.device_id,
            params: row.params.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            ip: row.ip,
            user_agent: row.user_agent,
            referrer: row.referrer,
            received_at: shown(row.received_at),
            flags: ClickFlags::names(row.flags),
            raw_query: row.raw_query,
        }))
    }

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

    async fn steps(&self, id: ConversionId) -> Result<Vec<StepView>, StoreError> {
        let rows = sqlx::query!(
            r#"
            select postback_id, at, event_time, kind, status, payout::text as payout, before, after
            from conversion_changes
            where conversion_id = $1
            order by revision
            "#,
            id.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        let steps = rows.into_iter().map(|row| {
            let kind = StepKind::parse(&row.kind).expect("the table's check knows the same kinds");
            let cause = PostbackId::from_stored(row.postback_id);
            let said = || serde_json::json!({ "status": row.status, "payout": row.payout });
            StepView {
                at: shown(row.at),
                kind: kind.shown(),
                postback_id: (kind != StepKind::Attributed).then(|| cause.to_string()),
                event_time: row.event_time.map(shown),
                from: row.before.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
                to: row.after,
                late: (kind == StepKind::Late).then(said),
            }
        });
        Ok(steps.collect())
    }

    /// A request of the raw log.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub async fn postback(&self, id: PostbackId) -> Result<Option<StoredPostback>, StoreError> {
        let row = sqlx::query!(
            r#"
            select received_at, conversion_id, host(remote_ip) as "remote_ip!", verdict, code, detail, network, method,
                target, headers, body
            from postbacks
            where id = $1
            "#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| StoredPostback {
            id,
            received_at: row.received_at.into(),
            network: row.network,
            method: row.method,
            target: row.target,
            headers: row.headers,
            body: row.body,
            remote_ip: row.remote_ip,
            verdict: row.verdict,
            code: row.code,
            detail: row.detail,
            conversion_id: row.conversion_id.map(ConversionId::from_stored),
        }))
    }
}

impl StoredPostback {
    /// The row as the private API shows it.
    pub fn view(self) -> PostbackView {
        PostbackView {
            postback_id: self.id.to_string(),
            received_at: self.received_at.to_string(),
            network: self.network,
            method: self.method,
            target: self.target,
            headers: self.headers,
            body: String::from_utf8_lossy(&self.body).into_owned(),
            remote_ip: self.remote_ip,
            verdict: self.verdict,
            code: self.code,
            detail: self.detail,
            conversion_id: self.conversion_id.map(|id| id.to_string()),
        }
    }
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
