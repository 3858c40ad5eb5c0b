//! Keys that a request may have been signed with in place of the network's own.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::domain::secret::Secret;

use super::super::key::Key;
use super::super::{KeyEncoding, Proof};
use super::{Change, Other};

/// What stands before secrets of Standard Webhooks and of Stripe.
const COMMON_PREFIX: &[u8] = b"whsec_";

/// A secret and what is different about it.
pub(super) type Tried = (Secret, Change);

/// The network's own secret, read in another way than it is configured.
pub(super) fn misread(key: &Key) -> Vec<Tried> {
    let own = key.secret().expose();
    let bare = own.strip_prefix(COMMON_PREFIX).unwrap_or(own);
    let mut tried: Vec<Tried> = Vec::new();
    let mut add = |bytes: Vec<u8>, how: &'static str| {
        if !bytes.is_empty() && bytes != own {
            let advice = "set signature.key to how the sender reads its secret, or let it read the secret as you do";
            tried.push((Secret::new(bytes), Change::of_operator(how, advice)));
        }
    };
    add(bare.to_vec(), "with the secret without its \"whsec_\"");
    add([COMMON_PREFIX, own].concat(), "with \"whsec_\" before the secret");
    for (text, padded) in [(STANDARD.encode(own), true), (STANDARD_NO_PAD.encode(own), false)] {
        let how = if padded {
            "with the secret's base64 text itself as the key"
        } else {
            "with the secret's unpadded base64 text itself as the key"
        };
        add(
            [COMMON_PREFIX, text.as_bytes()].concat(),
            "with the secret's whole text, \"whsec_\" included, as the key",
        );
        add(text.into_bytes(), how);
    }
    add(
        hex::encode(own).into_bytes(),
        "with the secret's hex text itself as the key",
    );
    add(
        KeyEncoding::Base64.decode(bare).unwrap_or_default(),
        "with the secret decoded from base64",
    );
    add(
        KeyEncoding::Hex.decode(bare).unwrap_or_default(),
        "with the secret decoded from hex",
    );
    add([own, b"\n"].concat(), "with a line end behind the secret");
    add(
        own.trim_ascii().to_vec(),
        "with the secret without the blanks around it",
    );
    tried
}

/// The secrets of other networks. Tokens cannot be read back, so they are not among them.
pub(super) fn of_others(others: &[Other<'_>]) -> Vec<Tried> {
    let mut tried = Vec::new();
    for (name, scheme) in others {
        match &scheme.proof {
            Proof::Address | Proof::Token(_) => {}
            Proof::Mac(mac) => {
                let secrets = mac.keys.iter().map(|key| key.secret().clone());
                tried.extend(secrets.map(|secret| (secret, Change::other_network(name))));
            }
        }
    }
    tried
}
