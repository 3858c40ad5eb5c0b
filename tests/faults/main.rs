//! What the service survives: the real binary under load against real PostgreSQL processes, a fault at a random moment,
//! and then SQL is asked what is true.
//!
//! A test for each fault, `make faults` for all of them. A [`round::Round`] starts two replicas on one database and a
//! load that writes down what it sends before it sends it; the [`oracle`] compares with the tables, the processes and the
//! counters. Every choice follows from a seed that is printed: `FAULTS_SEED` repeats it. `FAULTS_SECONDS` says how long a
//! round's load runs.
//!
//! The tests are Linux's: they read `/proc`.
#![expect(clippy::panic, reason = "a panic in a test is its report")]
#![expect(clippy::print_stdout, reason = "a round reports what it saw, also when all is well")]

#[expect(
    dead_code,
    unused_imports,
    reason = "the stories of tests/it use more of it than the faults do"
)]
#[path = "../it/harness/mod.rs"]
mod harness;

mod dice;
mod findings;
mod mount;
mod oracle;
mod proxy;
mod replica;
mod round;
mod server;
mod session;
mod tracer;

mod clocks;
mod drains;
mod lost_answers;
mod migrations;
mod oracle_itself;
mod oversized;
mod postgres_gone;
mod reloads;
mod same_transaction;
mod service_killed;
mod slow_reader;
mod slow_senders;
mod spool_disk;
mod spool_files;
mod unavailable;
mod vanishing;
