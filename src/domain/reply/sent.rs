//! What a template may take from a request: short words of letters, digits and a few signs.
//!
//! Senders ask for their own id back, or, with Keitaro's `return=`, for a word of their choice. A postback's query can be
//! written by whoever clicks a link, so what is repeated must be harmless in every content type and to every reader of
//! it: no markup, no quotes, no line breaks, no addresses. What is not of the set is filled with nothing, not cut: half
//! an id is a wrong id.

use crate::domain::postback::{Body, Form, RawPostback};
use crate::domain::signature::{Coverage, Found, Reference};

/// Bytes that a value may have to be repeated.
const SENT_BYTES_MAX: usize = 255;

/// A request as templates may quote it.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    raw: &'a RawPostback,
    form: Form<'a>,
    /// What of it is proven; `None` repeats what is not proven too, to a sender that is refused anyway.
    coverage: Option<&'a Coverage>,
}

impl<'a> Sent<'a> {
    /// Reads what can be read: of a request that is malformed only the header fields count.
    pub(super) fn read(raw: &'a RawPostback, coverage: Option<&'a Coverage>) -> Self {
        let form = Form::read(raw).unwrap_or(Form {
            query: Vec::new(),
            body: Body::Empty,
        });
        Self { raw, form, coverage }
    }

    /// What stands at a place, if it may be repeated.
    pub(super) fn value(&self, place: &Reference) -> Option<&str> {
        if self.coverage.is_some_and(|coverage| !coverage.covers_place(place)) {
            return None;
        }
        match place.find(self.raw, &self.form) {
            Found::One(value) => harmless(value),
            Found::None | Found::Several => None,
        }
    }
}

/// The value as text, if it is short and of the character set.
fn harmless(value: &[u8]) -> Option<&str> {
    let in_set = |byte: &u8| byte.is_ascii_alphanumeric() || b"._~:-".contains(byte);
    let is_harmless = value.len() <= SENT_BYTES_MAX && value.iter().all(in_set);
    is_harmless.then(|| std::str::from_utf8(value).expect("the set is ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_words_of_the_character_set_are_repeated() {
        let longest = "x".repeat(255);
        let too_long = "x".repeat(256);
        for (sent, repeated) in [
            ("OK", true),
            ("a-B.9_~:z", true),
            ("", true),
            (longest.as_str(), true),
            (&too_long, false),
            ("<script>", false),
            ("a b", false),
            ("a\nb", false),
            ("a\"b", false),
            ("a/b", false),
            ("a;b", false),
            ("a{b}", false),
            ("é", false),
            ("%3Cscript%3E", false),
        ] {
            assert_eq!(harmless(sent.as_bytes()), repeated.then_some(sent), "{sent:?}");
        }
        assert_eq!(harmless(b"\xff"), None);
    }
}
