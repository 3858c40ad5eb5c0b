//! The way of everything that arrives into PostgreSQL: queue, group commit, receipt.
//!
//! A handler puts an item on a bounded queue and waits for its receipt; it never touches the database, so a client that
//! leaves cannot leave a transaction half done. One [`writer`] for each kind drains what is there, up to a batch, and
//! commits it in one transaction. Only after the commit are receipts handed out, and only this module can make one:
//! without a [`Receipt`] there is no 2xx, without a [`ClickReceipt`] no click id in a redirect.
//!
//! While PostgreSQL does not answer, items are turned away at once ([`NotTaken::Unavailable`]); this is where a spool on
//! disk takes them over one day.

mod clock;
mod health;
mod kinds;
mod receipt;
mod refusal_budget;
mod upkeep;
mod writer;

use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::domain::click::Click;
use crate::domain::id::PostbackId;
use crate::domain::network::RuleBook;
use crate::domain::postback::Postback;
use crate::domain::redact::RedactedRequest;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::store::{DatabaseUrl, Link};

pub use clock::now;
pub use health::Health;
pub use receipt::{ClickReceipt, NotTaken, Receipt};
pub use upkeep::{CurrentRules, Upkeep, UpkeepPlan};

use kinds::{Clicks, Postbacks, QueuedClick, QueuedPostback, QueuedRefusal, Refusals};
use refusal_budget::RefusalBudget;
use writer::{Queued, Writer};

/// Items of one kind that wait to be written. More than this many at once are turned away.
const QUEUE_MAX: usize = 8192;
/// Refusals that wait for their row in the raw log.
const REFUSAL_QUEUE_MAX: usize = 2048;
/// Longest time that a visitor waits for the click to be durable.
const CLICK_WAIT_MAX: Duration = Duration::from_millis(250);
/// Longest time that a postback waits for its verdict; its answer is promised within 3 s.
const POSTBACK_WAIT_MAX: Duration = Duration::from_millis(2700);
/// Longest time that a refusal's answer waits for its row.
const REFUSAL_WAIT_MAX: Duration = Duration::from_secs(1);

/// The entrance to ingest. Dropping every clone of it lets the writers finish what they hold and end.
#[derive(Debug, Clone)]
pub struct Ingest {
    clicks: mpsc::Sender<Queued<Clicks>>,
    postbacks: mpsc::Sender<Queued<Postbacks>>,
    refusals: mpsc::Sender<Queued<Refusals>>,
    refusal_budget: Arc<RefusalBudget>,
}

impl Ingest {
    /// Starts the writers. The tracker is done when they are, which they are when every clone of this is gone.
    ///
    /// # Errors
    ///
    /// When the operating system refuses the writers' thread.
    pub fn start(url: &DatabaseUrl, health: &Arc<Health>, tasks: &TaskTracker) -> std::io::Result<Self> {
        let (clicks, click_queue) = mpsc::channel(QUEUE_MAX);
        let (refusals, refusal_queue) = mpsc::channel(REFUSAL_QUEUE_MAX);
        let (postbacks, postback_queue) = mpsc::channel(QUEUE_MAX);
        let writers = vec![
            boxed(Writer::new(click_queue, Link::new(url.clone()), health.clone()).run()),
            boxed(Writer::new(postback_queue, Link::new(url.clone()), health.clone()).run()),
            boxed(Writer::new(refusal_queue, Link::new(url.clone()), health.clone()).run()),
        ];
        run_on_own_thread(writers, tasks)?;
        Ok(Self {
            clicks,
            postbacks,
            refusals,
            refusal_budget: Arc::default(),
        })
    }

    /// Makes a click durable.
    ///
    /// # Errors
    ///
    /// When it is not known to be stored within 250 ms. It may still be stored then: nobody was told its id.
    pub async fn submit_click(&self, click: Click, rules: Arc<RuleBook>) -> Result<ClickReceipt, NotTaken> {
        submit(&self.clicks, QueuedClick { click, rules }, CLICK_WAIT_MAX).await
    }

    /// Decides a postback and makes what comes of it durable, raw request included.
    ///
    /// # Errors
    ///
    /// When it is not known to be decided in time; repeating is safe. `NotStorable` when PostgreSQL refuses its row.
    pub async fn submit_postback(&self, postback: Postback, request: RedactedRequest) -> Result<Receipt, NotTaken> {
        submit(&self.postbacks, QueuedPostback { postback, request }, POSTBACK_WAIT_MAX).await
    }

    /// Keeps a refused request in the raw log. Returns its id when the row is durable, and `None` when it is counted
    /// only: in a flood, or while PostgreSQL does not answer.
    pub async fn log_refusal(&self, request: RedactedRequest, refusal: Refusal, now: Timestamp) -> Option<PostbackId> {
        if !self.refusal_budget.spend(request.network.as_ref(), now) {
            return None;
        }
        let id = request.id;
        let kept = submit(&self.refusals, QueuedRefusal::new(request, refusal), REFUSAL_WAIT_MAX).await;
        kept.ok().map(|()| id)
    }
}

type BoxedWriter = Pin<Box<dyn Future<Output = ()> + Send>>;

fn boxed(writer: impl Future<Output = ()> + Send + 'static) -> BoxedWriter {
    Box::pin(writer)
}

/// Runs the writers on a thread of their own. Among the tasks of the connections each of a batch's round trips to
/// PostgreSQL would wait until everybody who has something to do has had a turn, and the database would be idle half of the
/// time (measured with 64 connections on two cores).
fn run_on_own_thread(writers: Vec<BoxedWriter>, tasks: &TaskTracker) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ended, end) = oneshot::channel::<()>();
    thread::Builder::new().name("ingest".to_owned()).spawn(move || {
        runtime.block_on(async {
            let mut running: JoinSet<()> = writers.into_iter().collect();
            while let Some(outcome) = running.join_next().await {
                if let Err(failure) = outcome {
                    error!("a writer panicked: {failure}");
                }
            }
        });
        drop(ended);
    })?;
    // The sender is never used: its end is the message.
    tasks.spawn(async move {
        end.await.ok();
    });
    Ok(())
}

/// Puts an item on its queue and waits for what comes of it. If the caller is dropped here, the item goes on by itself.
async fn submit<K: writer::Kind>(
    queue: &mpsc::Sender<Queued<K>>,
    item: K::Item,
    wait_max: Duration,
) -> Result<K::Receipt, NotTaken> {
    let (reply, outcome) = oneshot::channel();
    queue.try_send(Queued { item, reply }).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => NotTaken::Overloaded,
        mpsc::error::TrySendError::Closed(_) => NotTaken::Unavailable,
    })?;
    match timeout(wait_max, outcome).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(NotTaken::Unavailable),
    }
}
