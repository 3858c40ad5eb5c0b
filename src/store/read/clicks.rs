//! Clicks, one at a time.

use serde::Serialize;
use serde_json::Value;

use crate::domain::click::ClickFlags;
use crate::domain::id::ClickId;

use super::super::error::StoreError;
use super::{Reader, shown};

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

impl Reader {
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
}
