//! Finding PostgreSQL's own server programs, which no package puts into everybody's `PATH`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{PrivateError, install};

/// The environment variable that names the folder of the programs and ends the search.
pub(super) const POSTBACKD_PG_BIN: &str = "POSTBACKD_PG_BIN";

/// The oldest major version that is still maintained.
pub(super) const MAJOR_MIN: u32 = 14;

/// Where packages put the programs: `folder`, then every entry that begins with the second part, then the third part.
const PLACES: [(&str, &str, &str); 9] = [
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                  // dnf, from postgresql.org
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/usr/lib", "postgresql", "bin"),          // openSUSE
    ("/opt/homebrew/opt", "postgresql", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql", "bin"),    // Homebrew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local/pgsql", "bin", ""), // built from source
];

/// The server programs of one PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programs {
    pub(super) folder: PathBuf,
    major: u32,
}

/// Finds the programs for the cluster: those of its own major version, or the newest while there is no cluster yet.
pub(super) fn find(cluster: &Path, major: Option<u32>) -> Result<Programs, PrivateError> {
    let programs = match std::env::var_os(POSTBACKD_PG_BIN).map(PathBuf::from) {
        Some(folder) => vec![named(folder)?],
        None => all(&std::env::var_os("PATH").unwrap_or_default()),
    };
    let Some(newest) = newest(&programs) else {
        return Err(PrivateError::NoPrograms {
            install: install::hint(),
        });
    };
    let Some(major) = major else { return Ok(newest.clone()) };
    programs
        .iter()
        .find(|programs| programs.major == major)
        .cloned()
        .ok_or_else(|| PrivateError::OtherVersion {
            cluster: cluster.to_owned(),
            major,
            found: programs
                .iter()
                .map(|programs| programs.major.to_string())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

/// The programs in the folder that the operator named.
fn named(folder: PathBuf) -> Result<Programs, PrivateError> {
    look_into(&folder).ok_or_else(|| PrivateError::WrongFolder {
        folder,
        install: install::hint(),
    })
}

/// Every PostgreSQL that is here, those in `path` first.
fn all(path: &OsStr) -> Vec<Programs> {
    let mut found: Vec<Programs> = Vec::new();
    for folder in std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .chain(packaged_folders())
    {
        if let Some(programs) = look_into(&folder).filter(|programs| !found.contains(programs)) {
            found.push(programs);
        }
    }
    found
}

fn packaged_folders() -> impl Iterator<Item = PathBuf> {
    PLACES.into_iter().flat_map(|(folder, begin, below)| {
        // A place that cannot be listed is one where nothing is installed.
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
        // The order of a listing is chance.
        names.sort();
        names
            .into_iter()
            .filter(move |name| name.as_encoded_bytes().starts_with(begin.as_bytes()))
            .map(move |name| Path::new(folder).join(name).join(below))
    })
}

/// The programs in `folder`, where it has both and they are new enough.
fn look_into(folder: &Path) -> Option<Programs> {
    // A link such as /usr/local/bin/postgres stands for the folder it points to: initdb looks for postgres beside itself.
    let folder = folder.join("postgres").canonicalize().ok()?.parent()?.to_owned();
    if !folder.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let major = parse_version(&String::from_utf8_lossy(&output.stdout)).filter(|major| *major >= MAJOR_MIN)?;
    Some(Programs { folder, major })
}

/// The first of the highest version.
fn newest(programs: &[Programs]) -> Option<&Programs> {
    programs
        .iter()
        .reduce(|newest, other| if other.major > newest.major { other } else { newest })
}

/// The major version in what `postgres --version` prints.
fn parse_version(printed: &str) -> Option<u32> {
    let version = printed.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::{Path, PathBuf};

    use super::{Programs, all, install, newest, parse_version};

    fn programs(folder: &str, major: u32) -> Programs {
        Programs {
            folder: PathBuf::from(folder),
            major,
        }
    }

    #[test]
    fn the_major_version_is_read_from_every_way_of_printing_it() {
        for (printed, major) in [
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-1.pgdg120+1)\n", Some(15)),
            ("postgres (PostgreSQL) 17.5\n", Some(17)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 9.6.24\n", Some(9)),
            ("postgres (EnterpriseDB) 15.2\n", None),
            ("", None),
        ] {
            assert_eq!(parse_version(printed), major, "{printed}");
        }
    }

    #[test]
    fn the_newest_wins_and_of_equals_the_first() {
        let found = [
            programs("/a", 15),
            programs("/b", 17),
            programs("/c", 17),
            programs("/d", 16),
        ];
        assert_eq!(newest(&found), Some(&programs("/b", 17)));
        assert_eq!(newest(&[]), None);
    }

    #[test]
    fn a_server_is_found_without_any_path_and_only_once() {
        let found = all(OsStr::new(""));
        assert!(!found.is_empty());
        let path = std::env::join_paths(found.iter().map(|programs| &programs.folder)).expect("plain folders");
        assert_eq!(all(&path), found);
    }

    #[test]
    fn a_folder_without_the_programs_is_passed_over() {
        assert_eq!(super::look_into(Path::new("/etc")), None);
    }

    #[test]
    fn a_named_folder_without_the_programs_is_refused_with_the_way_to_get_them() {
        let refused = super::named(PathBuf::from("/nonexistent")).expect_err("nothing is there");
        let message = refused.to_string();
        for part in ["POSTBACKD_PG_BIN is /nonexistent,", &install::hint()] {
            assert!(message.contains(part), "{message}");
        }
    }
}
