//! A writer: drains its queue and commits what is there in one transaction, or hands it to the spool.
//!
//! There is no linger: under load a batch fills while the one before it commits, and without load nobody waits for
//! company. An outage is not a mode, only another place for the receipt: what PostgreSQL does not take in time goes to the
//! spool, its outcome unknown, and what follows goes straight there until PostgreSQL answers again ([`Breaker`]). So no item
//! waits behind a stuck batch longer than its own patience.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::store::{Link, StoreError, causes};

use super::breaker::Breaker;
use super::commit::{Kind, Pass, commit};
use super::health::Health;
use super::pulse::Pulse;
use super::queue::Queued;
use super::receipt::NotTaken;
use super::spooler::Spooler;

/// Items that one transaction takes. Measured: larger batches gain nothing, and one that is too large delays the next.
const BATCH_MAX: usize = 512;

/// How long a writer may take to get ready before its first item.
const WARM_UP_MAX: Duration = Duration::from_secs(1);

/// A kind of items that somebody waits for.
pub(super) trait Live: Kind {
    /// How long after its arrival an item may wait for PostgreSQL. Half of it must be left when it is tried.
    const PATIENCE: Duration;

    /// What an item takes in memory, about.
    fn bytes(item: &Self::Item) -> usize;

    /// Keeps what PostgreSQL does not take now, and answers it.
    fn keep(spooler: &Spooler, batch: Vec<Queued<Self>>) -> impl Future<Output = ()> + Send;

    /// Leaves a trace of an item that PostgreSQL refuses.
    fn set_aside(
        link: &mut Link,
        spooler: &Spooler,
        item: &Self::Item,
        refusal: &StoreError,
    ) -> impl Future<Output = ()> + Send;
}

/// Owns a queue and the connection that it is written over.
pub(super) struct Writer<K: Live> {
    queue: mpsc::Receiver<Queued<K>>,
    link: Link,
    spooler: Spooler,
    health: Arc<Health>,
    pulse: Arc<Pulse>,
    breaker: Breaker,
}

impl<K: Live> Writer<K> {
    pub(super) fn new(
        queue: mpsc::Receiver<Queued<K>>,
        link: Link,
        (spooler, health, pulse): (Spooler, Arc<Health>, Arc<Pulse>),
    ) -> Self {
        Self {
            queue,
            link,
            spooler,
            health,
            pulse,
            breaker: Breaker::default(),
        }
    }

    /// Writes until every sender is gone and the queue is empty. Once PostgreSQL is `prepared`, and unless an item comes
    /// first, it warms up, and counts itself in `warm`.
    pub(super) async fn run(mut self, (prepared, warm): (watch::Receiver<bool>, watch::Sender<usize>)) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        let first = tokio::select! {
            biased;
            items = self.queue.recv_many(&mut batch, BATCH_MAX) => Some(items),
            () = warm_up::<K>(&mut self.link, &self.health, prepared) => None,
        };
        warm.send_modify(|writers| *writers += 1);
        let mut items = match first {
            Some(items) => items,
            None => self.queue.recv_many(&mut batch, BATCH_MAX).await,
        };
        while items > 0 {
            // Who was told that nothing is known may repeat: what nobody waits for any more is not written behind his back.
            batch.retain(Queued::is_waited_for);
            let now = Instant::now();
            // In the order of their arrival: those with too little patience left come first.
            let hasty = if self.health.takes_writes() && self.breaker.lets_through(now) {
                batch.partition_point(|queued| queued.arrived + K::PATIENCE / 2 < now)
            } else {
                batch.len()
            };
            if hasty > 0 {
                K::keep(&self.spooler, batch.drain(..hasty).collect()).await;
            }
            if !batch.is_empty() {
                // The next batch will be about as large.
                let next = Vec::with_capacity(batch.len());
                self.write(std::mem::replace(&mut batch, next)).await;
            }
            items = self.queue.recv_many(&mut batch, BATCH_MAX).await;
        }
    }

    async fn write(&mut self, batch: Vec<Queued<K>>) {
        self.pulse.mark();
        let oldest = batch.first().map_or_else(Instant::now, |queued| queued.arrived);
        let answer = |queued: Queued<K>, receipt| queued.answer(Ok(receipt));
        let left = commit::<K, _>(&mut self.link, batch, oldest + K::PATIENCE, answer).await;
        for (queued, refusal) in left.refused {
            self.health
                .report_set_aside("postgres refused a row", &K::NAME, &causes(&refusal));
            K::set_aside(&mut self.link, &self.spooler, &queued.item, &refusal).await;
            queued.answer(Err(NotTaken::NotStorable));
        }
        match left.failed {
            None => {
                self.breaker.close();
                self.health.postgres_answered();
            }
            Some((failure, unknown)) => {
                self.breaker.open(Instant::now());
                self.health.postgres_failed(K::OUTAGE, &failure);
                K::keep(&self.spooler, unknown).await;
            }
        }
    }
}

/// Opens the connection and lets PostgreSQL plan the statements, with a batch of nothing: the first visitor would wait for
/// all of that longer than a visitor may.
async fn warm_up<K: Live>(link: &mut Link, health: &Health, mut prepared: watch::Receiver<bool>) {
    // An upkeep that ended prepares nothing more.
    let is_prepared = prepared.wait_for(|is_prepared| *is_prepared).await.is_ok();
    if is_prepared && health.takes_writes() {
        // What fails here is told when an item meets it.
        drop(K::write(link, &[], Pass::First, Instant::now() + WARM_UP_MAX).await);
    }
}
