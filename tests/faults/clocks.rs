//! Row 16: two replicas whose clocks are an hour apart, and one clock that steps back while its service runs.

use std::fs;
use std::path::Path;

use crate::harness::{Site, new_folder, rows};
use crate::oracle::Allowed;
use crate::round::Round;
use crate::server::Server;

/// Where Debian and Ubuntu, and others, install libfaketime.
const LIBRARIES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

#[test]
#[ignore = "takes its time: make faults"]
fn clocks_that_differ_and_step_back_mix_nothing_up() {
    let name = "16 clocks an hour apart, one stepping back";
    let Some(library) = LIBRARIES.iter().map(Path::new).find(|library| library.exists()) else {
        println!("\n{name}\n  not run: libfaketime is not installed (apt install faketime)");
        return;
    };
    let folder = new_folder("clock-");
    let clock = folder.path().join("clock");
    let set = |offset: &str| fs::write(&clock, offset).expect("a file of our own");
    set("+1h");
    let server = Server::start();
    let right = Site::on_url(&server.url());
    let mut fast = Site::on_url(&server.url());
    fast.launcher = launcher(library, &clock);
    let mut round = Round::on_clocks(name, Allowed::Nothing, server, vec![right, fast]);
    round.begin_fault("steps back");
    let ahead = rows(
        &round.server.url(),
        "select count(*) from clicks where received_at > now() + interval '59 minutes'",
    );
    assert_ne!(ahead[0]["count"], 0, "a replica is an hour ahead");
    for offset in ["+30m", "+0", "-30m"] {
        set(offset);
        round.wait_for_random_moment();
    }
    round.end_fault();
    round.judge();
}

/// Starts a service whose wall clock follows a file. What measures durations stays as it is.
fn launcher(library: &Path, clock: &Path) -> Vec<String> {
    vec![
        "env".to_owned(),
        format!("LD_PRELOAD={}", library.display()),
        format!("FAKETIME_TIMESTAMP_FILE={}", clock.display()),
        "FAKETIME_NO_CACHE=1".to_owned(),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
    ]
}
