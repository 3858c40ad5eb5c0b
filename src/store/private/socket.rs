//! Where PostgreSQL's socket lies. A socket's path has a limit that a data directory may well exceed.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

use super::account::Account;
use super::{DATABASE, PORT, PrivateError, ROLE};

/// The longest path of a socket: 107 bytes on Linux, 103 on macOS.
const PATH_BYTES_MAX: usize = 103;

/// What PostgreSQL calls a socket, without its port.
const SOCKET_NAME: &str = ".s.PGSQL.";

/// How our folders begin outside the data directory.
const FOLDER_BEGIN: &str = "postbackd-";

/// A name for a folder that does not exist yet, as long as tempfile makes them.
const FOLDER_SAMPLE: &str = "postbackd-123456";

/// Where every Unix has a short folder that anybody may enter.
const SHORT_FOLDER: &str = "/tmp";

/// A folder of mode 0700 for the socket.
#[derive(Debug)]
pub(super) enum SocketFolder {
    /// The cluster itself: nothing to make and nothing to clean up.
    Cluster(PathBuf),
    /// The cluster lies too deep: a folder of its own, removed with this value.
    Temporary(TempDir),
}

impl SocketFolder {
    /// Picks the cluster where its path is short enough, else makes a folder that belongs to `account`.
    pub(super) fn pick(cluster: &Path, account: Option<&Account>) -> Result<Self, PrivateError> {
        if fits(cluster) {
            return Ok(Self::Cluster(cluster.to_owned()));
        }
        let parent = temporary_parent();
        let folder = tempfile::Builder::new()
            .prefix(FOLDER_BEGIN)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map_err(PrivateError::file("make a folder in", &parent))?;
        if let Some(account) = account {
            account.check_way_to(&parent)?;
            account.give(folder.path())?;
        }
        Ok(Self::Temporary(folder))
    }

    /// Removes the lock of a dead server's socket: PostgreSQL refuses to start when the process id in it is somebody
    /// else's by now.
    pub(super) fn remove_stale_lock(&self) -> Result<(), PrivateError> {
        remove(&self.folder().join(format!("{SOCKET_NAME}{PORT}.lock")), |lock| {
            fs::remove_file(lock)
        })
    }

    /// The folder, where it is not in the data directory.
    pub(super) fn elsewhere(&self) -> Option<&Path> {
        match self {
            Self::Cluster(_) => None,
            Self::Temporary(folder) => Some(folder.path()),
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Cluster(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// What the setting `unix_socket_directories` says. It is a list, and the path of a cluster may hold a comma.
    pub(super) fn setting(&self) -> &Path {
        match self {
            // PostgreSQL works in its cluster.
            Self::Cluster(_) => Path::new("."),
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// How sqlx connects to the service's database.
    pub(super) fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    /// How sqlx connects to `database`.
    pub(super) fn url_of(&self, database: &str) -> String {
        url_in(self.folder(), database)
    }
}

/// The folder that a server uses which another service of ours runs on `cluster`: the one that its service wrote down, else the
/// cluster.
pub(super) fn url_of_another(cluster: &Path, elsewhere: Option<&Path>) -> String {
    url_in(elsewhere.unwrap_or(cluster), DATABASE)
}

fn url_in(folder: &Path, database: &str) -> String {
    let folder = folder.to_str().expect("only a folder whose path is text is picked");
    let host = utf8_percent_encode(folder, NON_ALPHANUMERIC);
    // The port and the absence of TLS are said, so that PGPORT and PGSSLMODE cannot say otherwise.
    format!("postgres://{ROLE}@localhost:{PORT}/{database}?host={host}&sslmode=disable")
}

/// Removes a folder that a killed service made and wrote down.
pub(super) fn remove_left(folder: &Path) -> Result<(), PrivateError> {
    let is_by_us = |name: &OsStr| name.as_encoded_bytes().starts_with(FOLDER_BEGIN.as_bytes());
    if !folder.file_name().is_some_and(is_by_us) {
        return Ok(());
    }
    remove(folder, |folder| fs::remove_dir_all(folder))
}

/// Removes what may be gone already.
fn remove(path: &Path, how: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), PrivateError> {
    match how(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PrivateError::file("remove", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Where folders outside the data directory are made.
fn temporary_parent() -> PathBuf {
    let parent = std::env::temp_dir();
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
    };
    if parent.to_str().is_some_and(is_plain) && parent.is_absolute() && fits(&parent.join(FOLDER_SAMPLE)) {
        parent
    } else {
        PathBuf::from(SHORT_FOLDER)
    }
}

/// Whether a socket in `folder` can be addressed, also by a URL.
fn fits(folder: &Path) -> bool {
    let socket = folder.join(format!("{SOCKET_NAME}{PORT}"));
    socket.to_str().is_some_and(|path| path.len() <= PATH_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{SocketFolder, fits};

    #[test]
    fn a_folder_fits_up_to_the_limit_of_a_socket() {
        let longest = 103 - "/.s.PGSQL.5432".len();
        assert!(fits(Path::new(&format!("/{}", "x".repeat(longest - 1)))));
        assert!(!fits(Path::new(&format!("/{}", "x".repeat(longest)))));
    }

    #[test]
    fn the_url_survives_an_odd_path() {
        let folder = SocketFolder::Cluster(PathBuf::from("/srv/a b,c&d?/postgres"));
        assert_eq!(
            folder.url(),
            "postgres://postbackd@localhost:5432/postbackd?host=%2Fsrv%2Fa%20b%2Cc%26d%3F%2Fpostgres&sslmode=disable"
        );
    }
}
