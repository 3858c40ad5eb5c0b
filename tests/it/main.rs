//! The program from outside: the real binary as child processes, real sockets, a real PostgreSQL.
//!
//! A file for each story; [`harness`] knows how to start a service, speak to it and look into its database. Nothing here
//! imports how the service works: what is expected stands in the tests themselves, signatures are computed by other
//! implementations.
#![expect(clippy::panic, reason = "a panic in a test is its report")]
#![expect(
    clippy::print_stdout,
    reason = "what a service said is part of a failed test's report"
)]

mod harness;

mod campaign_payouts;
mod clicks;
mod command_line;
mod concurrency;
mod decisions;
mod demo;
mod doctor;
mod drain;
mod explain;
mod forgeries;
mod guide;
mod lookups;
mod main_flow;
mod mapping;
mod outage;
mod presets;
mod private_api;
mod private_postgres;
mod refusals;
mod reload;
mod replies;
mod schemes;
mod simulate;
mod spool;
mod storage;
