//! What a guide is made of: blocks of text in which everything that a configuration chose is code.
//!
//! A renderer knows blocks and spans and nothing of postbacks. Only code spans, code blocks and what a preset of ours says hold
//! text from elsewhere, so that nothing a configuration names can become markup.

use std::borrow::Cow;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Words.
    Plain(Cow<'static, str>),
    /// A name, a value or a word of a protocol, character by character.
    Code(String),
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<Span>);

/// A part of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The heading of a section.
    Section(&'static str),
    /// The heading of a part of a section.
    Part(Text),
    /// A paragraph.
    Paragraph(Text),
    /// Points in no order.
    Points(Vec<Text>),
    /// Steps in their order.
    Steps(Vec<Text>),
    /// Rows under headings.
    Table {
        /// The headings.
        head: &'static [&'static str],
        /// The rows, each as long as the headings.
        rows: Vec<Vec<Text>>,
    },
    /// Something to be copied.
    Code(String),
}

impl Text {
    /// Begins with words.
    pub fn say(words: impl Into<Cow<'static, str>>) -> Self {
        Self::default().and(words)
    }

    /// Begins with code.
    pub fn of_code(code: impl Into<String>) -> Self {
        Self::default().code(code)
    }

    /// Goes on with words.
    #[must_use]
    pub fn and(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Span::Plain(words.into()));
        self
    }

    /// Goes on with code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.push(Span::Code(code.into()));
        self
    }

    /// Goes on with another text.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Codes with commas between them.
    pub fn codes<C: Into<String>>(codes: impl IntoIterator<Item = C>) -> Self {
        Self::joined(codes.into_iter().map(Self::of_code), ", ")
    }

    /// Texts with something between them.
    pub fn joined(texts: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        let mut joined = Self::default();
        for text in texts {
            if !joined.0.is_empty() {
                joined = joined.and(separator);
            }
            joined = joined.then(text);
        }
        joined
    }
}

impl From<Text> for Block {
    fn from(text: Text) -> Self {
        Self::Paragraph(text)
    }
}
