//! A queue: what waits to be written, since when, and who waits for it. It is bounded by its items and by their bytes: a few
//! thousand small items are a burst, as many large ones would be the memory of the machine.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::commit::Kind;
use super::receipt::NotTaken;
use super::writer::Live;

/// Bytes are counted in pieces of this size, each begun one as a whole.
const PIECE_BYTES: usize = 1024;
/// Pieces that the items of one queue may take until they are answered: 32 MiB, four times what full queues of usual items do.
const PIECES_MAX: usize = 32 * 1024;

/// The entrance to a queue.
#[derive(Debug)]
pub(super) struct Entrance<K: Kind> {
    queue: mpsc::Sender<Queued<K>>,
    room: Arc<Semaphore>,
}

/// An item in a queue, and who waits for it.
#[derive(Debug)]
pub(super) struct Queued<K: Kind> {
    pub(super) item: K::Item,
    pub(super) arrived: Instant,
    reply: oneshot::Sender<Result<K::Receipt, NotTaken>>,
    /// Gives its bytes back when it is answered or dropped.
    _room: OwnedSemaphorePermit,
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

/// A queue of at most so many items.
pub(super) fn queue<K: Kind>(items_max: usize) -> (Entrance<K>, mpsc::Receiver<Queued<K>>) {
    let (queue, items) = mpsc::channel(items_max);
    let room = Arc::new(Semaphore::new(PIECES_MAX));
    (Entrance { queue, room }, items)
}

impl<K: Kind> Clone for Entrance<K> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            room: self.room.clone(),
        }
    }
}

impl<K: Live> Entrance<K> {
    /// Puts an item on the queue and waits for what comes of it. If the caller is dropped here, the item goes on by itself.
    pub(super) async fn submit(&self, item: K::Item, wait_max: Duration) -> Result<K::Receipt, NotTaken> {
        let arrived = Instant::now();
        let outcome = self.put(item, arrived)?;
        match timeout_at(arrived + wait_max, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(NotTaken::Unavailable),
        }
    }

    fn put(&self, item: K::Item, arrived: Instant) -> Result<Outcome<K>, NotTaken> {
        // What is larger than everything that may wait fits when nothing else waits.
        let pieces = K::bytes(&item).div_ceil(PIECE_BYTES).clamp(1, PIECES_MAX);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(pieces);
        let room = room.map_err(|_| NotTaken::Overloaded)?;
        let (reply, outcome) = oneshot::channel();
        let queued = Queued {
            item,
            arrived,
            reply,
            _room: room,
        };
        self.queue.try_send(queued).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotTaken::Overloaded,
            mpsc::error::TrySendError::Closed(_) => NotTaken::Unavailable,
        })?;
        Ok(outcome)
    }
}

/// What comes of an item.
type Outcome<K> = oneshot::Receiver<Result<<K as Kind>::Receipt, NotTaken>>;

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::super::kinds::Clicks;
    use super::*;
    use crate::domain::click::{Click, ClickAttributes, ClickFlags};
    use crate::domain::id::ClickId;
    use crate::domain::time::Timestamp;

    fn click(query_bytes: usize) -> Click {
        let received_at = Timestamp::from_unix_seconds(1_700_000_000);
        Click {
            id: ClickId::new(received_at, [0; 10]),
            campaign: "spring".to_owned(),
            attributes: Arc::new(ClickAttributes {
                odd_query: Some("x".repeat(query_bytes)),
                ..ClickAttributes::default()
            }),
            remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: None,
            referrer: None,
            received_at,
            flags: ClickFlags::default(),
        }
    }

    #[test]
    fn what_waits_is_bounded_by_its_bytes_and_makes_room_when_it_is_answered() {
        let (entrance, mut items) = queue::<Clicks>(1000);
        let half = PIECES_MAX * PIECE_BYTES / 2;
        let put = |bytes| entrance.put(click(bytes), Instant::now()).map(drop);
        assert_eq!(put(half), Ok(()));
        assert_eq!(put(half), Err(NotTaken::Overloaded), "its other parts have bytes too");
        assert_eq!(put(half / 2), Ok(()));
        items.try_recv().expect("the first").answer(Err(NotTaken::Unavailable));
        assert_eq!(put(half), Ok(()));
    }

    #[test]
    fn one_item_is_taken_whatever_its_size() {
        let (entrance, _items) = queue::<Clicks>(1000);
        let put = |bytes| entrance.put(click(bytes), Instant::now()).map(drop);
        assert_eq!(put(2 * PIECES_MAX * PIECE_BYTES), Ok(()));
        assert_eq!(put(0), Err(NotTaken::Overloaded));
    }
}
