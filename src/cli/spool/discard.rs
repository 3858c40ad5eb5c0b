//! `spool drop`: deletes records for good, so it asks first and says what is gone.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use clap::Args;

use crate::spool::aside;

use super::super::{Failure, counted, print};
use super::id::RecordId;
use super::summary::Summary;
use super::{check_set_aside, unusable};

/// What has to be typed.
const CONFIRMATION: &str = "drop";

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The records, as `spool list` names them.
    #[arg(required = true)]
    ids: Vec<RecordId>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) fn discard(options: &Options, folder: &Path) -> Result<(), Failure> {
    let mut records = Vec::new();
    for id in check_set_aside(folder, &options.ids)? {
        let summary = Summary::read(folder, id).map_err(unusable)?;
        records.extend(summary.map(|summary| (id, summary)));
    }
    if !options.yes {
        for (_, summary) in &records {
            print(summary);
        }
        confirm(records.len())?;
    }
    for (id, summary) in records {
        aside::discard(folder, id).map_err(unusable)?;
        print(format_args!("dropped {summary}"));
    }
    Ok(())
}

/// Lets somebody at a terminal type what a script has to say by `--yes`.
fn confirm(records: usize) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "what is dropped is gone for good: say --yes where nobody can be asked".to_owned(),
        ));
    }
    let mut terminal = io::stderr();
    write!(
        terminal,
        "Type {CONFIRMATION} to delete {} for good: ",
        counted(records as u64, "record")
    )
    .and_then(|()| terminal.flush())
    .context("nobody can be asked")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("nobody answers")?;
    if answer.trim() == CONFIRMATION {
        Ok(())
    } else {
        Err(Failure::Work(anyhow!("nothing was dropped")))
    }
}
