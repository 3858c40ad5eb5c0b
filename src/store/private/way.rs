//! How a program of PostgreSQL gets to the folder that it works on.
//!
//! By its path where we run the program ourselves. The account that runs it in root's place owns the folder, but may be
//! kept from reaching it by a folder above that only root may enter, as `mktemp -d` makes them. So root opens the folder
//! and hands the descriptor on: on Linux its entry in `/proc/self/fd` leads straight to the folder, past all that is
//! above. Another process's entry of that number is another's, so such a path says nothing to anybody else.
//!
//! The working directory (`/proc/self/cwd`) would not do: up to version 15 the programs leave it and return by its path.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use super::PrivateError;
use super::account::Account;

/// Where Linux shows a process its open descriptors.
const DESCRIPTORS: &str = "/proc/self/fd";

/// A folder, as a program started by us finds it.
#[derive(Debug)]
pub(super) enum Way {
    /// It goes there as everybody does.
    Path(PathBuf),
    /// It inherits the open folder.
    Descriptor(File),
}

impl Way {
    /// The way to `folder` for a program that runs as `account`, or else as ourselves.
    ///
    /// An account gets the descriptor wherever there is such a thing, also below folders that look open: what a mode
    /// says is not all that decides.
    pub(super) fn to(folder: &Path, account: Option<&Account>) -> Result<Self, PrivateError> {
        let Some(account) = account else {
            return Ok(Self::Path(folder.to_owned()));
        };
        if cfg!(target_os = "linux") && Path::new(DESCRIPTORS).is_dir() {
            return File::open(folder)
                .map(Self::Descriptor)
                .map_err(PrivateError::file("open", folder));
        }
        account.check_way_to(folder)?;
        Ok(Self::Path(folder.to_owned()))
    }

    /// The folder's path for the program and for what it starts.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.clone(),
            Self::Descriptor(folder) => Path::new(DESCRIPTORS).join(folder.as_raw_fd().to_string()),
        }
    }

    /// Keeps the descriptor open across exec. Only for between fork and exec: in our own process every program that is
    /// started meanwhile would inherit it.
    #[cfg(target_os = "linux")]
    pub(super) fn keep_open(&self) -> std::io::Result<()> {
        match self {
            Self::Path(_) => Ok(()),
            Self::Descriptor(folder) => Ok(rustix::io::fcntl_setfd(folder, rustix::io::FdFlags::empty())?),
        }
    }
}
