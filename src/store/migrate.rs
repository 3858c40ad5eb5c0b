//! Migrations: the schema's history, compiled into the program and applied in order.

use std::time::Duration;

use sqlx::migrate::{MigrateError as SqlxMigrateError, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use super::connect::{DatabaseUrl, Purpose};

/// Longest time that reaching PostgreSQL, and asking it how the schema stands, may take.
const ASK_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest time that a replica waits for another one that is migrating, before it carries on and tries later.
const TURN_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often it asks for its turn.
const TURN_ASK_EVERY: Duration = Duration::from_millis(50);
/// Longest time that applying migrations may take.
const APPLY_TIMEOUT: Duration = Duration::from_mins(30);
/// Longest time that saying goodbye to PostgreSQL may take: one that went silent is not waited for.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The advisory lock that stands for the turn: "migrate!" in ASCII.
const TURN_KEY: i64 = 0x6d69_6772_6174_6521;

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// PostgreSQL could not be reached, or cannot do it now.
    #[error("postgres is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// PostgreSQL did not answer in time.
    #[error("postgres did not answer in time")]
    TimedOut,
    /// Another replica is migrating.
    #[error("another postbackd is applying migrations")]
    Busy,
    /// A newer program migrated the database.
    #[error("the schema is newer than this program: it has the migration {0}, which this program does not know")]
    Newer(i64),
    /// A migration failed, or is not the one that was applied.
    #[error("the schema cannot be brought up to date")]
    Schema(#[source] SqlxMigrateError),
}

/// How the database's schema stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Every migration is applied.
    Current,
    /// Some are missing.
    Older,
}

/// How the schema stands. A role that may not read the list of migrations is not meant to: somebody else looks after
/// them, and the schema counts as current.
///
/// # Errors
///
/// When PostgreSQL does not say, or says that it is newer.
pub async fn standing(url: &DatabaseUrl) -> Result<Standing, MigrateError> {
    let pool = connect(url).await?;
    let standing = ask(&pool).await;
    close(&pool).await;
    standing
}

/// Applies the migrations that are missing. Safe to call from several replicas at once: each is applied once. A replica that
/// does not get its turn is told so; nobody waits in PostgreSQL for it, where a waiting session could itself be in the way of
/// what the other one does.
///
/// # Errors
///
/// When PostgreSQL cannot be reached, another replica is at it, or the database has a migration that this program does not
/// know.
pub async fn migrate(url: &DatabaseUrl) -> Result<(), MigrateError> {
    let pool = connect(url).await?;
    let outcome = migrate_over(&pool).await;
    // Closing the only session ends the turn as well, whatever became of it.
    close(&pool).await;
    outcome
}

async fn close(pool: &PgPool) {
    drop(timeout(CLOSE_TIMEOUT, pool.close()).await);
}

async fn migrate_over(pool: &PgPool) -> Result<(), MigrateError> {
    // Asked first, because the migrator makes its own table even where nothing is missing, and a role without that right
    // should be able to serve.
    if ask(pool).await? == Standing::Current {
        return Ok(());
    }
    let patience = Instant::now() + TURN_WAIT_MAX;
    while !is_our_turn(pool).await? {
        if Instant::now() >= patience {
            return Err(MigrateError::Busy);
        }
        sleep(TURN_ASK_EVERY).await;
    }
    let mut migrations = known();
    migrations.set_locking(false);
    match timeout(APPLY_TIMEOUT, migrations.run(pool)).await {
        Ok(applied) => applied.map_err(why),
        Err(_) => Err(MigrateError::TimedOut),
    }
}

/// The migrations in `migrations/`. Never edited once released; a change is another file.
fn known() -> Migrator {
    sqlx::migrate!()
}

/// A pool of one, which keeps its session: the migrator's future over a lone connection cannot be sent between threads.
async fn connect(url: &DatabaseUrl) -> Result<PgPool, MigrateError> {
    let options = url.options(Purpose::Maintain);
    // A pool keeps trying where PostgreSQL refuses; one attempt before it says so at once.
    let knock = async { options.connect().await?.close().await };
    match timeout(ASK_TIMEOUT, knock).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(MigrateError::Unavailable(error)),
        Err(_) => return Err(MigrateError::TimedOut),
    }
    let connecting = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ASK_TIMEOUT)
        .connect_with(options);
    connecting.await.map_err(MigrateError::Unavailable)
}

/// How the schema stands. Its statements ask about a table that the migrator makes, which is not there when the program is
/// built.
async fn ask(pool: &PgPool) -> Result<Standing, MigrateError> {
    let asking = async {
        let there = sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null");
        if !there.fetch_one(pool).await? {
            return Ok(Vec::new());
        }
        let applied = "select version, checksum, success from _sqlx_migrations order by version";
        sqlx::query_as::<_, (i64, Vec<u8>, bool)>(applied).fetch_all(pool).await
    };
    let applied = match timeout(ASK_TIMEOUT, asking).await {
        Ok(Ok(applied)) => applied,
        Ok(Err(error)) if is_forbidden(&error) => return Ok(Standing::Current),
        Ok(Err(error)) => return Err(why(SqlxMigrateError::Execute(error))),
        Err(_) => return Err(MigrateError::TimedOut),
    };
    let migrations = known();
    let is_known = |version: i64| migrations.iter().any(|migration| migration.version == version);
    if let Some((version, ..)) = applied.iter().rfind(|(version, ..)| !is_known(*version)) {
        return Err(MigrateError::Newer(*version));
    }
    let wanted = migrations
        .iter()
        .map(|migration| (migration.version, migration.checksum.to_vec(), true));
    Ok(if applied.into_iter().eq(wanted) {
        Standing::Current
    } else {
        Standing::Older
    })
}

async fn is_our_turn(pool: &PgPool) -> Result<bool, MigrateError> {
    let asking = sqlx::query_scalar::<_, bool>("select pg_try_advisory_lock($1)").bind(TURN_KEY);
    match timeout(ASK_TIMEOUT, asking.fetch_one(pool)).await {
        Ok(answer) => answer.map_err(|error| why(SqlxMigrateError::Execute(error))),
        Err(_) => Err(MigrateError::TimedOut),
    }
}

fn why(error: SqlxMigrateError) -> MigrateError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other variant, whatever it will be, is about the schema"
    )]
    match error {
        SqlxMigrateError::VersionMissing(version) => MigrateError::Newer(version),
        SqlxMigrateError::Execute(cause) | SqlxMigrateError::ExecuteMigration(cause, _) if is_passing(&cause) => {
            MigrateError::Unavailable(cause)
        }
        other => MigrateError::Schema(other),
    }
}

/// Whether the role lacks the right (SQLSTATE 42501).
fn is_forbidden(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("42501")
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
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed | sqlx::Error::PoolTimedOut
        ),
    }
}
