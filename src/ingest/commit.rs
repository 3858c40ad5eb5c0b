//! Committing a batch, whoever asks for it: live traffic or replay.
//!
//! A row that PostgreSQL refuses is found by halving the batch, and its neighbours go on. A transaction that another one was
//! faster than is repeated. A failure of anything else ends it: the outcome of what is left is unknown then, and
//! writing it again is safe.

use std::time::Instant as Clock;

use metrics::histogram;
use tokio::time::Instant;

use crate::store::{Link, StoreError};

/// How often a transaction is repeated that others were faster than, before it is halved. One of a single item then loses to nobody
/// but a row that stays.
const REPEATS_MAX: u32 = 5;

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
    /// The kind's name in metrics.
    const NAME: &'static str;
    /// What the log says when PostgreSQL does not take them.
    const OUTAGE: &'static str;

    /// Writes a batch in one transaction; the receipts are in its order. An item without one is not written yet: it is
    /// written by a second pass, which leaves none.
    fn write(
        link: &mut Link,
        items: &[&Self::Item],
        pass: Pass,
        deadline: Instant,
    ) -> impl Future<Output = Result<Vec<Option<Self::Receipt>>, StoreError>> + Send;
}

/// What of a batch was not committed.
#[derive(Debug)]
pub(super) struct Left<T> {
    /// Items that PostgreSQL refuses, and would again.
    pub(super) refused: Vec<(T, StoreError)>,
    /// Why PostgreSQL did not take the others, and those, in their order. Their outcome is unknown.
    pub(super) failed: Option<(StoreError, Vec<T>)>,
}

/// Commits a batch before the deadline, and hands out each receipt as soon as its transaction is committed. Earlier items
/// stay before later ones.
pub(super) async fn commit<K: Kind, T: AsRef<K::Item>>(
    link: &mut Link,
    batch: Vec<T>,
    deadline: Instant,
    mut settled: impl FnMut(T, K::Receipt),
) -> Left<T> {
    let mut refused = Vec::new();
    let mut parts = vec![(Pass::First, 0, batch)];
    while let Some((pass, repeats, mut part)) = parts.pop() {
        let started = Clock::now();
        let items: Vec<&K::Item> = part.iter().map(AsRef::as_ref).collect();
        let was_open = link.is_open();
        match K::write(link, &items, pass, deadline).await {
            Ok(receipts) => {
                #[expect(clippy::cast_precision_loss, reason = "a batch is far below 2^52")]
                histogram!("postbackd_ingest_batch_items", "kind" => K::NAME).record(part.len() as f64);
                histogram!("postbackd_ingest_commit_seconds", "kind" => K::NAME).record(started.elapsed());
                let mut left = Vec::new();
                for (item, receipt) in part.into_iter().zip(receipts) {
                    match receipt {
                        Some(receipt) => settled(item, receipt),
                        None => left.push(item),
                    }
                }
                if !left.is_empty() {
                    parts.push((Pass::Second, 0, left));
                }
            }
            // Another writer was faster, and is no longer under way.
            Err(StoreError::Repeat(_) | StoreError::Taken(_)) if repeats < REPEATS_MAX => {
                parts.push((pass, repeats + 1, part));
            }
            Err(refusal @ (StoreError::Refused(_) | StoreError::Taken(_))) => {
                if part.len() > 1 {
                    let later = part.split_off(part.len() / 2);
                    parts.push((pass, 0, later));
                    parts.push((pass, 0, part));
                } else if let Some(item) = part.pop() {
                    refused.push((item, refusal));
                }
            }
            // A connection that was open may have died unnoticed; a new one is worth a try.
            Err(StoreError::Unavailable(_)) if was_open => parts.push((pass, repeats, part)),
            Err(failure) => {
                let later = parts.into_iter().rev().flat_map(|(.., part)| part);
                let left = part.into_iter().chain(later).collect();
                return Left {
                    refused,
                    failed: Some((failure, left)),
                };
            }
        }
    }
    Left { refused, failed: None }
}
