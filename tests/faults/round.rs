//! A round: replicas on one database under load, a fault, and then the oracle's judgement.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dice::{Dice, round_length, seed};
use crate::findings::Findings;
use crate::harness::Site;
use crate::oracle::aftermath::{self, Base, within};
use crate::oracle::{Allowed, Fleet, Journal, Load, Outcome, Sender, judge, report};
use crate::replica::Replica;
use crate::server::Server;

/// Within this after a fault, fresh traffic succeeds on every replica.
const RECOVERY_MAX: Duration = Duration::from_secs(10);

/// Within this after a fault, every spool is empty.
const SPOOL_DRAIN_MAX: Duration = Duration::from_mins(1);

/// How long a round goes on after a promise of time is broken, to see what else is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers within which the random moment of a fault lies.
const MOMENT_ANSWERS_MAX: u64 = 400;

/// What a round is played with.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How many replicas.
    pub(crate) replicas: usize,
    /// How long each still serves after SIGTERM.
    pub(crate) shutdown_grace: &'static str,
    /// What its fault breaks by itself.
    pub(crate) allowed: Allowed,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            replicas: 2,
            shutdown_grace: "1ms",
            allowed: Allowed::Nothing,
        }
    }
}

/// A round that is being played.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) dice: Dice,
    pub(crate) server: Server,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) findings: Findings,
    name: &'static str,
    seed: u64,
    allowed: Allowed,
    load: Option<Load>,
    base: Base,
    fault_over: Instant,
    not_run: Vec<String>,
    has_strangers: bool,
    has_damage: bool,
}

impl Round {
    /// Starts everything and the load.
    pub(crate) fn begin(name: &'static str) -> Self {
        Self::planned(name, &Plan::default())
    }

    pub(crate) fn planned(name: &'static str, plan: &Plan) -> Self {
        let server = Server::start();
        let sites = (0..plan.replicas)
            .map(|_| {
                let mut site = Site::on_url(&server.url());
                site.shutdown_grace = plan.shutdown_grace;
                site
            })
            .collect();
        Self::on(name, plan.allowed, server, sites)
    }

    /// The same with sites of the row's own.
    pub(crate) fn on(name: &'static str, allowed: Allowed, server: Server, sites: Vec<Site>) -> Self {
        Self::with(name, allowed, server, sites, Fleet::default())
    }

    /// The same with clocks that differ: only signatures that know no time can be right for all of them.
    pub(crate) fn on_clocks(name: &'static str, allowed: Allowed, server: Server, sites: Vec<Site>) -> Self {
        let fleet = Fleet::default();
        fleet.send_only_gets();
        Self::with(name, allowed, server, sites, fleet)
    }

    fn with(name: &'static str, allowed: Allowed, server: Server, sites: Vec<Site>, fleet: Fleet) -> Self {
        let seed = seed();
        println!("\n{name}\n  FAULTS_SEED={seed}");
        let mut dice = Dice::new(seed);
        let fleet = Arc::new(fleet);
        let journal = Arc::new(Journal::new(&journal_path(name)));
        let replicas: Vec<Replica> = sites
            .into_iter()
            .enumerate()
            .map(|(index, site)| Replica::start(site, index, &fleet))
            .collect();
        journal.begin_phase("at the start");
        for replica in &replicas {
            replica.wait_until_ready();
            // One of each kind, so that every connection to PostgreSQL that will be there is there.
            let mut sender = Sender::new(fleet.clone(), journal.clone(), dice.fork());
            let click = sender.click(replica.index);
            sender.postback(replica.index, click);
            sender.forged(replica.index);
        }
        let base = Base::of(&replicas, &server.url());
        journal.begin_phase("before");
        let load = Load::start(&fleet, &journal, &mut dice);
        Self {
            dice,
            server,
            replicas,
            fleet,
            journal,
            findings: Findings::default(),
            name,
            seed,
            allowed,
            load: Some(load),
            base,
            fault_over: Instant::now(),
            not_run: Vec::new(),
            has_strangers: false,
            has_damage: false,
        }
    }

    /// How long a fault lasts in this round.
    pub(crate) fn fault_length() -> Duration {
        round_length() * 2 / 3
    }

    /// Waits until a random moment of the load.
    pub(crate) fn wait_for_random_moment(&mut self) {
        let answers = self.dice.below(MOMENT_ANSWERS_MAX) + 1;
        self.journal.wait_for_answers(answers, round_length());
    }

    /// The fault begins.
    pub(crate) fn begin_fault(&mut self, name: &str) {
        self.wait_for_random_moment();
        self.journal.begin_phase(name);
    }

    /// Lets the load run on for a time: the length of a fault, which is a fact of the round and waits for nothing.
    pub(crate) fn go_on_for(&self, time: Duration) {
        // So many answers do not come: it is the time that ends it.
        self.journal.wait_for_answers(u64::MAX / 2, time);
    }

    /// The fault is over: fresh traffic has to succeed soon, on every replica.
    pub(crate) fn end_fault(&mut self) {
        self.fault_over = Instant::now();
        self.journal.begin_phase("after");
        for index in 0..self.replicas.len() {
            let mut sender = self.sender();
            let recovered = within(PATIENCE, || {
                let click = sender.click(index);
                let has_click = click.is_some();
                has_click && is_decided(&sender.postback(index, click))
            });
            let took = self.fault_over.elapsed();
            self.findings.expect("I6", recovered && took <= RECOVERY_MAX, || {
                format!("replica {index} took fresh traffic after {took:?}, expected at most {RECOVERY_MAX:?}")
            });
        }
        println!(
            "  fresh traffic everywhere {:.1?} after the fault",
            self.fault_over.elapsed()
        );
    }

    /// Somebody who sends beside the load.
    pub(crate) fn sender(&mut self) -> Sender {
        Sender::new(self.fleet.clone(), self.journal.clone(), self.dice.fork())
    }

    /// Starts one more replica, which need not be ready.
    pub(crate) fn add_replica(&mut self) {
        let site = Site::on_url(&self.server.url());
        let replica = Replica::start(site, self.replicas.len(), &self.fleet);
        self.replicas.push(replica);
    }

    /// Somebody sends what is not in the journal.
    pub(crate) fn set_strangers(&mut self) {
        self.has_strangers = true;
    }

    /// The spool was damaged: a record that is counted as damaged may be missing.
    pub(crate) fn forgive_what_is_counted_as_damaged(&mut self) {
        self.has_damage = true;
    }

    /// The spool has to take what comes while it can.
    pub(crate) fn expect_some_accepted(&mut self, phase: &str) {
        let accepted = self.journal.accepted_in(phase);
        self.findings.expect("served", accepted > 0, || {
            format!("no postback was accepted in the phase {phase:?}, although there was room on disk")
        });
    }

    /// Notes a part of the row that this machine cannot play.
    pub(crate) fn not_run(&mut self, why: impl Into<String>) {
        self.not_run.push(why.into());
    }

    /// Lets the load run on a little, stops it and judges. Panics when a promise was broken.
    pub(crate) fn judge(mut self) {
        self.go_on_for(round_length() / 3);
        self.stop_load();
        self.wait_for_spools();
        println!("  spools empty {:.1?} after the fault", self.fault_over.elapsed());
        self.journal.begin_phase("at the end");
        let mut sender = self.sender();
        let is_repeated = sender.repeat_all();
        drop(sender);
        self.findings.expect("I2", is_repeated, || {
            "not every unknown transaction could be repeated".to_owned()
        });
        self.wait_for_spools();

        let url = self.server.url();
        let findings = &mut self.findings;
        judge(&self.journal, &url, findings);
        if self.has_damage {
            let damaged = self.replicas.iter().map(aftermath::damaged_records).sum();
            for promise in ["I1", "I4", "raw log"] {
                findings.forgive(promise, damaged);
            }
        }
        for replica in &mut self.replicas {
            replica.check_alive(findings);
        }
        self.base.check(&self.replicas, &url, findings);
        findings.expect("deadlock", !self.server.log().contains("deadlock detected"), || {
            "PostgreSQL found a deadlock".to_owned()
        });
        for replica in &self.replicas {
            let (_, run) = self.fleet.run(replica.index);
            aftermath::check_counters(replica, run, &self.journal, self.has_strangers, findings);
            println!("  replica {}: spool {}", replica.index, aftermath::spool(replica));
        }
        report(&self.journal, self.allowed, findings);
        for why in &self.not_run {
            println!("  not run: {why}");
        }
        let Self {
            name, seed, findings, ..
        } = &self;
        assert!(
            findings.is_empty(),
            "{name} broke promises (FAULTS_SEED={seed}, journal {}):\n{}",
            journal_path(name).display(),
            findings.text()
        );
        println!("  every promise held");
    }

    /// Stops the load and waits until everything under way is answered.
    pub(crate) fn stop_load(&mut self) {
        self.load.take().expect("a load that was started").stop();
    }

    /// Waits until every spool is empty, as it has to be soon after a fault.
    pub(crate) fn wait_for_spools(&mut self) {
        let records = || self.replicas.iter().map(aftermath::spool_records).sum::<u64>();
        let drained = within(SPOOL_DRAIN_MAX.saturating_sub(self.fault_over.elapsed()), || {
            records() == 0
        });
        let left = records();
        self.findings.expect("I6", drained || left == 0, || {
            format!("{left} records are in the spools {SPOOL_DRAIN_MAX:?} after the fault, expected none")
        });
    }
}

/// A verdict that is committed.
fn is_decided(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Verdict { verdict, .. } if verdict != "accepted")
}

/// Where a round's journal stays for who looks into it.
fn journal_path(name: &str) -> std::path::PathBuf {
    let file: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("faults")
        .join(format!("{file}.journal"))
}
