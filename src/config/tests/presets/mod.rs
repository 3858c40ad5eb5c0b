//! Presets: that each is sound, and how an operator's keys lie over one.

mod golden;
mod overlay;
mod platforms;
mod replies;
mod sound;
mod told;
mod trackers;

use super::{Config, environment, parse};
use crate::config::{Faults, Preset};

/// A secret that is a key in every encoding.
const SECRET: &str = "0123456789abcdef";

/// Reads a text with the preset's own variable set.
fn read_with_secret(preset: &Preset, text: &str) -> Result<Config, Faults> {
    parse("f", text, &environment(&[(&preset.secret_variable(), SECRET)]))
}
