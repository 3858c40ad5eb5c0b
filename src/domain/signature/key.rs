//! The hashes that networks sign with, and keys made ready for them.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::domain::secret::Secret;

use super::encoding::Tag;

macro_rules! algorithms {
    ($($(#[$mac_doc:meta])* $mac:ident = $mac_text:literal, $(#[$plain_doc:meta])* $plain:ident = $plain_text:literal, $hash:ty;)*) => {
        /// A hash that makes signatures: keyed, or plain over a content that holds the secret.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Algorithm { $($(#[$mac_doc])* $mac, $(#[$plain_doc])* $plain,)* }

        impl Algorithm {
            /// The algorithm of a configuration's word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($mac_text => Some(Self::$mac), $plain_text => Some(Self::$plain),)* _ => None }
            }

            /// The algorithm as configurations write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$mac => $mac_text, Self::$plain => $plain_text,)* }
            }

            /// Every algorithm.
            pub const ALL: [Self; 8] = [$(Self::$mac, Self::$plain,)*];

            /// Whether the hash takes the secret as its key; if not, the secret is part of what is hashed.
            pub const fn is_keyed(self) -> bool {
                match self { $(Self::$mac => true, Self::$plain => false,)* }
            }
        }

        #[derive(Clone)]
        enum Started { $($mac(Hmac<$hash>), $plain($hash),)* }

        impl Started {
            const fn algorithm(&self) -> Algorithm {
                match self { $(Self::$mac(_) => Algorithm::$mac, Self::$plain(_) => Algorithm::$plain,)* }
            }
        }

        impl Key {
            /// Makes a secret ready for an algorithm.
            pub fn new(algorithm: Algorithm, secret: &Secret) -> Self {
                let started = match algorithm {
                    $(Algorithm::$mac => {
                        let mac = Hmac::<$hash>::new_from_slice(secret.expose());
                        Started::$mac(mac.expect("an HMAC takes a key of any length"))
                    }
                    Algorithm::$plain => Started::$plain(<$hash>::new()),)*
                };
                Self { started, secret: secret.clone() }
            }

            /// The signature over the bytes that `feed` hands out piece by piece.
            ///
            /// What is fed is the hash itself and never moves: beside a short body, moving it showed.
            pub(super) fn sign<E>(&self, feed: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), E>) -> Result<Tag, E> {
                match &self.started {
                    $(Started::$mac(started) => {
                        let mut mac = started.clone();
                        feed(&mut |bytes| Mac::update(&mut mac, bytes))?;
                        Ok(Tag::of(&Mac::finalize(mac).into_bytes()))
                    }
                    Started::$plain(started) => {
                        let mut hash = started.clone();
                        feed(&mut |bytes| Digest::update(&mut hash, bytes))?;
                        Ok(Tag::of(&Digest::finalize(hash)))
                    })*
                }
            }
        }
    };
}

/// A secret whose key schedule has been computed, so that a request pays for its own bytes only.
#[derive(Clone)]
pub struct Key {
    started: Started,
    secret: Secret,
}

impl Key {
    /// The hash that it was made ready for.
    pub const fn algorithm(&self) -> Algorithm {
        self.started.algorithm()
    }

    /// The key itself, for a plain hash over a content that holds it.
    pub(super) const fn secret(&self) -> &Secret {
        &self.secret
    }
}

algorithms! {
    /// HMAC with MD5 (RFC 2104).
    HmacMd5 = "hmac-md5",
    /// Plain MD5.
    Md5 = "md5", Md5;
    /// HMAC with SHA-1 (RFC 2104).
    HmacSha1 = "hmac-sha1",
    /// Plain SHA-1.
    Sha1 = "sha1", Sha1;
    /// HMAC with SHA-256 (RFC 4231).
    HmacSha256 = "hmac-sha256",
    /// Plain SHA-256.
    Sha256 = "sha256", Sha256;
    /// HMAC with SHA-512 (RFC 4231).
    HmacSha512 = "hmac-sha512",
    /// Plain SHA-512.
    Sha512 = "sha512", Sha512;
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}
