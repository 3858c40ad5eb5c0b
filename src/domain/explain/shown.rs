//! How texts of a request are shown: without secrets, and with what cannot be printed escaped.

use crate::domain::redact::Redactor;

/// Makes texts fit to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    redactor: &'a Redactor,
}

impl<'a> Shown<'a> {
    pub(super) const fn new(redactor: &'a Redactor) -> Self {
        Self { redactor }
    }

    /// A text without the secrets in it.
    pub(super) fn text(self, text: &str) -> String {
        String::from_utf8_lossy(&self.redactor.mask(text.as_bytes())).into_owned()
    }

    /// Bytes as a text in which every byte can be told: printable characters as they are, a backslash doubled, line ends as
    /// `\n` and `\r`, a tab as `\t`, everything else as `\xNN` for each of its bytes.
    pub(super) fn bytes(self, bytes: &[u8]) -> String {
        let masked = self.redactor.mask(bytes);
        let mut text = String::with_capacity(masked.len());
        for chunk in masked.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => text.push_str("\\\\"),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    other if other.is_control() => escape(&mut text, other.encode_utf8(&mut [0; 4]).as_bytes()),
                    other => text.push(other),
                }
            }
            escape(&mut text, chunk.invalid());
        }
        text
    }
}

fn escape(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str("\\x");
        text.push_str(&hex::encode([*byte]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    #[test]
    fn every_byte_can_be_told_but_those_of_a_secret() {
        let redactor = Redactor::new([Secret::new(b"hush".as_slice())]);
        let shown = Shown::new(&redactor);
        for (bytes, text) in [
            (&b"a=1&b=\xc3\xa9"[..], "a=1&b=\u{e9}"),
            (b"a\\n\n\r\t", "a\\\\n\\n\\r\\t"),
            (b"\x00\xff\xc2\x85", "\\x00\\xff\\xc2\\x85"),
            (b"xhushx", "x***x"),
        ] {
            assert_eq!(shown.bytes(bytes), text);
        }
    }
}
