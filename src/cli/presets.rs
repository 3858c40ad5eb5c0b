//! `presets`: the senders that the program knows, and one of them written out to be copied. Needs no configuration.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::config::Preset;

use super::plain::json as indented;
use super::{Failure, print};

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
pub(super) struct Options {
    /// Print one JSON list.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints a network of this preset with all of its keys, ready to be copied into a configuration.
    Show {
        /// The preset's name.
        name: String,
    },
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    match &options.command {
        Some(Command::Show { name }) => {
            let preset = Preset::find(name).map_err(Failure::Usage)?;
            print(preset.block().trim_end());
        }
        None if options.json => print(indented(&Preset::all().iter().map(as_json).collect::<Vec<_>>())),
        None => print(table().join("\n")),
    }
    Ok(())
}

fn as_json(preset: &Preset) -> Value {
    let about = &preset.about;
    json!({
        "name": preset.name,
        "title": about.title,
        "kind": about.kind,
        "evidence": about.evidence,
        "unsure": about.unsure,
        "proof": preset.proof.to_string(),
        "sources": about.sources,
    })
}

/// A line for each preset under a line of headings, in columns.
fn table() -> Vec<String> {
    let row = |preset: &Preset| {
        [
            preset.name.to_owned(),
            preset.about.title.clone(),
            preset.about.kind.to_string(),
            preset.about.evidence.to_string(),
            preset.proof.to_string(),
        ]
    };
    let headings = ["NAME", "SENDER", "KIND", "EVIDENCE", "PROVEN BY"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(headings).chain(Preset::all().iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |[name, title, kind, evidence, proof]: &[String; 5]| {
        let [name_width, title_width, kind_width, evidence_width] = widths;
        format!("{name:name_width$}  {title:title_width$}  {kind:kind_width$}  {evidence:evidence_width$}  {proof}")
    };
    rows.iter().map(line).collect()
}
