//! `[database]`: which PostgreSQL. The environment wins over the file; without either the service runs one of its own.

use std::fmt;
use std::path::Path;

use crate::domain::form::{decode_bytes, raw_pairs};
use crate::domain::secret::Secret;

use super::environment::{DATABASE_URL, Environment};
use super::report::Place;
use super::secrets::read_file;
use super::section::Section;

pub(super) const KEYS: &[&str] = &["url", "url_file", "migrate"];

/// The database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Where it is.
    pub source: DatabaseSource,
    /// Whether `serve` applies missing migrations by itself.
    pub migrate: bool,
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseSource {
    /// At an address.
    Url(DatabaseUrl),
    /// The service runs a PostgreSQL of its own.
    Private,
}

/// A database's address, which may hold a password and is therefore never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl Database {
    pub(super) fn read(section: &Section<'_>, environment: &Environment) -> Self {
        let from_environment = environment.setting(DATABASE_URL);
        let url = match (section.entry("url"), section.entry("url_file")) {
            (Some(_), Some(url_file)) => {
                url_file.refuse_key("expected either url or url_file, found both");
                None
            }
            (Some(url), None) => url.parse(DatabaseUrl::parse),
            // Where the environment wins, the file that the other deployment mounts need not be there.
            (None, Some(_)) if from_environment.is_some() => None,
            (None, Some(url_file)) => url_file.parse(|path| {
                let bytes = read_file(Path::new(path))?;
                DatabaseUrl::parse(&String::from_utf8_lossy(&bytes))
                    .map_err(|message| format!("in the file: {message}"))
            }),
            (None, None) => None,
        };
        let url = match from_environment.map(|text| DatabaseUrl::parse(&text)) {
            None => url,
            Some(Ok(url)) => Some(url),
            Some(Err(message)) => {
                let place = Place::variable(DATABASE_URL);
                section.report().fault(&place, format!("in the environment: {message}"));
                None
            }
        };
        let migrate = section.entry("migrate").and_then(|entry| entry.boolean());
        Self {
            source: url.map_or(DatabaseSource::Private, DatabaseSource::Url),
            migrate: migrate.unwrap_or(true),
        }
    }
}

impl DatabaseUrl {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let is_postgres = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
        if is_postgres && !text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected an address that starts with postgres:// or postgresql://, without spaces")
        }
    }

    /// The address itself. Whoever calls this keeps it out of logs and answers.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The passwords in it, as they stand there and decoded.
    pub(super) fn passwords(&self) -> Vec<Secret> {
        let (_, address) = self.0.split_once("://").unwrap_or_default();
        let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
        let in_authority = authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .map(|(_, password)| password.as_bytes());
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let in_query = raw_pairs(query.as_bytes())
            .filter(|(_, name, _)| *name == b"password")
            .map(|(_, _, value)| value);
        in_authority
            .into_iter()
            .chain(in_query)
            .flat_map(|raw| [Secret::new(raw), Secret::new(&*decode_bytes(raw))])
            .collect()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}
