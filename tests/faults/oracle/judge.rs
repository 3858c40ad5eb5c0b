//! The verdict on a round's data: the journal against the tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::findings::Findings;
use crate::harness::{eventually, rows, uuid_of};

use super::journal::{Entry, Journal, Key, Outcome, State, What};
use super::payload::{affiliate, click_row, conversion_row};

/// Checks I1 to I5. The spool must be empty.
pub(crate) fn judge(journal: &Journal, url: &str, findings: &mut Findings) {
    wait_for_attribution(url);
    let state = journal.state();
    let clicks = Clicks::check(&state, url, findings);
    check_conversions(&state, &clicks, url, findings);
    check_histories(url, findings);
    check_raw_log(&state, url, findings);
}

/// Late clicks get their conversions by a sweep every few seconds.
fn wait_for_attribution(url: &str) {
    eventually("every conversion whose click is there is attributed", || {
        let waiting = rows(
            url,
            "select transaction_id from conversions where reason = 'unknown_click' \
             and click_id in (select id from clicks)",
        );
        waiting.is_empty().then_some(())
    });
}

/// The clicks that are in the database, by id, with the key of each.
struct Clicks(BTreeMap<String, Key>);

impl Clicks {
    /// I4: every promised click is one row, byte for byte, and no row is of an id that nobody made.
    fn check(state: &State, url: &str, findings: &mut Findings) -> Self {
        let stored = rows(
            url,
            "select id, campaign, affiliate, sub1, sub2, external_id, cost::text, user_agent, flags as odd from clicks",
        );
        let mut rows_of_keys: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in stored {
            let key = row["sub1"].as_str().unwrap_or_default().to_owned();
            rows_of_keys.entry(key).or_default().push(row);
        }
        let mut clicks = BTreeMap::new();
        for (key, entry) in &state.entries {
            if entry.what != What::Click {
                continue;
            }
            let rows = rows_of_keys.remove(&key.to_string()).unwrap_or_default();
            if state.set_aside.contains(key) {
                findings.expect("set aside", rows.is_empty(), || {
                    format!("click {key} is refused by PostgreSQL, expected no row, found {rows:?}")
                });
                continue;
            }
            check_click(*key, entry, &rows, findings);
            for row in rows {
                clicks.insert(text(&row["id"]), *key);
            }
        }
        for (key, rows) in rows_of_keys {
            findings.add("I4", format!("nobody sent a click {key:?}, but it is stored: {rows:?}"));
        }
        Self(clicks)
    }
}

fn check_click(key: Key, entry: &Entry, rows: &[Value], findings: &mut Findings) {
    let promised: Vec<String> = entry
        .attempts
        .iter()
        .filter_map(|attempt| attempt.outcome.click().map(uuid_of))
        .collect();
    let stored: Vec<String> = rows.iter().map(|row| text(&row["id"])).collect();
    let is_unknown = promised.is_empty() && stored.len() <= 1;
    findings.expect("I4", promised == stored || is_unknown, || {
        format!("click {key} was promised as {promised:?}, expected exactly that row, found {stored:?}")
    });
    for row in rows {
        let expected = click_row(key);
        expect_fields("I4", key, row, &expected, findings);
    }
}

/// I1, I2, I3, I5: what became of each transaction.
fn check_conversions(state: &State, clicks: &Clicks, url: &str, findings: &mut Findings) {
    let stored = rows(
        url,
        "select network, transaction_id, event, status, payout::text, currency, click_id, attributed, reason, \
         affiliate from conversions",
    );
    let mut rows_of_keys: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in stored {
        let key = row["transaction_id"].as_str().unwrap_or_default().to_owned();
        rows_of_keys.entry(key).or_default().push(row);
    }
    for (key, entry) in &state.entries {
        let click = match &entry.what {
            What::Click => continue,
            What::Postback { click } => click.as_deref(),
            What::Forged => None,
        };
        let rows = rows_of_keys.remove(&key.to_string()).unwrap_or_default();
        if state.set_aside.contains(key) {
            findings.expect("set aside", rows.is_empty(), || {
                format!("{key} is refused by PostgreSQL, expected no conversion, found {rows:?}")
            });
            continue;
        }
        check_count(*key, entry, rows.len(), findings);
        check_answers(*key, entry, findings);
        for row in &rows {
            expect_fields("I1", *key, row, &conversion_row(*key), findings);
            check_attribution(*key, row, click.map(uuid_of), clicks, findings);
        }
    }
    for (key, rows) in rows_of_keys {
        findings.add(
            "I3",
            format!("nobody sent a postback {key:?}, but it is stored: {rows:?}"),
        );
    }
}

fn check_count(key: Key, entry: &Entry, count: usize, findings: &mut Findings) {
    let outcomes: Vec<&Outcome> = entry.attempts.iter().map(|attempt| &attempt.outcome).collect();
    if outcomes.iter().any(|outcome| outcome.is_promise()) {
        findings.expect("I1", count == 1, || {
            format!("{key} was promised, expected one conversion, found {count}; it was answered {outcomes:?}")
        });
    } else if outcomes.iter().all(|outcome| outcome.is_surely_nothing()) {
        findings.expect("I3", count == 0, || {
            format!("{key} was refused, expected no conversion, found {count}; it was answered {outcomes:?}")
        });
    } else {
        findings.expect("I2", count <= 1, || {
            format!("the outcome of {key} is unknown, expected one conversion or none, found {count}: {outcomes:?}")
        });
    }
}

/// Each answer in the light of the earlier ones: nothing valid is refused, and nothing is recorded twice.
fn check_answers(key: Key, entry: &Entry, findings: &mut Findings) {
    let is_forged = entry.what == What::Forged;
    let mut recorded = 0;
    for attempt in &entry.attempts {
        match &attempt.outcome {
            Outcome::Refused { status, said } => findings.expect("I3", is_forged && *status == 401, || {
                format!(
                    "{key} was refused with {status}, expected {}: {said}",
                    if is_forged { "401" } else { "a verdict" }
                )
            }),
            Outcome::Verdict { verdict, .. } => {
                findings.expect("I3", !is_forged, || format!("{key} is a forgery, it got {verdict}"));
                recorded += usize::from(verdict == "recorded");
                let was_decided = entry.attempts.iter().any(|earlier| {
                    earlier.ended < attempt.sent
                        && matches!(&earlier.outcome, Outcome::Verdict { verdict, .. } if verdict != "accepted")
                });
                let fits = match verdict.as_str() {
                    "recorded" => !was_decided,
                    "duplicate" | "accepted" => true,
                    _ => false,
                };
                findings.expect("I1", fits, || {
                    let answers: Vec<_> = entry.attempts.iter().map(|attempt| &attempt.outcome).collect();
                    format!("{key} got {verdict}, which does not follow from its earlier answers: {answers:?}")
                });
            }
            Outcome::Click { .. } | Outcome::ClickWithoutId => {
                findings.add("I3", format!("{key} is a postback, it was answered as a click"));
            }
            Outcome::Open | Outcome::Unavailable { .. } | Outcome::Lost { .. } | Outcome::NeverWhole => {}
        }
    }
    findings.expect("I1", recorded <= 1, || {
        format!("{key} was recorded {recorded} times by its answers, expected once")
    });
}

fn check_attribution(key: Key, row: &Value, click: Option<String>, clicks: &Clicks, findings: &mut Findings) {
    let named = row["click_id"].as_str().map(str::to_owned);
    findings.expect("I1", named == click, || {
        format!("{key} named the click {click:?}, found {named:?}")
    });
    let credited = click.and_then(|click| clicks.0.get(&click));
    let expected = credited.map(|click| affiliate(*click));
    let found = row["affiliate"].as_str().map(str::to_owned);
    findings.expect(
        "I5",
        row["attributed"] == credited.is_some() && found == expected,
        || {
            format!(
                "the click of {key} is there: {}, expected the affiliate {expected:?}, found {row}",
                credited.is_some()
            )
        },
    );
}

/// I1: each conversion was recorded once and changed by nothing but its late click.
fn check_histories(url: &str, findings: &mut Findings) {
    let odd = rows(
        url,
        "select c.transaction_id, array_agg(h.kind) as kinds from conversions c \
         left join conversion_changes h on h.conversion_id = c.id group by c.id \
         having count(*) filter (where h.kind = 'recorded') <> 1 \
         or count(*) filter (where h.kind not in ('recorded', 'attributed')) > 0 \
         or count(*) filter (where h.kind = 'attributed') > 1",
    );
    for row in odd {
        findings.add(
            "I1",
            format!("expected a history of one recording and at most one attribution, found {row}"),
        );
    }
    let orphans = rows(
        url,
        "select conversion_id, kind from conversion_changes where conversion_id not in (select id from conversions)",
    );
    findings.expect("I1", orphans.is_empty(), || {
        format!("steps of no conversion: {orphans:?}")
    });
}

/// Every postback id that was answered is one row of the raw log.
fn check_raw_log(state: &State, url: &str, findings: &mut Findings) {
    let logged: BTreeSet<String> = rows(url, "select id from postbacks")
        .iter()
        .map(|row| text(&row["id"]))
        .collect();
    for (key, entry) in &state.entries {
        for attempt in &entry.attempts {
            if let Outcome::Verdict { verdict, postback_id } = &attempt.outcome {
                let is_logged = postback_id.len() == 26 && logged.contains(&uuid_of(postback_id));
                findings.expect("raw log", is_logged, || {
                    format!("{key} got {verdict} as {postback_id:?}, expected its row in postbacks, found none")
                });
            }
        }
    }
}

fn expect_fields(promise: &'static str, key: Key, row: &Value, expected: &Value, findings: &mut Findings) {
    for (field, value) in expected.as_object().expect("an object") {
        findings.expect(promise, row[field] == *value, || {
            format!("{key}: expected {field} = {value}, found {row}")
        });
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
