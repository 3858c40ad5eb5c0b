//! The kinds of items that are written: clicks, postbacks, and refusals for the raw log.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

use crate::domain::click::Click;
use crate::domain::ledger::Settled;
use crate::domain::network::RuleBook;
use crate::domain::postback::Postback;
use crate::domain::redact::RedactedRequest;
use crate::domain::refusal::{Code, Refusal};
use crate::spool::{click_frame, postback_frame};
use crate::store::{LateClicks, Link, LogRow, LogVerdict, PostbackBatch, StoreError, causes};

use super::clock::now;
use super::commit::{Kind, Pass};
use super::intake::Intake;
use super::queue::{Queued, turn_away};
use super::receipt::{ClickReceipt, Receipt};
use super::spooler::Spooler;
use super::writer::Live;

/// How long the trace of a refused row may take.
const TRACE_DEADLINE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) enum Clicks {}

impl Kind for Clicks {
    type Item = Click;
    type Receipt = ClickReceipt;
    const NAME: &'static str = "clicks";
    const OUTAGE: &'static str = "postgres does not take clicks; they go to the spool";

    async fn write(
        link: &mut Link,
        clicks: &[&Click],
        _: Pass,
        deadline: Instant,
    ) -> Result<Vec<Option<ClickReceipt>>, StoreError> {
        link.store_clicks(clicks, deadline).await?;
        Ok(committed(clicks))
    }
}

impl Live for Clicks {
    /// A visitor waits 250 ms at most; what is left is for the disk.
    const PATIENCE: Duration = Duration::from_millis(170);

    fn bytes(click: &Click) -> usize {
        click.bytes()
    }

    async fn keep(spooler: &Spooler, batch: Vec<Queued<Self>>) {
        spooler.keep(Intake::Clicks(batch)).await;
    }

    async fn set_aside(_: &mut Link, spooler: &Spooler, item: &Click, refusal: &StoreError) {
        // Its visitor was promised nothing: where it cannot be kept, the thread's complaint is its trace.
        spooler.set_aside(click_frame(item), causes(refusal)).await;
    }
}

fn committed(clicks: &[&Click]) -> Vec<Option<ClickReceipt>> {
    clicks
        .iter()
        .map(|click| Some(ClickReceipt::durable(click.id)))
        .collect()
}

/// Clicks whose ids their visitors carry already: conversions may be waiting for them.
#[derive(Debug)]
pub(super) enum SpooledClicks {}

#[derive(Debug)]
pub(super) struct SpooledClick {
    pub(super) click: Click,
    pub(super) rules: Arc<RuleBook>,
}

impl Kind for SpooledClicks {
    type Item = SpooledClick;
    type Receipt = ClickReceipt;
    const NAME: &'static str = "spooled_clicks";
    const OUTAGE: &'static str = "postgres does not take clicks from the spool";

    async fn write(
        link: &mut Link,
        items: &[&SpooledClick],
        _: Pass,
        deadline: Instant,
    ) -> Result<Vec<Option<ClickReceipt>>, StoreError> {
        let Some(last) = items.last() else {
            return Ok(Vec::new());
        };
        let clicks: Vec<&Click> = items.iter().map(|item| &item.click).collect();
        let late = LateClicks {
            rules: &last.rules,
            now: now(),
        };
        link.store_late_clicks(&clicks, late, deadline).await?;
        Ok(committed(&clicks))
    }
}

#[derive(Debug)]
pub(super) enum Postbacks {}

#[derive(Debug)]
pub(super) struct QueuedPostback {
    pub(super) postback: Postback,
    pub(super) request: RedactedRequest,
}

impl Kind for Postbacks {
    type Item = QueuedPostback;
    type Receipt = Receipt;
    const NAME: &'static str = "postbacks";
    const OUTAGE: &'static str = "postgres does not take postbacks; they go to the spool";

    async fn write(
        link: &mut Link,
        items: &[&QueuedPostback],
        pass: Pass,
        deadline: Instant,
    ) -> Result<Vec<Option<Receipt>>, StoreError> {
        let batch: Vec<PostbackBatch<'_>> = items
            .iter()
            .map(|item| PostbackBatch {
                postback: &item.postback,
                request: &item.request,
            })
            .collect();
        let settled = match pass {
            Pass::First => link.record_new(&batch, deadline).await?,
            Pass::Second => link
                .settle_known(&batch, deadline)
                .await?
                .into_iter()
                .map(Some)
                .collect(),
        };
        let receipt = |settled: Settled| Receipt::committed(settled.answer);
        Ok(settled.into_iter().map(|settled| settled.map(receipt)).collect())
    }
}

impl Live for Postbacks {
    /// An answer is promised within 3 s, also when it is the disk that takes it.
    const PATIENCE: Duration = Duration::from_secs(2);

    fn bytes(item: &QueuedPostback) -> usize {
        // What was read of the request is no longer than the request.
        2 * item.request.bytes()
    }

    async fn keep(spooler: &Spooler, batch: Vec<Queued<Self>>) {
        spooler.keep(Intake::Postbacks(batch)).await;
    }

    async fn set_aside(link: &mut Link, spooler: &Spooler, item: &QueuedPostback, refusal: &StoreError) {
        let frame = postback_frame(&item.postback, &item.request);
        spooler.set_aside(frame, causes(refusal)).await;
        log_refused_row(link, &item.request).await;
    }
}

#[derive(Debug)]
pub(super) enum Refusals {}

#[derive(Debug)]
pub(super) struct QueuedRefusal {
    request: RedactedRequest,
    verdict: LogVerdict,
}

impl QueuedRefusal {
    pub(super) const fn new(request: RedactedRequest, refusal: Refusal) -> Self {
        Self {
            request,
            verdict: LogVerdict::Refused(refusal),
        }
    }
}

impl Kind for Refusals {
    type Item = QueuedRefusal;
    type Receipt = ();
    const NAME: &'static str = "refusals";
    const OUTAGE: &'static str = "postgres does not take the rows of refused requests; they are only counted";

    async fn write(
        link: &mut Link,
        items: &[&QueuedRefusal],
        _: Pass,
        deadline: Instant,
    ) -> Result<Vec<Option<()>>, StoreError> {
        let rows: Vec<LogRow<'_>> = items
            .iter()
            .map(|item| LogRow {
                request: &item.request,
                verdict: &item.verdict,
            })
            .collect();
        link.log_refusals(&rows, deadline).await?;
        Ok(vec![Some(()); rows.len()])
    }
}

impl Live for Refusals {
    const PATIENCE: Duration = Duration::from_secs(1);

    fn bytes(item: &QueuedRefusal) -> usize {
        item.request.bytes()
    }

    /// A refused request promised nothing: while PostgreSQL is away it is counted, and not kept.
    async fn keep(_: &Spooler, batch: Vec<Queued<Self>>) {
        turn_away(batch);
    }

    async fn set_aside(link: &mut Link, _: &Spooler, item: &QueuedRefusal, _: &StoreError) {
        log_refused_row(link, &item.request).await;
    }
}

/// Keeps the request of a row that PostgreSQL refuses in the raw log, without the parts that may be what it refuses.
pub(super) async fn log_refused_row(link: &mut Link, request: &RedactedRequest) {
    let deadline = Instant::now() + TRACE_DEADLINE;
    let bare = RedactedRequest {
        target: String::new(),
        headers: "{}".to_owned(),
        body: Vec::new(),
        ..request.clone()
    };
    let refusal = Refusal::new(Code::NotStorable, "PostgreSQL refused a row of this request");
    let verdict = LogVerdict::Refused(refusal);
    for request in [request, &bare] {
        let row = LogRow {
            request,
            verdict: &verdict,
        };
        if link.log_refusals(&[row], deadline).await.is_ok() {
            return;
        }
    }
    warn!(postback = %request.id, "a refused row could not be kept in the raw log either");
}
