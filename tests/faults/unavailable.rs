//! Row 11: a PostgreSQL that is there but cannot: full, locked, or read-only. It is unavailable then, never a refused row.

use crate::harness::Site;
use crate::harness::postgres::execute;
use crate::oracle::Allowed;
use crate::round::Round;
use crate::server::{CONNECTIONS_MAX, Server};
use crate::session::Session;

/// Every table that the service writes.
const LOCK: &str = "begin; lock table clicks, conversions, conversion_changes, postbacks in access exclusive mode";

#[test]
#[ignore = "takes its time: make faults"]
fn used_up_connections_are_an_outage() {
    let server = Server::start();
    let port = server.port();
    // The last connections are kept for superusers, who can so take the places that the service loses.
    execute(&server.url(), "create role service login");
    execute(&server.url(), "alter database postgres owner to service");
    let url = server.url().replace("postgres@", "service@");
    let sites = (0..2).map(|_| Site::on_url(&url)).collect();
    let mut round = Round::on("11 connections used up", Allowed::Nothing, server, sites);
    round.begin_fault("full");
    let mut sessions = vec![Session::open(port).expect("a free connection")];
    for _ in 0..CONNECTIONS_MAX {
        while let Ok(session) = Session::open(port) {
            sessions.push(session);
        }
        sessions[0].run(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'postbackd%' limit 1",
        );
    }
    println!("  {} of {CONNECTIONS_MAX} connections taken", sessions.len());
    round.go_on_for(Round::fault_length());
    drop(sessions);
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
