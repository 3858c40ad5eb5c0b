//! Row 8: SIGTERM under load, with connections of every kind, and rolling restarts behind a load balancer.

use crate::dice::round_length;
use crate::harness::{Connection, get};
use crate::round::{Plan, Round};

/// Restarts of a round that is as long as the oracle wants it.
const RESTARTS_MAX: u64 = 10;
const RESTARTS_MIN: u64 = 3;

fn plan() -> Plan {
    Plan {
        // A load balancer that looks ten times a second has to see it.
        shutdown_grace: "1s",
        ..Plan::default()
    }
}

#[test]
#[ignore = "takes its time: make faults"]
fn sigterm_cuts_no_request_and_waits_for_no_idler() {
    let mut round = Round::planned("8 SIGTERM under load", &plan());
    let address = round.replicas[0].service().public;
    let mut idle = Connection::open(address);
    idle.exchange(&get("/healthz"));
    let mut silent = Connection::open(address);
    let mut half_sent = Connection::open(address);
    half_sent.write(b"GET /click/spring HTT");
    let mut slow = Connection::open(address);
    slow.write(b"POST /postback/acme HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\ntransaction_id=");
    round.set_strangers();

    round.begin_fault("draining");
    let saw_red = round.replicas[0].end(&mut round.findings);
    round.findings.expect("drain", saw_red, || {
        "replica 0 ended before its readiness was seen to be red".to_owned()
    });
    for connection in [&mut idle, &mut silent] {
        connection.expect_end();
    }
    for connection in [&mut half_sent, &mut slow] {
        connection.read_to_end();
    }
    round.replicas[0].start_again(&mut round.findings);
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn rolling_restarts_cost_no_request() {
    let restarts = (round_length().as_secs() / 2).clamp(RESTARTS_MIN, RESTARTS_MAX);
    let mut round = Round::planned("8 rolling restarts", &plan());
    for restart in 0..restarts {
        round.begin_fault(&format!("restart {restart}"));
        let index = usize::try_from(restart % 2).expect("an index");
        round.replicas[index].end(&mut round.findings);
        round.replicas[index].start_again(&mut round.findings);
    }
    if restarts < RESTARTS_MAX {
        round.not_run(format!(
            "only {restarts} of {RESTARTS_MAX} restarts; FAULTS_SECONDS=20 makes all of them"
        ));
    }
    round.end_fault();
    round.judge();
}
