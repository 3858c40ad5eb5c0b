//! The trail of a simulation: each step with what was sent, what came back, and whether it is right.

use std::io::Write as _;

use http::{HeaderMap, HeaderName};
use serde::Serialize;

use super::super::plain::plain;
use super::super::print;
use super::super::wire::Answer;

/// Characters of a body that are shown.
const BODY_SHOWN_MAX: usize = 1000;

/// A step as it was taken.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    #[serde(rename = "step")]
    name: &'static str,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sent: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    got: Vec<String>,
    found: String,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Skipped,
    Failed,
}

/// A step did not hold; the trail says why, and nothing that builds on it can be tried.
#[derive(Debug)]
pub(super) struct Broken;

/// The steps so far. Read by people, it is printed while it grows.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) steps: Vec<Step>,
    pub(super) is_printed: bool,
}

/// A step that is being taken.
#[derive(Debug)]
pub(super) struct Taken {
    name: &'static str,
    sent: Vec<String>,
    got: Vec<String>,
}

impl Taken {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            sent: Vec::new(),
            got: Vec::new(),
        }
    }

    /// A line of what is sent. Whoever writes it has masked what is secret.
    #[must_use]
    pub(super) fn sent(mut self, line: impl Into<String>) -> Self {
        self.sent.push(line.into());
        self
    }

    /// A line of what came back.
    #[must_use]
    pub(super) fn got(mut self, line: impl Into<String>) -> Self {
        self.got.push(line.into());
        self
    }

    /// An answer: its status, the named header fields, and as much of its body as is read at a glance.
    #[must_use]
    pub(super) fn answer(mut self, answer: &Answer, shown: &[HeaderName]) -> Self {
        self.got.push(answer.status.to_string());
        let fields = shown.iter().filter_map(|name| field(&answer.headers, name));
        self.got.extend(fields);
        let body = String::from_utf8_lossy(&answer.body);
        if !body.is_empty() {
            self.got.push(body.chars().take(BODY_SHOWN_MAX).collect());
        }
        self
    }
}

fn field(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
}

impl Trail {
    /// The step is as it should be.
    pub(super) fn holds(&mut self, taken: Taken, found: impl Into<String>) {
        self.add(taken, Outcome::Ok, found.into());
    }

    /// The step is not as it should be.
    pub(super) fn fails(&mut self, taken: Taken, found: impl Into<String>) -> Broken {
        self.add(taken, Outcome::Failed, found.into());
        Broken
    }

    /// The step cannot be taken, which is nobody's fault.
    pub(super) fn skips(&mut self, step: &'static str, why: impl Into<String>) {
        self.add(Taken::new(step), Outcome::Skipped, why.into());
    }

    fn add(&mut self, taken: Taken, outcome: Outcome, found: String) {
        let step = Step {
            name: taken.name,
            outcome,
            sent: taken.sent,
            got: taken.got,
            found,
        };
        if self.is_printed {
            step.show();
        }
        self.steps.push(step);
    }
}

impl Step {
    fn show(&self) {
        let outcome = match self.outcome {
            Outcome::Ok => "ok",
            Outcome::Skipped => "skip",
            Outcome::Failed => "FAIL",
        };
        print(format_args!("{outcome:<5}{}", self.name));
        for (mark, lines) in [("→", &self.sent), ("←", &self.got)] {
            for line in lines {
                print(format_args!("     {mark} {}", plain(line)));
            }
        }
        print(format_args!("       {}", plain(&self.found)));
        // A trail is watched while it grows, also through a pipe.
        std::io::stdout().flush().ok();
    }
}
