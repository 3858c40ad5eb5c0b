//! Row 11: a PostgreSQL that is there but cannot: full, locked, or read-only. It is unavailable then, never a refused row.

use crate::oracle::aftermath::within;
use crate::round::Round;
use crate::server::CONNECTIONS_MAX;
use crate::session::Session;

/// Every table that the service writes.
const LOCK: &str = "begin; lock table clicks, conversions, conversion_changes, postbacks in access exclusive mode";

#[test]
#[ignore = "takes its time: make faults"]
fn used_up_connections_are_an_outage() {
    let mut round = Round::begin("11 connections used up");
    let port = round.server.port();
    round.begin_fault("full");
    let mut first = Session::open(port).expect("a free connection");
    let mut sessions = Vec::new();
    // Whoever the service loses its connection to takes its place.
    within(Round::fault_length(), || {
        while let Ok(session) = Session::open(port) {
            sessions.push(session);
        }
        first.run("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'postbackd%'");
        false
    });
    println!("  {} of {CONNECTIONS_MAX} connections taken", sessions.len() + 1);
    drop(sessions);
    drop(first);
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn locked_tables_are_an_outage() {
    let mut round = Round::begin("11 tables locked");
    round.begin_fault("locked");
    let mut session = Session::open(round.server.port()).expect("a free connection");
    session.run(LOCK);
    round.go_on_for(Round::fault_length());
    drop(session);
    round.end_fault();
    round.judge();
}

/// A standby takes no writes; neither does a server that makes every transaction read-only.
#[test]
#[ignore = "takes its time: make faults"]
fn a_read_only_postgres_is_an_outage() {
    let mut round = Round::begin("11 read-only");
    let mut session = Session::open(round.server.port()).expect("a free connection");
    round.begin_fault("read-only");
    session.run("alter system set default_transaction_read_only = on");
    session.run("select pg_reload_conf()");
    round.go_on_for(Round::fault_length());
    session.run("alter system reset default_transaction_read_only");
    session.run("select pg_reload_conf()");
    drop(session);
    round.end_fault();
    round.judge();
}
