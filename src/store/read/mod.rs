//! What the private API reads: clicks, conversions and the raw log, over a small pool of its own.
//!
//! A file for each table, with what the private API shows of it; [`filter`] says which conversions are listed.

mod clicks;
mod conversions;
mod filter;
mod history;
mod postbacks;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::domain::time::Timestamp;

use super::connect::{DatabaseUrl, Purpose};

pub use clicks::ClickView;
pub use conversions::ConversionView;
pub use filter::{ConversionFilter, Cursor, Tests};
pub use history::StepView;
pub use postbacks::{PostbackView, StoredPostback};

/// Connections that the private API may hold.
const CONNECTIONS_MAX: u32 = 4;
/// Longest time that a request of the private API waits for one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Unused connections are closed after this.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Reads for the private API.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) pool: PgPool,
}

impl Reader {
    /// A reader whose connections are opened when they are needed.
    pub fn new(url: &DatabaseUrl) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(IDLE_TIMEOUT)
            .connect_lazy_with(url.options(Purpose::Read));
        Self { pool }
    }
}

fn shown(at: DateTime<Utc>) -> String {
    Timestamp::from(at).to_string()
}
