//! Migrations: the schema's history, compiled into the program and applied in order.

use std::time::Duration;

use sqlx::migrate::{MigrateError as SqlxMigrateError, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};

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
    Schema(#[source] SqlxMigrateError),
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
    let outcome = match is_current(&pool).await {
        Ok(true) => Ok(()),
        Ok(false) => MIGRATIONS.run(&pool).await,
        Err(error) => Err(error),
    };
    pool.close().await;
    outcome.map_err(|error| {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other variant, whatever it will be, is about the schema"
        )]
        match error {
            SqlxMigrateError::Execute(cause) | SqlxMigrateError::ExecuteMigration(cause, _) if is_passing(&cause) => {
                MigrateError::Unavailable(cause)
            }
            other => MigrateError::Schema(other),
        }
    })
}

/// Whether every migration is applied and none that this program does not know. Asked first, because the migrator makes its
/// own table even where nothing is missing, and a role without that right should be able to serve.
///
/// Its statements ask about a table that the migrator makes, which is not there when the program is built.
async fn is_current(pool: &PgPool) -> Result<bool, SqlxMigrateError> {
    let there = sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null");
    if !there.fetch_one(pool).await? {
        return Ok(false);
    }
    let applied = sqlx::query_as::<_, (i64, Vec<u8>, bool)>(
        "select version, checksum, success from _sqlx_migrations order by version",
    );
    let applied = applied.fetch_all(pool).await?;
    let known: Vec<(i64, Vec<u8>, bool)> = MIGRATIONS
        .iter()
        .map(|migration| (migration.version, migration.checksum.to_vec(), true))
        .collect();
    Ok(applied == known)
}

/// Whether the same may succeed later: the connection broke, or PostgreSQL is starting, stopping, read-only, full or locked
/// (SQLSTATE classes 08, 25, 53, 55 and 57).
fn is_passing(error: &sqlx::Error) -> bool {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        Some(code) => ["08", "25", "53", "55", "57"]
            .iter()
            .any(|class| code.starts_with(class)),
        None => matches!(
            error,
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
        ),
    }
}
