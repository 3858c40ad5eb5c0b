//! What the suite is asked to do.

use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::peers::Peer;

/// Measures postbackd beside its peers, on one machine and one PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "suite")]
pub(crate) struct Options {
    /// What is measured; without it everything but `growth`
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) cases: Vec<Case>,
    /// How often each contestant runs
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: u32,
    /// Seconds that one run is measured for
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Stored clicks of the case `growth`, which runs only when this is said; ten million take minutes and gigabytes
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=100_000_000))]
    pub(crate) growth: u64,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the suite starts itself for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves as a peer until its standard input ends
    #[command(hide = true)]
    Peer {
        #[command(subcommand)]
        peer: Peer,
    },
}

/// What can be measured, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Unique signed postbacks, beside pgbench and a transaction for each request
    Postbacks,
    /// Clicks, beside a hello-world and nginx
    Clicks,
    /// Nine clicks for each postback at 40 % of capacity, by an open loop
    Mix,
    /// Clicks while PostgreSQL is down, beside the same while it is up, and how fast they are replayed
    Down,
    /// Memory at full load
    Memory,
    /// Bytes of a click and of a postback in PostgreSQL
    Bytes,
    /// Repeats of recorded postbacks
    Duplicates,
    /// From the start of the process to the first write that it would take
    Start,
    /// Postbacks and clicks with many clicks of 30 days stored, beside few
    Growth,
}

impl Options {
    /// The cases to measure.
    pub(crate) fn wanted(&self) -> Vec<Case> {
        let is_wanted = |case: &Case| {
            let is_named = self.cases.is_empty() || self.cases.contains(case);
            is_named && (*case != Case::Growth || self.growth > 0)
        };
        Case::value_variants().iter().copied().filter(is_wanted).collect()
    }

    /// How long one run is measured.
    pub(crate) const fn measured(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
