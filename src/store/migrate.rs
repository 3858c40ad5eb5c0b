//! Migrations: the schema's history, compiled into the program and applied in order.

use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::migrate::Migrator;

use super::connect::{DatabaseUrl, Purpose};

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
    let mut connection = url
        .options(Purpose::Maintain)
        .connect()
        .await
        .map_err(MigrateError::Unavailable)?;
    let outcome = MIGRATIONS.run(&mut connection).await;
    // The connection has done its work either way; a failure to say good-bye changes nothing.
    connection.close().await.ok();
    outcome.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) if is_connection_trouble(&error) => {
            MigrateError::Unavailable(error)
        }
        other => MigrateError::Schema(other),
    })
}

fn is_connection_trouble(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
    )
}
