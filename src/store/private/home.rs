//! Everything a server needs before it runs: the data directory locked, the programs, the account, the cluster, the
//! socket's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::Signal;
use tokio::process::Command;

use super::account::Account;
use super::lock::Lock;
use super::programs::{self, Programs};
use super::socket::{self, SocketFolder};
use super::way::Way;
use super::{PrivateError, cluster};

/// What PostgreSQL's programs get to see of our environment, which may hold secrets: where libraries are, and the zone.
const KEPT_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];

/// A data directory that is ours, with all that is needed to run its PostgreSQL. The lock ends with this value.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) cluster: PathBuf,
    pub(super) log: PathBuf,
    pub(super) account: Option<Account>,
    pub(super) sockets: SocketFolder,
    programs: Programs,
    _lock: Lock,
}

impl Home {
    /// Takes the data directory and makes in it what is missing.
    pub(super) async fn open(data_dir: &Path) -> Result<Self, PrivateError> {
        fs::create_dir_all(data_dir).map_err(PrivateError::file("make", data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(PrivateError::file("find", data_dir))?;
        let mut lock = Lock::take(&data_dir).await?;
        if let Some(folder) = lock.folder_left()? {
            socket::remove_left(&folder)?;
        }
        lock.write_down(None)?;

        let cluster = data_dir.join("postgres");
        let major = cluster::major_version(&cluster)?;
        let account = Account::for_cluster(&cluster, major.is_some())?;
        let programs = programs::find(&cluster, major)?;
        if let Some(account) = &account {
            account.check_way_to(&programs.folder)?;
        }
        let sockets = SocketFolder::pick(&cluster, account.as_ref())?;
        lock.write_down(sockets.elsewhere())?;
        let home = Self {
            cluster,
            log: data_dir.join("postgres.log"),
            account,
            sockets,
            programs,
            _lock: lock,
        };
        if major.is_none() {
            cluster::make(&home, &data_dir).await?;
        }
        Ok(home)
    }

    /// One of PostgreSQL's programs, ready to run on `folder` as the right user, apart from our terminal and our secrets.
    ///
    /// On Linux it gets `end` when the thread that spawns it ends, and so when the service does, however that happens.
    pub(super) fn command(&self, program: &str, folder: &Path, end: Signal) -> Result<Command, PrivateError> {
        let way = Way::to(folder, self.account.as_ref())?;
        let mut command = Command::new(self.programs.folder.join(program));
        let kept = KEPT_VARIABLES
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        command
            .env_clear()
            .envs(kept)
            .env("LC_ALL", "C")
            .current_dir("/")
            .arg("-D")
            .arg(way.path())
            .stdin(Stdio::null());
        // Ctrl-C in a terminal goes to the whole group: the service stops PostgreSQL itself, and last.
        command.process_group(0);
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        bind(&mut command, way, end);
        Ok(command)
    }
}

/// Leaves the child its way to the folder, and ends it with this thread.
#[cfg(target_os = "linux")]
fn bind(command: &mut Command, way: Way, end: Signal) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};

    let service = getpid();
    let bind = move || {
        way.keep_open()?;
        set_parent_process_death_signal(Some(end))?;
        // The service may have ended before the line above; then nobody would send the signal any more.
        if getppid() == Some(service) {
            Ok(())
        } else {
            Err(rustix::io::Errno::SRCH.into())
        }
    };
    #[expect(
        unsafe_code,
        reason = "only between fork and exec can a child keep a descriptor and bind itself to its parent"
    )]
    // SAFETY: the closure only makes four system calls: it neither allocates nor locks.
    unsafe {
        command.pre_exec(bind);
    }
}

/// Elsewhere every way is a path, and a server may outlive a killed service; the next start ends it.
#[cfg(not(target_os = "linux"))]
fn bind(_command: &mut Command, _way: Way, _end: Signal) {}
