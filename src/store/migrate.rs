//! Migrations: the schema's history, compiled into the program and applied in order.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;

use super::connect::{DatabaseUrl, Purpose};

/// Longest time that reaching PostgreSQL may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The migrations in `migrations/`. Never edited once released; a change is another file.
static MIGRATIONS: Migrator = sqlx::migrate!();

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// PostgreSQL could not be reached.
    #[error("postgres is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// The database is newer than this program, or a migration failed.
    #[error("the schema cannot be brought up to date")]
    Schema(#[source] sqlx::migrate::MigrateError),
}

/// Applies the migrations that are missing. Safe to call from several replicas at once: each is applied once, the others
/// wait for it.
///
/// # Errors
///
/// When PostgreSQL cannot be reached or the database has a migration that this program does not know.
pub async fn migrate(url: &DatabaseUrl) -> Result<(), MigrateError> {
    // A pool of one: the migrator's future over a lone connection cannot be sent between threads.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(CONNECT_TIMEOUT)
        .connect_with(url.options(Purpose::Maintain))
        .await
        .map_err(MigrateError::Unavailable)?;
    let outcome = MIGRATIONS.run(&pool).await;
    pool.close().await;
    outcome.map_err(|error| {
        if let sqlx::migrate::MigrateError::Execute(cause) = error {
            return if is_connection_trouble(&cause) {
                MigrateError::Unavailable(cause)
            } else {
                MigrateError::Schema(sqlx::migrate::MigrateError::Execute(cause))
            };
        }
        MigrateError::Schema(error)
    })
}

fn is_connection_trouble(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
    )
}
