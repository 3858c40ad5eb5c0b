//! A small disk of its own, that can fill up and become read-only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, unmounted with this value.
#[derive(Debug)]
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of some size at a place. The error says why this machine does not allow it.
    pub(crate) fn mount(at: &Path, kib: u32) -> Result<Self, String> {
        fs::create_dir_all(at).expect("a folder of our own");
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={kib}k"))
            .arg("tmpfs")
            .arg(at))?;
        Ok(Self(at.to_owned()))
    }

    /// Takes no writes from now on, or takes them again.
    pub(crate) fn set_read_only(&self, is_read_only: bool) -> Result<(), String> {
        let how = if is_read_only { "remount,ro" } else { "remount,rw" };
        run(Command::new("mount").args(["-o", how]).arg(&self.0))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also while somebody still has a file open on it.
        if let Err(why) = run(Command::new("umount").arg("--lazy").arg(&self.0)) {
            println!("  {} stays mounted: {why}", self.0.display());
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
