//! Who runs PostgreSQL: ourselves, or, since it refuses to run as root, an unprivileged user in root's place.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use super::PrivateError;

/// In the order of asking: the user that PostgreSQL's packages make, the same on macOS, and the one that is everywhere.
const USERS: [&str; 3] = ["postgres", "_postgres", "nobody"];

const PASSWD: &str = "/etc/passwd";

/// The right to enter a folder, as the last of its three digits.
const ENTER: u32 = 0o1;

/// An unprivileged user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Who has to run the cluster in root's place; `None` when we run it ourselves.
    ///
    /// A cluster that exists stays its owner's: a user `postgres` may have been installed after `nobody` made it.
    pub(super) fn for_cluster(cluster: &Path, exists: bool) -> Result<Option<Self>, PrivateError> {
        let own_uid = rustix::process::geteuid();
        let passwd = fs::read_to_string(PASSWD).unwrap_or_default();
        if !exists {
            if !own_uid.is_root() {
                return Ok(None);
            }
            return Self::unprivileged(&passwd).map(Some).ok_or(PrivateError::NoAccount);
        }
        let metadata = fs::metadata(cluster).map_err(PrivateError::file("look at", cluster))?;
        let owner = Self::owning(&metadata, &passwd);
        if owner.uid == own_uid.as_raw() && !own_uid.is_root() {
            Ok(None)
        } else if own_uid.is_root() && owner.uid != own_uid.as_raw() {
            Ok(Some(owner))
        } else {
            Err(PrivateError::OtherOwner {
                cluster: cluster.to_owned(),
                owner: owner.name,
            })
        }
    }

    fn unprivileged(passwd: &str) -> Option<Self> {
        USERS
            .into_iter()
            .find_map(|user| accounts(passwd).find(|account| account.name == user))
    }

    fn owning(metadata: &Metadata, passwd: &str) -> Self {
        let uid = metadata.uid();
        let unnamed = || Self {
            name: format!("user {uid}"),
            uid,
            gid: metadata.gid(),
        };
        accounts(passwd)
            .find(|account| account.uid == uid)
            .unwrap_or_else(unnamed)
    }

    /// Refuses when a folder on the way to `path`, or `path` itself, would not let the account in.
    pub(super) fn check_way_to(&self, path: &Path) -> Result<(), PrivateError> {
        for folder in path.ancestors() {
            let metadata = fs::metadata(folder).map_err(PrivateError::file("look at", folder))?;
            if !self.may_enter(metadata.mode(), metadata.uid(), metadata.gid()) {
                return Err(PrivateError::CannotEnter {
                    user: self.name.clone(),
                    folder: folder.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Whether the mode lets the account through. The first class that fits decides, as in the kernel.
    fn may_enter(&self, mode: u32, owner: u32, group: u32) -> bool {
        let class = if owner == self.uid {
            mode >> 6
        } else if group == self.gid {
            mode >> 3
        } else {
            mode
        };
        class & ENTER != 0
    }

    /// Gives a folder to the account.
    pub(super) fn give(&self, folder: &Path) -> Result<(), PrivateError> {
        chown(folder, Some(self.uid), Some(self.gid)).map_err(PrivateError::file("give away", folder))
    }
}

/// The unprivileged accounts of a passwd file; what cannot be read is passed over.
fn accounts(passwd: &str) -> impl Iterator<Item = Account> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account { name, uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use std::fs::DirBuilder;
    use std::os::unix::fs::DirBuilderExt;

    use super::{Account, PrivateError};

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        # a comment\n\
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
        broken:x:\n\
        postgres:x:101:104:PostgreSQL administrator:/var/lib/postgresql:/bin/bash\n";

    fn postgres() -> Account {
        Account {
            name: "postgres".to_owned(),
            uid: 101,
            gid: 104,
        }
    }

    #[test]
    fn root_becomes_postgres_else_nobody_else_no_one() {
        assert_eq!(Account::unprivileged(PASSWD), Some(postgres()));
        let without_postgres = &PASSWD[..PASSWD.find("postgres").expect("it is the last line")];
        assert_eq!(
            Account::unprivileged(without_postgres).map(|account| account.uid),
            Some(65534)
        );
        assert_eq!(Account::unprivileged("postgres:x:0:0::/:/bin/sh\n"), None);
    }

    #[test]
    fn the_first_class_that_fits_decides_who_may_enter() {
        for (mode, owner, group, may_enter) in [
            (0o755, 0, 0, true),
            (0o700, 0, 0, false),
            (0o711, 0, 0, true),
            (0o700, 101, 0, true),
            (0o077, 101, 104, false),
            (0o710, 0, 104, true),
            (0o701, 0, 104, false),
            (0o1777, 0, 0, true),
        ] {
            assert_eq!(
                postgres().may_enter(mode, owner, group),
                may_enter,
                "{mode:o} of {owner}:{group}"
            );
        }
    }

    #[test]
    fn the_first_closed_folder_on_the_way_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let closed = folder.path().join("closed");
        let open = closed.join("open");
        for (folder, mode) in [(&closed, 0o700), (&open, 0o755)] {
            DirBuilder::new().mode(mode).create(folder).expect("writable");
        }
        let stranger = Account {
            uid: u32::MAX,
            gid: u32::MAX,
            ..postgres()
        };

        let refused = stranger.check_way_to(&open).expect_err("it is closed");

        let PrivateError::CannotEnter { folder, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!(*folder, closed);
    }
}
