//! The benchmark suite: `make bench`, see `docs/performance.md`.
//!
//! It starts a PostgreSQL with durable settings, the service and its peers, drives them in turns from one thread and prints
//! the medians of the ratios within each round. What the rows in PostgreSQL say is compared with what was acknowledged after
//! every run: a difference ends the suite with exit code 1.
//!
//! The program starts itself again for the peers that it serves (`suite peer …`), so that each is a process whose CPU can be
//! told apart. It is Linux's: it reads `/proc` and waits by epoll.
#![expect(clippy::print_stdout, reason = "the report is the result")]
#![expect(clippy::print_stderr, reason = "progress and failures are for whoever waits")]
#![cfg_attr(not(target_os = "linux"), expect(unused, reason = "the suite is Linux's"))]

mod bench;
mod cases;
mod child;
mod clicks;
mod cluster;
mod cpu;
mod database;
mod disk;
mod interrupt;
mod load;
mod machine;
mod options;
mod peers;
mod report;
mod rounds;
mod service;
mod statistics;
mod traffic;
mod wait;

use std::process::ExitCode;

use clap::Parser as _;

use options::{Command, Options};

/// The service's own allocator, so that no peer loses by another one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match options.command {
        Some(Command::Peer { peer }) => peers::serve(peer),
        None => bench::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
