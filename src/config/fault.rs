//! What is wrong with a configuration, as the operator is told.

use std::fmt;

use serde::Serialize;

/// A place in the configuration's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
}

/// One thing that is wrong, or in a warning: that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where it stands; `None` when it is not in the file's text but in the environment or the file itself.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The dotted key, or the environment's variable; empty when it is about the whole file.
    pub key: String,
    /// What was found and what was expected, in one line. Never a secret.
    pub message: String,
}

impl Fault {
    /// The fault in one line, as `config/postbackd.toml:12:5: networks.acme.secrets: …`.
    pub fn line_of(&self, file: &str) -> String {
        let position = self
            .position
            .map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        let key = if self.key.is_empty() {
            String::new()
        } else {
            format!(" {}:", self.key)
        };
        format!("{file}{position}:{key} {}", self.message)
    }
}

/// Everything that is wrong with a configuration, in the order of its lines. Displays as one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    file: String,
    list: Vec<Fault>,
}

impl Faults {
    pub(super) fn new(file: &str, list: Vec<Fault>) -> Self {
        Self {
            file: file.to_owned(),
            list,
        }
    }

    /// A fault of the file itself.
    pub(super) fn of_file(file: &str, position: Option<Position>, message: String) -> Self {
        let fault = Fault {
            position,
            key: String::new(),
            message,
        };
        Self::new(file, vec![fault])
    }

    /// The faults, in the order of their lines.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", fault.line_of(&self.file))?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
