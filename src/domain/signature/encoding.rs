//! How signatures and keys are written, and signatures compared.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use subtle::{Choice, ConstantTimeEq as _};

/// Room for the longest signature, SHA-512's 64 bytes, in the whole groups that base64 decodes.
const TAG_BYTES_MAX: usize = 72;

const PADDING_OPTIONAL: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Keys are copied by hand and lose their padding on the way.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING_OPTIONAL);

/// Some senders pad, some do not.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDING_OPTIONAL);

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal, either case.
    Hex,
    /// Standard base64 with its padding.
    Base64,
    /// URL-safe base64, with or without padding.
    Base64Url,
}

/// How a key is written in its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEncoding {
    /// The secret's text is the key.
    Raw,
    /// Standard base64, with or without padding.
    Base64,
    /// Hexadecimal, either case.
    Hex,
}

/// The bytes of a signature, sent or computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    bytes: [u8; TAG_BYTES_MAX],
    len: usize,
}

impl Tag {
    /// The bytes of a digest.
    pub(super) fn of(digest: &[u8]) -> Self {
        let mut bytes = [0; TAG_BYTES_MAX];
        bytes[..digest.len()].copy_from_slice(digest);
        Self {
            bytes,
            len: digest.len(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Compares whole signatures in constant time. The lengths are no secret: one of another length is another.
    pub(super) fn is_same(&self, other: &Self) -> Choice {
        self.bytes().ct_eq(other.bytes())
    }
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 3] = [Self::Hex, Self::Base64, Self::Base64Url];

    /// The encoding as configurations write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
        }
    }

    /// The signature that a text is; `None` when it is none, or longer than any.
    pub(super) fn decode(self, written: &[u8]) -> Option<Tag> {
        let mut bytes = [0; TAG_BYTES_MAX];
        let len = match self {
            Self::Hex => {
                let len = written.len() / 2;
                hex::decode_to_slice(written, bytes.get_mut(..len)?).ok()?;
                len
            }
            Self::Base64 => STANDARD.decode_slice(written, &mut bytes).ok()?,
            Self::Base64Url => BASE64_URL.decode_slice(written, &mut bytes).ok()?,
        };
        Some(Tag { bytes, len })
    }

    pub(super) fn encode(self, signature: &Tag) -> String {
        match self {
            Self::Hex => hex::encode(signature.bytes()),
            Self::Base64 => STANDARD.encode(signature.bytes()),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(signature.bytes()),
        }
    }
}

impl KeyEncoding {
    /// Every encoding.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Base64, Self::Hex];

    /// The encoding as configurations write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// A key written like this.
    pub(super) fn encode(self, key: &str) -> String {
        match self {
            Self::Raw => key.to_owned(),
            Self::Base64 => STANDARD.encode(key),
            Self::Hex => hex::encode(key),
        }
    }

    /// The key that a secret's text is; `None` when it is not written like this.
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Raw => Some(text.to_vec()),
            Self::Base64 => KEY_BASE64.decode(text).ok(),
            Self::Hex => hex::decode(text).ok(),
        }
    }
}
