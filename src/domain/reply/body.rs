//! A template of a content type, and its rendering.

use crate::domain::postback::RawPostback;
use crate::domain::signature::{Coverage, Reference};

use super::content_type::{ContentType, Escaped};
use super::sent::Sent;
use super::template::{Piece, Template};

/// Bytes that a body may have when it is filled.
const RENDERED_BYTES_MAX: usize = 16 * 1024;
/// Bytes that are set aside for a value: with usual values a body is allocated once.
const USUAL_VALUE_BYTES: usize = 64;

/// A template that is of its content type whatever is filled into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body<P> {
    template: Template<P>,
    content_type: ContentType,
}

/// A template that would not be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not JSON as application/json has to be; every placeholder stands within a string")]
pub struct NotJson;

impl<P: Copy> Body<P> {
    /// A template of a content type.
    ///
    /// # Errors
    ///
    /// When the type is JSON and the template would not be, with some value or other.
    pub fn new(template: Template<P>, content_type: ContentType) -> Result<Self, NotJson> {
        let body = Self { template, content_type };
        match content_type {
            ContentType::Json if !body.is_json() => Err(NotJson),
            ContentType::Json | ContentType::Plain | ContentType::Html | ContentType::Xml => Ok(body),
        }
    }

    /// An `x` is JSON nowhere but within a string, and there neither behind a backslash nor in an escape; so where it
    /// can stand, every escaped text can.
    fn is_json(&self) -> bool {
        let probe = self.fill(|_| Some("x"), |_| Some("x"));
        serde_json::from_str::<serde::de::IgnoredAny>(&probe).is_ok()
    }

    /// The template.
    pub const fn template(&self) -> &Template<P> {
        &self.template
    }

    /// What it is.
    pub const fn content_type(&self) -> ContentType {
        self.content_type
    }

    /// Whether a text can be this body filled: its fixed texts stand there in their order, and where one of our values is
    /// `known`, that one.
    pub fn fits<'v>(&self, text: &str, known: impl Fn(P) -> Option<&'v str>) -> bool {
        let pieces = self.template.pieces();
        let mut rest = text;
        let mut is_open = false;
        for (index, piece) in pieces.iter().enumerate() {
            let fixed = match piece {
                Piece::Literal(literal) => Some(literal.as_str()),
                Piece::Own(own) => known(*own),
                Piece::Sent(_) => None,
            };
            let Some(fixed) = fixed else {
                is_open = true;
                continue;
            };
            let found = if is_open && index + 1 == pieces.len() {
                // A value may hold the same text: only the one at the end counts.
                rest.ends_with(fixed).then_some("")
            } else if is_open {
                rest.split_once(fixed).map(|(_, behind)| behind)
            } else {
                rest.strip_prefix(fixed)
            };
            let Some(behind) = found else { return false };
            rest = behind;
            is_open = false;
        }
        is_open || rest.is_empty()
    }

    /// The body, filled with our values and with what the request may give. Under a `coverage`, only what it covers is
    /// taken from the request. A value that no longer fits into 16 KiB is left out.
    pub fn render<'v>(
        &self,
        own: impl Fn(P) -> Option<&'v str>,
        raw: &RawPostback,
        coverage: Option<&Coverage>,
    ) -> String {
        if self.template.places().next().is_none() {
            return self.fill(own, |_| None);
        }
        let sent = Sent::read(raw, coverage);
        self.fill(own, |place| sent.value(place))
    }

    fn fill<'o, 's>(&self, own: impl Fn(P) -> Option<&'o str>, sent: impl Fn(&Reference) -> Option<&'s str>) -> String {
        let pieces = self.template.pieces();
        let literal_bytes = self.template.literal_bytes();
        let mut text = String::with_capacity(literal_bytes + pieces.len() * USUAL_VALUE_BYTES);
        let mut left = RENDERED_BYTES_MAX - literal_bytes;
        for piece in pieces {
            let value = match piece {
                Piece::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                Piece::Own(name) => own(*name),
                Piece::Sent(place) => sent(place),
            };
            left -= self.push_value(&mut text, value.unwrap_or_default(), left);
        }
        text
    }

    /// Writes a value if it fits into what is left; returns the bytes that it took.
    fn push_value(&self, text: &mut String, value: &str, left: usize) -> usize {
        let escaped = || value.chars().map(|character| self.content_type.escaped(character));
        let bytes = escaped().map(Escaped::bytes).sum();
        if bytes > left {
            return 0;
        }
        for character in escaped() {
            character.push_to(text);
        }
        bytes
    }
}
