//! Connections: enough left for the service to open those that it needs.

use crate::store::{ConnectionLimit, Link};

use super::finding::Finding;
use super::question::{deadline, unanswered};

const CHECK: &str = "connections";

/// What one more service opens at most: its writers, replay, upkeep and the private API.
const SERVICE_NEEDS: i64 = 10;

pub(super) async fn check(link: &mut Link) -> Vec<Finding> {
    match link.connection_limits(deadline()).await {
        Ok(limits) => limits.iter().map(judge).collect(),
        Err(failure) => vec![unanswered(CHECK, &failure)],
    }
}

fn judge(limit: &ConnectionLimit) -> Finding {
    let ConnectionLimit { of, max, used } = limit;
    let found = format!("{used} of {max} that {of} takes are in use");
    if max - used < SERVICE_NEEDS {
        Finding::warn(
            CHECK,
            format!("{found}; a service opens up to {SERVICE_NEEDS}, and without them it spools"),
            "raise max_connections (or the connection limit of the database or the role), or end others",
        )
    } else {
        Finding::ok(CHECK, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn too_few_connections_for_a_service_are_looked_at() {
        for (used, outcome) in [
            (0, Outcome::Ok),
            (90, Outcome::Ok),
            (91, Outcome::Warn),
            (100, Outcome::Warn),
        ] {
            let limit = ConnectionLimit {
                of: "the server",
                max: 100,
                used,
            };
            assert_eq!(judge(&limit).outcome(), outcome, "{used}");
        }
    }
}
