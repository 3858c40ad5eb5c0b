//! How texts of a request are shown: without secrets, and with what cannot be printed escaped. What counts as a secret in a text
//! is for [`Redactor::mask`] to say.

use crate::domain::redact::Redactor;
use crate::domain::visible::visible;

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

    /// Bytes without the secrets in them, as a text in which every other byte can be told.
    pub(super) fn bytes(self, bytes: &[u8]) -> String {
        visible(&self.redactor.mask(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    #[test]
    fn every_byte_can_be_told_but_those_of_a_secret() {
        let redactor = Redactor::new([Secret::new(b"hush-hush".as_slice())]);
        let shown = Shown::new(&redactor);
        for (bytes, text) in [
            (&b"a=1&b=\xc3\xa9"[..], "a=1&b=\u{e9}"),
            (b"a\\n\n\r\t", "a\\\\n\\n\\r\\t"),
            (b"\x00\xff\xc2\x85", "\\x00\\xff\\xc2\\x85"),
            (b"xhush-hushx", "x***x"),
        ] {
            assert_eq!(shown.bytes(bytes), text);
        }
    }
}
