//! The command line: what the program does, one file for each command.

mod check_config;
mod demo;
mod doctor;
mod explain;
mod guide;
mod healthcheck;
mod logging;
mod migrate;
mod plain;
mod presets;
mod request;
mod serve;
mod sign;
mod simulate;
mod spool;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config, Environment};

use logging::Loudness;

/// A postback receiver: stores clicks, verifies postbacks, records attributed conversions.
#[derive(Debug, Parser)]
#[command(
    name = "postbackd",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "POSTBACKD_CONFIG",
        default_value = "config/postbackd.toml"
    )]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service.
    Serve,
    /// Shows the main job on a throw-away database: a click, its postback, a repeat, a forgery, a status change.
    Demo(demo::Options),
    /// Validates the configuration and prints every fault with its line and key.
    CheckConfig,
    /// Applies the migrations, makes partitions for 90 days and exits.
    Migrate,
    /// Prints the request that a network would send, signed, as a curl line.
    Sign(sign::Options),
    /// Sends a running service a test click and its network's signed postback, and checks every step of their way.
    Simulate(simulate::Options),
    /// Lists the senders that the program knows, or prints one of them as a network to be copied.
    Presets(presets::Options),
    /// Says why a request would be accepted or refused, check by check, without a service and without a database.
    Explain(explain::Options),
    /// Prints what a network's partner is sent: address, parameters, signature with an example, answers.
    Guide(guide::Options),
    /// Asks a running service whether it lives; for container health checks.
    Healthcheck,
    /// Checks the running service, its database and its disk, and says what to do where something is wrong.
    Doctor(doctor::Options),
    /// Shows what waits on disk for PostgreSQL, what it refused and what is damaged; gives records back, or drops them.
    #[command(subcommand)]
    Spool(spool::Command),
}

/// Why a command did not do its work.
#[derive(Debug)]
enum Failure {
    /// The work failed: exit code 1.
    Work(anyhow::Error),
    /// The command line or the configuration is wrong: exit code 2.
    Usage(String),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Work(error)
    }
}

/// Parses the process's arguments, runs the command and says how it went.
pub fn run() -> ExitCode {
    // A wrong command line ends here, with clap's message and exit code 2.
    let CommandLine {
        command,
        config: ConfigFile { config: file },
    } = CommandLine::parse();
    logging::start(match command {
        Command::Serve | Command::Migrate => Loudness::Service,
        Command::Demo(_)
        | Command::CheckConfig
        | Command::Sign(_)
        | Command::Simulate(_)
        | Command::Presets(_)
        | Command::Explain(_)
        | Command::Guide(_)
        | Command::Healthcheck
        | Command::Doctor(_)
        | Command::Spool(_) => Loudness::Tool,
    });
    let environment = Environment::capture();
    let outcome = match command {
        Command::Serve => in_runtime(serve::serve(file, environment)),
        Command::Demo(options) => in_runtime(demo::demo(options)),
        Command::CheckConfig => check_config::check(&file, &environment),
        Command::Migrate => in_runtime(migrate::migrate(file, environment)),
        Command::Sign(options) => sign::sign(&options, &file, &environment),
        Command::Simulate(options) => in_runtime(simulate::simulate(options, file, environment)),
        Command::Presets(options) => presets::run(&options),
        Command::Explain(options) => explain::explain(&options, &file, &environment),
        Command::Guide(options) => guide::guide(&options, &file, &environment),
        Command::Healthcheck => in_runtime(healthcheck::healthcheck(file, environment)),
        Command::Doctor(options) => in_runtime(doctor::doctor(options, file, environment)),
        Command::Spool(command) => spool::run(command, &file, &environment),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Work(error)) => {
            tracing::error!("{error:#}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(message)) => {
            print_error(&message);
            ExitCode::from(2)
        }
    }
}

/// Runs a command on as many threads as there are processors, less one for the thread that writes to PostgreSQL: on a small
/// machine more of them only take the processor from it (measured with 64 connections on two cores).
fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors.saturating_sub(1).max(1))
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Failure::Work(anyhow::Error::new(error).context("the runtime does not start")))?;
    runtime.block_on(work)
}

/// Reads the configuration for a command other than `check-config`.
fn load_config(file: &std::path::Path, environment: &Environment) -> Result<Config, Failure> {
    config::load(file, environment).map_err(|faults| Failure::Usage(faults.to_string()))
}

/// A number of things in words.
fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A line for the command's user, on standard output. A reader that has gone away wants no more lines.
fn print(line: impl std::fmt::Display) {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}").ok();
}

/// A line about what went wrong, on standard error.
fn print_error(line: impl std::fmt::Display) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "{line}").ok();
}
