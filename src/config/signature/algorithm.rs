//! `algorithm`: by what a network proves itself.

use crate::domain::signature::Algorithm;

use super::super::report::quoted;
use super::super::suggest::suggestion;

const ALGORITHMS: &[&str] = &[
    "hmac-sha256",
    "hmac-sha1",
    "hmac-sha512",
    "hmac-md5",
    "sha256",
    "sha1",
    "sha512",
    "md5",
    "token",
    "none",
];
/// Parts of the names of schemes whose proof is no shared secret over parts of the request.
const NOT_EXPRESSIBLE: [&str; 8] = ["rsa", "ecdsa", "ed25519", "jwt", "jws", "es256", "rs256", "hs256"];

/// What the proof is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A hash over parts of the request and a secret.
    Mac(Algorithm),
    /// The secret itself.
    Token,
    /// The address.
    Address,
}

pub(super) fn proof(text: &str) -> Result<Proof, String> {
    if let Some(algorithm) = Algorithm::parse(text) {
        return Ok(Proof::Mac(algorithm));
    }
    let lower = text.to_ascii_lowercase();
    match text {
        "none" => Ok(Proof::Address),
        "token" => Ok(Proof::Token),
        _ if NOT_EXPRESSIBLE.iter().any(|name| lower.contains(name)) => Err(format!(
            "{} is not expressible here: a postback is proven by a secret that both sides hold",
            quoted(text)
        )),
        _ => Err(format!(
            "unknown algorithm {}; {}",
            quoted(text),
            suggestion(text, ALGORITHMS)
        )),
    }
}
