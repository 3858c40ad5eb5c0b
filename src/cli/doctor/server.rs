//! The server that answers: new enough, and one that takes writes.

use crate::store::ServerFacts;

use super::finding::Finding;

/// The oldest major version that postbackd runs on.
const MAJOR_MIN: i32 = 14;

pub(super) fn version(facts: &ServerFacts) -> Finding {
    const CHECK: &str = "postgres";
    let found = format!("PostgreSQL {} answers", facts.version);
    if facts.major >= MAJOR_MIN {
        Finding::ok(CHECK, found)
    } else {
        Finding::fail(
            CHECK,
            format!("{found}, which is older than {MAJOR_MIN}"),
            "upgrade it with pg_upgrade, or by dump and restore",
        )
    }
}

pub(super) fn writes(facts: &ServerFacts) -> Finding {
    const CHECK: &str = "postgres writes";
    if facts.is_standby {
        Finding::fail(
            CHECK,
            "it is a standby and takes none",
            "point database.url to the primary, or promote it",
        )
    } else if facts.is_read_only {
        Finding::fail(
            CHECK,
            "its transactions are read-only (default_transaction_read_only)",
            "alter system, database or role reset default_transaction_read_only, whichever sets it",
        )
    } else {
        Finding::ok(CHECK, "it takes them")
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn facts(major: i32, is_standby: bool, is_read_only: bool) -> ServerFacts {
        ServerFacts {
            version: format!("{major}.1"),
            major,
            is_standby,
            is_read_only,
        }
    }

    #[test]
    fn an_old_server_and_one_that_takes_no_writes_fail() {
        assert_eq!(version(&facts(13, false, false)).outcome(), Outcome::Fail);
        assert_eq!(version(&facts(14, false, false)).outcome(), Outcome::Ok);
        assert_eq!(writes(&facts(14, true, false)).outcome(), Outcome::Fail);
        assert_eq!(writes(&facts(14, false, true)).outcome(), Outcome::Fail);
        assert_eq!(writes(&facts(14, false, false)).outcome(), Outcome::Ok);
    }
}
