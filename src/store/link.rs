//! A writer's connection: opened when it is needed, closed when anything about it is in doubt.
//!
//! It is no pool on purpose. A pooled connection whose statement ran into a time-out may be handed on in the middle of an
//! answer, and a time-out around a silent peer can keep its permit for ever. A link closes its connection after every
//! failure and opens another one the next time.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, timeout, timeout_at};

use super::connect::{DatabaseUrl, Purpose};
use super::error::StoreError;

/// Longest time that opening a connection may take, whatever its caller would wait.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest time that saying goodbye to PostgreSQL may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection of one writer.
#[derive(Debug)]
pub struct Link {
    url: DatabaseUrl,
    connection: Option<PgConnection>,
}

impl Link {
    /// A link that is not open yet.
    pub const fn new(url: DatabaseUrl) -> Self {
        Self { url, connection: None }
    }

    /// Whether a connection is open, as far as is known: its other end may be gone.
    pub const fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Runs `work` on the connection before `deadline`. After any failure but a refused row the connection is closed:
    /// PostgreSQL then rolls back whatever was under way.
    ///
    /// # Errors
    ///
    /// What `work` says, or that PostgreSQL could not be reached in time.
    pub(super) async fn run<T>(
        &mut self,
        deadline: Instant,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Taken out while it works: if the caller is dropped here, the connection is dropped, and closed, with it.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.open(deadline).await?,
        };
        let outcome = timeout_at(deadline, work(&mut connection))
            .await
            .unwrap_or(Err(StoreError::TimedOut));
        match &outcome {
            Ok(_)
            | Err(StoreError::Refused(_) | StoreError::Taken(_) | StoreError::Repeat(_) | StoreError::Contended) => {
                self.connection = Some(connection);
            }
            Err(StoreError::Unavailable(_) | StoreError::NotWritable | StoreError::TimedOut) => drop(connection),
        }
        outcome
    }

    /// Closes the connection until it is needed again.
    pub async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A goodbye that does not get through is none that anybody waits for: the socket is closed in any case.
            drop(timeout(CLOSE_TIMEOUT, connection.close()).await);
        }
    }

    async fn open(&self, deadline: Instant) -> Result<PgConnection, StoreError> {
        let deadline = deadline.min(Instant::now() + CONNECT_TIMEOUT);
        let options = self.url.options(Purpose::Ingest);
        let opened = async {
            let mut connection = options.connect().await?;
            keep_memory(&mut connection).await?;
            Ok(connection)
        };
        match timeout_at(deadline, opened).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(StoreError::Unavailable(error)),
            Err(_) => Err(StoreError::TimedOut),
        }
    }

    /// Asks PostgreSQL whether it takes writes, before the deadline.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub async fn probe(&mut self, deadline: Instant) -> Result<(), StoreError> {
        self.run(deadline, async |connection| {
            let row = sqlx::query!(
                r#"
                select to_regclass('postbacks') is not null and not pg_is_in_recovery() as "takes_writes!"
                "#
            )
            .fetch_one(connection)
            .await?;
            if row.takes_writes {
                Ok(())
            } else {
                Err(StoreError::NotWritable)
            }
        })
        .await
    }
}

/// Lets the connection's process keep the memory that a batch needs until the next batch.
///
/// Otherwise glibc gives it back to the kernel after each statement, as what lies free at the heap's end is more than 128 KiB,
/// and gets it again with the next one, a page fault for each page. When a block is freed that was large enough for pages of its
/// own, as the text made here is, glibc raises that limit to twice the block's size
/// (<https://man7.org/linux/man-pages/man3/mallopt.3.html>, `M_MMAP_THRESHOLD`), here to 4 MiB, for as long as the process lives.
/// Elsewhere it does nothing. The text is made of long pieces, as each is copied by itself. Measured: a batch costs PostgreSQL
/// 0.15 ms less, whatever its size.
async fn keep_memory(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select octet_length(repeat(repeat('.', 2048), 1024))")
        .fetch_one(connection)
        .await?;
    Ok(())
}
