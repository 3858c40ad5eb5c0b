//! Guides: that what they tell a partner is what the service does, that they hold no secret and that they are well-formed.

mod examples;
mod golden;
mod pages;
mod scripts;
mod secrets;

use super::{Config, environment, parse};
use crate::config::{Preset, Proof};

/// A secret that is a key in every encoding.
const SECRET: &str = "0123456789abcdef";

/// A configuration with one network `n` of a preset, under a secret.
fn of_preset(preset: &Preset, secret: &str) -> Config {
    let proof = match preset.proof {
        Proof::Address => "allow_ips = [\"192.0.2.0/24\"]".to_owned(),
        Proof::Default | Proof::Signature { .. } | Proof::Token { .. } => "secrets = [{ env = \"S\" }]".to_owned(),
    };
    let text = format!("[networks.n]\npreset = \"{}\"\n{proof}\n", preset.name);
    with_secret(&text, secret)
}

/// A configuration that reads its secret from `S`.
fn with_secret(text: &str, secret: &str) -> Config {
    parse("f", text, &environment(&[("S", secret)])).unwrap_or_else(|faults| panic!("{faults}\n{text}"))
}

fn markdown(config: &Config) -> String {
    config.guide("n").expect("the network").markdown()
}
