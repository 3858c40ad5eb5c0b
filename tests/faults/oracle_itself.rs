//! The oracle itself: what is made wrong on purpose it has to find.

use crate::findings::Findings;
use crate::harness::postgres::execute;
use crate::oracle::judge;
use crate::round::Round;

/// What is made wrong, and the promise that it breaks. Each takes rows of its own.
const WRONGS: [(&str, &str); 8] = [
    (
        "I1",
        "delete from conversions where transaction_id = (select min(transaction_id) from conversions)",
    ),
    (
        "I1",
        "update conversions set payout = payout + 1 where transaction_id = (select max(transaction_id) from conversions)",
    ),
    (
        "I1",
        "insert into conversions (id, received_at, updated_at, revision, attributed, reason, network, event, status, \
         dedupe, transaction_id) select gen_random_uuid(), now(), now(), 1, false, 'no_click_id', 'acme', 'sale', \
         'approved', 'transaction', min(transaction_id) from conversions",
    ),
    (
        "I3",
        "insert into conversions (id, received_at, updated_at, revision, attributed, reason, network, event, status, \
         dedupe, transaction_id) values (gen_random_uuid(), now(), now(), 1, false, 'no_click_id', 'acme', 'sale', \
         'approved', 'transaction', 'nobody sent this')",
    ),
    (
        "I4",
        "delete from clicks where id = (select id from clicks order by id desc limit 1)",
    ),
    (
        "I4",
        "update clicks set sub2 = 'another' where id = (select id from clicks order by id limit 1)",
    ),
    (
        "I5",
        "update conversions set attributed = false, reason = 'outside_window' where id = (select c.id from conversions c \
         join clicks k on k.id = c.click_id where attributed order by c.id limit 1)",
    ),
    (
        "raw log",
        "delete from postbacks where id = (select id from postbacks where verdict = 'recorded' limit 1)",
    ),
];

#[test]
#[ignore = "takes its time: make faults"]
fn the_oracle_sees_what_is_wrong() {
    let mut round = Round::begin("0 the oracle itself");
    round.begin_fault("none");
    round.stop_load();
    let url = round.server.url();
    let mut found = Findings::default();
    judge(&round.journal, &url, &mut found);
    assert!(found.is_empty(), "nothing is wrong yet:\n{}", found.text());
    for (promise, sql) in WRONGS {
        execute(&url, sql);
        let mut found = Findings::default();
        judge(&round.journal, &url, &mut found);
        let count = found.count(promise);
        // What was made wrong before is still wrong.
        assert!(
            count > round.findings.count(promise),
            "{promise} is seen to be broken by {sql}:\n{}",
            found.text()
        );
        round.findings = found;
    }
    println!("  {} findings, as many as expected", WRONGS.len());
}
