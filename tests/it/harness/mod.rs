//! What every story needs: a database of its own, a service on free ports, a client, and signatures.
//!
//! Waiting is always for an event and always bounded by [`EVENT_WAIT_MAX`], which only a broken program reaches.

mod click_id;
mod folder;
mod http;
mod metrics;
pub(crate) mod postgres;
mod process;
mod sign;
mod site;

use std::thread;
use std::time::{Duration, Instant};

pub(crate) use click_id::uuid_of;
pub(crate) use folder::new_folder;
pub(crate) use http::{Answer, Connection, Request, get, post, request};
pub(crate) use postgres::{Cluster, Database, rows};
pub(crate) use process::{Ended, Process, postbackd, run};
pub(crate) use sign::{ACME, Network, hmac_sha256_hex, now_s};
pub(crate) use site::{RULES, Service, Site, Stage, TOKEN};

/// How long a test waits for what must happen.
pub(crate) const EVENT_WAIT_MAX: Duration = Duration::from_secs(40);

/// Between two looks at something that cannot report by itself.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something to see.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + EVENT_WAIT_MAX;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "{what}: not within {} s",
            EVENT_WAIT_MAX.as_secs()
        );
        thread::sleep(LOOK_EVERY);
    }
}
