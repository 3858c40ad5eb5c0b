//! Runs every committed seed of the fuzz targets, former findings among them, through what the targets run: no fuzzer is
//! needed for what is known.

#![expect(clippy::panic, reason = "a panic in a test is its report")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
pub mod fuzz;

/// What a target does with an input.
type Target = fn(&[u8]);

/// A target's folder of seeds, and what it does with each.
const TARGETS: [(&str, Target); 5] = [
    ("template", fuzz::template::run),
    ("content", fuzz::content::run),
    ("request", fuzz::request::run),
    ("verify", fuzz::verify::run),
    ("mapping", fuzz::mapping::run),
];

#[test]
fn no_seed_of_any_fuzz_target_breaks_a_promise() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (target, run) in TARGETS {
        let files = fs::read_dir(seeds.join(target)).expect("a folder of seeds");
        let mut count = 0;
        for file in files {
            let path = file.expect("an entry").path();
            let seed = fs::read(&path).expect("a seed");
            let outcome = std::panic::catch_unwind(|| run(&seed));
            assert!(outcome.is_ok(), "{} breaks a promise", path.display());
            count += 1;
        }
        assert!(count > 0, "{target} has no seeds");
    }
}
