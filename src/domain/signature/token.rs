//! `token`: the secret itself stands in the request. It proves who sends, and nothing about what is sent.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::Choice;

use crate::domain::postback::{Form, RawPostback};
use crate::domain::secret::Secret;

use super::AuthFailure;
use super::encoding::Tag;
use super::placement::Placement;
use super::require::Requirement;

/// Secrets of which one stands in the request.
#[derive(Debug, Clone)]
pub struct TokenScheme {
    /// Where it stands.
    pub placement: Placement,
    /// What else has to be as it is.
    pub require: Vec<Requirement>,
    /// The tokens, each of which is accepted.
    pub tokens: Vec<Token>,
}

/// A token, ready to be compared.
#[derive(Clone)]
pub struct Token {
    hash: Tag,
    secret: Secret,
}

impl fmt::Debug for Token {
    /// Not even its hash, from which a short token could be guessed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// Makes a secret ready to be compared.
    pub fn new(secret: &Secret) -> Self {
        Self {
            hash: hash(secret.expose()),
            secret: secret.clone(),
        }
    }

    /// Whether a text is this token.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        self.hash.is_same(&hash(text)).into()
    }

    /// The secret, for who sends it in place of its network.
    pub(super) const fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// A text's hash, so that comparing takes the same time whatever the lengths of the two are.
fn hash(text: &[u8]) -> Tag {
    Tag::of(&Sha256::digest(text))
}

impl TokenScheme {
    pub(super) fn verify(&self, raw: &RawPostback, form: &Form<'_>) -> Result<(), AuthFailure> {
        Requirement::check(&self.require, raw, form)?;
        let written = self.placement.read(raw, form)?;
        let mut authentic = Choice::from(0);
        for candidate in written.candidates() {
            let candidate = hash(candidate);
            for token in &self.tokens {
                authentic |= token.hash.is_same(&candidate);
            }
        }
        if bool::from(authentic) {
            Ok(())
        } else {
            Err(AuthFailure::SignatureWrong)
        }
    }
}
