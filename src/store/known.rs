//! What is known of the conversions and clicks that a batch names, before it is decided.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::attribution::ClickFacts;
use crate::domain::click::ClickFlags;
use crate::domain::id::{ClickId, ConversionId};

use super::error::StoreError;

/// What is stored of what a batch names.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those of the conversions that are recorded.
    pub(super) conversions: HashSet<ConversionId>,
    /// What attribution needs to know of those of the clicks that are stored.
    pub(super) clicks: Vec<ClickFacts>,
}

/// Looks up what a batch names, in one round trip.
///
/// The bounds make PostgreSQL look only into the partitions where the batch's clicks lie. The ids are no rows to join with: of such
/// a join PostgreSQL makes a scan of all clicks between the bounds.
pub(super) async fn known(
    connection: &mut PgConnection,
    conversions: &[ConversionId],
    clicks: &[ClickId],
) -> Result<Known, StoreError> {
    let conversions = distinct(conversions.iter().map(|id| id.uuid()));
    let clicks = distinct(clicks.iter().map(|id| id.uuid()));
    if conversions.is_empty() && clicks.is_empty() {
        return Ok(Known::default());
    }
    let rows = sqlx::query!(
        r#"
        select id as "id!", campaign, affiliate, received_at, flags
        from clicks
        where id = any($1) and id between $2 and $3
        union all
        select id, null, null, null, null
        from conversions
        where id = any($4)
        "#,
        &clicks,
        clicks.first().copied().unwrap_or_default(),
        clicks.last().copied().unwrap_or_default(),
        &conversions,
    )
    .fetch_all(connection)
    .await?;
    let mut known = Known::default();
    for row in rows {
        // Of a conversion there is the id alone.
        match (row.campaign, row.received_at, row.flags) {
            (Some(campaign), Some(received_at), Some(flags)) => known.clicks.push(ClickFacts {
                id: ClickId::from_stored(row.id),
                campaign,
                affiliate: row.affiliate,
                received_at: received_at.into(),
                is_test: ClickFlags::from_bits(flags).test,
            }),
            _ => {
                known.conversions.insert(ConversionId::from_stored(row.id));
            }
        }
    }
    Ok(known)
}

/// What attribution needs to know of those of the clicks that are stored.
pub(super) async fn clicks(connection: &mut PgConnection, ids: &[ClickId]) -> Result<Vec<ClickFacts>, StoreError> {
    Ok(known(connection, &[], ids).await?.clicks)
}

/// Ids in their order, each once.
fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
