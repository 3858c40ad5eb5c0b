//! `doctor`: whether everything that postbackd promises holds, here and now.
//!
//! It asks the running service, its database and its disk, a check for each thing that can be wrong by itself, and says what
//! to do where something is. It changes nothing: its statements read, and the one file that it writes it removes.

mod attribution;
mod clock;
mod configuration;
mod connections;
mod counters;
mod database;
mod disk;
mod durability;
mod finding;
mod partitions;
mod question;
mod rights;
mod schema;
mod scrape;
mod server;
mod service;
mod spool;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use serde_json::json;

use crate::config::{self, Environment};
use crate::spool::Inventory;

use super::plain::{json, plain};
use super::serve::SPOOL_FOLDER;
use super::{Failure, counted, print};

use finding::{Finding, Outcome};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn doctor(options: Options, file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let config = match config::load(&file, &environment) {
        Ok(config) => config,
        Err(faults) => {
            // Without it nobody knows where to ask anything else.
            tell(&options, &configuration::faulty(&faults));
            return Err(Failure::Usage(faults.to_string()));
        }
    };
    let spool_folder = config.storage.data_dir.join(SPOOL_FOLDER);
    let mut findings = configuration::check(&file, &config);
    findings.extend(service::check(&config.server).await);
    findings.extend(database::check(&config).await);
    let inventory = Inventory::of(&spool_folder);
    // Where it cannot be counted, its own check says why.
    let spool_bytes = inventory.as_ref().map_or(0, Inventory::bytes);
    findings.extend(disk::check(&config.storage, spool_bytes));
    findings.extend(spool::check(&spool_folder, inventory));
    tell(&options, &findings);
    match count(&findings, Outcome::Fail) {
        0 => Ok(()),
        failed => Err(Failure::Work(anyhow!("{} failed", counted(failed as u64, "check")))),
    }
}

fn tell(options: &Options, findings: &[Finding]) {
    let failed = count(findings, Outcome::Fail);
    if options.json {
        print(json(&json!({ "ok": failed == 0, "checks": findings })));
        return;
    }
    for finding in findings {
        let text = finding.to_string();
        for line in text.lines() {
            print(plain(line));
        }
    }
    print(format_args!(
        "{} ok, {} to look at, {failed} failed",
        count(findings, Outcome::Ok),
        count(findings, Outcome::Warn)
    ));
}

fn count(findings: &[Finding], outcome: Outcome) -> usize {
    findings.iter().filter(|finding| finding.outcome() == outcome).count()
}
