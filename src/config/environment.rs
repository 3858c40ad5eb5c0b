//! The process's environment, captured once: what follows is then a function of its arguments, in the service as in tests.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// Overrides `database.url` and `database.url_file`.
pub const DATABASE_URL: &str = "DATABASE_URL";
/// Overrides `server.listen`.
pub const LISTEN: &str = "POSTBACKD_LISTEN";
/// Overrides `server.admin_listen`.
pub const ADMIN_LISTEN: &str = "POSTBACKD_ADMIN_LISTEN";

/// The environment's variables. Prints none of them: any may hold a secret.
#[derive(Clone, Default)]
pub struct Environment(HashMap<OsString, OsString>);

impl Environment {
    /// The variables of this process as they stand now.
    pub fn capture() -> Self {
        Self::new(std::env::vars_os())
    }

    /// An environment of these variables and no others.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// A setting. An empty variable counts as absent, as compose files and shells leave them behind.
    pub(super) fn setting(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.0.get(OsStr::new(name)).filter(|value| !value.is_empty())?;
        // What is not UTF-8 is no setting that we know: the replacement character makes its parser say so.
        Some(value.to_string_lossy())
    }

    /// A variable's bytes, even when there are none.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(OsStr::new(name)).map(|value| value.as_encoded_bytes())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.0.len())
    }
}
