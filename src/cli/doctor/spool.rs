//! The spool's folder: what waits, what was set aside, what is damaged, what only a newer program reads.

use std::io;
use std::path::Path;

use crate::domain::time::Timestamp;
use crate::ingest::now;
use crate::spool::{Inventory, aside};
use crate::store::causes;

use super::super::counted;
use super::finding::Finding;

pub(super) fn check(folder: &Path, inventory: io::Result<Inventory>) -> Vec<Finding> {
    let mut findings = match inventory {
        Ok(inventory) => judge(&inventory, now()),
        Err(failure) => vec![unreadable(&failure)],
    };
    findings.push(set_aside(folder));
    findings
}

fn judge(inventory: &Inventory, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![waiting(inventory, now), damaged(inventory)];
    findings.extend(newer(inventory));
    findings.extend(inventory.unreadable.iter().map(unreadable));
    findings
}

fn waiting(inventory: &Inventory, now: Timestamp) -> Finding {
    const CHECK: &str = "spool";
    let Some(oldest_at) = inventory.oldest_at() else {
        return Finding::ok(CHECK, "nothing waits for PostgreSQL");
    };
    Finding::warn(
        CHECK,
        format!(
            "waiting for PostgreSQL: {} ({} bytes), the oldest for {} s",
            counted(inventory.records(), "record"),
            inventory.bytes(),
            now.since(oldest_at).as_secs()
        ),
        "nothing, if there was an outage a moment ago: a running service replays them while PostgreSQL takes writes",
    )
}

fn set_aside(folder: &Path) -> Finding {
    const CHECK: &str = "records set aside";
    match aside::list(folder) {
        Ok(ids) if ids.is_empty() => Finding::ok(CHECK, "none"),
        Ok(ids) => Finding::warn(
            CHECK,
            format!("{} that PostgreSQL refused", counted(ids.len() as u64, "record")),
            "postbackd spool list names each with its reason; repair that, then postbackd spool retry, or drop",
        ),
        Err(failure) => Finding::fail(
            CHECK,
            format!("{failure}: {}", causes(&failure)),
            "ask as the user who runs the service, or as root",
        ),
    }
}

fn damaged(inventory: &Inventory) -> Finding {
    const CHECK: &str = "quarantine";
    // What no service has looked at yet is damaged all the same.
    let in_segments: u64 = inventory.segments.iter().map(|segment| segment.damaged).sum();
    let pieces = (inventory.quarantine.len() as u64).max(in_segments);
    if pieces == 0 {
        return Finding::ok(CHECK, "nothing of the spool was ever damaged");
    }
    Finding::warn(
        CHECK,
        format!("{} of the spool", counted(pieces, "damaged piece")),
        "their disk lies: replace it. What postbackd spool list names was never replayed; delete it when it is explained",
    )
}

fn newer(inventory: &Inventory) -> Option<Finding> {
    let files = inventory.newer.join(", ");
    (!files.is_empty()).then(|| {
        Finding::warn(
            "newer spool files",
            format!("a newer postbackd wrote {files}"),
            "run that again: only it can bring what is in them to PostgreSQL",
        )
    })
}

fn unreadable(failure: &io::Error) -> Finding {
    Finding::fail(
        "spool",
        format!("it cannot be read: {failure}"),
        "ask as the user who runs the service, or as root; where that is so, repair the disk",
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;
    use crate::spool::{KeptFile, SegmentCount};

    #[test]
    fn whatever_lies_in_the_folder_deserves_a_look() {
        let now = Timestamp::from_unix_seconds(1_700_000_000);
        let outcomes =
            |inventory: &Inventory| -> Vec<Outcome> { judge(inventory, now).iter().map(Finding::outcome).collect() };
        assert_eq!(outcomes(&Inventory::default()), [Outcome::Ok, Outcome::Ok]);
        let full = Inventory {
            segments: vec![SegmentCount {
                file: "1.spool".to_owned(),
                bytes: 100,
                records: 2,
                oldest_at: Some(now),
                damaged: 0,
            }],
            quarantine: vec![KeptFile {
                file: "1.damaged".to_owned(),
                bytes: 10,
            }],
            newer: vec!["2.spool".to_owned()],
            unreadable: vec![io::ErrorKind::PermissionDenied.into()],
        };
        assert_eq!(
            outcomes(&full),
            [Outcome::Warn, Outcome::Warn, Outcome::Warn, Outcome::Fail]
        );
    }
}
