//! The way to a private PostgreSQL that a service of another process runs.

use std::io;
use std::path::Path;

use super::pid_file::PidFile;
use super::{PrivateError, lock, socket};

/// How sqlx connects to the PostgreSQL that runs on `data_dir`; `None` when none does.
///
/// It only looks, and takes no lock, so that a service may start or stop meanwhile.
///
/// # Errors
///
/// When the data directory cannot be looked into.
pub fn running_url(data_dir: &Path) -> Result<Option<String>, PrivateError> {
    let data_dir = match data_dir.canonicalize() {
        Ok(data_dir) => data_dir,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(PrivateError::file("find", data_dir)(error)),
    };
    let cluster = data_dir.join("postgres");
    let is_running = |written: &PidFile| written.is_ready && written.is_running(&cluster);
    if !PidFile::read(&cluster)?.as_ref().is_some_and(is_running) {
        return Ok(None);
    }
    let elsewhere = lock::folder_written(&data_dir)?;
    Ok(Some(socket::url_of_another(&cluster, elsewhere.as_deref())))
}
