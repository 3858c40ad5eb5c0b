//! `spool retry`: gives records back, once what PostgreSQL refused them for is repaired.

use std::path::Path;

use clap::Args;
use uuid::Uuid;

use crate::spool::aside;

use super::super::{Failure, print};
use super::id::RecordId;
use super::{check_set_aside, unusable};

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The records, as `spool list` names them.
    #[arg(required_unless_present = "all")]
    ids: Vec<RecordId>,
    /// Every record that was set aside.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

pub(super) fn retry(options: &Options, folder: &Path) -> Result<(), Failure> {
    let ids: Vec<Uuid> = if options.all {
        aside::list(folder).map_err(unusable)?
    } else {
        check_set_aside(folder, &options.ids)?
    };
    for id in &ids {
        aside::retry(folder, *id).map_err(unusable)?;
        print(format_args!("{} is given back", RecordId::from(*id)));
    }
    print(match ids.len() {
        0 => "nothing is set aside",
        1.. => "a running service replays what was given back within seconds, else the next one to start",
    });
    Ok(())
}
