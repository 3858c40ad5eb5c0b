//! How many refusals are kept in the raw log: a flood of refused requests must not become a flood of writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::time::Timestamp;

/// Refusals that a network may have kept at once.
const BURST: i64 = 2000;
/// Refusals a second that it earns back.
const PER_SECOND: i64 = 100;
const MICROS_PER_REFUSAL: i64 = 1_000_000 / PER_SECOND;

/// A budget for each configured network, and one for all requests that name none, so that a flood in one's name does not
/// hide the refusals of another.
#[derive(Debug, Default)]
pub(super) struct RefusalBudget {
    /// When each budget will be full again, in microseconds. One entry for each configured network at most.
    full_at: Mutex<HashMap<Option<Arc<str>>, i64>>,
}

impl RefusalBudget {
    /// Whether one more refusal may be kept now.
    pub(super) fn spend(&self, network: Option<&Arc<str>>, now: Timestamp) -> bool {
        let now = now.unix_micros();
        let mut budgets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = budgets.entry(network.cloned()).or_insert(now);
        let next = (*full_at).max(now) + MICROS_PER_REFUSAL;
        if next - now > BURST * MICROS_PER_REFUSAL {
            return false;
        }
        *full_at = next;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_kept_up_to_its_burst_and_then_at_a_rate() {
        let budget = RefusalBudget::default();
        let second = |at: i64| Timestamp::from_unix_seconds(1_700_000_000 + at);
        let kept = |at, network: Option<&Arc<str>>| (0..5000).filter(|_| budget.spend(network, second(at))).count();
        let acme = Arc::from("acme");
        assert_eq!(kept(0, Some(&acme)), 2000);
        assert_eq!(kept(0, None), 2000);
        assert_eq!(kept(1, Some(&acme)), 100);
        assert_eq!(kept(1000, Some(&acme)), 2000);
    }
}
