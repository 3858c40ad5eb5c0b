//! JSON texts, well-formed or not.

use std::borrow::Cow;

use crate::domain::json;

use super::credentials::TokenPlaces;
use super::{REDACTED, Redactor};

impl Redactor {
    /// Walks a JSON text token by token, whether it is well-formed or not: the value behind a credential's name, and every
    /// string that holds a secret, is replaced.
    pub(super) fn json<'b>(&self, text: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let mut kept: Vec<u8> = Vec::with_capacity(text.len());
        let mut changed = false;
        let mut at = 0;
        let mut cut_next = false;
        while at < text.len() {
            let end = token_end(text, at);
            let token = &text[at..end];
            let is_value =
                !matches!(token[0], b'{' | b'}' | b'[' | b']' | b',' | b':') && !token[0].is_ascii_whitespace();
            let is_text = token[0] == b'"';
            let unescaped = if is_text { json::unescaped(token) } else { None };
            let next = text[end..].iter().find(|byte| !byte.is_ascii_whitespace());
            let is_name = is_text && next == Some(&b':');
            let held = unescaped.as_ref().map_or(token, |text| text.as_bytes());
            if is_value && !is_name && cut_next || is_value && self.secrets.stand_in(held) {
                kept.extend_from_slice(format!("\"{REDACTED}\"").as_bytes());
                changed = true;
            } else {
                kept.extend_from_slice(token);
            }
            if is_name {
                cut_next = unescaped.as_deref().is_some_and(|name| places.is_credential(name));
            } else if is_value || token == b"," || token == b"}" {
                cut_next = false;
            }
            at = end;
        }
        if changed { Cow::Owned(kept) } else { Cow::Borrowed(text) }
    }
}

/// Where the JSON token at `start` ends: a string with its quotes, a structural character, or a run of anything else.
fn token_end(text: &[u8], start: usize) -> usize {
    let ends_run =
        |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"') || byte.is_ascii_whitespace();
    match text[start] {
        b'"' => {
            let mut at = start + 1;
            while at < text.len() {
                match text[at] {
                    b'\\' => at += 2,
                    b'"' => return at + 1,
                    _ => at += 1,
                }
            }
            text.len()
        }
        first if ends_run(&first) => start + 1,
        _ => text[start..]
            .iter()
            .position(ends_run)
            .map_or(text.len(), |length| start + length),
    }
}
