//! Attribution: no conversion stays without the click that it names once that is stored.

use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::store::Link;

use super::finding::Finding;
use super::question::{deadline, unanswered};

const CHECK: &str = "attribution";

/// How long the sweep for late clicks may take to mend what two transactions missed of each other.
const MENDED_WITHIN: Duration = Duration::from_secs(10);
/// How far back the sweep looks, and so do we.
const LOOK_BACK: Duration = Duration::from_hours(7 * 24);
/// Conversions that are named.
const NAMED_MAX: i64 = 10;

pub(super) async fn check(link: &mut Link, now: Timestamp) -> Finding {
    let received = (now.minus(LOOK_BACK), now.minus(MENDED_WITHIN));
    match link.overdue_attributions(received, NAMED_MAX, deadline()).await {
        Ok(overdue) if overdue.is_empty() => Finding::ok(
            CHECK,
            "no conversion of the last 7 days waits for a click that is stored",
        ),
        Ok(overdue) => {
            let ids: Vec<String> = overdue.iter().map(ToString::to_string).collect();
            Finding::fail(
                CHECK,
                format!("waiting although their clicks are stored: {}", ids.join(", ")),
                "a running service attributes them within seconds; where one runs, its log says why it could not",
            )
        }
        Err(failure) => unanswered(CHECK, &failure),
    }
}
