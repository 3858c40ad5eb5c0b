//! The keeper: the thread that starts the server, starts it again when it dies, and stops it.
//!
//! It has a runtime of its own, so that every server is spawned from this very thread, and so that neither a busy nor an
//! ending runtime of the service keeps it from its work.

use std::error::Error;
use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{error, info, warn};

use super::home::Home;
use super::postmaster::Postmaster;
use super::{DATABASE, PrivateError, log};

/// The pause before a restart that follows a failed one, doubled up to the limit. There is no last attempt: meanwhile
/// the service takes what comes onto its disk.
const RESTART_PAUSE_MIN: Duration = Duration::from_secs(1);
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(5);

/// A server that lived this long is restarted without a pause.
const STEADY_AFTER: Duration = Duration::from_secs(10);

/// How often the length of the log is looked at.
const LOG_CHECK_INTERVAL: Duration = Duration::from_mins(1);

/// How long looking up or making the database may take.
const DATABASE_WAIT: Duration = Duration::from_secs(30);

/// Runs the server of `data_dir`, reports once on `ready` how to connect, and returns when it has stopped: after
/// `stopped` completes, that is when its sender is dropped.
pub(super) fn keep(
    data_dir: &Path,
    ready: oneshot::Sender<Result<String, PrivateError>>,
    stopped: oneshot::Receiver<()>,
) {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(data_dir, ready, stopped)),
        // Who gave up waiting needs no report.
        Err(error) => drop(ready.send(Err(PrivateError::Keeper(error)))),
    }
}

async fn run(
    data_dir: &Path,
    ready: oneshot::Sender<Result<String, PrivateError>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let begun = tokio::select! {
        begun = begin(data_dir) => begun,
        // The caller gave up. What was begun ends as it is dropped.
        _ = &mut stopped => return,
    };
    match begun {
        // Who gave up waiting needs no report; `stopped` is complete then.
        Err(error) => drop(ready.send(Err(error))),
        Ok((home, postmaster)) => {
            drop(ready.send(Ok(home.sockets.url())));
            supervise(&home, postmaster, stopped).await;
        }
    }
}

async fn begin(data_dir: &Path) -> Result<(Home, Postmaster), PrivateError> {
    let begun_at = Instant::now();
    let home = Home::open(data_dir).await?;
    let postmaster = Postmaster::start(&home).await?;
    let made = timeout(DATABASE_WAIT, make_database(&home)).await;
    let failure = match made {
        Ok(Ok(())) => {
            let elapsed_ms = begun_at.elapsed().as_millis();
            info!(
                elapsed_ms,
                "the private PostgreSQL in {} is ready",
                home.cluster.display()
            );
            return Ok((home, postmaster));
        }
        Ok(Err(error)) => error,
        Err(_) => sqlx::Error::Io(io::ErrorKind::TimedOut.into()),
    };
    postmaster.stop().await;
    Err(PrivateError::Database(failure))
}

/// Makes the service's database where it is missing.
async fn make_database(home: &Home) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(&home.sockets.url_of("postgres")).await?;
    // The checked macros describe the service's own schema; this is the catalog, before there is any.
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        sqlx::query("create database postbackd")
            .execute(&mut connection)
            .await?;
    }
    connection.close().await
}

/// Restarts the server whenever it dies, until it shall stop.
async fn supervise(home: &Home, mut postmaster: Postmaster, mut stopped: oneshot::Receiver<()>) {
    let mut log_check = interval(LOG_CHECK_INTERVAL);
    log_check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ready_at = Instant::now();
    loop {
        tokio::select! {
            _ = &mut stopped => return postmaster.stop().await,
            _ = log_check.tick() => {
                if let Err(error) = log::bound(&home.log) {
                    warn!(error = &error as &dyn Error, "could not bound the log of the private PostgreSQL");
                }
                continue;
            }
            ended = postmaster.ended() => match ended {
                Ok(status) => warn!("the private PostgreSQL died ({status}); starting it again"),
                Err(error) => error!(error = &error as &dyn Error, "lost sight of the private PostgreSQL"),
            },
        }
        let pause = if ready_at.elapsed() < STEADY_AFTER {
            RESTART_PAUSE_MIN
        } else {
            Duration::ZERO
        };
        postmaster = tokio::select! {
            // What is being started ends as it is dropped.
            _ = &mut stopped => return,
            postmaster = restart(home, pause) => postmaster,
        };
        ready_at = Instant::now();
        info!("the private PostgreSQL is ready again");
    }
}

/// Starts the server, after `pause`, as often as it takes.
async fn restart(home: &Home, mut pause: Duration) -> Postmaster {
    loop {
        sleep(pause).await;
        match Postmaster::start(home).await {
            Ok(postmaster) => return postmaster,
            Err(error) => {
                error!(
                    error = &error as &dyn Error,
                    "the private PostgreSQL does not start; trying again"
                );
                pause = (pause * 2).clamp(RESTART_PAUSE_MIN, RESTART_PAUSE_MAX);
            }
        }
    }
}
