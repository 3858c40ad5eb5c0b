//! The clocks: windows are counted by this machine's, and others compare what it writes with PostgreSQL's.

use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::ingest::now;
use crate::store::Link;

use super::finding::Finding;
use super::question::{deadline, unanswered};

const CHECK: &str = "clocks";

/// Further apart than this deserves a look.
const WARN_OVER: Duration = Duration::from_secs(1);
/// Further apart than this, times of clicks, postbacks and events contradict each other.
const FAIL_OVER: Duration = Duration::from_mins(1);

pub(super) async fn check(link: &mut Link) -> Finding {
    // The connection is open by now, so that only the question itself lies between the two looks at our clock.
    let before = now();
    match link.server_time(deadline()).await {
        Ok(theirs) => judge(apart(before, theirs, now())),
        Err(failure) => unanswered(CHECK, &failure),
    }
}

/// How far their clock is off at least: it was read at some moment between `before` and `after`.
fn apart(before: Timestamp, theirs: Timestamp, after: Timestamp) -> Duration {
    before.since(theirs).max(theirs.since(after))
}

fn judge(apart: Duration) -> Finding {
    let found = format!("this machine's and PostgreSQL's are {} ms apart", apart.as_millis());
    let remedy = "let NTP set both";
    if apart > FAIL_OVER {
        Finding::fail(CHECK, found, remedy)
    } else if apart > WARN_OVER {
        Finding::warn(CHECK, found, remedy)
    } else {
        Finding::ok(CHECK, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn at_ms(ms: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000 + ms)
    }

    #[test]
    fn the_time_that_the_question_took_is_no_difference() {
        for (theirs, ms) in [(0, 0), (250, 0), (500, 0), (-1, 1), (501, 1), (61_000, 60_500)] {
            let apart = apart(at_ms(0), at_ms(theirs), at_ms(500));
            assert_eq!(apart, Duration::from_millis(ms), "{theirs}");
        }
    }

    #[test]
    fn a_second_is_looked_at_and_a_minute_fails() {
        for (ms, outcome) in [
            (1_000, Outcome::Ok),
            (1_001, Outcome::Warn),
            (60_000, Outcome::Warn),
            (60_001, Outcome::Fail),
        ] {
            assert_eq!(judge(Duration::from_millis(ms)).outcome(), outcome, "{ms}");
        }
    }
}
