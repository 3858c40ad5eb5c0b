//! A question to PostgreSQL: bounded, and what is said when there is no answer.

use std::time::Duration;

use tokio::time::Instant;

use crate::store::{StoreError, causes};

use super::finding::Finding;

/// Longest time that one question may take.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(3);

/// Until when a question that is asked now has to be answered.
pub(super) fn deadline() -> Instant {
    Instant::now() + ANSWER_WAIT_MAX
}

/// PostgreSQL did not answer this question.
pub(super) fn unanswered(check: &'static str, failure: &StoreError) -> Finding {
    Finding::fail(
        check,
        format!("postgres does not say: {failure}: {}", causes(failure)),
        "ask again; where it stays like this, the cause above is what to repair",
    )
}
