//! Rows 2 and 3: PostgreSQL killed, stopped at once, a session of it killed, or frozen as a whole.

use crate::replica::Replica;
use crate::round::Round;

/// How much more memory a replica may take after an outage than before, in KiB.
const MEMORY_GROWTH_MAX_KIB: u64 = 64 * 1024;

#[test]
#[ignore = "takes its time: make faults"]
fn a_killed_postgres_is_survived_also_by_a_service_that_starts_meanwhile() {
    let mut round = Round::begin("2 kill -9 of all of postgres");
    round.begin_fault("killed");
    round.server.kill_all();
    round.go_on_for(Round::fault_length() / 2);
    round.add_replica();
    round.go_on_for(Round::fault_length() / 2);
    round.server.start_again();
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn an_immediate_stop_with_crash_recovery_is_survived() {
    let mut round = Round::begin("2 immediate stop of postgres");
    round.begin_fault("stopped");
    round.server.stop_at_once();
    round.go_on_for(Round::fault_length());
    round.server.start_again();
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_killed_session_is_survived() {
    let mut round = Round::begin("2 kill -9 of one backend");
    for kill in 0..3 {
        round.begin_fault(&format!("kill {kill}"));
        let Round { server, dice, .. } = &mut round;
        server.kill_one_session(dice);
        round.end_fault();
    }
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_frozen_postgres_is_survived() {
    let mut round = Round::begin("3 postgres frozen");
    let before: Vec<u64> = round.replicas.iter().map(Replica::resident_kib).collect();
    round.begin_fault("frozen");
    let frozen = round.server.freeze();
    round.go_on_for(Round::fault_length());
    drop(frozen);
    round.end_fault();
    for (index, before) in before.into_iter().enumerate() {
        let after = round.replicas[index].resident_kib();
        println!("  replica {index} takes {after} KiB, {before} KiB before");
        round
            .findings
            .expect("memory", after <= before + MEMORY_GROWTH_MAX_KIB, || {
                format!(
                    "replica {index} takes {after} KiB, expected at most {MEMORY_GROWTH_MAX_KIB} more than {before}"
                )
            });
    }
    round.judge();
}
