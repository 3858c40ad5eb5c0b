//! The example secrets of the shipped configuration: everybody knows them, so they never leave the machine's loopback.

use crate::domain::secret::Secret;

use super::report::{Place, Report};
use super::secrets::Vault;
use super::server::Server;

/// Every secret that stands in the shipped `config/postbackd.toml`.
pub const SHIPPED_SECRETS: &[&str] = &["example-secret-of-acme-replace-me", "example-admin-token-replace-me"];

/// Refuses to listen where others can reach it while one of the shipped secrets is in use. Returns the keys that hold one.
pub(super) fn check(report: &Report<'_>, vault: &Vault<'_>, server: &Server) -> Vec<String> {
    let is_shipped = |secret: &Secret| SHIPPED_SECRETS.iter().any(|it| it.as_bytes() == secret.expose());
    let found = vault.found().iter().filter(|(secret, _)| is_shipped(secret));
    let places: Vec<&Place> = found.map(|(_, place)| place).collect();
    if let Some(address) = server.reachable() {
        for place in &places {
            let message = format!(
                "is the example secret of the shipped configuration, which everybody knows, and the service would listen \
                 on {address}, which others can reach; put a secret of your own here, as {{ env = \"ACME_SECRET\" }}, or \
                 listen on 127.0.0.1"
            );
            report.fault(place, message);
        }
    }
    places.into_iter().map(|place| place.key.clone()).collect()
}
