//! What an operator is told about a network's `signature`.

mod coverage;
mod proof;
mod scheme;

use super::{SOUND, assert_faults, faults, read};

fn signature(lines: &str) -> String {
    format!("[networks.acme]\nsecrets = [{{ value = \"correct horse\" }}]\n[networks.acme.signature]\n{lines}")
}

/// The texts of the warnings about a network that is otherwise sound.
fn warnings(text: &str) -> Vec<String> {
    let config = read(text).expect(text);
    config.warnings.iter().map(|warning| warning.line_of("f")).collect()
}
