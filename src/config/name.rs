//! Names that the operator chooses: they stand in paths, in labels and in messages.

use super::report::quoted;
use super::section::Entry;

/// Characters that a network's or a campaign's name may have.
const NAME_CHARS_MAX: usize = 64;

/// Reports a key that cannot be a network's or a campaign's name.
pub(super) fn check(name: &str, entry: &Entry<'_>) {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let continues_well = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !starts_well || !continues_well || name.len() > NAME_CHARS_MAX {
        entry.refuse_key(format!(
            "expected a name of at most {NAME_CHARS_MAX} letters, digits, _, . and -, the first a letter or digit; found {}",
            quoted(name)
        ));
    }
}

/// Reports a network's name that the metrics need for themselves.
pub(super) fn check_network(name: &str, entry: &Entry<'_>) {
    check(name, entry);
    if name == "unknown" {
        entry.refuse_key("expected another name: requests for no configured network are counted under \"unknown\"");
    }
}
