//! `application/x-www-form-urlencoded` as a query and as a body, strictly.
//!
//! Money is paid on what is read here, so nothing is guessed: a key given twice (in whatever spelling), a broken
//! percent-encoding, invalid UTF-8 or a NUL is a fault that names its parameter. Clicks are read leniently from the same
//! pieces, see [`super::click`].

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// One `name=value` of a query or a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The pair's bytes as they were received.
    pub raw: &'a [u8],
    /// The decoded name.
    pub name: Cow<'a, str>,
    /// The decoded value.
    pub value: Cow<'a, str>,
}

/// Why a text cannot be read as a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFault {
    /// The parameter at fault, as far as its name could be read.
    pub param: String,
    /// What is wrong with it.
    pub kind: FormFaultKind,
}

/// The kinds of [`FormFault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFaultKind {
    /// A `%` without two hexadecimal digits behind it.
    BrokenEncoding,
    /// Decoded bytes that are not UTF-8.
    InvalidUtf8,
    /// A NUL, which PostgreSQL cannot store.
    Nul,
    /// A value without a name.
    NoName,
}

/// The raw pieces between `&`, each split at its first `=`; empty pieces are left out.
pub fn raw_pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8], &[u8])> {
    text.split(|byte| *byte == b'&')
        .filter(|raw| !raw.is_empty())
        .map(|raw| match raw.iter().position(|byte| *byte == b'=') {
            Some(at) => (raw, &raw[..at], &raw[at + 1..]),
            None => (raw, raw, &[][..]),
        })
}

/// Reads a query or a form body. Duplicates are left to the caller, who knows of other sources of parameters.
///
/// # Errors
///
/// The first piece that is not well-formed.
pub fn parse(text: &[u8]) -> Result<Vec<Pair<'_>>, FormFault> {
    raw_pairs(text)
        .map(|(raw, raw_name, raw_value)| {
            let fault = |kind| FormFault {
                param: decode_lossy(raw_name).into_owned(),
                kind,
            };
            let name = decode(raw_name).map_err(fault)?;
            if name.is_empty() {
                return Err(fault(FormFaultKind::NoName));
            }
            let value = decode(raw_value).map_err(fault)?;
            Ok(Pair { raw, name, value })
        })
        .collect()
}

/// Decodes a name or a value: `+` is a space, `%xx` a byte, and the whole is UTF-8 without NUL.
fn decode(text: &[u8]) -> Result<Cow<'_, str>, FormFaultKind> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+' | 0)) {
        // Nearly every name and value: its bytes are its text.
        let text = std::str::from_utf8(text).map_err(|_| FormFaultKind::InvalidUtf8)?;
        return Ok(Cow::Borrowed(text));
    }
    if has_broken_encoding(text) {
        return Err(FormFaultKind::BrokenEncoding);
    }
    let decoded = decode_bytes(text);
    if decoded.contains(&0) {
        return Err(FormFaultKind::Nul);
    }
    let utf8 = match decoded {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    utf8.ok_or(FormFaultKind::InvalidUtf8)
}

/// Whether a `%` lacks its two hexadecimal digits.
pub fn has_broken_encoding(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| {
        *byte == b'%'
            && !text
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Decodes whatever can be decoded; a broken `%` stays as it is.
pub fn decode_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&b'+') {
        let spaced: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        Cow::Owned(percent_decode(&spaced).collect())
    } else {
        percent_decode(text).into()
    }
}

/// Decodes for a message or for a click: what is not UTF-8, and every NUL, becomes U+FFFD.
pub fn decode_lossy(text: &[u8]) -> Cow<'_, str> {
    let text = match decode_bytes(text) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    };
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let pairs = parse(text.as_bytes()).expect("a form");
        pairs
            .into_iter()
            .map(|pair| (pair.name.into_owned(), pair.value.into_owned()))
            .collect()
    }

    #[test]
    fn pairs_are_decoded_as_a_form() {
        let expected = [("a", "1 2"), ("b", "é+"), ("c", ""), ("d", "x=y"), ("e f", "")];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(read("a=1+2&b=%C3%a9%2B&&c=&d=x=y&e%20f&"), expected);
    }

    #[test]
    fn a_fault_names_its_parameter() {
        use FormFaultKind as K;
        for (text, param, kind) in [
            ("a=1&b=%", "b", K::BrokenEncoding),
            ("b=%1", "b", K::BrokenEncoding),
            ("b=%zz", "b", K::BrokenEncoding),
            ("%4x=1", "%4x", K::BrokenEncoding),
            ("b=%ff", "b", K::InvalidUtf8),
            ("b=%C3", "b", K::InvalidUtf8),
            ("b=1%002", "b", K::Nul),
            ("=1", "", K::NoName),
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Err(FormFault {
                    param: param.to_owned(),
                    kind
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn lossy_decoding_never_leaves_a_nul() {
        assert_eq!(decode_lossy(b"a%00%zz+%ff"), "a\u{fffd}%zz \u{fffd}");
    }
}
