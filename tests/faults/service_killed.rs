//! Row 1: `kill -9` of the service under load, again and again, also while it replays what an outage left.

use crate::oracle::Allowed;
use crate::oracle::aftermath::{spool_records, within};
use crate::round::{Plan, Round};

use std::time::Duration;

/// Kills of one round.
const KILLS: usize = 4;

/// How long a replica has to begin its replay before it is killed all the same.
const REPLAY_BEGINS_MAX: Duration = Duration::from_secs(2);

#[test]
#[ignore = "takes its time: make faults"]
fn a_service_that_is_killed_again_and_again_loses_nothing() {
    let mut round = Round::planned("1 kill -9 of the service", &broken_connections());
    for kill in 0..KILLS {
        round.begin_fault(&format!("kill {kill}"));
        let index = usize::try_from(round.dice.below(2)).expect("an index");
        round.replicas[index].kill(&mut round.findings);
        round.replicas[index].start_again(&mut round.findings);
    }
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_service_that_is_killed_while_it_replays_loses_nothing() {
    let mut round = Round::planned(
        "1 kill -9 of the service in the middle of replay",
        &broken_connections(),
    );
    round.begin_fault("postgres gone");
    round.server.kill_all();
    round.go_on_for(Round::fault_length());
    round.server.start_again();
    for index in 0..round.replicas.len() {
        let before = spool_records(&round.replicas[index]);
        // Nothing to replay, or all of it replayed already: then this is a kill like any other.
        let has_begun = within(REPLAY_BEGINS_MAX, || {
            spool_records(&round.replicas[index]) < before.max(1)
        });
        println!(
            "  replica {index} is killed with {} of {before} records left to replay, begun: {has_begun}",
            spool_records(&round.replicas[index])
        );
        round.replicas[index].kill(&mut round.findings);
        round.replicas[index].start_again(&mut round.findings);
    }
    round.end_fault();
    round.judge();
}

fn broken_connections() -> Plan {
    Plan {
        allowed: Allowed::BrokenConnections,
        ..Plan::default()
    }
}
