//! Row 4: what PostgreSQL answers gets lost on its way, or nothing comes through any more and nobody says so.

use crate::harness::Site;
use crate::oracle::aftermath::{check_transactions, within};
use crate::oracle::{Allowed, Outcome};
use crate::proxy::{Mode, Proxy};
use crate::round::Round;
use crate::server::{Server, url_at};

use std::time::Duration;

/// Answers that are lost in a round.
const COMMITS_CUT: u32 = 20;

/// How long that may take.
const CUTS_MAX: Duration = Duration::from_secs(30);

/// A round whose replicas reach PostgreSQL through a proxy.
fn round_behind_proxy(name: &'static str) -> (Round, Proxy) {
    let server = Server::start();
    let proxy = Proxy::start(server.port());
    let sites = (0..2).map(|_| Site::on_url(&url_at(proxy.port()))).collect();
    (Round::on(name, Allowed::Nothing, server, sites), proxy)
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_lost_acknowledgement_of_a_commit_counts_nothing_twice() {
    let (mut round, proxy) = round_behind_proxy("4 acknowledgements of commits lost");
    round.begin_fault("cut");
    let keys = round.journal.keys();
    proxy.set(Mode::CutCommits { left: COMMITS_CUT });
    let all = within(CUTS_MAX, || proxy.commits_cut() == COMMITS_CUT);
    proxy.set(Mode::Pass);
    assert!(all, "so many commits were cut: {}", proxy.commits_cut());
    let keys = keys..round.journal.keys();
    round.end_fault();
    // What went to a spool meanwhile has its verdict now as well.
    round.wait_for_spools();

    let mut sender = round.sender();
    for key in round.journal.promised_postbacks(keys) {
        let outcome = sender.repeat(key, 0);
        let is_duplicate = matches!(&outcome, Outcome::Verdict { verdict, .. } if verdict == "duplicate");
        round.findings.expect("lost acknowledgement", is_duplicate, || {
            format!("{key} was promised before, expected duplicate, got {outcome:?}")
        });
    }
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn half_open_connections_are_given_up() {
    let (mut round, proxy) = round_behind_proxy("4 half-open connections");
    round.begin_fault("half-open");
    proxy.set(Mode::HalfOpen);
    round.go_on_for(Round::fault_length());
    proxy.set(Mode::Pass);
    round.end_fault();
    // PostgreSQL does not know that the service has given up: only its own time-outs free what the sessions hold.
    check_transactions(&round.server.url(), &mut round.findings);
    proxy.forget_silent();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn refused_connections_are_survived() {
    let (mut round, proxy) = round_behind_proxy("4 connections cut and refused");
    round.begin_fault("refused");
    proxy.set(Mode::Refuse);
    round.go_on_for(Round::fault_length());
    proxy.set(Mode::Pass);
    round.end_fault();
    round.judge();
}
