//! What the suite prints and writes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use postbackd::domain::time::Timestamp;
use serde::Serialize;

use crate::machine::Machine;
use crate::statistics::Sample;

/// A whole run of the suite.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    started_at: String,
    machine: Machine,
    rounds: u32,
    seconds: u64,
    cases: Vec<CaseReport>,
}

/// What a case has found out.
#[derive(Debug, Serialize)]
pub(crate) struct CaseReport {
    pub(crate) case: &'static str,
    pub(crate) contestants: Vec<ContestantReport>,
    pub(crate) figures: Vec<Figure>,
    /// What of the case could not be measured here.
    pub(crate) notes: Vec<String>,
}

/// What one contestant did.
#[derive(Debug, Serialize)]
pub(crate) struct ContestantReport {
    pub(crate) name: String,
    /// Acknowledged requests a second.
    pub(crate) per_second: Sample,
    /// CPU microseconds of a request: the service or the peer, PostgreSQL, the generator.
    pub(crate) served_us: Sample,
    pub(crate) postgres_us: Sample,
    pub(crate) generator_us: Sample,
    /// The share of the machine that nobody used, in percent.
    pub(crate) idle_percent: Sample,
    /// Requests that were answered and not acknowledged, of all rounds.
    pub(crate) refused: u64,
    /// Requests that went through the spool, of all rounds.
    pub(crate) spooled: u64,
}

/// A number with its unit, its range, and what it should be.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) unit: Unit,
    pub(crate) value: Sample,
    pub(crate) goal: Option<Goal>,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Ratio,
    PerSecond,
    Milliseconds,
    Bytes,
    Megabytes,
}

/// What a figure is to reach.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    pub(crate) const fn new(started_at: String, machine: Machine, rounds: u32, seconds: u64) -> Self {
        Self {
            started_at,
            machine,
            rounds,
            seconds,
            cases: Vec::new(),
        }
    }

    /// Prints a case and keeps it.
    pub(crate) fn add(&mut self, case: CaseReport) {
        case.print();
        self.cases.push(case);
    }

    /// Writes everything as JSON into `folder`, under the time of its begin.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.json", self.started_at.replace(':', "")));
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

/// When the suite was started, to the second.
pub(crate) fn started_at(now: Timestamp) -> String {
    now.whole_second().to_string()
}

impl CaseReport {
    fn print(&self) {
        println!("\n{}", self.case);
        for contestant in &self.contestants {
            contestant.print();
        }
        for figure in &self.figures {
            figure.print();
        }
        for note in &self.notes {
            println!("  {note}");
        }
    }
}

impl ContestantReport {
    fn print(&self) {
        let (min, max) = self.per_second.range();
        println!(
            "  {:<40} {:>8.0} /s ({min:.0} to {max:.0}); CPU µs a request: served {:.0}, PostgreSQL {:.0}, generator {:.0}; idle {:.0} %",
            self.name,
            self.per_second.median(),
            self.served_us.median(),
            self.postgres_us.median(),
            self.generator_us.median(),
            self.idle_percent.median(),
        );
        for (count, what) in [
            (self.refused, "were not acknowledged"),
            (self.spooled, "went through the spool"),
        ] {
            if count > 0 {
                println!("  {:<40} {count:>8} requests {what}", "");
            }
        }
    }
}

impl Figure {
    fn print(&self) {
        let Self {
            what,
            unit,
            value,
            goal,
        } = self;
        let number = |number: f64| unit.write(number);
        let (min, max) = value.range();
        let goal = goal.map_or_else(String::new, |goal| goal.compare(value.median(), *unit));
        println!(
            "  {what:<60} {} ({} to {}){goal}",
            number(value.median()),
            number(min),
            number(max)
        );
    }
}

impl Unit {
    fn write(self, number: f64) -> String {
        match self {
            Self::Ratio => format!("{number:.2} ×"),
            Self::PerSecond => format!("{number:.0} /s"),
            Self::Milliseconds => format!("{number:.2} ms"),
            Self::Bytes => format!("{number:.0} bytes"),
            Self::Megabytes => format!("{number:.1} MB"),
        }
    }
}

impl Goal {
    fn compare(self, value: f64, unit: Unit) -> String {
        let (is_reached, word, bound) = match self {
            Self::AtLeast(bound) => (value >= bound, "at least", bound),
            Self::AtMost(bound) => (value <= bound, "at most", bound),
        };
        let reached = if is_reached { "reached" } else { "MISSED" };
        format!("; goal {word} {}: {reached}", unit.write(bound))
    }
}
