//! Secrets in what is shown, and not stored.

use std::ops::Range;

use super::Redactor;

/// What stands in place of a secret in what is shown.
pub const MASKED: &[u8] = b"***";

/// Bytes from which on a secret is looked for everywhere in what is shown: a shorter one is part of other words by chance.
const TELLING_BYTES_MIN: usize = 6;

impl Redactor {
    /// A text with [`MASKED`] in place of every secret in it, for what is shown and not stored.
    ///
    /// A secret of fewer than six bytes is one only where it stands by itself, without a letter or digit before or behind it: as
    /// a value, or between the marks around one. Within a longer word nobody can tell it from the word, and masking it there
    /// would make other values unreadable and so give it away.
    pub fn mask(&self, text: &[u8]) -> Vec<u8> {
        self.secrets.replaced(text, MASKED, |part| {
            part.len() >= TELLING_BYTES_MIN || stands_alone(text, part)
        })
    }
}

/// Whether neither a letter nor a digit touches a part of a text. A byte that is not ASCII counts as a letter's.
fn stands_alone(text: &[u8], part: Range<usize>) -> bool {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let before = text[..part.start].last();
    let behind = text.get(part.end);
    !before.is_some_and(is_of_word) && !behind.is_some_and(is_of_word)
}
