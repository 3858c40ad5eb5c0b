//! A request whose own path contradicts what it is asked about for.

use std::sync::Arc;

use crate::domain::examine::name_in_path;
use crate::domain::excerpt::excerpt;
use crate::domain::network::Network;
use crate::domain::redact::Redactor;

use super::Asked;
use super::shown::Shown;

/// A path that names another network than the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a path of the network {asked:?}; this one names {in_path:?}")]
pub struct OtherNetwork {
    asked: Arc<str>,
    in_path: String,
}

impl Asked {
    /// Refuses a request whose path names another network than the one that it is to be explained for: the service would never
    /// look at it with that network's rules.
    ///
    /// # Errors
    ///
    /// Both names, the one in the path without secrets and as an excerpt.
    pub fn check_network(&self, network: &Network, redactor: &Redactor) -> Result<(), OtherNetwork> {
        let Some(path) = name_in_path(&self.uri) else {
            return Ok(());
        };
        let in_path = path.split('/').next().unwrap_or_default();
        if in_path.is_empty() || *in_path == *network.name {
            return Ok(());
        }
        // Masked as a whole: of a secret at its end nothing may be left.
        let in_path = Shown::new(redactor).text(in_path);
        Err(OtherNetwork {
            asked: network.name.clone(),
            in_path: excerpt(&in_path).into_owned(),
        })
    }
}
