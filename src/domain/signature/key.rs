//! The keyed hashes that networks sign with, and keys made ready for them.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::domain::secret::Secret;

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $hash:ty;)*) => {
        /// A keyed hash.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Algorithm { $($(#[$doc])* $name,)* }

        impl Algorithm {
            /// The algorithm of a configuration's word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }

            /// The algorithm as configurations write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        /// A secret whose key schedule has been computed, so that a request pays for its own bytes only.
        #[derive(Clone)]
        pub struct Key(Started);

        #[derive(Clone)]
        enum Started { $($name(Hmac<$hash>),)* }

        impl Key {
            /// Makes a secret ready for an algorithm.
            pub fn new(algorithm: Algorithm, secret: &Secret) -> Self {
                match algorithm {
                    $(Algorithm::$name => {
                        let mac = Hmac::<$hash>::new_from_slice(secret.expose());
                        Self(Started::$name(mac.expect("an HMAC takes a key of any length")))
                    })*
                }
            }

            pub(super) fn begin(&self) -> Running {
                Running(self.0.clone())
            }
        }

        /// A MAC that is being computed.
        pub(super) struct Running(Started);

        impl Running {
            pub(super) fn update(&mut self, bytes: &[u8]) {
                match &mut self.0 { $(Started::$name(mac) => mac.update(bytes),)* }
            }

            /// Compares in constant time. A signature of another length is wrong.
            pub(super) fn verify(self, signature: &[u8]) -> bool {
                match self.0 { $(Started::$name(mac) => mac.verify_slice(signature).is_ok(),)* }
            }

            pub(super) fn finish(self) -> Vec<u8> {
                match self.0 { $(Started::$name(mac) => mac.finalize().into_bytes().to_vec(),)* }
            }
        }
    };
}

algorithms! {
    /// HMAC with MD5 (RFC 2104).
    HmacMd5 = "hmac-md5", Md5;
    /// HMAC with SHA-1 (RFC 2104).
    HmacSha1 = "hmac-sha1", Sha1;
    /// HMAC with SHA-256 (RFC 4231).
    HmacSha256 = "hmac-sha256", Sha256;
    /// HMAC with SHA-512 (RFC 4231).
    HmacSha512 = "hmac-sha512", Sha512;
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}
