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

/// Keys are copied by hand and lose their padding on the way, as signatures do.
pub(super) const BASE64_UNPADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING_OPTIONAL);

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

/// The bytes of a signature, sent or computed. Those behind its length are zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    bytes: [u8; TAG_BYTES_MAX],
    len: usize,
}

impl Tag {
    /// No bytes.
    pub(super) const EMPTY: Self = Self {
        bytes: [0; TAG_BYTES_MAX],
        len: 0,
    };

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
        // The barriers that keep a comparison in constant time cost as much for a word as for a byte.
        let pairs = self.bytes.as_chunks().0.iter().zip(other.bytes.as_chunks().0);
        let difference = pairs.fold(0, |seen, (one, other)| {
            seen | (u64::from_ne_bytes(*one) ^ u64::from_ne_bytes(*other))
        });
        Choice::from(u8::from(self.len == other.len)) & difference.ct_eq(&0)
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
        let mut tag = Tag::EMPTY;
        self.decode_into(&mut tag, written).map(|()| tag)
    }

    /// Decodes a signature into a tag, whatever that was before: beside a short body's hash, moving one shows. `None` when the text
    /// is none, or longer than any; what is in the tag then means nothing.
    pub(super) fn decode_into(self, tag: &mut Tag, written: &[u8]) -> Option<()> {
        *tag = Tag::EMPTY;
        tag.len = match self {
            Self::Hex => {
                let len = written.len() / 2;
                decode_hex(written, tag.bytes.get_mut(..len)?)?;
                len
            }
            Self::Base64 => decode_base64(&STANDARD, written, &mut tag.bytes)?,
            Self::Base64Url => decode_base64(&BASE64_URL, written, &mut tag.bytes)?,
        };
        Some(())
    }

    pub(super) fn encode(self, signature: &Tag) -> String {
        match self {
            Self::Hex => hex::encode(signature.bytes()),
            Self::Base64 => STANDARD.encode(signature.bytes()),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(signature.bytes()),
        }
    }
}

/// Decodes base64 to the begin of `bytes` and clears what the decoder may have left behind it. How many bytes it is.
fn decode_base64(engine: &GeneralPurpose, written: &[u8], bytes: &mut [u8]) -> Option<usize> {
    let len = engine.decode_slice(written, bytes).ok()?;
    bytes[len..].fill(0);
    Some(len)
}

/// Decodes hexadecimal digits into half as many bytes. Without a branch and without a table for each digit, so that many
/// of them are decoded at once: a short body's HMAC costs hardly more than decoding 64 digits one by one.
fn decode_hex(written: &[u8], bytes: &mut [u8]) -> Option<()> {
    let (pairs, rest) = written.as_chunks();
    let mut seen = 0;
    for (pair, byte) in pairs.iter().zip(bytes) {
        let [high, low] = pair.map(hex_digit);
        seen |= high | low;
        *byte = high << 4 | low;
    }
    (rest.is_empty() && seen < 16).then_some(())
}

/// What a byte stands for as a hexadecimal digit; more than any digit where it is none.
const fn hex_digit(byte: u8) -> u8 {
    let figure = byte.wrapping_sub(b'0');
    let letter = (byte | 0x20).wrapping_sub(b'a');
    if figure < 10 {
        figure
    } else if letter < 6 {
        letter + 10
    } else {
        u8::MAX
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
            Self::Base64 => BASE64_UNPADDED.decode(text).ok(),
            Self::Hex => hex::decode(text).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hexadecimal_digit_is_what_the_language_says_it_is() {
        for byte in u8::MIN..=u8::MAX {
            let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            assert_eq!(Some(hex_digit(byte)).filter(|digit| *digit < 16), digit, "{byte}");
        }
    }

    #[test]
    fn a_signature_is_decoded_whole_or_not_at_all() {
        let longest = "0f".repeat(TAG_BYTES_MAX);
        for (written, expected) in [
            ("", Some("")),
            ("00fF", Some("00ff")),
            ("0", None),
            ("0g", None),
            ("g0", None),
            ("00:", None),
            (&longest, Some(&*longest)),
            (&format!("{longest}00"), None),
        ] {
            let decoded = Encoding::Hex.decode(written.as_bytes());
            let written_again = decoded.as_ref().map(|tag| Encoding::Hex.encode(tag));
            assert_eq!(written_again.as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn nothing_is_left_of_what_could_not_be_decoded() {
        let unreadable = format!("{}0g", "0f".repeat(40));
        let mut tag = Tag::EMPTY;
        assert_eq!(Encoding::Hex.decode_into(&mut tag, unreadable.as_bytes()), None);
        assert_eq!(Encoding::Hex.decode_into(&mut tag, b"00ff"), Some(()));
        let expected = Encoding::Hex.decode(b"00ff").expect("a signature");
        assert!(bool::from(tag.is_same(&expected)));
    }
}
