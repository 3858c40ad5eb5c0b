//! Where a click goes: a destination address with `{placeholders}`.
//!
//! A destination is parsed once, when the configuration is read. Scheme and host are literal by construction, because a
//! placeholder is only accepted behind them, and what is filled in is percent-encoded down to RFC 3986's unreserved
//! characters. So nothing that a visitor sends can turn the redirect to another host or scheme, start a query, or end
//! one parameter and begin another.

use std::net::Ipv6Addr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::click_field::ClickField;

/// Everything but RFC 3986's unreserved characters.
pub const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Bytes that a destination may be long before it is filled in.
const DESTINATION_BYTES_MAX: usize = 4096;

/// What can be filled into a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// Our click id; empty when the click is not stored.
    ClickId,
    /// The campaign's name.
    Campaign,
    /// What the query says.
    Field(ClickField),
}

impl Placeholder {
    /// The placeholders as one writes them, for messages.
    pub const NAMES: &str =
        "click_id, campaign, affiliate, sub1 to sub10, external_id, cost, currency, user_id, device_id";

    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "click_id" => Self::ClickId,
            "campaign" => Self::Campaign,
            field => Self::Field(ClickField::parse(field)?),
        })
    }
}

/// In which part of the address a placeholder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Path,
    Query,
    Fragment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Placeholder(Placeholder, Position),
}

/// A parsed destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    parts: Vec<Part>,
}

/// Why a text is no destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It does not start with a scheme that a browser may be sent to.
    #[error("expected an address that starts with https:// or http://")]
    Scheme,
    /// There is no host, or it is not literal.
    #[error("expected a literal host behind the scheme, and perhaps a port, without placeholders, user name or spaces")]
    Host,
    /// A brace without its other half.
    #[error("a brace has no counterpart; write %7B or %7D for a literal one")]
    Brace,
    /// A placeholder that nothing can fill.
    #[error("unknown placeholder {{{0}}}; known are {names}", names = Placeholder::NAMES)]
    UnknownPlaceholder(String),
    /// A character that an address cannot contain.
    #[error("{0:?} cannot stand in an address; write it percent-encoded")]
    Character(char),
    /// Too long to be an address.
    #[error("longer than {DESTINATION_BYTES_MAX} bytes")]
    TooLong,
}

impl Destination {
    /// Parses an absolute `http` or `https` address with placeholders in its path, query and fragment.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text, for the operator who wrote it.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > DESTINATION_BYTES_MAX {
            return Err(TemplateError::TooLong);
        }
        let scheme_len = ["https://", "http://"]
            .into_iter()
            .find(|scheme| {
                text.get(..scheme.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            })
            .ok_or(TemplateError::Scheme)?
            .len();
        let host_end = text[scheme_len..]
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| scheme_len + at);
        let host = &text[scheme_len..host_end];
        if !is_host_and_port(host) {
            return Err(TemplateError::Host);
        }

        let mut parts = vec![Part::Literal(text[..host_end].to_owned())];
        let mut position = Position::Path;
        let mut rest = &text[host_end..];
        while let Some(first) = rest.chars().next() {
            if first == '{' {
                let end = rest.find('}').ok_or(TemplateError::Brace)?;
                let name = &rest[1..end];
                let placeholder =
                    Placeholder::parse(name).ok_or_else(|| TemplateError::UnknownPlaceholder(name.to_owned()))?;
                parts.push(Part::Placeholder(placeholder, position));
                rest = &rest[end + 1..];
                continue;
            }
            position = match (first, position) {
                ('}', _) => return Err(TemplateError::Brace),
                ('?', Position::Path) => Position::Query,
                ('#', Position::Path | Position::Query) => Position::Fragment,
                // A backslash is a slash to browsers; the others cannot stand in a header or an address.
                ('\\' | '"' | '<' | '>' | '^' | '`' | '|', _) => return Err(TemplateError::Character(first)),
                (other, _) if !other.is_ascii_graphic() => return Err(TemplateError::Character(other)),
                (_, same) => same,
            };
            match parts.last_mut() {
                Some(Part::Literal(literal)) => literal.push(first),
                _ => parts.push(Part::Literal(first.to_string())),
            }
            rest = &rest[first.len_utf8()..];
        }
        Ok(Self { parts })
    }

    /// Whether a placeholder stands in it.
    pub fn has(&self, placeholder: Placeholder) -> bool {
        let is_it = |part: &Part| matches!(part, Part::Placeholder(found, _) if *found == placeholder);
        self.parts.iter().any(is_it)
    }

    /// The address with its placeholders filled; what has no value becomes empty.
    pub fn fill<'a>(&self, value_of: impl Fn(Placeholder) -> Option<&'a str>) -> String {
        let mut address = String::with_capacity(256);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => address.push_str(literal),
                Part::Placeholder(placeholder, position) => {
                    let value = value_of(*placeholder).unwrap_or_default();
                    // Browsers resolve `..` in a path even where it is written %2E%2E, so it cannot be kept by encoding.
                    let only_dots = *position == Position::Path && value.bytes().all(|byte| byte == b'.');
                    if !only_dots {
                        address.extend(utf8_percent_encode(value, RESERVED));
                    }
                }
            }
        }
        address
    }
}

/// Whether a text is a name or an address, and perhaps a port behind it.
fn is_host_and_port(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let (is_host, port) = if let Some((address, port)) = bracketed {
        (address.parse::<Ipv6Addr>().is_ok(), port)
    } else {
        let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        let name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        (!name.is_empty() && name.bytes().all(name_byte), port)
    };
    let is_port = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok();
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(template: &str, value: &str) -> String {
        Destination::parse(template)
            .expect("a destination")
            .fill(|_| Some(value))
    }

    #[test]
    fn values_are_encoded_where_they_stand() {
        assert_eq!(
            filled("https://shop.example/p/{sub1}", "a/b c"),
            "https://shop.example/p/a%2Fb%20c"
        );
        assert_eq!(
            filled("https://shop.example/?x={sub1}&y=1", "1&y=2#"),
            "https://shop.example/?x=1%26y%3D2%23&y=1"
        );
        assert_eq!(
            filled("https://shop.example#{sub10}", "é"),
            "https://shop.example#%C3%A9"
        );
        assert_eq!(
            filled("https://shop.example/?t={cost}", "~a-b_c.d"),
            "https://shop.example/?t=~a-b_c.d"
        );
    }

    #[test]
    fn a_value_cannot_climb_out_of_its_path() {
        assert_eq!(
            filled("https://shop.example/a/{sub1}/b", ".."),
            "https://shop.example/a//b"
        );
        assert_eq!(
            filled("https://shop.example/?p={sub1}", ".."),
            "https://shop.example/?p=.."
        );
    }

    #[test]
    fn a_host_may_be_an_address_and_have_a_port() {
        for text in [
            "https://shop.example:65535",
            "http://127.0.0.1:8080/",
            "https://[2001:db8::1]",
            "https://[2001:db8::1]:8443?a=1",
        ] {
            assert_eq!(filled(text, ""), text);
        }
    }

    #[test]
    fn what_cannot_be_a_destination_is_refused() {
        use TemplateError as E;
        let unknown = |name: &str| E::UnknownPlaceholder(name.to_owned());
        for (text, error) in [
            ("", E::Scheme),
            ("//shop.example/", E::Scheme),
            ("javascript:alert(1)", E::Scheme),
            ("{sub1}://shop.example/", E::Scheme),
            ("https://", E::Host),
            ("https:///path", E::Host),
            ("https://{sub1}/", E::Host),
            ("https://shop.example{sub1}/", E::Host),
            ("https://shop.example:{sub1}/", E::Host),
            ("https://user@shop.example/", E::Host),
            ("https://[2001:db8::1/", E::Host),
            ("https://[shop.example]/", E::Host),
            ("https://shop]example/", E::Host),
            ("https://shop.example:/", E::Host),
            ("https://shop.example:http/", E::Host),
            ("https://shop.example:+80/", E::Host),
            ("https://shop.example:65536/", E::Host),
            ("https://2001:db8::1/", E::Host),
            ("https://shop.example\\@evil.example/", E::Host),
            ("https://shop.example/{", E::Brace),
            ("https://shop.example/}", E::Brace),
            ("https://shop.example/{clck_id}", unknown("clck_id")),
            ("https://shop.example/{sub0}", unknown("sub0")),
            ("https://shop.example/{sub11}", unknown("sub11")),
            ("https://shop.example/{sub01}", unknown("sub01")),
            ("https://shop.example/a b", E::Character(' ')),
            ("https://shop.example/\r\n", E::Character('\r')),
            ("https://shop.example/é", E::Character('é')),
        ] {
            assert_eq!(Destination::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_value_changes_scheme_host_or_structure(value in any::<String>()) {
            let address = filled("https://shop.example/p/{sub1}?a={sub1}&b=2#{sub1}", &value);
            prop_assert!(address.starts_with("https://shop.example/p/"));
            prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(address.matches(['/', '?', '#', '&', '=', ':']).collect::<String>(), "://" .to_owned() + "//?=&=#");
        }
    }
}
