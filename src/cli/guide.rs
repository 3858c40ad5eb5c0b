//! `guide`: what a network's partner is sent, so that both sides mean the same. Needs no service and no database.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::config::Environment;

use super::request::unknown_network;
use super::{Failure, load_config, print};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The network's name.
    name: String,
    /// How the page is written.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Markdown,
    Html,
}

pub(super) fn guide(options: &Options, file: &Path, environment: &Environment) -> Result<(), Failure> {
    let config = load_config(file, environment)?;
    let guide = config
        .guide(&options.name)
        .ok_or_else(|| unknown_network(&options.name, &config))?;
    let page = match options.format {
        Format::Markdown => guide.markdown(),
        Format::Html => guide.html(),
    };
    print(page.trim_end());
    Ok(())
}
