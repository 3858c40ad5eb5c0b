//! Who postbackd is compared with.
//!
//! Two peers are programs of ours, each what a competent engineer writes on an afternoon with the same libraries: this
//! program starts itself for them. pgbench and nginx are others'.

mod hello;
pub(crate) mod nginx;
pub(crate) mod pgbench;
mod transactions;

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use clap::Subcommand;
use rustix::process::Signal;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::child::Child;
use crate::traffic::DESTINATION;

/// How long a peer may take to start.
const READY_WAIT_MAX: Duration = Duration::from_secs(30);

/// What a peer prints before its address.
const LISTENS: &str = "listening on ";

/// Where a peer finds its database: an address with a password does not belong among the arguments.
const DATABASE_URL: &str = "BENCH_DATABASE_URL";

/// A peer that this program is.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Peer {
    /// Redirects and stores nothing
    Hello,
    /// Stores each postback in a transaction of its own
    Transactions {
        /// Connections of its pool
        #[arg(long)]
        pool: u32,
    },
}

/// A peer that serves. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) child: Child,
}

/// A redirect of the same length as the service's own.
fn redirect() -> String {
    format!("{DESTINATION}01m815qnmd0000000000000000")
}

/// Starts a peer; `database_url` is what it stores in.
pub(crate) fn start(peer: Peer, database_url: &str, folder: &Path) -> anyhow::Result<Served> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(DATABASE_URL, database_url).arg("peer");
    let log = match peer {
        Peer::Hello => {
            command.arg("hello");
            folder.join("hello.log")
        }
        Peer::Transactions { pool } => {
            command.arg("transactions").arg("--pool").arg(pool.to_string());
            folder.join(format!("transactions-{pool}.log"))
        }
    };
    let mut child = Child::spawn("a peer", command, &log, Signal::KILL)?;
    let address = child.printed("a peer listens", READY_WAIT_MAX, |log| {
        log.lines().find_map(|line| line.strip_prefix(LISTENS)?.parse().ok())
    })?;
    Ok(Served { address, child })
}

/// Serves as a peer until standard input ends, and so no longer than whoever started it.
pub(crate) fn serve(peer: Peer) -> anyhow::Result<()> {
    let (over, is_over) = oneshot::channel::<()>();
    thread::spawn(move || {
        // Whether it ends or fails: nobody is there any more.
        io::stdin().read_to_end(&mut Vec::new()).ok();
        drop(over);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let router = match peer {
            Peer::Hello => hello::router(),
            Peer::Transactions { pool } => {
                let url = std::env::var(DATABASE_URL).context(DATABASE_URL)?;
                transactions::router(&url, pool).await?
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{LISTENS}{}", listener.local_addr()?);
        // A connection that cannot be told not to wait is only slower.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap_or_default());
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            _ = is_over => {}
        }
        Ok(())
    })
}
