//! Macros that a sender's system failed to replace.
//!
//! A literal macro where a value should be is the commonest fault of a postback's set-up, and the costliest: every
//! conversion would carry the same transaction id and count once. A value is a macro only as a whole, and only in a style
//! that no system writes its ids in: a conversion that is refused by mistake is money, too.

use super::form::decode_lossy;

/// What stands around a macro's name, and who writes it so.
const ENCLOSURES: [(&str, &str); 10] = [
    // Everflow, AppLovin, Tapfiliate, Branch's ${(name)!}.
    ("${", "}"),
    // Templates of the Ruby kind.
    ("#{", "}"),
    ("%{", "}"),
    // Voluum, RedTrack, Binom, Keitaro with its {_name}, {status:lead=0 sale=1}, {random:1,9} and {date:Y-m-d,UTC},
    // impact, Affise, Google Ads; doubled at Meta, Outbrain and Snapchat: {{ad.id}}.
    ("{", "}"),
    // ironSource, Kochava; doubled at Pollfish: [[click_id]].
    ("[", "]"),
    ("<", ">"),
    // AppsFlyer.
    ("(", ")"),
    ("#", "#"),
    // Vungle; doubled at Google Ad Manager: %%CLICK_URL%%.
    ("%", "%"),
    // Awin, with three of them.
    ("!!", "!!"),
];

/// Whether the whole (decoded) value is a macro, or one that its sender has encoded once more, as `%7Bclickid%7D`.
pub fn is_unreplaced_macro(value: &str) -> bool {
    is_macro(value) || (value.starts_with('%') && is_macro(&decode_lossy(value.as_bytes())))
}

fn is_macro(value: &str) -> bool {
    let mut enclosures = ENCLOSURES.into_iter();
    enclosures.any(|(open, close)| {
        let inner = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(is_name)
    }) || is_between_underscores(value)
}

/// What is enclosed must contain a letter, so that `(12)` is none; a GUID in braces and a message id, as
/// `<1@mail.example>`, are values.
fn is_name(inner: &str) -> bool {
    inner.chars().any(char::is_alphabetic) && !inner.contains('@') && uuid::Uuid::try_parse(inner).is_err()
}

/// `__CLICKID__`, in capitals as `TikTok` and its like write them all. A random id of letters, digits, `-` and
/// `_` may begin and end with underscores, but then it has small letters, too; so `__abc__` is a value.
fn is_between_underscores(value: &str) -> bool {
    let inner = value.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    inner.is_some_and(|inner| {
        let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        inner.starts_with(|first: char| first.is_ascii_uppercase()) && inner.bytes().all(is_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_macros_of_every_style_are_recognised() {
        for value in [
            "{payout}",
            "{_payout}",
            "{click-id}",
            "{sub1}",
            "{status:lead=0 sale=1}",
            "{random:1,9}",
            "{sample:a,b}",
            "{date:Y-m-d,UTC}",
            "{{clickid}}",
            "{{ ad.id }}",
            "{{{clickid}}}",
            "{a}{b}",
            "{a}-{b}",
            "${x}",
            "${click_subid}",
            "${(name)!}",
            "#{clickid}",
            "%{clickid}",
            "[CLICKID]",
            "[[click_id]]",
            "<x>",
            "<click id>",
            "(x)",
            "(event_name)",
            "#x#",
            "##X##",
            "%x%",
            "%%CLICK_URL%%",
            "!!clickref!!",
            "!!!clickref!!!",
            "__CLICKID__",
            "__CALLBACK_PARAM__",
            "__SUB1__",
            "%7Bclickid%7D",
            "%7b%7bad.id%7d%7d",
            "%5BUSER_ID%5D",
            "%24%7Bx%7D",
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
            "{{}}",
            "(12)",
            "[2026-03-01]",
            "<1>",
            "#1",
            "#12#",
            "%",
            "%%",
            "%41%",
            "100%",
            "a{b}",
            "{b}c",
            "T-{b}-1",
            "$x",
            "$12.50",
            "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
            "{3F2504E04F8911D39A0C0305E82C3301}",
            "%7B3f2504e0-4f89-11d3-9a0c-0305e82c3301%7D",
            "<20260301.1f@mail.example>",
            "!",
            "!!",
            "!!!",
            "!!!!",
            "sale!!",
            "_",
            "__",
            "____",
            "______",
            "__12__",
            "__1A__",
            "__abc__",
            "__aBC__",
            "__qR8dK2xWm0Zt4vYbN7sQ__",
            "__CLICKID",
            "CLICKID__",
            "_CLICKID_",
            "x__CLICKID__",
            "__CLICK-ID__",
            "__CLICK ID__",
            "01fwhe4ydgfk1shh6w1g60eecf",
            "cs_test_a1B2c3",
            "pi_3MtwBwLkdIwHu7ix28a3tqPa",
            "a%7Bb%7D",
        ] {
            assert!(!is_unreplaced_macro(value), "{value}");
        }
    }
}
