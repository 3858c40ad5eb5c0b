//! Batches: whole transactions, each all or nothing.

use std::collections::HashSet;

use sqlx::{Acquire as _, PgConnection};
use tokio::time::Instant;
use uuid::Uuid;

use crate::domain::click::Click;
use crate::domain::conversion::Conversion;
use crate::domain::history::Step;
use crate::domain::id::{ClickId, ConversionId};
use crate::domain::ledger::{Ledger, Settled};
use crate::domain::network::RuleBook;
use crate::domain::postback::Postback;
use crate::domain::redact::RedactedRequest;
use crate::domain::time::Timestamp;

use super::error::StoreError;
use super::link::Link;
use super::postbacks::{LogRow, LogVerdict};
use super::record::{Logged, record};
use super::{clicks, conversions, known, postbacks};

/// How often a batch decides again what it lost to other replicas. Each round is lost only when somebody else's was
/// won, so more than a few mean that something is wrong.
const ROUNDS_MAX: usize = 10;

/// A postback to be decided, with what the raw log keeps of its request.
#[derive(Debug, Clone, Copy)]
pub struct PostbackBatch<'a> {
    /// The postback as read.
    pub postback: &'a Postback,
    /// Its request as it may be kept.
    pub request: &'a RedactedRequest,
}

/// Clicks that arrived after conversions that name them.
#[derive(Debug, Clone, Copy)]
pub struct LateClicks<'a> {
    /// The rules that attribution goes by.
    pub rules: &'a RuleBook,
    /// When it happens.
    pub now: Timestamp,
}

impl Link {
    /// Stores clicks whose ids nobody was told yet, so that no conversion can name them. When it returns, they are durable.
    ///
    /// # Errors
    ///
    /// Nothing was stored, or, where PostgreSQL became unavailable, the outcome is unknown and repeating is safe.
    pub async fn store_clicks(&mut self, clicks: &[&Click], deadline: Instant) -> Result<(), StoreError> {
        self.run(deadline, async |connection| {
            match clicks::insert(connection, clicks).await {
                // An earlier attempt stored them, and its answer was lost.
                Err(StoreError::Taken(_)) => clicks::insert_missing(connection, clicks).await,
                outcome => outcome,
            }
        })
        .await
    }

    /// Stores clicks whose ids are out in the world already, and gives them the conversions that came before them. When it
    /// returns, both are durable.
    ///
    /// # Errors
    ///
    /// As [`Self::store_clicks`].
    pub async fn store_late_clicks(
        &mut self,
        clicks: &[&Click],
        late: LateClicks<'_>,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        self.run(deadline, async |connection| {
            let mut transaction = connection.begin().await?;
            clicks::insert_missing(&mut transaction, clicks).await?;
            let ids: Vec<ClickId> = clicks.iter().map(|click| click.id).collect();
            attribute_late(&mut transaction, &ids, late).await?;
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// Looks for clicks that are stored although conversions still wait for them, and gives them those conversions.
    /// Returns how many clicks it found; at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Self::store_clicks`].
    pub async fn sweep_late_clicks(
        &mut self,
        late: LateClicks<'_>,
        since: Timestamp,
        limit: i64,
        deadline: Instant,
    ) -> Result<usize, StoreError> {
        self.run(deadline, async |connection| {
            let ids = conversions::arrived_clicks(connection, since, limit).await?;
            if !ids.is_empty() {
                let mut transaction = connection.begin().await?;
                attribute_late(&mut transaction, &ids, late).await?;
                transaction.commit().await?;
            }
            Ok(ids.len())
        })
        .await
    }

    /// Decides those postbacks whose conversions are not recorded, one after the other, and stores what comes of them:
    /// conversions, history and raw log, in one transaction. What is missing from the answers, which are in the order of
    /// the batch, is about a recorded conversion and goes to [`Self::settle_known`].
    ///
    /// # Errors
    ///
    /// As [`Self::store_clicks`].
    pub async fn record_new(
        &mut self,
        batch: &[PostbackBatch<'_>],
        deadline: Instant,
    ) -> Result<Vec<Option<Settled>>, StoreError> {
        self.run(deadline, async |connection| match record_new(connection, batch).await {
            // A conversion that was recorded in the meantime, or a row of the raw log from an earlier attempt.
            Err(StoreError::Taken(_)) => {
                let mut transaction = connection.begin().await?;
                let settled = record_again(&mut transaction, batch).await?;
                transaction.commit().await?;
                Ok(settled)
            }
            outcome => outcome,
        })
        .await
    }

    /// Decides postbacks about recorded conversions one after the other and stores what comes of it in one transaction.
    /// The answers are in the order of the batch.
    ///
    /// # Errors
    ///
    /// As [`Self::store_clicks`].
    pub async fn settle_known(
        &mut self,
        batch: &[PostbackBatch<'_>],
        deadline: Instant,
    ) -> Result<Vec<Settled>, StoreError> {
        self.run(deadline, async |connection| {
            let mut transaction = connection.begin().await?;
            let settled = settle_known(&mut transaction, batch).await?;
            log_settled(&mut transaction, batch.iter().zip(&settled)).await?;
            transaction.commit().await?;
            Ok(settled)
        })
        .await
    }

    /// Appends refused requests to the raw log.
    ///
    /// # Errors
    ///
    /// As [`Self::store_clicks`].
    pub async fn log_refusals(&mut self, rows: &[LogRow<'_>], deadline: Instant) -> Result<(), StoreError> {
        self.run(deadline, async |connection| postbacks::insert(connection, rows).await)
            .await
    }
}

/// Postbacks of a batch that were decided as the first about their conversions, in its order; the others are about
/// recorded ones.
struct New<'a> {
    ledger: Ledger,
    items: Vec<(&'a PostbackBatch<'a>, Option<Settled>)>,
}

impl<'a> New<'a> {
    /// Decides what is new of a batch.
    async fn decide(connection: &mut PgConnection, batch: &'a [PostbackBatch<'a>]) -> Result<Self, StoreError> {
        let conversions: Vec<ConversionId> = batch.iter().map(|item| item.postback.conversion_id).collect();
        let clicks: Vec<ClickId> = batch.iter().filter_map(|item| item.postback.click.id()).collect();
        let known = known::known(connection, &conversions, &clicks).await?;
        let mut ledger = Ledger::new([], known.clicks);
        let items = batch
            .iter()
            .map(|item| {
                let is_new = !known.conversions.contains(&item.postback.conversion_id);
                (item, is_new.then(|| ledger.settle(item.postback)))
            })
            .collect();
        Ok(Self { ledger, items })
    }

    fn settled(&self) -> impl Iterator<Item = (&'a PostbackBatch<'a>, &Settled)> {
        self.items
            .iter()
            .filter_map(|(item, settled)| Some((*item, settled.as_ref()?)))
    }

    /// Writes conversions and history, and the given rows of the raw log.
    async fn record(&self, connection: &mut PgConnection, logged: &[Logged<'_>]) -> Result<(), StoreError> {
        let mut conversions: Vec<&Conversion> = self.ledger.changed().collect();
        conversions.sort_unstable_by_key(|conversion| conversion.id);
        let steps: Vec<(ConversionId, &Step)> = self
            .settled()
            .filter_map(|(item, settled)| Some((item.postback.conversion_id, settled.step.as_ref()?)))
            .collect();
        record(connection, &conversions, &steps, logged).await
    }

    fn into_answers(self) -> Vec<Option<Settled>> {
        self.items.into_iter().map(|(_, settled)| settled).collect()
    }
}

/// Records what is new in the fewest steps, which takes for granted that nothing of it is there.
async fn record_new(
    connection: &mut PgConnection,
    batch: &[PostbackBatch<'_>],
) -> Result<Vec<Option<Settled>>, StoreError> {
    let new = New::decide(connection, batch).await?;
    let mut logged: Vec<Logged<'_>> = new
        .settled()
        .map(|(item, settled)| (item.request, settled.answer.verdict, conversion_of(item, settled)))
        .collect();
    logged.sort_unstable_by_key(|(request, ..)| request.id);
    new.record(connection, &logged).await?;
    Ok(new.into_answers())
}

/// Records what is new where rows of the raw log may be there from an earlier attempt.
async fn record_again(
    connection: &mut PgConnection,
    batch: &[PostbackBatch<'_>],
) -> Result<Vec<Option<Settled>>, StoreError> {
    let new = New::decide(connection, batch).await?;
    new.record(connection, &[]).await?;
    log_settled(connection, new.settled()).await?;
    Ok(new.into_answers())
}

/// The conversion that a decided postback is about; none when it was ignored.
fn conversion_of(item: &PostbackBatch<'_>, settled: &Settled) -> Option<ConversionId> {
    settled
        .answer
        .conversion_id
        .as_ref()
        .map(|_| item.postback.conversion_id)
}

/// Decides a batch with what is recorded, again where another replica was faster, and writes changes and history.
async fn settle_known(connection: &mut PgConnection, batch: &[PostbackBatch<'_>]) -> Result<Vec<Settled>, StoreError> {
    let mut settled: Vec<Option<Settled>> = batch.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..batch.len()).collect();
    for _ in 0..ROUNDS_MAX {
        let ids: Vec<ConversionId> = open.iter().map(|index| batch[*index].postback.conversion_id).collect();
        // No clicks: what is recorded has met its click, or waits for it, whatever this postback names.
        let mut ledger = Ledger::new(conversions::load(connection, &ids).await?, []);
        for index in &open {
            let item = &batch[*index];
            settled[*index] = Some(ledger.settle(item.postback));
        }

        let changed: Vec<&Conversion> = ledger.changed().collect();
        let written = write_changed(connection, &changed).await?;
        let lost: HashSet<ConversionId> = changed
            .iter()
            .map(|conversion| conversion.id)
            .filter(|id| !written.contains(&id.uuid()))
            .collect();
        let (again, done): (Vec<usize>, Vec<usize>) = open
            .into_iter()
            .partition(|index| lost.contains(&batch[*index].postback.conversion_id));
        let steps: Vec<(ConversionId, &Step)> = done
            .iter()
            .filter_map(|index| {
                let step = settled[*index].as_ref()?.step.as_ref()?;
                Some((batch[*index].postback.conversion_id, step))
            })
            .collect();
        if !steps.is_empty() {
            conversions::insert_steps(connection, &steps).await?;
        }
        open = again;
        if open.is_empty() {
            return Ok(settled.into_iter().flatten().collect());
        }
    }
    Err(StoreError::Contended)
}

/// Appends the requests of decided postbacks to the raw log.
async fn log_settled<'a>(
    connection: &mut PgConnection,
    settled: impl Iterator<Item = (&'a PostbackBatch<'a>, &'a Settled)>,
) -> Result<(), StoreError> {
    let decided: Vec<(&RedactedRequest, LogVerdict)> = settled
        .map(|(item, settled)| {
            let verdict = LogVerdict::Decided(settled.answer.verdict, conversion_of(item, settled));
            (item.request, verdict)
        })
        .collect();
    let rows: Vec<LogRow<'_>> = decided
        .iter()
        .map(|(request, verdict)| LogRow { request, verdict })
        .collect();
    postbacks::insert(connection, &rows).await
}

/// Writes changed conversions; returns the ids of those that no other replica was faster with. A conversion that is new
/// here was deleted while the batch was decided: it is lost as well, and recorded when its sender repeats.
async fn write_changed(connection: &mut PgConnection, changed: &[&Conversion]) -> Result<HashSet<Uuid>, StoreError> {
    let mut known: Vec<&Conversion> = changed
        .iter()
        .copied()
        .filter(|conversion| conversion.stored_revision > 0)
        .collect();
    if known.is_empty() {
        return Ok(HashSet::new());
    }
    known.sort_unstable_by_key(|conversion| conversion.id);
    Ok(conversions::update(connection, &known).await?.into_iter().collect())
}

/// Gives clicks that are stored (or about to be, in this transaction) the conversions that wait for them.
async fn attribute_late(
    connection: &mut PgConnection,
    clicks: &[ClickId],
    late: LateClicks<'_>,
) -> Result<(), StoreError> {
    for _ in 0..ROUNDS_MAX {
        let waiting = conversions::waiting_for(connection, clicks).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let facts = known::clicks(connection, clicks).await?;
        let mut waiting = conversions::load(connection, &waiting).await?;
        let mut steps = Vec::with_capacity(waiting.len());
        for conversion in &mut waiting {
            let click = facts.iter().find(|click| Some(click.id) == conversion.click.id());
            let terms = late.rules.terms_of(&conversion.network);
            if let Some(step) = click.and_then(|it| conversion.meet_late_click(it, &terms, late.now)) {
                steps.push((conversion.id, step));
            }
        }
        let changed: Vec<&Conversion> = waiting.iter().filter(|it| it.revision != it.stored_revision).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let written = write_changed(connection, &changed).await?;
        let kept: Vec<(ConversionId, &Step)> = steps
            .iter()
            .filter(|(id, _)| written.contains(&id.uuid()))
            .map(|(id, step)| (*id, step))
            .collect();
        if !kept.is_empty() {
            conversions::insert_steps(connection, &kept).await?;
        }
        if written.len() == changed.len() {
            return Ok(());
        }
    }
    Err(StoreError::Contended)
}
