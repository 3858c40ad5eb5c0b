//! The raw log, one request at a time.

use serde::Serialize;
use serde_json::Value;

use crate::domain::id::{ConversionId, PostbackId};
use crate::domain::time::Timestamp;

use super::super::error::StoreError;
use super::Reader;

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

impl Reader {
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
