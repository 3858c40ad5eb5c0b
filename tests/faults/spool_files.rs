//! Rows 6 and 15: damaged and foreign files in the spool, and a record in it that PostgreSQL refuses.

use std::fs;
use std::path::PathBuf;

use crate::harness::postgres::execute;
use crate::harness::{rows, uuid_of};
use crate::oracle::{Allowed, Outcome, What};
use crate::round::{Plan, Round};

/// Transactions, and clicks, that PostgreSQL refuses in a round.
const REFUSED: usize = 3;

/// Bits that are flipped in one file.
const FLIPS: usize = 8;

/// What every record of a segment begins with, and what can stand nowhere else in it (`src/spool/mod.rs`).
const MARKER: [u8; 4] = [0xf5, b'p', b'b', 0xff];

/// Where a segment's format version stands in its header, and the checksum of what is before that.
const VERSION_AT: usize = 8;
const CHECKSUM_AT: usize = 20;

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
fn a_file_of_a_newer_format_is_left_alone() {
    let mut left = None;
    let mut round = round_with_spool("6 a file of a newer format", |_, files| {
        let mut bytes = fs::read(&files[0]).expect("a file of our own");
        bytes[VERSION_AT] += 1;
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]).to_le_bytes();
        bytes[CHECKSUM_AT..CHECKSUM_AT + checksum.len()].copy_from_slice(&checksum);
        let newer = files[0].with_file_name("newer.spool");
        fs::write(&newer, &bytes).expect("a file of our own");
        println!("  {} bytes in {}", bytes.len(), newer.display());
        left = Some((newer, bytes));
    });
    round.wait_for_spools();
    if let Some((newer, bytes)) = left {
        round
            .findings
            .expect("untouched", fs::read(&newer).is_ok_and(|now| now == bytes), || {
                format!("{} is not as it was", newer.display())
            });
    }
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn flipped_bits_cost_no_more_than_is_counted() {
    let mut round = round_with_spool("6 bits flipped", |round, files| {
        let file = round.dice.pick(&files).expect("there are some").clone();
        let mut bytes = fs::read(&file).expect("a file of our own");
        // One in the first half of each stretch, so that no two of them hit the same record or neighbours.
        let stretch = bytes.len() / FLIPS;
        let bits = u64::try_from(stretch * 4).expect("a length");
        for start in (0..FLIPS).map(|index| index * stretch).filter(|_| bits > 0) {
            let bit = usize::try_from(round.dice.below(bits)).expect("a length");
            bytes[start + bit / 8] ^= 1 << (bit % 8);
            println!("  bit {} of {}", start * 8 + bit, file.display());
        }
        fs::write(&file, bytes).expect("a file of our own");
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
        let record = bytes
            .windows(MARKER.len())
            .rposition(|window| window == MARKER)
            .expect("a segment is made for a record");
        let length = u64::try_from(bytes.len() - record).expect("a length");
        let kept = usize::try_from(round.dice.below(length)).expect("a length");
        fs::write(last, &bytes[..record + kept]).expect("a file of our own");
        println!("  {kept} of the last {length} bytes are left of {}", last.display());
    });
    round.forgive_what_is_counted_as_damaged();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_refused_record_is_set_aside_and_those_behind_it_flow() {
    let mut round = Round::begin("15 records that postgres refuses");
    let postbacks: Vec<_> = (0..REFUSED)
        .map(|_| {
            let click = round.sender().some_click();
            round.journal.begin_refused(What::Postback { click })
        })
        .collect();
    let clicks: Vec<_> = (0..REFUSED).map(|_| round.journal.begin_refused(What::Click)).collect();
    let url = round.server.url();
    for (table, column, keys) in [
        ("conversions", "transaction_id", &postbacks),
        ("clicks", "sub1", &clicks),
    ] {
        let named: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
        let condition = format!("{column} not in ({})", named.join(", "));
        execute(
            &url,
            &format!("alter table {table} add constraint refused check ({condition})"),
        );
    }
    round.begin_fault("postgres gone");
    round.server.kill_all();
    let mut accepted = Vec::new();
    for (postback, click) in postbacks.into_iter().zip(clicks) {
        round.wait_for_random_moment();
        let outcome = round.sender().repeat(postback, 0);
        if let Outcome::Verdict { verdict, postback_id } = &outcome
            && verdict == "accepted"
        {
            accepted.push(postback_id.clone());
        } else {
            round
                .findings
                .add("served", format!("{postback}: expected accepted, got {outcome:?}"));
        }
        if let Some(id) = round.sender().visit(click, 0) {
            accepted.push(id);
        } else {
            round
                .findings
                .add("served", format!("{click}: expected a redirect with an id"));
        }
    }
    round.server.start_again();
    round.end_fault();
    round.wait_for_spools();
    let logged = rows(
        &url,
        "select id, verdict, code from postbacks where verdict = 'refused'",
    );
    let not_storable = logged.iter().filter(|row| row["code"] == "not_storable").count();
    round.findings.expect("raw log", not_storable == REFUSED, || {
        format!("expected {REFUSED} postbacks refused as not_storable, found {logged:?}")
    });
    let kept = round.replicas[0].set_aside();
    for id in accepted {
        let file = format!("{}.spool", uuid_of(&id));
        round.findings.expect("set aside", kept.contains(&file), || {
            format!("{id}: expected {file} to be set aside, found {kept:?}")
        });
    }
    round.judge();
}
