//! `spool list`: everything that is on disk, a line each for what somebody may have to decide about.

use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::time::Timestamp;
use crate::ingest::now;
use crate::spool::{Inventory, aside};

use super::super::plain::{json, plain};
use super::super::{Failure, counted, print};
use super::summary::Summary;
use super::unusable;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn list(options: &Options, folder: &Path) -> Result<(), Failure> {
    let inventory = Inventory::of(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut set_aside = Vec::new();
    for id in aside::list(folder).map_err(unusable)? {
        set_aside.extend(Summary::read(folder, id).map_err(unusable)?);
    }
    if options.json {
        print(json(&as_json(&inventory, &set_aside, now())));
    } else {
        print_lines(&inventory, &set_aside, now());
    }
    Ok(())
}

fn as_json(inventory: &Inventory, set_aside: &[Summary], now: Timestamp) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let segments: Vec<Value> = inventory
        .segments
        .iter()
        .map(|segment| {
            json!({
                "file": segment.file,
                "records": segment.records,
                "bytes": segment.bytes,
                "oldest_at": time(segment.oldest_at),
                "damaged": segment.damaged,
            })
        })
        .collect();
    let quarantine: Vec<Value> = inventory
        .quarantine
        .iter()
        .map(|kept| json!({ "file": kept.file, "bytes": kept.bytes }))
        .collect();
    json!({
        "waiting": {
            "records": inventory.records(),
            "bytes": inventory.bytes(),
            "oldest_at": time(inventory.oldest_at()),
            "oldest_seconds": inventory.oldest_at().map(|at| now.since(at).as_secs()),
            "segments": segments,
        },
        "set_aside": set_aside,
        "quarantine": quarantine,
        "newer": inventory.newer,
        "unreadable": inventory.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn print_lines(inventory: &Inventory, set_aside: &[Summary], now: Timestamp) {
    let age = |at: Option<Timestamp>| {
        at.map_or_else(String::new, |at| {
            format!(", the oldest {} s old", now.since(at).as_secs())
        })
    };
    print(format_args!(
        "waiting for PostgreSQL: {}, {} bytes{}",
        counted(inventory.records(), "record"),
        inventory.bytes(),
        age(inventory.oldest_at())
    ));
    for segment in &inventory.segments {
        let damage = if segment.damaged > 0 {
            format!(", {}", counted(segment.damaged, "damaged piece"))
        } else {
            String::new()
        };
        print(format_args!(
            "  {}: {}, {} bytes{}{damage}",
            plain(&segment.file),
            counted(segment.records, "record"),
            segment.bytes,
            age(segment.oldest_at)
        ));
    }
    print(format_args!(
        "set aside, because PostgreSQL refused them: {}",
        set_aside.len()
    ));
    for summary in set_aside {
        print(format_args!("  {summary}"));
    }
    print(format_args!("damaged, in quarantine: {}", inventory.quarantine.len()));
    for kept in &inventory.quarantine {
        print(format_args!("  {}: {} bytes", plain(&kept.file), kept.bytes));
    }
    if !inventory.newer.is_empty() {
        print(format_args!(
            "of a newer format, left for a newer postbackd: {}",
            inventory.newer.len()
        ));
        for file in &inventory.newer {
            print(format_args!("  {}", plain(file)));
        }
    }
    for failure in &inventory.unreadable {
        print(format_args!("a segment cannot be read: {failure}"));
    }
}
