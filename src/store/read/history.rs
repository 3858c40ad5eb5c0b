//! The steps of a conversion.

use serde::Serialize;
use serde_json::Value;

use crate::domain::history::StepKind;
use crate::domain::id::{ConversionId, PostbackId};

use super::super::error::StoreError;
use super::{Reader, shown};

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

impl Reader {
    /// A conversion's steps, the oldest first.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub(super) async fn steps(&self, id: ConversionId) -> Result<Vec<StepView>, StoreError> {
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
}
