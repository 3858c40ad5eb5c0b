//! The private PostgreSQL: a server of our own for who has none, below the data directory.
//!
//! It knows how to find PostgreSQL's server programs, make a cluster once, run it and keep it running. It promises that
//! one service at a time uses a data directory, that nobody but the user who runs the server, and root, can connect (a
//! unix socket in a folder of mode 0700, no TCP), that what is committed is on disk, and that whatever is killed, the
//! keeper while the service lives, or else the next start, recovers without help. What the database holds is the
//! business of others.
//!
//! In the data directory:
//! ```text
//! postgres/        the cluster, and its socket where the path is short enough
//! postgres.lock    held while a service uses the cluster
//! postgres.log     what PostgreSQL logs
//! postgres.new-*   a cluster being made; renamed when it is complete
//! ```
//!
//! Root hands the cluster to the user who runs the server in its place as an open folder, so that on Linux the data
//! directory may lie where only root may go; elsewhere such a place is refused.
//!
//! Every server is started by a thread of its own, the keeper, because on Linux the signal that ends PostgreSQL with its
//! parent (`PR_SET_PDEATHSIG`) follows the thread that started it and not the process. The keeper lives until the server
//! is stopped, so that [`PrivatePostgres::start`] may be called from anywhere.

mod account;
mod cluster;
mod error;
mod home;
mod install;
mod keeper;
mod lock;
mod log;
mod pid_file;
mod postmaster;
mod programs;
mod running;
mod socket;
#[cfg(test)]
mod tests;
mod way;

use std::io;
use std::path::Path;
use std::thread;

use tokio::sync::oneshot;
use tracing::error;

pub use error::PrivateError;
pub use running::running_url;

/// The superuser of the cluster: PostgreSQL is ours alone.
const ROLE: &str = "postbackd";

/// The database that the service works in.
const DATABASE: &str = "postbackd";

/// Only part of the socket's name: without TCP nothing listens on it.
const PORT: u16 = 5432;

/// A running private PostgreSQL. Dropping it asks the server to stop; [`stop`](Self::stop) waits until it has.
#[derive(Debug)]
pub struct PrivatePostgres {
    url: String,
    /// Never sent on: the keeper stops when it is dropped, however that comes about.
    running: oneshot::Sender<()>,
    keeper: thread::JoinHandle<()>,
}

impl PrivatePostgres {
    /// Starts the PostgreSQL of `data_dir`, made at the first start, and returns when its database takes connections.
    ///
    /// From then on a server that dies is started again until [`stop`](Self::stop). Dropping the future gives up.
    ///
    /// # Errors
    /// Whatever keeps it from running, said so that an operator can act on it. Nothing is left running.
    pub async fn start(data_dir: &Path) -> Result<Self, PrivateError> {
        let data_dir = data_dir.to_owned();
        let (running, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let keeper = thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keeper::keep(&data_dir, ready, stopped))
            .map_err(PrivateError::Keeper)?;
        let url = started
            .await
            .unwrap_or_else(|_| Err(PrivateError::Keeper(io::Error::other("it panicked"))))?;
        Ok(Self { url, running, keeper })
    }

    /// How sqlx connects: the service's own database, over the socket. It stays the same while this value lives.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Stops the server and returns when it has ended: at once where sessions end at once, within seconds in any case.
    pub async fn stop(self) {
        drop(self.running);
        let ended = tokio::task::spawn_blocking(move || self.keeper.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            error!("the keeper of the private PostgreSQL panicked");
        }
    }
}
