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

/// A token that can be compared and not be read.
#[derive(Clone)]
pub struct Token(Tag);

impl fmt::Debug for Token {
    /// Not even its hash, from which a short token could be guessed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// Makes a secret ready to be compared.
    pub fn new(secret: &Secret) -> Self {
        Self::of(secret.expose())
    }

    /// Whether a text is this token.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        self.0.is_same(&Self::of(text).0).into()
    }

    /// Its hash, so that comparing takes the same time whatever the lengths of the two are.
    fn of(text: &[u8]) -> Self {
        Self(Tag::of(&Sha256::digest(text)))
    }
}

impl TokenScheme {
    pub(super) fn verify(&self, raw: &RawPostback, form: &Form<'_>) -> Result<(), AuthFailure> {
        Requirement::check(&self.require, raw, form)?;
        let written = self.placement.read(raw, form)?;
        let mut authentic = Choice::from(0);
        for candidate in written.candidates {
            let candidate = Token::of(candidate);
            for token in &self.tokens {
                authentic |= token.0.is_same(&candidate.0);
            }
        }
        if bool::from(authentic) {
            Ok(())
        } else {
            Err(AuthFailure::SignatureWrong)
        }
    }
}
