//! The schema: the one that this program writes.

use crate::store::{DatabaseUrl, MigrateError, Standing, causes, standing};

use super::finding::Finding;

const CHECK: &str = "schema";

/// # Errors
///
/// The finding that it is another: then what is in it cannot be asked.
pub(super) async fn check(url: &DatabaseUrl) -> Result<Finding, Finding> {
    match standing(url).await {
        Ok(Standing::Current) => Ok(Finding::ok(CHECK, "every migration is applied")),
        Ok(Standing::Older) => Err(Finding::fail(
            CHECK,
            "migrations are missing",
            "postbackd migrate, as a role that may make tables",
        )),
        Err(failure @ MigrateError::Newer(_)) => Err(Finding::fail(
            CHECK,
            failure.to_string(),
            "replace this program by the newer one; until then it keeps everything in its spool",
        )),
        Err(
            failure @ (MigrateError::Unavailable(_)
            | MigrateError::TimedOut
            | MigrateError::Busy
            | MigrateError::Schema(_)),
        ) => Err(Finding::fail(
            CHECK,
            format!("it cannot be compared: {failure}: {}", causes(&failure)),
            "ask again; where it stays like this, the cause above is what to repair",
        )),
    }
}
