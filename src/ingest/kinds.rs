//! The three kinds of items that are written: clicks, postbacks, and refusals for the raw log.

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
use crate::store::{LateClicks, Link, LogRow, LogVerdict, PostbackBatch, StoreError};

use super::clock::now;
use super::receipt::{ClickReceipt, Receipt};
use super::writer::{Kind, Pass};

#[derive(Debug)]
pub(super) enum Clicks {}

#[derive(Debug)]
pub(super) struct QueuedClick {
    pub(super) click: Click,
    pub(super) rules: Arc<RuleBook>,
}

impl Kind for Clicks {
    type Item = QueuedClick;
    type Receipt = ClickReceipt;
    const NAME: &'static str = "clicks";
    const DEADLINE: Duration = Duration::from_millis(250);

    async fn write(
        link: &mut Link,
        items: &[&QueuedClick],
        _: Pass,
        deadline: Instant,
    ) -> Result<Vec<Option<ClickReceipt>>, StoreError> {
        let Some(last) = items.last() else {
            return Ok(Vec::new());
        };
        let clicks: Vec<&Click> = items.iter().map(|item| &item.click).collect();
        link.store_clicks(
            &clicks,
            LateClicks {
                rules: &last.rules,
                now: now(),
            },
            deadline,
        )
        .await?;
        Ok(clicks
            .into_iter()
            .map(|click| Some(ClickReceipt::committed(click.id)))
            .collect())
    }

    /// A click has no raw log: the error in the log and the lost click's counter are its trace.
    async fn set_aside(_: &mut Link, _: &QueuedClick, _: Instant) {}
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
    const DEADLINE: Duration = Duration::from_secs(2);

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

    async fn set_aside(link: &mut Link, item: &QueuedPostback, deadline: Instant) {
        let refusal = Refusal::new(Code::NotStorable, "PostgreSQL refused a row of this postback");
        log_refusal_of_row(link, &item.request, refusal, deadline).await;
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
    const DEADLINE: Duration = Duration::from_secs(1);

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

    async fn set_aside(link: &mut Link, item: &QueuedRefusal, deadline: Instant) {
        let refusal = Refusal::new(Code::NotStorable, "PostgreSQL refused the row of this refused request");
        log_refusal_of_row(link, &item.request, refusal, deadline).await;
    }
}

/// Keeps the refused row's request in the raw log, without the parts that may be what PostgreSQL refuses.
async fn log_refusal_of_row(link: &mut Link, request: &RedactedRequest, refusal: Refusal, deadline: Instant) {
    let bare = RedactedRequest {
        target: String::new(),
        headers: "{}".to_owned(),
        body: Vec::new(),
        ..request.clone()
    };
    let verdict = LogVerdict::Refused(refusal);
    for request in [request, &bare] {
        if link
            .log_refusals(
                &[LogRow {
                    request,
                    verdict: &verdict,
                }],
                deadline,
            )
            .await
            .is_ok()
        {
            return;
        }
    }
    warn!(postback = %request.id, "a refused row could not be kept in the raw log either");
}
