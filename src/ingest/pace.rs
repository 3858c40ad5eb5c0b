//! How fast replay goes while there is live traffic: gently, unless what waits would wait too long.

use std::time::Duration;

/// How long what waits in the spool may take to be replayed, where harder work can achieve it. Outages are promised to be over a
/// minute after their end.
const DRAIN_GOAL: Duration = Duration::from_secs(40);
/// The longest rest after a batch, in times of the batch: a third of one connection's time is replay's.
const REST_MAX: f64 = 2.0;
/// The shortest, whatever waits: live traffic goes first.
const REST_MIN: f64 = 0.25;

/// How long to rest after a batch of so many records took `worked`, when so many are left.
pub(super) fn rest(worked: Duration, records: u64, left: u64) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "a spool holds far fewer than 2^52 records")]
    let batches_left = left as f64 / records.max(1) as f64;
    let work_left = worked.as_secs_f64() * batches_left;
    // Work and rests together may take as long as the goal. Without work left there is all the time of the world.
    let affordable = DRAIN_GOAL.as_secs_f64() / work_left.max(f64::MIN_POSITIVE) - 1.0;
    worked.mul_f64(affordable.clamp(REST_MIN, REST_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_waits_the_less_replay_rests() {
        let worked = Duration::from_millis(100);
        let rest_with = |left| rest(worked, 250, left);
        let longest = Duration::from_millis(200);
        let shortest = Duration::from_millis(25);
        let cases = [
            ("nothing is left", 0, longest),
            ("a few seconds of work are left", 10_000, longest),
            // 20 s of work: as much again may be rested.
            ("half of the goal is work", 50_000, worked),
            ("the goal is work alone", 100_000, shortest),
            ("far more is left", u64::MAX, shortest),
        ];
        for (case, left, expected) in cases {
            assert_eq!(rest_with(left), expected, "{case}");
        }
        assert_eq!(rest(worked, 0, 10), longest, "nothing was replayed");
    }
}
