//! The beginning of a text that somebody else wrote, for a message about it: a sender decides how long that is.

use std::borrow::Cow;

/// Characters of a text that a message repeats.
pub const EXCERPT_CHARS_MAX: usize = 100;

/// A text, or its beginning and a mark where it is longer than [`EXCERPT_CHARS_MAX`].
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_with_a_mark_and_never_within_a_character() {
        let longest = "é".repeat(EXCERPT_CHARS_MAX);
        let longer = format!("{longest}é");
        let cut = format!("{longest}…");
        for (text, shown) in [
            ("", ""),
            ("{payout}", "{payout}"),
            (&longest, &longest),
            (&longer, &cut),
        ] {
            assert_eq!(excerpt(text), shown);
        }
    }
}
