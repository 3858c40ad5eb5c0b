//! "Did you mean": the known word that is closest to an unknown one.

/// Changed, missing or added letters that still count as a slip of the finger.
const SLIPS_MAX: usize = 2;

/// The end of a message about an unknown word: the one that was probably meant, else all that are known.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    match closest(word, known) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// The known word that is meant, if one is close.
pub(super) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    // Of a short word, two changed letters leave nothing.
    let slips_max = SLIPS_MAX.min(word.chars().count() / 2);
    known
        .iter()
        .map(|candidate| (slips(word, candidate), *candidate))
        .filter(|(slips, _)| *slips <= slips_max)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance: letters to change, add or remove.
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (from_index, from_letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = from_index + 1;
        for (to_index, to_letter) in to.iter().enumerate() {
            let changed = diagonal + usize::from(from_letter != *to_letter);
            diagonal = row[to_index + 1];
            row[to_index + 1] = changed.min(diagonal + 1).min(row[to_index] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slip_of_the_finger_is_taken_for_another_word() {
        let known = ["listen", "admin_listen", "url", "url_file"];
        for (word, meant) in [
            ("lisen", Some("listen")),
            ("listne", Some("listen")),
            ("admin-listen", Some("admin_listen")),
            ("urls", Some("url")),
            ("port", None),
            ("u", None),
            ("", None),
        ] {
            assert_eq!(closest(word, &known), meant, "{word}");
        }
    }
}
