//! Other spellings of a query and of a body.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::domain::form::{decode_bytes, raw_pairs};

/// A spelling and what it is called behind "with the query" or "with the body".
pub(super) type Spelling = (&'static str, fn(&[u8]) -> Vec<u8>);

const RFC3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What senders do to a query before they sign it.
pub(super) const OF_QUERY: [Spelling; 12] = [
    ("decoded, + being a space", |query| decode_bytes(query).into_owned()),
    ("percent-decoded", |query| percent_decode(query).collect()),
    ("sorted by its pairs", |query| sorted(query)),
    ("decoded and then sorted", |query| sorted(&decode_bytes(query))),
    ("with %20 for each +", |query| replaced(query, b"+", b"%20")),
    ("with + for each %20", |query| replaced(query, b"%20", b"+")),
    ("with upper-case percent-encoding", |query| {
        escapes(query, u8::to_ascii_uppercase)
    }),
    ("with lower-case percent-encoding", |query| {
        escapes(query, u8::to_ascii_lowercase)
    }),
    ("encoded anew after RFC 3986", |query| encoded(query, false)),
    ("encoded anew as a form", |query| encoded(query, true)),
    ("without its empty values", |query| {
        kept(query, |_, value| !value.is_empty())
    }),
    ("without its pair network", |query| {
        kept(query, |name, _| name != b"network")
    }),
];

/// What senders do to a body before they sign it, or proxies to it afterwards.
pub(super) const OF_BODY: [Spelling; 7] = [
    ("and a line end behind it", |body| [body, b"\n"].concat()),
    ("without the blanks around it", |body| body.trim_ascii().to_vec()),
    ("with \\n for each \\r\\n", |body| replaced(body, b"\r\n", b"\n")),
    ("with \\r\\n for each \\n", |body| replaced(body, b"\n", b"\r\n")),
    ("decoded as a form", |body| decode_bytes(body).into_owned()),
    ("without blanks between its JSON tokens", minified),
    ("left out", |_| Vec::new()),
];

fn sorted(query: &[u8]) -> Vec<u8> {
    let mut pairs: Vec<&[u8]> = query.split(|byte| *byte == b'&').collect();
    pairs.sort_unstable();
    pairs.join(&b'&')
}

fn kept(query: &[u8], keeps: fn(&[u8], &[u8]) -> bool) -> Vec<u8> {
    let pairs = raw_pairs(query).filter(|(_, name, value)| keeps(name, value));
    pairs.map(|(raw, ..)| raw).collect::<Vec<_>>().join(&b'&')
}

fn encoded(query: &[u8], spaces_as_plus: bool) -> Vec<u8> {
    let text = |text: &[u8]| {
        let text = percent_encode(&decode_bytes(text), RFC3986).to_string().into_bytes();
        if spaces_as_plus {
            replaced(&text, b"%20", b"+")
        } else {
            text
        }
    };
    let pairs = raw_pairs(query).map(|(_, name, value)| [text(name), b"=".to_vec(), text(value)].concat());
    pairs.collect::<Vec<_>>().join(&b'&')
}

fn escapes(query: &[u8], case: fn(&u8) -> u8) -> Vec<u8> {
    let is_digit = |at: usize| query[at.saturating_sub(2)..at].contains(&b'%');
    let bytes = query.iter().enumerate();
    bytes
        .map(|(at, byte)| if is_digit(at) { case(byte) } else { *byte })
        .collect()
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        if rest.starts_with(from) {
            replaced.extend_from_slice(to);
            rest = &rest[from.len()..];
        } else {
            replaced.push(*first);
            rest = behind;
        }
    }
    replaced
}

fn minified(body: &[u8]) -> Vec<u8> {
    let mut in_text = false;
    let mut is_escaped = false;
    let mut kept = Vec::with_capacity(body.len());
    for byte in body {
        if in_text || !byte.is_ascii_whitespace() {
            kept.push(*byte);
        }
        if *byte == b'"' && !is_escaped {
            in_text = !in_text;
        }
        is_escaped = in_text && *byte == b'\\' && !is_escaped;
    }
    kept
}
