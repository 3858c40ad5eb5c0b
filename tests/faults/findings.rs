//! What a round found wrong. Everything is collected, so that one broken promise does not hide another.

use std::fmt::Write as _;

/// Findings of one kind that are printed; more of the same say nothing new.
const SHOWN_MAX: usize = 8;

/// What did not hold, by the name of the promise.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<(&'static str, String)>);

impl Findings {
    /// Notes that a promise did not hold: which id, what was expected, what was found.
    pub(crate) fn add(&mut self, promise: &'static str, what: impl Into<String>) {
        self.0.push((promise, what.into()));
    }

    /// Notes it unless `holds`.
    pub(crate) fn expect(&mut self, promise: &'static str, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.add(promise, what());
        }
    }

    /// How often a promise did not hold.
    pub(crate) fn count(&self, promise: &str) -> usize {
        self.0.iter().filter(|(of, _)| *of == promise).count()
    }

    /// Forgets the first few findings about a promise.
    pub(crate) fn forgive(&mut self, promise: &str, count: usize) {
        let mut left = count;
        self.0.retain(|(of, _)| {
            let is_forgiven = *of == promise && left > 0;
            left -= usize::from(is_forgiven);
            !is_forgiven
        });
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as a text, the first few of each kind in full.
    pub(crate) fn text(&self) -> String {
        let mut promises: Vec<&str> = self.0.iter().map(|(promise, _)| *promise).collect();
        promises.sort_unstable();
        promises.dedup();
        let mut text = String::new();
        for promise in promises {
            let broken: Vec<&str> = self
                .0
                .iter()
                .filter(|(of, _)| *of == promise)
                .map(|(_, what)| what.as_str())
                .collect();
            for what in broken.iter().take(SHOWN_MAX) {
                writeln!(text, "  {promise}: {what}").expect("memory");
            }
            if broken.len() > SHOWN_MAX {
                writeln!(text, "  {promise}: and {} more", broken.len() - SHOWN_MAX).expect("memory");
            }
        }
        text
    }
}
