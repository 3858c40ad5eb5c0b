//! The way of everything that arrives into PostgreSQL: queue, group commit, receipt.
//!
//! A handler puts an item on a bounded queue and waits for its receipt; it never touches the database, so a client that
//! leaves cannot leave a transaction half done. One [`writer`] for each kind drains what is there, up to a batch, and
//! [`commit`]s it in one transaction. Only after the commit are receipts handed out, and only this module can make one:
//! without a [`Receipt`] there is no 2xx, without a [`ClickReceipt`] no click id in a redirect.
//!
//! While PostgreSQL does not answer, the [`spooler`] keeps what arrives on disk, and that is what its receipt says.
//! [`replay`] feeds it into PostgreSQL when it is back, through the same [`commit`].

mod breaker;
mod clock;
mod commit;
mod give_way;
mod health;
mod intake;
mod keeper;
mod kinds;
mod pace;
mod pulse;
mod queue;
mod receipt;
mod refusal_budget;
mod replay;
mod spooler;
mod upkeep;
mod writer;

use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::domain::click::Click;
use crate::domain::id::PostbackId;
use crate::domain::postback::Postback;
use crate::domain::redact::RedactedRequest;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::store::Link;

pub use clock::now;
pub use health::{Health, SchemaState, SpoolState};
pub use receipt::{ClickReceipt, NotTaken, Receipt, Told};
pub use spooler::SpoolPlan;
pub use upkeep::{CurrentRules, UpkeepPlan};

use give_way::give_way;
use kinds::{Clicks, Postbacks, QueuedPostback, QueuedRefusal, Refusals};
use pulse::Pulse;
use queue::{Entrance, queue};
use refusal_budget::RefusalBudget;
use replay::Replay;
use spooler::Spooler;
use upkeep::Upkeep;
use writer::Writer;

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

/// Writers: of clicks, postbacks and refusals.
const WRITERS: usize = 3;

/// How long a start waits for PostgreSQL to be prepared, before it serves from the spool.
const PREPARE_WAIT_MAX: Duration = Duration::from_secs(3);

/// The entrance to ingest. Dropping every clone of it lets the writers finish what they hold and end.
#[derive(Debug, Clone)]
pub struct Ingest {
    clicks: Entrance<Clicks>,
    postbacks: Entrance<Postbacks>,
    refusals: Entrance<Refusals>,
    refusal_budget: Arc<RefusalBudget>,
}

/// What is started with ingest and ended by its owner.
#[derive(Debug)]
pub struct Engine {
    /// Done when the writers, the spool, replay and upkeep are.
    pub tasks: TaskTracker,
    /// Ends replay and upkeep, which would go on for ever.
    pub background: CancellationToken,
    prepared: watch::Receiver<bool>,
    /// How many writers are ready for their first item.
    warm: watch::Receiver<usize>,
}

impl Ingest {
    /// Opens the spool and starts the writers, replay and upkeep. The writers end when every clone of this is gone.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread.
    pub async fn start(plan: UpkeepPlan, spool: SpoolPlan, health: &Arc<Health>) -> std::io::Result<(Self, Engine)> {
        let tasks = TaskTracker::new();
        let background = CancellationToken::new();
        let spooler = Spooler::start(spool, health, &tasks).await?;
        let pulse = Arc::new(Pulse::default());

        let (clicks, click_queue) = queue(QUEUE_MAX);
        let (refusals, refusal_queue) = queue(REFUSAL_QUEUE_MAX);
        let (postbacks, postback_queue) = queue(QUEUE_MAX);
        let url = plan.url.clone();
        let link = || Link::new(url.clone());
        let shared = || (spooler.clone(), health.clone(), pulse.clone());
        let replay = Replay::new(link(), shared(), plan.rules.clone());
        let (upkeep, prepared) = Upkeep::new(plan, health.clone());
        let (warmer, warm) = watch::channel(0);
        let ready = || (prepared.clone(), warmer.clone());
        let writers = vec![
            boxed(Writer::new(click_queue, link(), shared()).run(ready())),
            boxed(Writer::new(postback_queue, link(), shared()).run(ready())),
            boxed(Writer::new(refusal_queue, link(), shared()).run(ready())),
        ];
        run_on_own_thread(writers, &tasks)?;
        tasks.spawn(replay.run(background.clone()));
        tasks.spawn(upkeep.run(background.clone()));

        let ingest = Self {
            clicks,
            postbacks,
            refusals,
            refusal_budget: Arc::default(),
        };
        let engine = Engine {
            tasks,
            background,
            prepared,
            warm,
        };
        Ok((ingest, engine))
    }

    /// Makes a click durable.
    ///
    /// # Errors
    ///
    /// When neither PostgreSQL nor the disk is known to have it within 250 ms. It may be stored nevertheless: nobody was told
    /// its id.
    pub async fn submit_click(&self, click: Click) -> Result<ClickReceipt, NotTaken> {
        self.clicks.submit(click, CLICK_WAIT_MAX).await
    }

    /// Decides a postback and makes what comes of it durable, raw request included.
    ///
    /// # Errors
    ///
    /// When it is not known to be decided in time; repeating is safe. `NotStorable` when PostgreSQL refuses its row.
    pub async fn submit_postback(&self, postback: Postback, request: RedactedRequest) -> Result<Receipt, NotTaken> {
        let item = QueuedPostback { postback, request };
        give_way();
        let receipt = self.postbacks.submit(item, POSTBACK_WAIT_MAX).await;
        give_way();
        receipt
    }

    /// Keeps a refused request in the raw log. Returns its id when the row is durable, and `None` when it is counted
    /// only: in a flood, or while PostgreSQL does not answer.
    pub async fn log_refusal(&self, request: RedactedRequest, refusal: Refusal, now: Timestamp) -> Option<PostbackId> {
        if !self.refusal_budget.spend(request.network.as_ref(), now) {
            return None;
        }
        let id = request.id;
        let item = QueuedRefusal::new(request, refusal);
        let kept = self.refusals.submit(item, REFUSAL_WAIT_MAX).await;
        kept.ok().map(|()| id)
    }
}

impl Engine {
    /// Comes back when PostgreSQL was prepared as far as it is there and the writers are ready for their first items, or
    /// after a bounded wait: a service without its database serves from the spool.
    pub async fn prepared(&mut self) {
        let ready = async {
            // An upkeep that ended prepares nothing more, and one that takes long goes on; so it is with the writers.
            drop(self.prepared.wait_for(|prepared| *prepared).await);
            drop(self.warm.wait_for(|writers| *writers == WRITERS).await);
        };
        drop(timeout(PREPARE_WAIT_MAX, ready).await);
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
