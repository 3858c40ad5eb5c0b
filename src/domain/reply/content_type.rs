//! The content types of templates, and how each escapes what is filled in.

/// What a template's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentType {
    /// `text/plain`.
    #[default]
    Plain,
    /// `application/json`. Every placeholder stands within a string.
    Json,
    /// `text/html`. Placeholders stand in text or in quoted attributes.
    Html,
    /// `application/xml`. Placeholders stand in text or in quoted attributes.
    Xml,
}

impl ContentType {
    /// Every content type.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Json, Self::Html, Self::Xml];

    /// The type as the configuration writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "text/plain",
            Self::Json => "application/json",
            Self::Html => "text/html",
            Self::Xml => "application/xml",
        }
    }

    /// The value of the header. JSON is UTF-8 by definition and has no such parameter (RFC 8259 §11).
    pub const fn header_value(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Xml => "application/xml; charset=utf-8",
        }
    }

    /// What a character is written as; nothing for what the type cannot hold.
    pub(super) fn escaped(self, character: char) -> Escaped {
        match self {
            Self::Plain => Self::without_controls(character),
            Self::Json => match character {
                '"' => Escaped::Text("\\\""),
                '\\' => Escaped::Text("\\\\"),
                control if control.is_control() => Escaped::Unicode(control),
                other => Escaped::Itself(other),
            },
            Self::Html | Self::Xml => match character {
                '&' => Escaped::Text("&amp;"),
                '<' => Escaped::Text("&lt;"),
                '>' => Escaped::Text("&gt;"),
                '"' => Escaped::Text("&quot;"),
                '\'' => Escaped::Text("&#39;"),
                // No characters of XML 1.0 (§2.2), not even escaped.
                '\u{fffe}' | '\u{ffff}' => Escaped::Text(""),
                other => Self::without_controls(other),
            },
        }
    }

    fn without_controls(character: char) -> Escaped {
        if character.is_control() {
            Escaped::Text("")
        } else {
            Escaped::Itself(character)
        }
    }
}

/// What stands for a character.
#[derive(Debug, Clone, Copy)]
pub(super) enum Escaped {
    Itself(char),
    Text(&'static str),
    /// A control character in a JSON string: `\u` and its four digits.
    Unicode(char),
}

impl Escaped {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Itself(character) => character.len_utf8(),
            Self::Text(text) => text.len(),
            Self::Unicode(_) => "\\u0000".len(),
        }
    }

    pub(super) fn push_to(self, text: &mut String) {
        match self {
            Self::Itself(character) => text.push(character),
            Self::Text(escape) => text.push_str(escape),
            Self::Unicode(control) => {
                text.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = (u32::from(control) >> shift) & 0xf;
                    text.push(char::from_digit(digit, 16).expect("four bits are a hexadecimal digit"));
                }
            }
        }
    }
}
