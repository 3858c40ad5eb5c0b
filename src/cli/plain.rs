//! Texts that others wrote, fit to be printed: what a network sends must not steer the operator's terminal.

use std::fmt::Write as _;

use serde::Serialize;

/// A text as part of a line: control characters are escaped.
pub(super) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// A value as indented JSON. Of the control characters JSON leaves some as they are; within its strings, and they are nowhere
/// else, each may as well be written by its number.
pub(super) fn json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("texts and numbers are JSON");
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            write!(safe, "\\u{:04x}", u32::from(character)).expect("memory");
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_does_not_steer_a_terminal() {
        let sent = "a\u{1b}[2J\nb\u{9b}2J\u{e9}";
        assert_eq!(plain(sent), "a\\u{1b}[2J\\nb\\u{9b}2J\u{e9}");
        let written = json(&[sent]);
        assert_eq!(written, "[\n  \"a\\u001b[2J\\nb\\u009b2J\u{e9}\"\n]");
        let read: Vec<String> = serde_json::from_str(&written).expect("JSON");
        assert_eq!(read, [sent], "and is still the same");
    }
}
