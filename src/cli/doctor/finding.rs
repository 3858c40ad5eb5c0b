//! What a check found, and what to do about it.

use std::fmt;

use serde::Serialize;

/// What a check found.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    outcome: Outcome,
    found: String,
    /// Nothing where nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// How things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// As promised.
    Ok,
    /// Nothing is broken, and somebody should look.
    Warn,
    /// A promise does not hold, or will not hold for long.
    Fail,
}

impl Finding {
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    pub(super) fn warn(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Warn,
            remedy: Some(remedy.into()),
            ..Self::ok(check, found)
        }
    }

    pub(super) fn fail(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Fail,
            ..Self::warn(check, found, remedy)
        }
    }

    pub(super) const fn outcome(&self) -> Outcome {
        self.outcome
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Ok => "ok",
            Outcome::Warn => "warn",
            Outcome::Fail => "FAIL",
        };
        write!(f, "{outcome:<5} {}: {}", self.check, self.found)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n      → {remedy}")?;
        }
        Ok(())
    }
}
