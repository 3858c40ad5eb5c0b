//! What the spool asks of a disk. [`RealFolder`](super::real::RealFolder) is one; the tests have another, which forgets
//! what was not synced when the power is cut, runs full, and fails on request.
//!
//! Names are relative to the spool's folder, which itself is `""`.

use std::fmt::Debug;
use std::io::{self, Read, Write};

/// A folder with the spool's files.
pub(super) trait Disk: Debug + Send {
    /// What a folder holds, in no order.
    fn list(&self, folder: &str) -> io::Result<Vec<Listed>>;

    /// Makes a folder, durably; one that is there stays.
    fn make_folder(&self, folder: &str) -> io::Result<()>;

    /// Makes a file that was not there, to write into from its begin.
    fn create(&self, name: &str) -> io::Result<Box<dyn Growing>>;

    /// Reads a file from an offset on.
    fn read(&self, name: &str, from: u64) -> io::Result<Box<dyn Read>>;

    /// Cuts a file off at a length, durably.
    fn cut(&self, name: &str, len: u64) -> io::Result<()>;

    /// Moves a file, in one step, over one that may be there.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;
}

/// A file that is written at its end.
pub(super) trait Growing: Write + Debug + Send {
    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;

    /// Takes back what was written beyond a length; the next write goes there.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

/// A name in a folder.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    /// Whether it is a regular file with a name that we can open again.
    pub(super) is_file: bool,
}

/// Removes a file that may not be there.
pub(super) fn remove_any(disk: &dyn Disk, name: &str) -> io::Result<()> {
    match disk.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a file so that, at every moment, the name holds nothing or all of it: under another name first. What stood
/// there before is replaced.
pub(super) fn write_whole(disk: &dyn Disk, folder: &str, name: &str, content: &mut dyn Read) -> io::Result<()> {
    let unfinished = super::names::unfinished(folder);
    remove_any(disk, &unfinished)?;
    let mut file = disk.create(&unfinished)?;
    let written = io::copy(content, &mut file).and_then(|_| file.sync());
    drop(file);
    if let Err(error) = written.and_then(|()| disk.rename(&unfinished, name)) {
        // The disk may be full, and then this gives something back. A leftover is removed by the next attempt.
        drop(disk.remove(&unfinished));
        return Err(error);
    }
    disk.sync_folder(folder)
}
