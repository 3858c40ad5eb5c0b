//! How connections to PostgreSQL are made: where to, and with which time-outs on the server's side.

use std::fmt;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// The address of a database, password included. It never prints.
#[derive(Clone)]
pub struct DatabaseUrl(PgConnectOptions);

/// A text is not the address of a PostgreSQL database.
#[derive(Debug, thiserror::Error)]
#[error("expected postgres://user:password@host:port/database")]
pub struct DatabaseUrlError;

/// What a connection is for. Each kind has its own time-outs, enforced by PostgreSQL itself, so that a service that
/// vanished leaves no lock behind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// Batches of clicks and postbacks.
    Ingest,
    /// The private API.
    Read,
    /// Migrations and partitions.
    Maintain,
}

impl DatabaseUrl {
    /// Reads a `postgres://` address.
    ///
    /// # Errors
    ///
    /// When it is none. The error does not repeat it, because it may hold a password.
    pub fn parse(url: &str) -> Result<Self, DatabaseUrlError> {
        url.parse::<PgConnectOptions>().map(Self).map_err(|_| DatabaseUrlError)
    }

    pub(super) fn options(&self, purpose: Purpose) -> PgConnectOptions {
        let millis = |duration: Duration| duration.as_millis().to_string();
        let (name, statement, lock, idle_in_transaction) = match purpose {
            Purpose::Ingest => (
                "postbackd ingest",
                Duration::from_millis(2500),
                Duration::from_secs(2),
                Duration::from_secs(5),
            ),
            Purpose::Read => (
                "postbackd api",
                Duration::from_secs(10),
                Duration::from_secs(2),
                Duration::from_secs(10),
            ),
            Purpose::Maintain => (
                "postbackd maintenance",
                Duration::from_mins(10),
                Duration::from_secs(10),
                Duration::from_secs(10),
            ),
        };
        let options = self
            .0
            .clone()
            .application_name(name)
            .log_statements(tracing::log::LevelFilter::Trace)
            .log_slow_statements(tracing::log::LevelFilter::Debug, Duration::from_secs(1))
            .options([
                ("statement_timeout", millis(statement)),
                ("lock_timeout", millis(lock)),
                ("idle_in_transaction_session_timeout", millis(idle_in_transaction)),
                ("timezone", "UTC".to_owned()),
            ]);
        match purpose {
            // The batches' statements look rows up by id. A plan made while a table was small must not become a scan of
            // all of it when it has grown, so the writers' connections know no other shape than nested index look-ups; and since no
            // other shape is to be had, each statement is planned once.
            Purpose::Ingest => options.options([
                ("enable_seqscan", "off"),
                ("enable_hashjoin", "off"),
                ("enable_mergejoin", "off"),
                ("plan_cache_mode", "force_generic_plan"),
                ("jit", "off"),
            ]),
            // Which index serves a list best depends on the filters that are there, so it is planned anew each time.
            Purpose::Read => options.options([("plan_cache_mode", "force_custom_plan")]),
            Purpose::Maintain => options,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}
