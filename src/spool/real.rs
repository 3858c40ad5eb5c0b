//! A folder of a real file system. Writing and syncing go through the standard library, so that they can be watched, and
//! made to fail, from outside of the process.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::disk::{Disk, Growing, Listed};
use super::names;
use super::opening::OpenError;

/// Nobody else reads what clicks and postbacks say.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A folder, and the lock on it if it was taken. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(super) struct RealFolder {
    path: PathBuf,
    _lock: Option<File>,
}

impl RealFolder {
    /// Takes a folder for writing, and makes it where it is missing.
    pub(super) fn locked(path: &Path) -> Result<Self, OpenError> {
        make_durably(path).map_err(OpenError::Failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(FILE_MODE)
            .open(path.join(names::LOCK))
            .map_err(OpenError::Failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: Some(lock),
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked),
            Err(TryLockError::Error(error)) => Err(OpenError::Failed(error)),
        }
    }

    /// A folder to look into, and to move files of [`super::aside`] in, while somebody else may hold the lock.
    pub(super) fn shared(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            _lock: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        // Joining an empty name would leave a slash at the end, which is harmless for a folder.
        self.path.join(name)
    }
}

/// Makes a folder and those above it, each synced into its parent: a record's file is not durable in a folder that is not.
fn make_durably(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_durably(path.parent().ok_or(error)?)?;
            DirBuilder::new().mode(FOLDER_MODE).create(path)?;
        }
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

impl Disk for RealFolder {
    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let entries = fs::read_dir(self.path(folder))?;
        entries
            .map(|entry| {
                let entry = entry?;
                // Not followed: a pipe, or a link to one, would keep its reader waiting for ever.
                let is_regular = entry.file_type()?.is_file();
                Ok(match entry.file_name().into_string() {
                    Ok(name) => Listed {
                        name,
                        is_file: is_regular,
                    },
                    Err(name) => Listed {
                        name: lossy(&name),
                        is_file: false,
                    },
                })
            })
            .collect()
    }

    fn make_folder(&self, folder: &str) -> io::Result<()> {
        make_durably(&self.path(folder))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Growing>> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(self.path(name))?;
        Ok(Box::new(RealFile(file)))
    }

    fn read(&self, name: &str, from: u64) -> io::Result<Box<dyn Read>> {
        let mut file = File::open(self.path(name))?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Box::new(file))
    }

    fn cut(&self, name: &str, len: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path(name))?;
        file.set_len(len)?;
        file.sync_data()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        File::open(self.path(folder))?.sync_all()
    }
}

fn lossy(name: &OsString) -> String {
    name.to_string_lossy().into_owned()
}

/// A file that was opened for appending, so that a write after a cut goes to the new end.
#[derive(Debug)]
struct RealFile(File);

impl Write for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Growing for RealFile {
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
}
