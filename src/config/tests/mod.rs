//! What an operator is told, file by file.

mod campaigns;
mod explanations;
mod faults;
mod finished;
mod guides;
mod mapping;
mod payouts;
mod presets;
mod reading;
mod replies;
mod schemes;
mod secrets;
mod shipped;
mod signatures;
mod sources;
mod syntax;
mod vectors;

use super::{Config, Environment, Faults, parse};

/// A network and a campaign without a fault, to which tests add one.
const SOUND: &str = r#"
[networks.acme]
secrets = [{ value = "correct horse" }]
"#;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

fn read(text: &str) -> Result<Config, Faults> {
    parse("f", text, &Environment::default())
}

/// The faults of a text, a line each.
fn faults(text: &str) -> String {
    read(text).expect_err(text).to_string()
}

/// Asserts that each text is refused with exactly these lines.
fn assert_faults(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(faults(text), *expected, "of\n{text}");
    }
}
