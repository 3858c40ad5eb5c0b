//! The role's rights on our tables: one that lacks a right is told "unavailable" with every batch.

use crate::store::{Link, MissingRight};

use super::finding::Finding;
use super::question::{deadline, unanswered};

const CHECK: &str = "rights";

pub(super) async fn check(link: &mut Link) -> Finding {
    let missing = match link.missing_rights(deadline()).await {
        Ok(missing) => missing,
        Err(failure) => return unanswered(CHECK, &failure),
    };
    if missing.is_empty() {
        return Finding::ok(CHECK, "the role has those that it needs on every table");
    }
    let said: Vec<String> = missing
        .iter()
        .map(|MissingRight { table, right }| format!("{right} on {table}"))
        .collect();
    Finding::fail(
        CHECK,
        format!("the role lacks {}", said.join(", ")),
        "grant select, insert, update on all tables in schema public to it",
    )
}
