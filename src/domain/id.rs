//! The ids of clicks, postbacks and conversions, and the one way each of them is written.
//!
//! In PostgreSQL an id is a `uuid`; everywhere else (URLs, answers, logs) it is 26 lowercase characters of Crockford's
//! base32: 128 bits with two zero bits in front, as in ULID. Reading ignores case. Nothing else is accepted (no hyphens,
//! no look-alike letters), so that an id has one spelling but for its case.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use super::time::Timestamp;

/// Length of a written id.
pub const ID_TEXT_LEN: usize = 26;

/// Random bytes that a new time-ordered id needs.
pub type IdRandomness = [u8; 10];

/// Crockford's alphabet: no i, l, o, u. <https://www.crockford.com/base32.html>
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The value of each ASCII character in [`ALPHABET`], in either case; 255 where it is none.
const VALUES: [u8; 256] = {
    let mut values = [255u8; 256];
    let mut index: u8 = 0;
    while (index as usize) < ALPHABET.len() {
        let character = ALPHABET[index as usize];
        values[character as usize] = index;
        values[character.to_ascii_uppercase() as usize] = index;
        index += 1;
    }
    values
};

/// A text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 26 characters of Crockford base32")]
pub struct NotAnId;

fn encode(uuid: Uuid) -> [u8; ID_TEXT_LEN] {
    let mut bits = uuid.as_u128();
    let mut text = [0u8; ID_TEXT_LEN];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    text
}

fn decode(text: &str) -> Result<Uuid, NotAnId> {
    let text: &[u8; ID_TEXT_LEN] = text.as_bytes().try_into().map_err(|_| NotAnId)?;
    let mut bits: u128 = 0;
    for (index, character) in text.iter().enumerate() {
        let value = VALUES[usize::from(*character)];
        // 26 characters hold 130 bits: the first may only carry the topmost three of the 128.
        if value == 255 || (index == 0 && value > 7) {
            return Err(NotAnId);
        }
        bits = (bits << 5) | u128::from(value);
    }
    Ok(Uuid::from_u128(bits))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $version:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as PostgreSQL stores it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Whether a text is the id in the one way in which it is written, small letters included.
            pub fn is_written_as(self, text: &str) -> bool {
                encode(self.0) == *text.as_bytes()
            }

            /// An id that was stored by this program.
            pub const fn from_stored(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = encode(self.0);
                f.write_str(std::str::from_utf8(&text).expect("the alphabet is ASCII"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let uuid = decode(text)?;
                if uuid.get_version_num() != $version || uuid.get_variant() != uuid::Variant::RFC4122 {
                    return Err(NotAnId);
                }
                Ok(Self(uuid))
            }
        }
    };
}

id! {
    /// The id of a stored click (`UUIDv7`): it starts with the time of its making, so new rows land together.
    ClickId, 7
}

id! {
    /// The id of one request to `/postback` in the raw log (`UUIDv7`).
    PostbackId, 7
}

id! {
    /// The id of a conversion (`UUIDv8`): derived from its deduplication key, so that the primary key of
    /// `conversions` *is* the deduplication.
    ConversionId, 8
}

impl ClickId {
    /// A new click id made at `now`.
    pub fn new(now: Timestamp, randomness: IdRandomness) -> Self {
        Self(time_ordered(now, randomness))
    }
}

impl PostbackId {
    /// A new postback id made at `now`.
    pub fn new(now: Timestamp, randomness: IdRandomness) -> Self {
        Self(time_ordered(now, randomness))
    }
}

impl ConversionId {
    /// The id of the conversion that `parts` identify.
    ///
    /// Each part is hashed behind its length, so that no shifting of bytes between parts gives the same id, and an
    /// absent part differs from an empty one. The first part names the rule, which keeps the rules' keys apart.
    pub(super) fn derive(rule: &str, parts: &[Option<&str>]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"postbackd conversion 1");
        hash.update([u8::try_from(rule.len()).expect("a rule's name is short")]);
        hash.update(rule.as_bytes());
        for part in parts {
            match part {
                None => hash.update(u64::MAX.to_be_bytes()),
                Some(part) => {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part.as_bytes());
                }
            }
        }
        let digest = hash.finalize();
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// A `UUIDv7` (RFC 9562 §5.7): 48 bits of Unix milliseconds, then randomness. A clock that steps back makes ids that sort
/// earlier, never the same id: 74 random bits stay.
fn time_ordered(now: Timestamp, randomness: IdRandomness) -> Uuid {
    Builder::from_unix_timestamp_millis(now.unix_millis(), &randomness).into_uuid()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_written_like_a_ulid() {
        // The UUIDv7 of RFC 9562, appendix A.6; its base32 was computed with Python's integers.
        let uuid = Uuid::parse_str("017F22E2-79B0-7CC3-98C4-DC0C0C07398F").expect("a uuid");
        assert_eq!(ClickId::from_stored(uuid).to_string(), "01fwhe4ydgfk1shh6w1g60eecf");
    }

    /// Base32 by division of the big-endian number, another way than the shifts of the code.
    fn reference(uuid: Uuid) -> String {
        let mut number = uuid.as_u128();
        let mut text = String::new();
        for _ in 0..26 {
            text.insert(0, char::from(ALPHABET[(number % 32) as usize]));
            number /= 32;
        }
        text
    }

    #[test]
    fn an_id_of_another_version_is_not_a_click_id() {
        let random = Uuid::parse_str("7c9e6679-7425-40de-944b-e07fc1f90ae7").expect("a uuid");
        assert_eq!(reference(random).parse::<ClickId>(), Err(NotAnId));
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "0",
            "8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "01arz3ndektsvs8rrfx69g5ta",
            "01arz3ndektsvs8rrfx69g5tau",
            "01arz3ndektsvs8rrfx69g5ta\u{e9}",
        ] {
            assert_eq!(text.parse::<ClickId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let ids = [
            ConversionId::derive("r", &[Some("ab"), Some("c")]),
            ConversionId::derive("r", &[Some("a"), Some("bc")]),
            ConversionId::derive("r", &[Some("abc"), None]),
            ConversionId::derive("r", &[Some("abc"), Some("")]),
            ConversionId::derive("ra", &[Some("bc"), None]),
        ];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[index + 1..].contains(id));
        }
    }

    proptest! {
        #[test]
        fn reading_back_ignores_case(millis in 0u64..=0xffff_ffff_ffff, randomness: IdRandomness) {
            let id = ClickId::new(Timestamp::from_unix_millis(i64::try_from(millis).expect("48 bits")), randomness);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
            prop_assert_eq!(id.to_string(), reference(id.uuid()));
        }

        #[test]
        fn later_ids_sort_later(first in 0i64..1 << 47, gap in 1i64..1 << 40, one: IdRandomness, two: IdRandomness) {
            let early = ClickId::new(Timestamp::from_unix_millis(first), one);
            let late = ClickId::new(Timestamp::from_unix_millis(first + gap), two);
            prop_assert!(early < late && early.to_string() < late.to_string());
        }
    }
}
