//! Logs: to standard error, as text on a terminal and as JSON otherwise; `RUST_LOG` chooses what.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// What is logged unless `RUST_LOG` says otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loudness {
    /// The service's life, and nothing for each accepted request.
    Service,
    /// Only what keeps the command from its work: it has its own words for the rest.
    Tool,
}

pub(super) fn start(loudness: Loudness) {
    let default = match loudness {
        // What PostgreSQL tells each session when it stops would be said once for each of them, again and again.
        Loudness::Service => "info,sqlx=warn,sqlx::postgres::notice=error",
        Loudness::Tool => "error",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.with_target(false).init();
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .init();
    }
}
