//! The configuration in use: one immutable snapshot, replaced whole by a reload.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use metrics::counter;
use serde::Serialize;
use tracing::{error, info, warn};

use crate::domain::network::RuleBook;

use super::{Config, Environment, Fault, Faults, load};

/// One configuration: what a request sees from its begin to its end.
#[derive(Debug)]
pub struct Snapshot {
    /// The configuration.
    pub config: Config,
    /// Its networks and campaigns, as ingest carries them along.
    pub rules: Arc<RuleBook>,
}

/// The configuration in use and the file that it comes from.
#[derive(Debug)]
pub struct Live {
    file: PathBuf,
    environment: Environment,
    snapshot: ArcSwap<Snapshot>,
    /// What the service was started with: what only a restart applies is compared with it.
    started: Config,
    /// Only one reload at a time, so that the last one asked for is the one in use.
    reloading: Mutex<()>,
}

/// What a reload did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Networks that are now configured.
    pub networks: usize,
    /// Campaigns that are now configured.
    pub campaigns: usize,
    /// Changed keys that only a restart applies.
    pub restart_needed: Vec<&'static str>,
}

/// Why a reload changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The file has faults.
    #[error("the configuration has faults")]
    Faults(#[source] Faults),
    /// The file is valid but has no network any more, which is rather a truncated file than a wish.
    #[error("the configuration would remove every network")]
    NoNetworks(Fault),
}

impl ReloadError {
    /// What is wrong, for whoever asked for the reload.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Faults(faults) => faults.list(),
            Self::NoNetworks(fault) => std::slice::from_ref(fault),
        }
    }
}

impl Snapshot {
    fn new(config: Config) -> Self {
        let rules = RuleBook {
            networks: config.networks.clone(),
            campaigns: config.campaigns.clone(),
        };
        Self {
            config,
            rules: Arc::new(rules),
        }
    }
}

impl Live {
    /// The configuration that was read from a file under an environment.
    pub fn new(config: Config, file: PathBuf, environment: Environment) -> Self {
        Self {
            file,
            environment,
            snapshot: ArcSwap::from_pointee(Snapshot::new(config.clone())),
            started: config,
            reloading: Mutex::new(()),
        }
    }

    /// The configuration as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Reads the file again and swaps the configuration, or changes nothing.
    ///
    /// # Errors
    ///
    /// When the file has faults or would remove every network; both are logged and counted.
    pub fn reload(&self) -> Result<Applied, ReloadError> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.read_again();
        match &outcome {
            Ok(applied) => {
                counter!("postbackd_config_reloads_total", "result" => "applied").increment(1);
                let Applied {
                    networks,
                    campaigns,
                    restart_needed,
                } = applied;
                info!(
                    networks,
                    campaigns, "the configuration was reloaded: {networks} networks, {campaigns} campaigns"
                );
                if !restart_needed.is_empty() {
                    warn!(keys = restart_needed.join(", "), "these changes need a restart");
                }
            }
            Err(refused) => {
                counter!("postbackd_config_reloads_total", "result" => "refused").increment(1);
                let file = self.file.to_string_lossy();
                let faults: Vec<String> = refused.faults().iter().map(|fault| fault.line_of(&file)).collect();
                error!(
                    faults = faults.join("\n"),
                    "the configuration stays as it is: {refused}"
                );
            }
        }
        outcome
    }

    fn read_again(&self) -> Result<Applied, ReloadError> {
        let config = load(&self.file, &self.environment).map_err(ReloadError::Faults)?;
        let old = self.snapshot();
        if config.networks.is_empty() && !old.config.networks.is_empty() {
            return Err(ReloadError::NoNetworks(Fault {
                position: None,
                key: "networks".to_owned(),
                message: "expected at least one network: a reload never removes all of them".to_owned(),
            }));
        }
        let applied = Applied {
            networks: config.networks.len(),
            campaigns: config.campaigns.iter().count(),
            restart_needed: restart_needed(&self.started, &config),
        };
        self.snapshot.store(Arc::new(Snapshot::new(config)));
        Ok(applied)
    }
}

fn restart_needed(old: &Config, new: &Config) -> Vec<&'static str> {
    [
        ("server.listen", old.server.listen == new.server.listen),
        (
            "server.admin_listen",
            old.server.admin_listen == new.server.admin_listen,
        ),
        ("database", old.database == new.database),
        ("storage", old.storage == new.storage),
    ]
    .into_iter()
    .filter_map(|(key, same)| (!same).then_some(key))
    .collect()
}
