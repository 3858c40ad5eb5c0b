//! Secrets that are looked for in texts, all of them in one pass: every request is searched for every secret of the
//! configuration, and a configuration may have thousands.

use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::secret::Secret;

/// Secrets, none of them empty, ready to be found.
#[derive(Clone)]
pub(super) struct Secrets {
    all: Vec<Secret>,
    finder: AhoCorasick,
}

impl fmt::Debug for Secrets {
    /// Not the finder, which holds every byte of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.all).finish()
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Secrets {
    /// Makes secrets ready to be found; an empty one, which every text holds, is left out.
    pub(super) fn of(mut all: Vec<Secret>) -> Self {
        all.retain(|secret| !secret.expose().is_empty());
        let finder = AhoCorasick::builder()
            // Of a secret that begins another one nothing may be left.
            .match_kind(MatchKind::LeftmostLongest)
            // Takes memory in proportion to the secrets alone, however long they are.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(all.iter().map(Secret::expose))
            .expect("the secrets of a configuration are fewer than 2³¹ bytes");
        Self { all, finder }
    }

    /// These and further ones.
    pub(super) fn and(mut self, further: impl IntoIterator<Item = Secret>) -> Self {
        self.all.extend(further);
        Self::of(self.all)
    }

    /// Whether one of them stands in a text.
    pub(super) fn stand_in(&self, text: &[u8]) -> bool {
        // Most values are too short to hold any.
        text.len() >= self.finder.min_pattern_len() && self.finder.is_match(text)
    }

    /// A text with another one in place of each of them, the longest that counts where it stands.
    pub(super) fn replaced(&self, text: &[u8], with: &[u8], counts: impl Fn(Range<usize>) -> bool) -> Vec<u8> {
        let mut replaced = Vec::with_capacity(text.len());
        let mut rest = 0..text.len();
        while let Some(found) = self.finder.find(Input::new(text).range(rest.clone())) {
            let at = found.start();
            replaced.extend_from_slice(&text[rest.start..at]);
            let here = self
                .all
                .iter()
                .map(Secret::expose)
                .filter(|secret| text[at..].starts_with(secret));
            let counted = here
                .map(|secret| at..at + secret.len())
                .filter(|part| counts(part.clone()));
            rest.start = if let Some(longest) = counted.max_by_key(ExactSizeIterator::len) {
                replaced.extend_from_slice(with);
                longest.end
            } else {
                replaced.push(text[at]);
                at + 1
            };
        }
        replaced.extend_from_slice(&text[rest]);
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Secrets {
        Secrets::of(texts.iter().map(|text| Secret::new(text.as_bytes())).collect())
    }

    #[test]
    fn a_text_is_searched_for_every_secret() {
        for (texts, text, expected) in [
            (&["abc", "xyz12"][..], "--xyz12", true),
            (&["abc", "xyz12"], "abc", true),
            (&["abc", "xyz12"], "ab", false),
            (&["abc", "xyz12"], "xyz1abxyz", false),
            (&["abcd", "bc"], "abce", true),
            (&["", "abc"], "x", false),
            (&[""], "x", false),
            (&[], "x", false),
            (&[], "", false),
        ] {
            assert_eq!(secrets(texts).stand_in(text.as_bytes()), expected, "{texts:?} {text}");
        }
    }

    #[test]
    fn further_secrets_are_found_beside_the_first() {
        let both = secrets(&["abc"]).and([Secret::new(b"xyz".as_slice())]);
        for (text, expected) in [("-abc", true), ("-xyz", true), ("-ab-yz", false)] {
            assert_eq!(both.stand_in(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn the_longest_that_counts_is_replaced_and_the_search_goes_on_behind_what_does_not() {
        let known = secrets(&["ab", "ab-c", "b-cde"]);
        let replaced = |text: &str, lengths: &[usize]| {
            let replaced = known.replaced(text.as_bytes(), b"*", |part| lengths.contains(&part.len()));
            String::from_utf8(replaced).expect("ASCII")
        };
        for (lengths, expected) in [
            (&[2, 4, 5][..], ">*de<*"),
            (&[2, 5], ">*-cde<*"),
            (&[5], ">a*<ab"),
            (&[], ">ab-cde<ab"),
        ] {
            assert_eq!(replaced(">ab-cde<ab", lengths), expected, "{lengths:?}");
        }
    }

    #[test]
    fn no_secret_is_printed() {
        assert_eq!(format!("{:?}", secrets(&["abc"])), "[Secret(…)]");
    }
}
