//! How a network's keys are written in its secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::domain::secret::Secret;

use super::KeyEncoding;

/// How a secret's text is made a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFormat {
    /// How the key is written.
    pub encoding: KeyEncoding,
    /// What stands before it and is cut off; empty for nothing.
    pub strip_prefix: String,
}

/// Why a secret is no key. What it holds is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nothing is left of it.
    #[error("the secret is empty behind the prefix that signature.key strips off")]
    Empty,
    /// It is not written as it should be.
    #[error("the secret is not {}, which signature.key.encoding says it is", .0.as_str())]
    NotEncoded(KeyEncoding),
}

impl Default for KeyFormat {
    /// The secret's text is the key.
    fn default() -> Self {
        Self {
            encoding: KeyEncoding::Raw,
            strip_prefix: String::new(),
        }
    }
}

impl KeyFormat {
    /// The key of a secret. A secret without the prefix is a key all the same: it is often left off when copied.
    ///
    /// # Errors
    ///
    /// When the secret is not written like this.
    pub fn key(&self, secret: &Secret) -> Result<Secret, KeyFault> {
        let text = secret.expose();
        let text = text.strip_prefix(self.strip_prefix.as_bytes()).unwrap_or(text);
        match self.encoding.decode(text) {
            Some(key) if key.is_empty() => Err(KeyFault::Empty),
            Some(key) => Ok(Secret::new(key)),
            None => Err(KeyFault::NotEncoded(self.encoding)),
        }
    }

    /// What is as secret as the secret that a key was read from: the key itself, and its text without the prefix, which is left
    /// off as often when it is sent by mistake. The padding is left off too, so that both ways of writing it hold the text.
    pub(super) fn as_secret(&self, key: &Secret) -> Vec<Secret> {
        let bytes = key.expose();
        let texts = match self.encoding {
            KeyEncoding::Raw => Vec::new(),
            KeyEncoding::Base64 => vec![STANDARD_NO_PAD.encode(bytes)],
            KeyEncoding::Hex => vec![hex::encode(bytes), hex::encode_upper(bytes)],
        };
        let texts = texts.into_iter().map(|text| Secret::new(text.into_bytes()));
        std::iter::once(key.clone()).chain(texts).collect()
    }

    /// The text of a secret whose key these bytes are.
    pub(super) fn written(&self, key: &str) -> String {
        format!("{}{}", self.strip_prefix, self.encoding.encode(key))
    }
}
