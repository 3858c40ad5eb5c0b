//! `postbackd demo`, as a newcomer sees it.

use std::fs;

use crate::harness::{new_folder, postbackd, run};

#[test]
fn the_demo_shows_the_main_job_and_leaves_nothing_behind() {
    let folder = new_folder("demo-");
    let mut demo = postbackd();
    demo.arg("demo").env("TMPDIR", folder.path()).current_dir(folder.path());
    // Somebody's production database must not be what a newcomer's demo runs on.
    demo.env("DATABASE_URL", "postgres://nobody@nowhere.example/production");

    let ended = run(&mut demo);

    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let told = &ended.stdout;
    let steps = [
        "GET /click/spring",
        "302",
        "recorded",
        "duplicate",
        "401",
        "refused",
        "updated",
        "attributed     true",
    ];
    let mut rest = told.as_str();
    for step in steps {
        let at = rest.find(step).unwrap_or_else(|| panic!("{step} comes next:\n{told}"));
        rest = &rest[at + step.len()..];
    }
    assert!(!told.contains('\u{1b}'), "no colours into a pipe");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder of our own").collect();
    assert!(left.is_empty(), "{left:?}");
}
