//! Everything that knows PostgreSQL: the only importer of sqlx.
//!
//! Each file of statements belongs to one table; one function is one statement, and its comment says what it
//! guarantees. Ingest writes over [`Link`]s, connections of its own with deadlines; the private API reads over a small
//! [`Reader`] pool that cannot slow ingest down.

mod batch;
mod checkup;
mod clicks;
mod column;
mod connect;
mod conversions;
mod error;
mod facts;
mod known;
mod link;
mod migrate;
mod numeric;
mod paid;
mod partitions;
mod postbacks;
pub mod private;
mod read;
mod record;

pub use batch::{LateClicks, PostbackBatch};
pub use checkup::{ConnectionLimit, MissingRight, ServerFacts, Setting};
pub use connect::{DatabaseUrl, DatabaseUrlError};
pub use error::{StoreError, causes};
pub use facts::StoredFacts;
pub use link::Link;
pub use migrate::{MigrateError, Standing, migrate, standing};
pub use partitions::{PARTITIONS_AHEAD_MIGRATE, PARTITIONS_AHEAD_SERVE, make_partitions};
pub use postbacks::{LogRow, LogVerdict, REFUSED};
pub use read::{
    ClickView, ConversionFilter, ConversionView, Cursor, PostbackView, Reader, StepView, StoredPostback, Tests,
};
