//! `[admin]`: who may use the private API.

use crate::domain::secret::Secret;

use super::secrets::Vault;
use super::section::Section;

pub(super) const KEYS: &[&str] = &["tokens"];

/// The private API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The Bearer tokens, each of which is accepted; none: the API is closed.
    pub tokens: Vec<Secret>,
}

impl Admin {
    pub(super) fn read(section: &Section<'_>, vault: &mut Vault<'_>) -> Self {
        let tokens = vault.list(section, "tokens").unwrap_or_default();
        let fits_header = |token: &Secret| token.expose().iter().all(u8::is_ascii_graphic);
        if !tokens.iter().all(fits_header)
            && let Some(entry) = section.entry("tokens")
        {
            entry.refuse("a token is sent in a header: expected visible ASCII characters without spaces");
        }
        Self { tokens }
    }
}
