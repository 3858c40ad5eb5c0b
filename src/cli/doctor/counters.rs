//! The counters: every request to /postback is counted once more by what it was answered, so the sums are equal.

use std::time::Duration;

use crate::config::Server;
use tokio::time::sleep;

use super::finding::Finding;
use super::scrape::Scrape;
use super::service;

const CHECK: &str = "counters";

/// A request is counted by two counters that are read one after the other, so that under traffic a look may meet one in
/// between. A difference that lasts is met by every look.
const LOOKS_MAX: usize = 10;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

pub(super) async fn check(server: &Server, first: Scrape) -> Finding {
    let mut scrape = first;
    for _ in 1..LOOKS_MAX {
        if Sums::of(&scrape).add_up() {
            break;
        }
        sleep(LOOK_AGAIN_AFTER).await;
        match service::scrape(server).await {
            Ok(next) => scrape = next,
            Err(failure) => return service::no_metrics(server, &failure),
        }
    }
    Sums::of(&scrape).finding()
}

#[derive(Debug)]
struct Sums {
    received: u64,
    decided: u64,
    refused: u64,
    unavailable: u64,
}

impl Sums {
    fn of(scrape: &Scrape) -> Self {
        Self {
            received: scrape.sum("postbackd_postbacks_received_total"),
            decided: scrape.sum("postbackd_postbacks_total"),
            refused: scrape.sum("postbackd_refused_total"),
            unavailable: scrape.sum("postbackd_unavailable_total"),
        }
    }

    const fn add_up(&self) -> bool {
        self.received == self.decided + self.refused + self.unavailable
    }

    fn finding(&self) -> Finding {
        let Self {
            received,
            decided,
            refused,
            unavailable,
        } = self;
        let found = format!("{received} postbacks: {decided} answered, {refused} refused, {unavailable} unavailable");
        if self.add_up() {
            Finding::ok(CHECK, found)
        } else {
            Finding::fail(
                CHECK,
                format!("{found}; they do not add up"),
                "a request was answered without being counted or counted twice: please report it with the service's log",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn sums_add_up_or_fail() {
        for (unavailable, outcome) in [(3, Outcome::Ok), (2, Outcome::Fail), (4, Outcome::Fail)] {
            let scrape = Scrape::new(format!(
                "postbackd_postbacks_received_total 10\npostbackd_postbacks_total{{verdict=\"recorded\"}} 4\n\
                 postbackd_postbacks_total{{verdict=\"duplicate\"}} 1\npostbackd_refused_total{{code=\"x\"}} 2\n\
                 postbackd_unavailable_total {unavailable}\n"
            ));
            assert_eq!(Sums::of(&scrape).finding().outcome(), outcome, "{unavailable}");
        }
    }
}
