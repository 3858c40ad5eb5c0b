//! Where faults and warnings are gathered while the configuration is read: nothing stops at the first.

use std::cell::RefCell;
use std::ops::Range;

use super::fault::{Fault, Position};

/// Characters of a faulty value that a message repeats.
const QUOTED_CHARS_MAX: usize = 60;

/// Where something stands: its dotted key, and its bytes in the text.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) key: String,
    /// `None` for what the environment says.
    pub(super) span: Option<Range<usize>>,
    /// The preset that says it, where it is not the file itself; the bytes are then those that name the preset.
    pub(super) preset: Option<&'static str>,
}

impl Place {
    /// A variable of the environment.
    pub(super) fn variable(name: &str) -> Self {
        Self {
            key: name.to_owned(),
            span: None,
            preset: None,
        }
    }

    /// Whether a preset says it and not the operator.
    pub(super) const fn is_of_preset(&self) -> bool {
        self.preset.is_some()
    }
}

/// What the TOML parser says about a key that is there twice: the only syntax error that leaves the rest as it was meant.
const DUPLICATE_KEY: &str = "duplicate key";

/// The faults and warnings of one text.
#[derive(Debug)]
pub(super) struct Report<'t> {
    text: &'t str,
    /// What the TOML parser refuses.
    syntax: Vec<Fault>,
    /// Where what follows is not what was written: the first thing that is not TOML.
    broken_from: Option<Position>,
    faults: RefCell<Vec<Fault>>,
    absences: RefCell<Vec<Fault>>,
    warnings: RefCell<Vec<Fault>>,
}

impl<'t> Report<'t> {
    /// Begins with what the parser refuses, of each line the first: the others are mostly its consequences.
    pub(super) fn new(text: &'t str, errors: &[toml::de::Error]) -> Self {
        let mut report = Self {
            text,
            syntax: Vec::new(),
            broken_from: None,
            faults: RefCell::default(),
            absences: RefCell::default(),
            warnings: RefCell::default(),
        };
        for error in errors {
            let at = position(text, error.span().map_or(0, |span| span.start));
            if error.message() != DUPLICATE_KEY {
                report.broken_from = Some(report.broken_from.map_or(at, |first| first.min(at)));
            }
            report.syntax.push(Fault {
                position: Some(at),
                key: String::new(),
                // "Expected nothing" is how the parser says that there is more than it could use.
                message: one_line(&format!(
                    "is not TOML: {}",
                    error.message().trim_end_matches(", expected nothing")
                )),
            });
        }
        report.syntax.sort_by_key(|fault| fault.position);
        report.syntax.dedup_by_key(|fault| fault.position.map(|at| at.line));
        report
    }

    pub(super) fn fault(&self, place: &Place, message: impl AsRef<str>) {
        self.faults.borrow_mut().push(self.at(place, message.as_ref()));
    }

    /// Reports something that is not in the text, and would be if the parser could read on.
    pub(super) fn absence(&self, place: &Place, message: impl AsRef<str>) {
        self.absences.borrow_mut().push(self.at(place, message.as_ref()));
    }

    pub(super) fn warn(&self, place: &Place, message: impl AsRef<str>) {
        self.warnings.borrow_mut().push(self.at(place, message.as_ref()));
    }

    /// The faults and the warnings, each in the order of their lines.
    ///
    /// Behind the first thing that is not TOML the tree is the parser's guess. What was found wrong there is left out:
    /// it would mislead, and a secret with a stray quotation mark may have become a key.
    pub(super) fn finish(self) -> (Vec<Fault>, Vec<Fault>) {
        let mut faults = self.faults.into_inner();
        match self.broken_from {
            None => faults.extend(self.absences.into_inner()),
            Some(broken_from) => faults.retain(|fault| fault.position.is_none_or(|at| at.line < broken_from.line)),
        }
        faults.extend(self.syntax);
        faults.sort_by_key(|fault| fault.position);
        let mut warnings = self.warnings.into_inner();
        warnings.sort_by_key(|warning| warning.position);
        (faults, warnings)
    }

    fn at(&self, place: &Place, message: &str) -> Fault {
        let source = place.preset.map(|preset| format!(" (from the preset {preset})"));
        Fault {
            position: place.span.as_ref().map(|span| position(self.text, span.start)),
            key: place.key.clone(),
            message: one_line(message) + &source.unwrap_or_default(),
        }
    }
}

/// The line and column of a byte of a text.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// A faulty value as a message repeats it. Never for what may be a secret.
pub(super) fn quoted(value: &str) -> String {
    if value.chars().count() <= QUOTED_CHARS_MAX {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(QUOTED_CHARS_MAX).collect();
    format!("{start:?}…")
}

/// Escapes what would break a line or steer a terminal.
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for character in message.chars() {
        if character.is_control() {
            line.extend(character.escape_debug());
        } else {
            line.push(character);
        }
    }
    line
}
