//! How the answers were: how many of each kind, how fast, and whether that is what was promised.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::findings::Findings;

use super::journal::{Attempt, Journal, Outcome, What};

/// A postback is answered within this in every fault.
const POSTBACK_DEADLINE: Duration = Duration::from_secs(3);
/// A visitor waits 250 ms for a stuck database; the rest is what a shared machine may add to that.
const CLICK_DEADLINE: Duration = Duration::from_secs(1);

/// One visitor in so many may go on without an id: a disk that stalls for longer than the 250 ms that a visitor waits takes no
/// click, and on a shared machine it does so now and then.
const WITHOUT_ID_RARE: usize = 20;

/// Which failures belong to a round's fault itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// None: everybody gets an id or a 2xx throughout.
    Nothing,
    /// Connections to a service that is killed break.
    BrokenConnections,
    /// Nothing can be kept for a while, neither in PostgreSQL nor on disk, so nothing is promised.
    TurningAway,
}

/// Checks the answers of a round, and prints how they were in each of its phases.
pub(crate) fn report(journal: &Journal, allowed: Allowed, findings: &mut Findings) {
    let state = journal.state();
    let mut groups: BTreeMap<(usize, &str), Vec<&Attempt>> = BTreeMap::new();
    for entry in state.entries.values() {
        let kind = match entry.what {
            What::Click => "clicks",
            What::Postback { .. } => "postbacks",
            What::Forged => "forgeries",
        };
        for attempt in &entry.attempts {
            groups.entry((attempt.phase, kind)).or_default().push(attempt);
        }
    }
    for ((phase, kind), attempts) in groups {
        let group = format!("{kind} {}", state.phases.get(phase).map_or("", String::as_str));
        let deadline = if kind == "clicks" {
            CLICK_DEADLINE
        } else {
            POSTBACK_DEADLINE
        };
        judge_group(&group, deadline, allowed, &attempts, findings);
    }
}

fn judge_group(group: &str, deadline: Duration, allowed: Allowed, attempts: &[&Attempt], findings: &mut Findings) {
    let mut by_kind: BTreeMap<String, usize> = BTreeMap::new();
    let mut times: Vec<Duration> = Vec::new();
    let mut lost: Vec<&str> = Vec::new();
    for attempt in attempts {
        *by_kind.entry(name(&attempt.outcome)).or_default() += 1;
        match &attempt.outcome {
            Outcome::Lost { why } => lost.push(why),
            Outcome::Open | Outcome::NeverWhole => {}
            Outcome::Click { .. }
            | Outcome::ClickWithoutId
            | Outcome::Verdict { .. }
            | Outcome::Refused { .. }
            | Outcome::Unavailable { .. } => times.push(attempt.ended - attempt.sent),
        }
    }
    times.sort_unstable();
    let [half, most, all] = [50, 99, 100].map(|percent| percentile(&times, percent));
    println!("  {group}: {by_kind:?}, answered in {half} ms (median), {most} ms (p99), {all} ms (slowest)");

    let late = times.iter().filter(|time| **time > deadline).count();
    findings.expect("deadline", late == 0, || {
        format!(
            "{late} of {} {group} took longer than {deadline:?}; the slowest {all} ms",
            attempts.len()
        )
    });
    let count = |name: &str| -> usize {
        let of_kind = by_kind.iter().filter(|(kind, _)| kind.starts_with(name));
        of_kind.map(|(_, count)| count).sum()
    };
    let (without_id, unavailable) = (count("no id"), count("unavailable"));
    let unserved = without_id + unavailable;
    let is_served = unavailable == 0 && without_id * WITHOUT_ID_RARE <= attempts.len();
    findings.expect("served", is_served || allowed == Allowed::TurningAway, || {
        format!(
            "{unserved} of {} {group} were promised nothing: {by_kind:?}",
            attempts.len()
        )
    });
    let lost_by_service = lost.iter().filter(|why| **why != "its sender left").count();
    findings.expect(
        "answered",
        lost_by_service == 0 || allowed == Allowed::BrokenConnections,
        || {
            format!(
                "{lost_by_service} of {} {group} got no answer, such as: {}",
                attempts.len(),
                lost[0]
            )
        },
    );
}

fn name(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Open => "not ended".to_owned(),
        Outcome::Click { .. } => "id".to_owned(),
        Outcome::ClickWithoutId => "no id".to_owned(),
        Outcome::Verdict { verdict, .. } => verdict.clone(),
        Outcome::Refused { status, .. } => format!("refused {status}"),
        Outcome::Unavailable { status } => format!("unavailable {status}"),
        Outcome::Lost { .. } => "lost".to_owned(),
        Outcome::NeverWhole => "never whole".to_owned(),
    }
}

/// In milliseconds; of nothing it is 0.
fn percentile(sorted: &[Duration], percent: usize) -> u128 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).map_or(0, Duration::as_millis)
}
