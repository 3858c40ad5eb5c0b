//! `check-config`: every fault of a configuration, and what deserves a look.

use std::path::Path;

use anyhow::anyhow;

use crate::config::{self, Environment};

use super::{Failure, print};

pub(super) fn check(file: &Path, environment: &Environment) -> Result<(), Failure> {
    let name = file.to_string_lossy();
    match config::load(file, environment) {
        Ok(config) => {
            for warning in &config.warnings {
                print(format_args!("warning: {}", warning.line_of(&name)));
            }
            let networks = config.networks.len();
            let campaigns = config.campaigns.iter().count();
            print(format_args!(
                "{name}: valid, {networks} networks, {campaigns} campaigns"
            ));
            Ok(())
        }
        Err(faults) => {
            print(&faults);
            let count = faults.list().len();
            Err(Failure::Work(anyhow!(
                "{name} has {count} {}",
                if count == 1 { "fault" } else { "faults" }
            )))
        }
    }
}
