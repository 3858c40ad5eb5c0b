//! A queue's items: what waits, since when, and who waits for it.

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use std::time::Duration;

use super::commit::Kind;
use super::receipt::NotTaken;

/// An item in a queue, and who waits for it.
#[derive(Debug)]
pub(super) struct Queued<K: Kind> {
    pub(super) item: K::Item,
    pub(super) arrived: Instant,
    reply: oneshot::Sender<Result<K::Receipt, NotTaken>>,
}

impl<K: Kind> Queued<K> {
    /// Tells who waits what came of it.
    pub(super) fn answer(self, outcome: Result<K::Receipt, NotTaken>) {
        // Who no longer waits has left or was told that nothing is known; a receipt that nobody takes is no loss.
        self.reply.send(outcome).ok();
    }

    /// Whether somebody still waits for it.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.reply.is_closed()
    }
}

impl<K: Kind> AsRef<K::Item> for Queued<K> {
    fn as_ref(&self) -> &K::Item {
        &self.item
    }
}

/// Tells everybody in a batch that nothing took it.
pub(super) fn turn_away<K: Kind>(batch: Vec<Queued<K>>) {
    for queued in batch {
        queued.answer(Err(NotTaken::Unavailable));
    }
}

/// Puts an item on its queue and waits for what comes of it. If the caller is dropped here, the item goes on by itself.
pub(super) async fn submit<K: Kind>(
    queue: &mpsc::Sender<Queued<K>>,
    item: K::Item,
    wait_max: Duration,
) -> Result<K::Receipt, NotTaken> {
    let arrived = Instant::now();
    let (reply, outcome) = oneshot::channel();
    let queued = Queued { item, arrived, reply };
    queue.try_send(queued).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => NotTaken::Overloaded,
        mpsc::error::TrySendError::Closed(_) => NotTaken::Unavailable,
    })?;
    match timeout_at(arrived + wait_max, outcome).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(NotTaken::Unavailable),
    }
}
