//! Folders of the tests: all of them below one per process, which the next run removes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

/// How the folder of a process begins; its id follows.
const FOLDER_BEGIN: &str = "postbackd-it-";

/// A folder that PostgreSQL's user may enter, removed with the value.
pub(crate) fn new_folder(name: &str) -> TempDir {
    static OF_THIS_PROCESS: OnceLock<TempDir> = OnceLock::new();
    let parent = OF_THIS_PROCESS.get_or_init(|| {
        remove_leftovers();
        let prefix = format!("{FOLDER_BEGIN}{}-", std::process::id());
        let parent = tempfile::Builder::new().prefix(&prefix).rand_bytes(4).tempdir();
        open_to_all(parent.expect("a temporary folder"))
    });
    let folder = tempfile::Builder::new().prefix(name).rand_bytes(4).tempdir_in(parent);
    open_to_all(folder.expect("a temporary folder"))
}

fn open_to_all(folder: TempDir) -> TempDir {
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("a folder of our own");
    folder
}

/// Removes what earlier runs left. Their shared cluster lives until their process ends, so they could not.
fn remove_leftovers() {
    for entry in fs::read_dir(std::env::temp_dir()).expect("a readable folder").flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER_BEGIN)?.split('-').next()?.parse().ok())
            .and_then(Pid::from_raw);
        if owner.is_some_and(|owner| test_kill_process(owner).is_err()) {
            // Another user's leftovers are not ours to remove.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}
