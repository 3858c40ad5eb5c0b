//! The configuration: from the text of a TOML file to values that are known to be right.
//!
//! [`load`] is the one validation that `check-config`, `serve` and a reload share. It walks the whole tree and gathers
//! every fault with its line and key instead of stopping at the first, and gives out a [`Config`] only when there is
//! none. What it needs of the process is an argument, the [`Environment`]; the files that secrets name are read here, and
//! relative paths are relative to the working directory. Secrets appear in no message and in no `Debug` output.

mod admin;
mod campaign;
mod constants;
mod coverage;
mod database;
mod environment;
mod events;
mod fault;
mod inline;
mod layer;
mod live;
mod name;
mod network;
mod payouts;
mod presets;
mod reply;
mod report;
mod secrets;
mod section;
mod server;
mod shipped;
mod signature;
mod source;
mod storage;
mod suggest;
mod units;
mod wording;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use crate::domain::campaign::Campaigns;
use crate::domain::guide::Guide;
use crate::domain::network::Network;
use crate::domain::redact::Redactor;

pub use admin::Admin;
pub use database::{Database, DatabaseSource, DatabaseUrl};
pub use environment::{ADMIN_LISTEN, DATABASE_URL, Environment, LISTEN};
pub use fault::{Fault, Faults, Position};
pub use live::{Applied, Live, ReloadError, Snapshot};
pub use presets::{About, Evidence, Kind, Preset, Proof};
pub use server::Server;
pub use shipped::SHIPPED_SECRETS;
pub use storage::Storage;

use report::{Report, position};
use secrets::{Vault, read_at_most};
use section::Section;
use source::Sources;

/// Bytes that a configuration may have: thousands of networks.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

const KEYS: &[&str] = &[
    "server",
    "admin",
    "database",
    "storage",
    "networks",
    "sources",
    "campaigns",
];

/// A valid configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the service listens.
    pub server: Server,
    /// Who may use the private API.
    pub admin: Admin,
    /// Which PostgreSQL.
    pub database: Database,
    /// Where files are kept.
    pub storage: Storage,
    /// Who calls `/postback`, by name.
    pub networks: HashMap<Arc<str>, Arc<Network>>,
    /// The presets that networks name, by the networks' names: for who tells partners about them, and for nothing that runs.
    pub presets: HashMap<Arc<str>, &'static Preset>,
    /// What affiliates send clicks to.
    pub campaigns: Arc<Campaigns>,
    /// Knows every secret of this configuration.
    pub redactor: Redactor,
    /// The keys that hold a secret of the shipped configuration, which everybody knows.
    pub example_secrets: Vec<String>,
    /// What deserves a look and stops nothing.
    pub warnings: Vec<Fault>,
}

impl Config {
    /// What a network's partner is sent; nothing where no network has this name.
    pub fn guide(&self, network: &str) -> Option<Guide> {
        let sender = self.presets.get(network).map(|preset| preset.sender());
        let network = self.networks.get(network)?;
        Some(Guide::of(network, sender.as_ref(), &self.server.public_url))
    }
}

/// Reads and validates a file.
///
/// # Errors
///
/// Every fault of the configuration; that the file cannot be read is one.
pub fn load(path: &Path, environment: &Environment) -> Result<Config, Faults> {
    let file = path.to_string_lossy();
    let refused = |position, message| Faults::of_file(&file, position, message);
    let bytes = read_at_most(path, FILE_BYTES_MAX)
        .map_err(|error| refused(None, format!("cannot be read: {error}")))?
        .ok_or_else(|| refused(None, format!("is larger than {FILE_BYTES_MAX} bytes")))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let readable = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let at = position(&readable, readable.len());
        refused(Some(at), "is not UTF-8 text from here on".to_owned())
    })?;
    parse(&file, text, environment)
}

/// Validates a text. `file` is its name in messages.
///
/// # Errors
///
/// Every fault of the configuration.
pub fn parse(file: &str, text: &str, environment: &Environment) -> Result<Config, Faults> {
    let (document, syntax_errors) = DeTable::parse_recoverable(text);
    let report = Report::new(text, &syntax_errors);
    let config = read(&report, document.get_ref(), environment);
    let (faults, warnings) = report.finish();
    if faults.is_empty() {
        Ok(Config { warnings, ..config })
    } else {
        Err(Faults::new(file, faults))
    }
}

/// Reads the whole tree. Where something was reported, what is returned is not meant to be used.
fn read<'c>(report: &'c Report<'c>, document: &'c DeTable<'c>, environment: &Environment) -> Config {
    let root = Section::root(report, document, KEYS);
    let mut vault = Vault::new(environment);
    let server = Server::read(&root.section("server", server::KEYS), environment);
    let admin = Admin::read(&root.section("admin", admin::KEYS), &mut vault);
    let database = Database::read(&root.section("database", database::KEYS), environment);
    let storage = Storage::read(&root.section("storage", storage::KEYS));

    let networks = root.named("networks").entries();
    let network_names: Vec<&str> = networks.iter().map(|(key, _)| *key).collect();
    let sources = Sources::read(&root.named("sources"));
    let campaigns = root.named("campaigns").entries();
    let campaigns = campaigns
        .iter()
        .filter_map(|(key, entry)| campaign::read(key, entry, &network_names, &sources));
    let campaigns = Arc::new(Campaigns::new(campaigns));
    let presets = networks
        .iter()
        .filter_map(|(key, entry)| Some((Arc::from(*key), presets::named_by(entry)?)));
    let presets: HashMap<Arc<str>, &'static Preset> = presets.collect();
    let networks: HashMap<Arc<str>, Arc<Network>> = networks
        .iter()
        .filter_map(|(key, entry)| network::read(key, entry, &server.public_url, &campaigns, &mut vault))
        .map(|network| (network.name.clone(), Arc::new(network)))
        .collect();

    let example_secrets = shipped::check(report, &vault, &server);
    let passwords = match &database.source {
        DatabaseSource::Url(url) => url.passwords(),
        DatabaseSource::Private => Vec::new(),
    };
    let secrets = vault.found().iter().map(|(secret, _)| secret.clone());
    let schemes = networks
        .iter()
        .flat_map(|(name, network)| network.schemes.each().map(|scheme| (name, scheme)));
    let keys = schemes.clone().flat_map(|(_, scheme)| scheme.key_texts());
    let mut redactor = Redactor::new(secrets.chain(passwords).chain(keys));
    for (name, scheme) in schemes {
        redactor = redactor.with_token_at(name, scheme.token_places());
    }
    Config {
        server,
        admin,
        database,
        storage,
        networks,
        presets,
        campaigns,
        redactor,
        example_secrets,
        warnings: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
