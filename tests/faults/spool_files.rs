//! Rows 6 and 15: damaged and foreign files in the spool, and a record in it that PostgreSQL refuses.

use std::fs;
use std::path::PathBuf;

use crate::harness::postgres::execute;
use crate::harness::{rows, uuid_of};
use crate::oracle::{Allowed, Outcome, What};
use crate::round::{Plan, Round};

/// Transactions that PostgreSQL refuses in a round.
const REFUSED: usize = 3;

/// Takes PostgreSQL away under load, kills the first replica, does something to its spool, and starts all again.
fn round_with_spool(name: &'static str, harm: impl FnOnce(&mut Round, Vec<PathBuf>)) -> Round {
    let mut round = Round::planned(
        name,
        &Plan {
            allowed: Allowed::BrokenConnections,
            ..Plan::default()
        },
    );
    round.begin_fault("postgres gone");
    round.server.kill_all();
    round.go_on_for(Round::fault_length());
    round.replicas[0].kill(&mut round.findings);
    let files = round.replicas[0].spool_files();
    if files.is_empty() {
        round.not_run("the spool holds no file");
    } else {
        harm(&mut round, files);
    }
    round.replicas[0].start_again(&mut round.findings);
    round.server.start_again();
    round.end_fault();
    round
}

#[test]
#[ignore = "takes its time: make faults"]
fn foreign_files_and_a_zero_tail_hold_nothing_up() {
    let round = round_with_spool(
        "6 foreign, empty and doubled files, a zero-filled tail",
        |round, files| {
            let (first, last) = (&files[0], &files[files.len() - 1]);
            let beside = |name: &str| last.with_file_name(name);
            fs::copy(first, beside("doubled.spool")).expect("a folder of our own");
            fs::write(beside("empty.spool"), "").expect("a folder of our own");
            fs::write(beside("foreign.spool"), "who is this?\n".repeat(1000)).expect("a folder of our own");
            let mut bytes = fs::read(last).expect("a file of our own");
            let zeros = usize::try_from(round.dice.below(10_000)).expect("a length");
            bytes.resize(bytes.len() + zeros, 0);
            fs::write(last, bytes).expect("a file of our own");
            println!("  {} files, a tail of {zeros} zeros", files.len());
        },
    );
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_flipped_bit_costs_no_more_than_is_counted() {
    let mut round = round_with_spool("6 a bit flipped", |round, files| {
        let file = round.dice.pick(&files).expect("there are some").clone();
        let mut bytes = fs::read(&file).expect("a file of our own");
        if let Some(bits) = u64::try_from(bytes.len() * 8).ok().filter(|bits| *bits > 0) {
            let bit = usize::try_from(round.dice.below(bits)).expect("a length");
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&file, bytes).expect("a file of our own");
            println!("  bit {bit} of {}", file.display());
        }
    });
    round.forgive_what_is_counted_as_damaged();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_record_cut_short_costs_no_more_than_is_counted() {
    let mut round = round_with_spool("6 the last record cut", |round, files| {
        let last = &files[files.len() - 1];
        let bytes = fs::read(last).expect("a file of our own");
        let cut = usize::try_from(round.dice.below(200))
            .expect("a length")
            .min(bytes.len());
        fs::write(last, &bytes[..bytes.len() - cut]).expect("a file of our own");
        println!("  {cut} bytes of {}", last.display());
    });
    round.forgive_what_is_counted_as_damaged();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_refused_record_is_set_aside_and_those_behind_it_flow() {
    let mut round = Round::begin("15 a record that postgres refuses");
    let keys: Vec<_> = (0..REFUSED)
        .map(|_| {
            let click = round.sender().some_click();
            round.journal.begin_refused(What::Postback { click })
        })
        .collect();
    let named: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
    let url = round.server.url();
    execute(
        &url,
        &format!(
            "alter table conversions add constraint refused check (transaction_id not in ({}))",
            named.join(", ")
        ),
    );
    round.begin_fault("postgres gone");
    round.server.kill_all();
    let mut accepted = Vec::new();
    for key in keys {
        round.wait_for_random_moment();
        let outcome = round.sender().repeat(key, 0);
        if let Outcome::Verdict { verdict, postback_id } = &outcome
            && verdict == "accepted"
        {
            accepted.push(postback_id.clone());
        } else {
            round
                .findings
                .add("served", format!("{key}: expected accepted, got {outcome:?}"));
        }
    }
    round.server.start_again();
    round.end_fault();
    round.wait_for_spools();
    for id in accepted {
        let logged = rows(
            &url,
            &format!("select verdict, code from postbacks where id = '{}'", uuid_of(&id)),
        );
        let is_set_aside =
            logged.len() == 1 && logged[0]["verdict"] == "refused" && logged[0]["code"] == "not_storable";
        round.findings.expect("set aside", is_set_aside, || {
            format!("{id}: expected one row in postbacks, refused as not_storable, found {logged:?}")
        });
    }
    round.judge();
}
