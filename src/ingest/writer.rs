//! A writer: drains its queue and commits what is there in one transaction.
//!
//! There is no linger: under load a batch fills while the one before it commits, and without load nobody waits for
//! company. A row that PostgreSQL refuses is found by halving the batch and set aside, its neighbours go on. When
//! PostgreSQL does not answer, everything that waits is turned away, and what comes within the next moment at once: no item
//! waits behind a stuck batch longer than the batch's own deadline.

use std::sync::Arc;
use std::time::Duration;

use metrics::histogram;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::error;

use crate::store::{Link, StoreError};

use super::health::Health;
use super::receipt::NotTaken;

/// Items that one transaction takes. Measured: larger batches gain nothing, and one that is too large delays the next.
const BATCH_MAX: usize = 512;
/// How often a transaction is repeated that PostgreSQL gave up in favour of another.
const REPEATS_MAX: u32 = 5;
/// How long items are turned away at once after PostgreSQL did not answer, before the next batch tries again.
const REST_AFTER_FAILURE: Duration = Duration::from_millis(200);

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// As if nothing of it were known: the common case.
    First,
    /// With what is known: what the first pass left.
    Second,
}

/// A kind of items that are written together.
pub(super) trait Kind: Sized + Send + 'static {
    /// What is written.
    type Item: Send + Sync;
    /// The proof that one was.
    type Receipt: Send;
    /// The kind's name in metrics and logs.
    const NAME: &'static str;
    /// How long one transaction may take.
    const DEADLINE: Duration;

    /// Writes a batch in one transaction; the receipts are in its order. An item without one is not written yet: it is
    /// written by a second pass, which leaves none.
    fn write(
        link: &mut Link,
        items: &[&Self::Item],
        pass: Pass,
        deadline: Instant,
    ) -> impl Future<Output = Result<Vec<Option<Self::Receipt>>, StoreError>> + Send;

    /// Keeps a trace of an item that PostgreSQL refuses.
    fn set_aside(link: &mut Link, item: &Self::Item, deadline: Instant) -> impl Future<Output = ()> + Send;
}

/// An item in a queue, and who waits for it.
#[derive(Debug)]
pub(super) struct Queued<K: Kind> {
    pub(super) item: K::Item,
    pub(super) reply: oneshot::Sender<Result<K::Receipt, NotTaken>>,
}

impl<K: Kind> Queued<K> {
    fn answer(self, outcome: Result<K::Receipt, NotTaken>) {
        // Who no longer waits has left or was told that nothing is known; a receipt that nobody takes is no loss.
        self.reply.send(outcome).ok();
    }
}

/// Owns a queue and the connection that it is written over.
pub(super) struct Writer<K: Kind> {
    queue: mpsc::Receiver<Queued<K>>,
    link: Link,
    health: Arc<Health>,
    resting_until: Option<Instant>,
}

impl<K: Kind> Writer<K> {
    pub(super) const fn new(queue: mpsc::Receiver<Queued<K>>, link: Link, health: Arc<Health>) -> Self {
        Self {
            queue,
            link,
            health,
            resting_until: None,
        }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.queue.recv_many(&mut batch, BATCH_MAX).await > 0 {
            // Who was told that nothing is known may repeat: what nobody waits for any more is not written behind his back.
            let batch: Vec<Queued<K>> = batch.drain(..).filter(|queued| !queued.reply.is_closed()).collect();
            if self.resting_until.is_some_and(|until| Instant::now() < until) {
                turn_away(batch);
            } else if !batch.is_empty() {
                self.write(batch).await;
            }
        }
    }

    /// Writes a batch, in halves where PostgreSQL refuses a row of it. Earlier items stay before later ones.
    async fn write(&mut self, batch: Vec<Queued<K>>) {
        let deadline = Instant::now() + K::DEADLINE;
        let mut repeats = 0;
        let mut parts = vec![(Pass::First, batch)];
        while let Some((pass, mut part)) = parts.pop() {
            let started = Instant::now();
            let items: Vec<&K::Item> = part.iter().map(|queued| &queued.item).collect();
            let was_open = self.link.is_open();
            let outcome = K::write(&mut self.link, &items, pass, deadline).await;
            match outcome {
                Ok(receipts) => {
                    #[expect(clippy::cast_precision_loss, reason = "a batch is far below 2^52")]
                    histogram!("postbackd_ingest_batch_items", "kind" => K::NAME).record(part.len() as f64);
                    histogram!("postbackd_ingest_commit_seconds", "kind" => K::NAME).record(started.elapsed());
                    self.health.postgres_answered();
                    self.resting_until = None;
                    let mut left = Vec::new();
                    for (queued, receipt) in part.into_iter().zip(receipts) {
                        match receipt {
                            Some(receipt) => queued.answer(Ok(receipt)),
                            None => left.push(queued),
                        }
                    }
                    if !left.is_empty() {
                        parts.push((Pass::Second, left));
                    }
                }
                Err(StoreError::Refused(refusal)) => {
                    if part.len() > 1 {
                        let later = part.split_off(part.len() / 2);
                        parts.push((pass, later));
                        parts.push((pass, part));
                    } else if let Some(queued) = part.pop() {
                        error!(kind = K::NAME, error = %refusal, "postgres refused a row: {refusal}");
                        K::set_aside(&mut self.link, &queued.item, deadline).await;
                        queued.answer(Err(NotTaken::NotStorable));
                    }
                }
                Err(StoreError::Repeat(_)) if repeats < REPEATS_MAX => {
                    repeats += 1;
                    parts.push((pass, part));
                }
                // A connection that was open may have died unnoticed; a new one is worth a try.
                Err(StoreError::Unavailable(_)) if was_open => parts.push((pass, part)),
                Err(failure) => {
                    self.health.postgres_failed(K::NAME, &failure);
                    self.resting_until = Some(Instant::now() + REST_AFTER_FAILURE);
                    turn_away(part);
                    parts.drain(..).for_each(|(_, part)| turn_away(part));
                }
            }
        }
    }
}

fn turn_away<K: Kind>(batch: Vec<Queued<K>>) {
    for queued in batch {
        queued.answer(Err(NotTaken::Unavailable));
    }
}
