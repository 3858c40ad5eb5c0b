//! The program from outside: the real binary as child processes, real sockets, a real PostgreSQL.
//!
//! A file for each story; [`harness`] knows how to start a service, speak to it and look into its database. Nothing here
//! imports how the service works: what is expected stands in the tests themselves, signatures are computed by other
//! implementations.
#![expect(clippy::panic, reason = "a panic in a test is its report")]

mod harness;

mod forgeries;
mod main_flow;
