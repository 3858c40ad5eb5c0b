//! What must be true of the processes when a fault is over: nothing held on to, nothing said too often, nothing miscounted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::findings::Findings;
use crate::harness::{Service, rows};
use crate::replica::Replica;

use super::journal::{Journal, Outcome, Run, What};

/// How long connections and descriptors may take to come back to their base.
const REST_MAX: Duration = Duration::from_secs(10);

/// Descriptors that may be open at the end and were not at the start: a spool that was used keeps a segment and its folder.
const DESCRIPTORS_MORE_MAX: usize = 4;

/// The same line may be logged once a second; a clock that rounds may let it seem a little less.
const LINE_EVERY_MIN: Duration = Duration::from_millis(900);

/// What a round's replicas hold open before its fault.
#[derive(Debug)]
pub(crate) struct Base {
    sessions: usize,
    descriptors: Vec<usize>,
}

impl Base {
    /// The base of idle replicas. What it is made of closes a moment after its users, so the least of some looks counts.
    pub(crate) fn of(replicas: &[Replica], url: &str) -> Self {
        let least = |replica: &Replica| (0..20).map(|_| replica.descriptors()).min().unwrap_or_default();
        Self {
            sessions: sessions(url).len(),
            descriptors: replicas.iter().map(least).collect(),
        }
    }

    /// I6: sessions and descriptors come back to it, and no session is left in a transaction. Replicas that came later
    /// may have as many sessions as the others.
    pub(crate) fn check(&self, replicas: &[Replica], url: &str, findings: &mut Findings) {
        let sessions_max = self.sessions.div_ceil(self.descriptors.len()) * replicas.len();
        if !within(REST_MAX, || sessions(url).len() <= sessions_max) {
            findings.add(
                "I6",
                format!("expected {sessions_max} sessions, found {:?}", sessions(url)),
            );
        }
        check_transactions(url, findings);
        for (replica, base) in replicas.iter().zip(&self.descriptors) {
            let limit = base + DESCRIPTORS_MORE_MAX;
            if !within(REST_MAX, || replica.descriptors() <= limit) {
                let found = replica.descriptors();
                let index = replica.index;
                findings.add(
                    "I6",
                    format!("replica {index}: expected {base} descriptors, found {found}"),
                );
            }
        }
    }
}

fn text_of<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_default()
}

/// I6: no session of a service is left in a transaction.
pub(crate) fn check_transactions(url: &str, findings: &mut Findings) {
    let in_transaction = || {
        let is_idle = |session: &Value| text_of(session, "state").starts_with("idle in");
        sessions(url).into_iter().filter(is_idle).collect::<Vec<Value>>()
    };
    if !within(REST_MAX, || in_transaction().is_empty()) {
        findings.add("I6", format!("sessions idle in a transaction: {:?}", in_transaction()));
    }
}

/// The sessions of services.
fn sessions(url: &str) -> Vec<Value> {
    rows(
        url,
        "select pid, application_name, state, left(query, 60) as query from pg_stat_activity \
         where application_name like 'postbackd%'",
    )
}

/// Looks until something is so, at most for a time; says whether it became so.
pub(crate) fn within(wait_max: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    /// Between two looks.
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    let begun = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if begun.elapsed() >= wait_max {
            return false;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// I7: nothing exits that nobody asked.
pub(crate) fn check_alive(service: &mut Service, findings: &mut Findings) {
    if let Some(status) = service.process.has_ended() {
        findings.add("I7", format!("a service ended by itself with {status}"));
    }
}

/// I7: no panic, and no flood of the same complaint.
pub(crate) fn check_log(service: &Service, findings: &mut Findings) {
    let mut last_at: BTreeMap<String, Duration> = BTreeMap::new();
    let mut too_often: BTreeMap<String, usize> = BTreeMap::new();
    for line in service.process.log() {
        findings.expect("I7", !line.contains("panicked"), || format!("a panic: {line}"));
        let Some((at, complaint)) = complaint(&line) else {
            continue;
        };
        let last = last_at.insert(complaint.clone(), at);
        if last
            .and_then(|last| at.checked_sub(last))
            .is_some_and(|pause| pause < LINE_EVERY_MIN)
        {
            *too_often.entry(complaint).or_default() += 1;
        }
    }
    for (complaint, times) in too_often {
        findings.add(
            "I7",
            format!("logged again within a second, {times} times: {complaint}"),
        );
    }
}

/// What answers somebody who asked for it may be said as often as it is asked.
const ANSWERS: [&str; 1] = ["the configuration stays as it is"];

/// When a warning or an error was logged, and what it says apart from its numbers.
fn complaint(line: &str) -> Option<(Duration, String)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let level = line["level"]
        .as_str()
        .filter(|level| ["WARN", "ERROR"].contains(level))?;
    let at = line["timestamp"]
        .as_str()?
        .parse::<chrono::DateTime<chrono::Utc>>()
        .ok()?;
    let message = line["message"].as_str()?;
    if ANSWERS.iter().any(|answer| message.starts_with(answer)) {
        return None;
    }
    let what: String = message.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let of = format!("{} {}", line["network"], line["reason"]);
    let since_1970 = Duration::from_micros(u64::try_from(at.timestamp_micros()).ok()?);
    Some((since_1970, format!("{level} {what} {of}")))
}

/// I8: a replica has counted every request once, and as its sender saw it; requests of strangers are not in the journal.
pub(crate) fn check_counters(
    replica: &Replica,
    run: Run,
    journal: &Journal,
    has_strangers: bool,
    findings: &mut Findings,
) {
    let service = replica.service();
    let sum = |name: &str| service.metric(name, &[]);
    let received = sum("postbackd_postbacks_received_total");
    let parts = [
        "postbackd_postbacks_total",
        "postbackd_refused_total",
        "postbackd_unavailable_total",
    ]
    .map(sum);
    findings.expect("I8", received == parts.iter().sum::<u64>(), || {
        format!("replica {run:?} received {received} postbacks, but answered {parts:?} (verdict, refused, unavailable)")
    });
    findings.expect("I7", sum("postbackd_panics_total") == 0, || {
        format!("replica {run:?} counted panics")
    });

    let mut seen = Seen::default();
    for entry in journal.state().entries.values() {
        for attempt in entry.attempts.iter().filter(|attempt| attempt.run == run) {
            seen.count(&entry.what, &attempt.outcome);
        }
    }
    let counted = [
        parts[0],
        parts[1],
        parts[2],
        sum("postbackd_clicks_total"),
        sum("postbackd_clicks_lost_total"),
    ];
    let answered = [
        seen.verdicts,
        seen.refused,
        seen.unavailable,
        seen.clicks,
        seen.clicks_lost,
    ];
    // Whose sender got no answer may be counted as anything.
    let fits = if seen.lost == 0 && !has_strangers {
        counted == answered
    } else {
        counted
            .iter()
            .zip(&answered)
            .all(|(counted, answered)| counted >= answered)
    };
    findings.expect("I8", fits, || {
        format!(
            "replica {run:?} counted {counted:?} (verdicts, refused, unavailable, clicks, clicks lost), its senders \
             {answered:?} and {} without an answer",
            seen.lost
        )
    });
}

/// What senders were answered.
#[derive(Debug, Default)]
struct Seen {
    verdicts: u64,
    refused: u64,
    unavailable: u64,
    clicks: u64,
    clicks_lost: u64,
    lost: u64,
}

impl Seen {
    fn count(&mut self, what: &What, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Verdict { .. } => &mut self.verdicts,
            // A refused click is no postback.
            Outcome::Refused { .. } if *what == What::Click => return,
            Outcome::Refused { .. } => &mut self.refused,
            Outcome::Unavailable { .. } => &mut self.unavailable,
            Outcome::Click { .. } => &mut self.clicks,
            Outcome::ClickWithoutId => &mut self.clicks_lost,
            Outcome::Open | Outcome::Lost { .. } | Outcome::NeverWhole => &mut self.lost,
        };
        *counter += 1;
    }
}

/// The number of records that a replica has not committed yet.
pub(crate) fn spool_records(replica: &Replica) -> u64 {
    replica.service().metric("postbackd_spool_records", &[])
}

/// The records that a replica found damaged, or cut.
pub(crate) fn damaged_records(replica: &Replica) -> usize {
    let metric = |name: &str| replica.service().metric(name, &[]);
    let damaged = metric("postbackd_spool_quarantined_total") + metric("postbackd_spool_torn_total");
    usize::try_from(damaged).expect("a count")
}

/// What a replica says of its spool, for the report.
pub(crate) fn spool(replica: &Replica) -> Value {
    let metric = |name: &str| replica.service().metric(name, &[]);
    json!({
        "records": metric("postbackd_spool_records"), "bytes": metric("postbackd_spool_bytes"),
        "quarantined": metric("postbackd_spool_quarantined_total"), "torn": metric("postbackd_spool_torn_total"),
        "replayed": metric("postbackd_replayed_total"),
    })
}
