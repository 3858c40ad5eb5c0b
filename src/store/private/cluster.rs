//! Making the cluster, once: beside its place, synced, then renamed, so that one that is there is complete.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::timeout;
use tracing::info;

use super::home::Home;
use super::{PrivateError, ROLE, log};

/// How long making a cluster may take; about a second on an idle machine.
const INITDB_WAIT: Duration = Duration::from_mins(2);

/// How the folder of an unfinished cluster begins. Each attempt has its own, so that none meets what another left.
const UNFINISHED_BEGIN: &str = "postgres.new-";

/// The options of initdb. Only who can enter the socket's folder gets to the trusting door.
const INITDB_OPTIONS: [&str; 6] = [
    "--encoding=UTF8",
    "--locale=C",
    "--auth-local=trust",
    "--auth-host=reject",
    "--data-checksums",
    "--no-instructions",
];

/// The major version of the cluster; `None` when there is no cluster yet.
pub(super) fn major_version(cluster: &Path) -> Result<Option<u32>, PrivateError> {
    let path = cluster.join("PG_VERSION");
    let not_a_version = |_| io::Error::from(io::ErrorKind::InvalidData);
    match fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(not_a_version)
            .map_err(PrivateError::file("understand", &path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PrivateError::file("read", &path)(error)),
    }
}

/// Makes the cluster of `home`, whose folder must be absent or empty.
pub(super) async fn make(home: &Home, data_dir: &Path) -> Result<(), PrivateError> {
    remove_unfinished(data_dir)?;
    let unfinished = tempfile::Builder::new()
        .prefix(UNFINISHED_BEGIN)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(data_dir)
        .map_err(PrivateError::file("make a folder in", data_dir))?;
    if let Some(account) = &home.account {
        account.give(unfinished.path())?;
    }
    run_initdb(home, unfinished.path()).await?;

    // initdb has synced all that is in it.
    fs::rename(unfinished.path(), &home.cluster).map_err(PrivateError::file("put a cluster into", &home.cluster))?;
    // The rename took it away, so that there is nothing to remove.
    let _gone = unfinished.keep();
    File::open(data_dir)
        .and_then(|folder| folder.sync_all())
        .map_err(PrivateError::file("sync", data_dir))?;
    info!("made a PostgreSQL cluster in {}", home.cluster.display());
    Ok(())
}

async fn run_initdb(home: &Home, folder: &Path) -> Result<(), PrivateError> {
    let mut initdb = home.command("initdb", folder, Signal::KILL)?;
    initdb.args(["-U", ROLE]).args(INITDB_OPTIONS).kill_on_drop(true);
    let output = timeout(INITDB_WAIT, initdb.output())
        .await
        .map_err(|_| PrivateError::TooSlow {
            step: "making a PostgreSQL cluster",
            limit: INITDB_WAIT,
        })?
        .map_err(PrivateError::file("run initdb for", folder))?;
    if !output.status.success() {
        let output_end = log::last_lines(&String::from_utf8_lossy(&output.stderr));
        return Err(PrivateError::Initdb {
            status: output.status,
            output: output_end,
        });
    }
    Ok(())
}

/// Removes what attempts that were killed left behind. The lock says that none is at work.
fn remove_unfinished(data_dir: &Path) -> Result<(), PrivateError> {
    for entry in fs::read_dir(data_dir).map_err(PrivateError::file("list", data_dir))? {
        let entry = entry.map_err(PrivateError::file("list", data_dir))?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(UNFINISHED_BEGIN.as_bytes())
        {
            fs::remove_dir_all(entry.path()).map_err(PrivateError::file("remove", &entry.path()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::major_version;

    #[test]
    fn a_cluster_is_known_by_its_version() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(major_version(folder.path()).expect("readable"), None);
        fs::write(folder.path().join("PG_VERSION"), "15\n").expect("writable");
        assert_eq!(major_version(folder.path()).expect("readable"), Some(15));
        fs::write(folder.path().join("PG_VERSION"), "").expect("writable");
        assert!(major_version(folder.path()).is_err());
    }
}
