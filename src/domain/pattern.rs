//! What a network's values look like: a regular expression for one of our fields.
//!
//! Where a scheme signs values joined without a separator, characters can be moved from one value into the next and the
//! signature stays right. A pattern that fits only what the network really sends leaves one way to cut them apart.

use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled pattern may take.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A regular expression that the whole of a value has to match. It knows ASCII classes only: `\d` is 0 to 9.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; it is anchored at both ends, whether it says so or not.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, regex::Error> {
        // By itself first, so that a parenthesis in it cannot close the group around it.
        let compile = |text: &str| {
            RegexBuilder::new(text)
                .unicode(false)
                .size_limit(COMPILED_BYTES_MAX)
                .build()
        };
        compile(text)?;
        compile(&format!(r"\A(?:{text})\z")).map(Self)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        let anchored = self.0.as_str();
        let inner = anchored
            .strip_prefix(r"\A(?:")
            .and_then(|text| text.strip_suffix(r")\z"));
        inner.unwrap_or(anchored)
    }

    /// Whether the whole of a value matches. The time it takes is linear in the value's length.
    pub fn matches(&self, value: &str) -> bool {
        self.0.is_match(value.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_values_only() {
        let cases: [(&str, &[&str], &[&str]); 4] = [
            (
                r"^-?\d+\.\d{2}$",
                &["1.00", "-12.50"],
                &["1.0", "x1.00", "1.000", "1.00\n", "", "\u{664}.00"],
            ),
            (r"\d+", &["1", "12"], &["1a", "a1", "1 "]),
            ("a|b", &["a", "b"], &["ab", "ax"]),
            (r"T\d+(?-x:)", &["T1"], &["T", "T1 "]),
        ];
        for (pattern, matching, others) in cases {
            let compiled = Pattern::parse(pattern).expect(pattern);
            for value in matching {
                assert!(compiled.matches(value), "{pattern} {value}");
            }
            for value in others {
                assert!(!compiled.matches(value), "{pattern} {value}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["(", "a)|(b", r"\d{1000}{1000}", "[", "(?x) a # b"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
