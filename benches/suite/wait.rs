//! Waiting for what cannot report by itself.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::interrupt;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Looks until there is something to see, at most for `limit`.
pub(crate) fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
        interrupt::check()?;
        ensure!(Instant::now() < deadline, "{what}: not within {limit:?}");
        thread::sleep(LOOK_EVERY);
    }
}
