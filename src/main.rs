//! The program: parse the arguments, run the command, exit with its code.

use std::process::ExitCode;

/// Requests are many short-lived small allocations on several threads, which the system's allocator is slower with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    postbackd::cli::run()
}
