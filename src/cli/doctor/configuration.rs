//! The configuration: valid, without warnings, and with secrets that nobody else knows.

use std::path::Path;

use crate::config::{Config, Faults};

use super::super::counted;
use super::finding::Finding;

const CHECK: &str = "configuration";

/// A configuration that no service would start with.
pub(super) fn faulty(faults: &Faults) -> Vec<Finding> {
    let remedy = "correct it; a running service keeps the one it has";
    faults
        .to_string()
        .lines()
        .map(|fault| Finding::fail(CHECK, fault, remedy))
        .collect()
}

pub(super) fn check(file: &Path, config: &Config) -> Vec<Finding> {
    let name = file.to_string_lossy();
    let mut findings = vec![Finding::ok(
        CHECK,
        format!(
            "{name} is valid: {}, {}",
            counted(config.networks.len() as u64, "network"),
            counted(config.campaigns.iter().count() as u64, "campaign")
        ),
    )];
    for warning in &config.warnings {
        findings.push(Finding::warn(CHECK, warning.line_of(&name), "see that it is meant so"));
    }
    for key in &config.example_secrets {
        findings.push(Finding::warn(
            "secrets",
            format!("{key} is an example of the shipped configuration, which everybody knows"),
            "put a secret of your own there",
        ));
    }
    findings
}
