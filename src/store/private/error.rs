//! Why the private PostgreSQL does not run. Each message tells an operator what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::programs::{MAJOR_MIN, POSTBACKD_PG_BIN};

/// What keeps the private PostgreSQL from running.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// Nothing to run: PostgreSQL is not installed, or too old.
    #[error("no PostgreSQL {MAJOR_MIN} or newer is installed here, and no database is configured; {install}")]
    NoPrograms {
        /// What to do about it.
        install: String,
    },
    /// The folder that the operator named does not hold the programs.
    #[error(
        "{POSTBACKD_PG_BIN} is {folder}, which holds no working initdb and postgres of version {MAJOR_MIN} or newer; \
         correct or unset it, and where PostgreSQL is missing, {install}"
    )]
    WrongFolder {
        /// The folder as the operator named it.
        folder: PathBuf,
        /// How to get PostgreSQL.
        install: String,
    },
    /// A cluster is bound to the major version that made it.
    #[error("the cluster in {cluster} needs PostgreSQL {major}, but only {found} is installed here")]
    OtherVersion {
        /// The cluster.
        cluster: PathBuf,
        /// What made it.
        major: u32,
        /// What is there instead, for people.
        found: String,
    },
    /// Another service works on this data directory.
    #[error(
        "another postbackd (process {holder}) is running on {data_dir}; stop it or choose another storage.data_dir"
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// The process that holds the lock, as it wrote itself down.
        holder: String,
    },
    /// Started by root, and there is no user to become: PostgreSQL never runs as root.
    #[error(
        "PostgreSQL never runs as root and there is neither a user postgres nor nobody; start postbackd as another user"
    )]
    NoAccount,
    /// The user that runs PostgreSQL cannot reach a folder.
    #[error(
        "the user {user}, who runs PostgreSQL because root must not, cannot enter {folder}; \
         run `chmod o+x {folder}` or choose another storage.data_dir"
    )]
    CannotEnter {
        /// Who has to enter it.
        user: String,
        /// The first folder on the way that refuses.
        folder: PathBuf,
    },
    /// The cluster belongs to somebody as whom we cannot run it.
    #[error(
        "{cluster} belongs to {owner}, as whom PostgreSQL cannot be run here; start postbackd as its owner or give it away with chown -R"
    )]
    OtherOwner {
        /// The cluster.
        cluster: PathBuf,
        /// Whose it is, for people.
        owner: String,
    },
    /// The cluster could not be made.
    #[error("initdb could not make a cluster ({status}): {output}")]
    Initdb {
        /// How it ended.
        status: ExitStatus,
        /// The end of what it said.
        output: String,
    },
    /// PostgreSQL ended before it took connections.
    #[error("PostgreSQL ended while it started ({status}); the end of {log}: {tail}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The last lines that this start wrote.
        tail: String,
    },
    /// A step did not end in time.
    #[error("{step} took longer than {} s", limit.as_secs())]
    TooSlow {
        /// What was waited for.
        step: &'static str,
        /// How long.
        limit: Duration,
    },
    /// A server that an earlier, killed service left behind cannot be ended.
    #[error(
        "a PostgreSQL (process {pid}) that an earlier postbackd left running on {cluster} does not end; end it by hand"
    )]
    Orphan {
        /// The server's process.
        pid: i32,
        /// Its cluster.
        cluster: PathBuf,
    },
    /// The file system refused.
    #[error("could not {action} {path}")]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The thread that keeps the server could not be started, or broke.
    #[error("the thread that keeps PostgreSQL running failed")]
    Keeper(#[source] io::Error),
    /// The service's database could not be looked up or made.
    #[error("could not make the database of the private PostgreSQL")]
    Database(#[source] sqlx::Error),
}

impl PrivateError {
    /// For `map_err` after a call of the file system.
    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
