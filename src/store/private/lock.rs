//! The lock that gives a data directory to one service at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::PrivateError;

/// The lock's file in the data directory.
const NAME: &str = "postgres.lock";

/// A killed predecessor holds its lock until the kernel has torn it down.
const WAIT: Duration = Duration::from_secs(1);

/// Between two attempts at the lock.
const POLL: Duration = Duration::from_millis(20);

/// A data directory that is ours until this value ends. The lock itself is the kernel's; the file says who we are, for
/// the one who is refused, and which folder we made elsewhere, for the successor who has to remove it.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, or says who holds it.
    pub(super) async fn take(data_dir: &Path) -> Result<Self, PrivateError> {
        let path = data_dir.join(NAME);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(PrivateError::file("open", &path))?;
        let lock = Self { file, path };
        let deadline = Instant::now() + WAIT;
        loop {
            match lock.file.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(POLL).await,
                Err(TryLockError::WouldBlock) => {
                    let (holder, _) = written(&lock.path)?;
                    return Err(PrivateError::InUse {
                        data_dir: data_dir.to_owned(),
                        holder,
                    });
                }
                Err(TryLockError::Error(source)) => return Err(PrivateError::file("lock", &lock.path)(source)),
            }
        }
    }

    /// The folder elsewhere that a predecessor had no time to remove.
    pub(super) fn folder_left(&self) -> Result<Option<PathBuf>, PrivateError> {
        let (_, folder) = written(&self.path)?;
        Ok(folder)
    }

    /// Writes down who we are and the folder that we have made elsewhere.
    pub(super) fn write_down(&mut self, folder: Option<&Path>) -> Result<(), PrivateError> {
        let folder = folder.unwrap_or(Path::new("")).display();
        let text = format!("{}\n{folder}\n", std::process::id());
        let write = |file: &mut File| -> io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())
        };
        write(&mut self.file).map_err(PrivateError::file("write", &self.path))
    }
}

/// The folder that the service of a data directory has made elsewhere, as it wrote it down.
pub(super) fn folder_written(data_dir: &Path) -> Result<Option<PathBuf>, PrivateError> {
    let (_, folder) = written(&data_dir.join(NAME))?;
    Ok(folder)
}

/// The holder and its folder.
fn written(path: &Path) -> Result<(String, Option<PathBuf>), PrivateError> {
    let text = fs::read_to_string(path).map_err(PrivateError::file("read", path))?;
    let mut lines = text.lines();
    let holder = lines.next().unwrap_or_default().to_owned();
    let folder = lines.next().filter(|folder| !folder.is_empty());
    Ok((holder, folder.map(PathBuf::from)))
}
