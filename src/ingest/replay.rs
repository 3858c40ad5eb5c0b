//! Replay: brings what is in the spool into PostgreSQL, through the same batches and the same decisions as live traffic.
//!
//! It may be killed at any moment. A batch leaves the spool only after its commit, and one that was committed and not yet
//! removed is replayed again, to the same end: a click that is there is left alone, a postback that was decided is a
//! duplicate, and its row in the raw log stays the first. While there is live traffic replay rests after each batch, at
//! its [`pace`].

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::spool::{Frame, Record};
use crate::store::{Link, StoreError, causes};

use super::commit::{Kind, Left, commit};
use super::health::Health;
use super::kinds::{Postbacks, QueuedPostback, SpooledClick, SpooledClicks, log_refused_row};
use super::pace;
use super::pulse::Pulse;
use super::receipt::{Receipt, Told};
use super::spooler::Spooler;
use super::upkeep::CurrentRules;

/// How long one transaction of a replayed batch may take.
const BATCH_DEADLINE: Duration = Duration::from_millis(2500);
/// How long replay waits before it looks again whether PostgreSQL takes writes.
const WAIT_FOR_POSTGRES: Duration = Duration::from_millis(200);
/// The longest rest after a failure, and between two batches.
const REST_MAX: Duration = Duration::from_secs(2);

/// A record on its way from the spool to PostgreSQL.
struct Replayed<I> {
    frame: Frame,
    item: I,
}

impl<I> AsRef<I> for Replayed<I> {
    fn as_ref(&self) -> &I {
        &self.item
    }
}

/// Feeds the spool into PostgreSQL.
pub(super) struct Replay {
    spooler: Spooler,
    link: Link,
    health: Arc<Health>,
    rules: CurrentRules,
    pulse: Arc<Pulse>,
    /// What the last look into the spool gave and is not in PostgreSQL yet.
    clicks: Vec<Replayed<SpooledClick>>,
    postbacks: Vec<Replayed<QueuedPostback>>,
    /// What of it PostgreSQL refused, and why, and is not set aside yet.
    refused: Vec<(Frame, String)>,
    replayed: u64,
}

impl Replay {
    pub(super) fn new(
        link: Link,
        (spooler, health, pulse): (Spooler, Arc<Health>, Arc<Pulse>),
        rules: CurrentRules,
    ) -> Self {
        Self {
            spooler,
            link,
            health,
            rules,
            pulse,
            clicks: Vec::new(),
            postbacks: Vec::new(),
            refused: Vec::new(),
            replayed: 0,
        }
    }

    /// Goes on until it is cancelled. A batch that is under way then is dropped, its outcome unknown: the next start replays it.
    pub(super) async fn run(mut self, cancelled: CancellationToken) {
        let mut backlog = self.spooler.backlog();
        cancelled.run_until_cancelled(self.work(&mut backlog)).await;
    }

    async fn work(&mut self, backlog: &mut watch::Receiver<u64>) {
        let mut rest = WAIT_FOR_POSTGRES;
        while backlog.wait_for(|records| *records > 0).await.is_ok() {
            if !self.health.takes_writes() {
                sleep(WAIT_FOR_POSTGRES).await;
                continue;
            }
            let (beat, replayed) = (self.pulse.beat(), self.replayed);
            let started = Instant::now();
            match self.step().await {
                Ok(()) => {
                    rest = WAIT_FOR_POSTGRES;
                    if self.pulse.beat() != beat {
                        let pause = pace::rest(started.elapsed(), self.replayed - replayed, *backlog.borrow());
                        sleep(pause.min(REST_MAX)).await;
                    }
                }
                Err(failure) => {
                    self.health
                        .postgres_failed("postgres does not take what is replayed from the spool", &failure);
                    sleep(rest).await;
                    rest = (rest * 2).min(REST_MAX);
                }
            }
            if *backlog.borrow() == 0 {
                self.rest_empty().await;
            }
        }
    }

    /// The spool is empty: the connection is not needed until the next outage.
    async fn rest_empty(&mut self) {
        self.link.close().await;
        if self.replayed > 0 {
            info!(
                records = self.replayed,
                "replayed {} records; the spool is empty", self.replayed
            );
            self.replayed = 0;
        }
    }

    /// Replays one batch. What was not committed stays for the next attempt.
    async fn step(&mut self) -> Result<(), StoreError> {
        let is_done = self.clicks.is_empty() && self.postbacks.is_empty() && self.refused.is_empty();
        if is_done && !self.load().await {
            // The disk does not give its records; the spool's owner says why.
            sleep(WAIT_FOR_POSTGRES).await;
            return Ok(());
        }
        // Clicks first: a postback of the same batch finds its click.
        let clicks = std::mem::take(&mut self.clicks);
        let (left, outcome) = self.replay::<SpooledClicks, _>(clicks, |_| None).await;
        self.clicks = left;
        outcome?;
        let postbacks = std::mem::take(&mut self.postbacks);
        let verdict = |receipt: &Receipt| match receipt.told() {
            Told::Verdict(answer) => Some(answer.verdict.as_str()),
            Told::Accepted(_) => None,
        };
        let (left, outcome) = self.replay::<Postbacks, _>(postbacks, verdict).await;
        self.postbacks = left;
        outcome?;
        // Only what is in PostgreSQL, or durably set aside, leaves the spool.
        if self.set_aside_refused().await {
            self.spooler.take().await;
        } else {
            sleep(REST_MAX).await;
        }
        Ok(())
    }

    /// Sets aside what PostgreSQL refused; returns whether nothing is left of it.
    async fn set_aside_refused(&mut self) -> bool {
        while let Some((frame, reason)) = self.refused.last() {
            if !self.spooler.set_aside(frame.clone(), reason.clone()).await {
                return false;
            }
            self.refused.pop();
        }
        true
    }

    /// Reads the oldest records. One that this program cannot read is set aside. Returns whether there were any.
    async fn load(&mut self) -> bool {
        let frames = self.spooler.peek().await;
        let found = !frames.is_empty();
        let rules = (self.rules)();
        for frame in frames {
            match Record::read(&frame) {
                Ok(Record::Click(click)) => {
                    let rules = rules.clone();
                    let item = SpooledClick { click: *click, rules };
                    self.clicks.push(Replayed { frame, item });
                }
                Ok(Record::Postback(postback, request)) => {
                    let item = QueuedPostback {
                        postback: *postback,
                        request: *request,
                    };
                    self.postbacks.push(Replayed { frame, item });
                }
                Err(failure) => {
                    let reason = failure.to_string();
                    let what = "a record of the spool is not of this program";
                    self.health.report_set_aside(what, &frame.id, &reason);
                    self.refused.push((frame, reason));
                }
            }
        }
        found
    }

    /// Replays records of one kind; returns those that were not committed, and why.
    async fn replay<K, V>(
        &mut self,
        batch: Vec<Replayed<K::Item>>,
        verdict: V,
    ) -> (Vec<Replayed<K::Item>>, Result<(), StoreError>)
    where
        K: Kind,
        K::Item: Refusable,
        V: Fn(&K::Receipt) -> Option<&'static str> + Send,
    {
        if batch.is_empty() {
            return (batch, Ok(()));
        }
        let mut committed = 0;
        let settled = |_: Replayed<K::Item>, receipt: K::Receipt| {
            committed += 1;
            if let Some(verdict) = verdict(&receipt) {
                counter!("postbackd_replayed_total", "verdict" => verdict).increment(1);
            }
        };
        let deadline = Instant::now() + BATCH_DEADLINE;
        let Left { refused, failed } = commit::<K, _>(&mut self.link, batch, deadline, settled).await;
        self.replayed += committed;
        for (Replayed { frame, item }, refusal) in refused {
            let reason = causes(&refusal);
            let what = "postgres refused a record of the spool";
            self.health.report_set_aside(what, &frame.id, &reason);
            item.leave_trace(&mut self.link).await;
            self.refused.push((frame, reason));
        }
        match failed {
            None => (Vec::new(), Ok(())),
            Some((failure, left)) => (left, Err(failure)),
        }
    }
}

/// What can be refused at its replay.
trait Refusable {
    /// Leaves a trace in PostgreSQL, where there is a place for one.
    fn leave_trace(&self, link: &mut Link) -> impl Future<Output = ()> + Send;
}

impl Refusable for SpooledClick {
    async fn leave_trace(&self, _: &mut Link) {}
}

impl Refusable for QueuedPostback {
    /// Every postback that was answered is one row of the raw log.
    async fn leave_trace(&self, link: &mut Link) {
        counter!("postbackd_replayed_total", "verdict" => "not_storable").increment(1);
        log_refused_row(link, &self.request).await;
    }
}
