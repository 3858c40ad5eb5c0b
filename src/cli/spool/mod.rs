//! `spool`: an operator's view of what is on disk, and a hand on what PostgreSQL refused.
//!
//! None of it needs PostgreSQL or the spool's lock, so it works beside a running service and without one. Records hold no
//! secrets: those were cut out before a record was made.

mod discard;
mod id;
mod list;
mod retry;
mod show;
mod summary;

use std::path::Path;

use anyhow::anyhow;
use clap::Subcommand;
use uuid::Uuid;

use crate::config::Environment;
use crate::spool::aside::{self, AsideError};

use super::serve::SPOOL_FOLDER;
use super::{Failure, load_config};

use id::RecordId;

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(super) enum Command {
    /// Lists what waits for PostgreSQL, what it refused, and what is damaged or of a newer format.
    List(list::Options),
    /// Shows a record whole, as JSON.
    Show(show::Options),
    /// Gives refused records back: a running service replays them within seconds, else the next one to start.
    Retry(retry::Options),
    /// Deletes refused records for good.
    Drop(discard::Options),
}

pub(super) fn run(command: Command, file: &Path, environment: &Environment) -> Result<(), Failure> {
    let config = load_config(file, environment)?;
    let folder = config.storage.data_dir.join(SPOOL_FOLDER);
    match command {
        Command::List(options) => list::list(&options, &folder),
        Command::Show(options) => show::show(&options, &folder),
        Command::Retry(options) => retry::retry(&options, &folder),
        Command::Drop(options) => discard::discard(&options, &folder),
    }
}

/// Checks that each of the records is set aside, before anything is done to any of them.
fn check_set_aside(folder: &Path, wanted: &[RecordId]) -> Result<Vec<Uuid>, Failure> {
    let set_aside = aside::list(folder).map_err(unusable)?;
    let mut ids: Vec<Uuid> = Vec::with_capacity(wanted.len());
    for id in wanted {
        if !set_aside.contains(&id.uuid()) {
            return Err(Failure::Work(anyhow!("{id}: no record with this id is set aside")));
        }
        // Said twice, it is meant once.
        if !ids.contains(&id.uuid()) {
            ids.push(id.uuid());
        }
    }
    Ok(ids)
}

/// The record is gone between two looks, or the disk refuses.
fn unusable(error: AsideError) -> Failure {
    Failure::Work(anyhow::Error::new(error))
}
