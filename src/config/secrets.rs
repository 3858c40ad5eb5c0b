//! Secrets: named by a variable, a file or their value, read once, and remembered for what has to know all of them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::domain::secret::Secret;

use super::environment::Environment;
use super::report::{Place, quoted};
use super::section::{Entry, Section};

/// Bytes that a secret's file may hold.
const FILE_BYTES_MAX: u64 = 64 * 1024;

pub(super) const KEYS: &[&str] = &["env", "file", "value"];

/// Reads secrets and remembers each with its place.
#[derive(Debug)]
pub(super) struct Vault<'e> {
    environment: &'e Environment,
    found: Vec<(Secret, Place)>,
}

impl<'e> Vault<'e> {
    pub(super) const fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            found: Vec::new(),
        }
    }

    /// The secrets listed under a key: none where it is absent, `None` when one of them was reported.
    pub(super) fn list(&mut self, section: &Section<'_>, name: &str) -> Option<Vec<Secret>> {
        let secrets = self.list_with_places(section, name)?;
        Some(secrets.into_iter().map(|(secret, _)| secret).collect())
    }

    /// The same, each with the place where it stands.
    pub(super) fn list_with_places(&mut self, section: &Section<'_>, name: &str) -> Option<Vec<(Secret, Place)>> {
        let Some(entry) = section.entry(name) else {
            return Some(Vec::new());
        };
        let secrets: Vec<Option<(Secret, Place)>> = entry.items()?.iter().map(|item| self.read(item)).collect();
        secrets.into_iter().collect()
    }

    /// Every secret that was read so far, and where.
    pub(super) fn found(&self) -> &[(Secret, Place)] {
        &self.found
    }

    fn read(&mut self, entry: &Entry<'_>) -> Option<(Secret, Place)> {
        let section = entry.section(KEYS)?;
        let sources = (section.entry("env"), section.entry("file"), section.entry("value"));
        let (at, bytes) = match sources {
            (Some(env), None, None) => {
                let bytes = env.parse(|name| self.variable(name))?;
                (env, bytes)
            }
            (None, Some(file), None) => {
                let bytes = file.parse(|path| read_file(Path::new(path)))?;
                (file, bytes)
            }
            (None, None, Some(value)) => {
                let bytes = value.text()?.as_bytes().to_vec();
                (value, bytes)
            }
            (None, None, None) | (Some(_), Some(_), _) | (Some(_), None, Some(_)) | (None, Some(_), Some(_)) => {
                entry.refuse("expected exactly one of env, file and value");
                return None;
            }
        };
        if bytes.is_empty() {
            at.refuse("the secret is empty");
            return None;
        }
        let found = (Secret::new(bytes), at.place().clone());
        self.found.push(found.clone());
        Some(found)
    }

    fn variable(&self, name: &str) -> Result<Vec<u8>, String> {
        let is_name = !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            // Not repeated: it may well be the secret itself.
            return Err("expected the name of an environment variable: letters, digits and _".to_owned());
        }
        match self.environment.bytes(name) {
            None => Err(format!("the environment variable {name} is not set")),
            Some([]) => Err(format!("the environment variable {name} is empty")),
            Some(bytes) => Ok(bytes.to_vec()),
        }
    }
}

/// What a file holds, without the line break that editors and `echo` leave at its end.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let shown = quoted(&path.to_string_lossy());
    let mut bytes = read_at_most(path, FILE_BYTES_MAX)
        .map_err(|error| format!("cannot read the file {shown}: {error}"))?
        .ok_or_else(|| format!("the file {shown} is larger than {FILE_BYTES_MAX} bytes"))?;
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
    if bytes.is_empty() {
        return Err(format!("the file {shown} is empty"));
    }
    Ok(bytes)
}

/// A file's bytes; `None` when there are more than `bytes_max`.
pub(super) fn read_at_most(path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|len| len <= bytes_max);
    Ok(fits.then_some(bytes))
}
