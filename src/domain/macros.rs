//! Macros that a sender's system failed to replace: `{payout}`, `${x}`, `[CLICKID]`, `<x>`, `(x)`, `#x#`, `%x%`.
//!
//! A literal macro where a value should be is the commonest fault of a postback's set-up, and the costliest: every
//! conversion would carry the same transaction id and count once.

/// Whether the whole (decoded) value is a macro. What it encloses must contain a letter, so that `(12)` is none, and a
/// GUID in braces is a value.
pub fn is_unreplaced_macro(value: &str) -> bool {
    const ENCLOSURES: [(&str, char); 7] = [
        ("${", '}'),
        ("{", '}'),
        ("[", ']'),
        ("<", '>'),
        ("(", ')'),
        ("#", '#'),
        ("%", '%'),
    ];
    ENCLOSURES.into_iter().any(|(open, close)| {
        value
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(|inner| inner.chars().any(char::is_alphabetic) && uuid::Uuid::try_parse(inner).is_err())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_macros_of_every_style_are_recognised() {
        for value in [
            "{payout}",
            "${x}",
            "[CLICKID]",
            "<x>",
            "(x)",
            "#x#",
            "%x%",
            "{{clickid}}",
            "{status:lead=0 sale=1}",
            "${(name)!}",
        ] {
            assert!(is_unreplaced_macro(value), "{value}");
        }
    }

    #[test]
    fn values_that_only_look_alike_are_kept() {
        for value in [
            "",
            "{",
            "{}",
            "(12)",
            "#1",
            "%",
            "%%",
            "a{b}",
            "{b}c",
            "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
            "<1>",
            "$x",
        ] {
            assert!(!is_unreplaced_macro(value), "{value}");
        }
    }
}
