//! `reply` of a network: the status of each verdict and the body that the network wants to see.

use crate::domain::verdict::{ReplyRules, Verdict};

use super::section::{Entry, Section};

pub(super) const KEYS: &[&str] = &[
    "body",
    "recorded",
    "duplicate",
    "updated",
    "conflict",
    "ignored",
    "accepted",
    "unmatched",
];

/// Bytes that a fixed body may be long: senders look for a word, not for a page.
const BODY_BYTES_MAX: usize = 4096;
/// Statuses that say something else than "done" or "no": 401 that the signature is wrong, the others that a repeat would
/// help. A sender that believes them repeats for ever what was recorded long ago.
const MISLEADING: [u16; 5] = [401, 407, 408, 425, 429];
/// Successes that HTTP sends without a body.
const BODILESS: [u16; 2] = [204, 205];

pub(super) fn read(section: &Section<'_>) -> ReplyRules {
    let mut rules = ReplyRules {
        body: section.entry("body").and_then(|entry| entry.parse(body)),
        ..ReplyRules::default()
    };
    let wants_body = rules.body.as_ref().is_some_and(|text| !text.is_empty());
    let status_of = |name: &str| section.entry(name).and_then(|entry| status(&entry, wants_body));
    for verdict in Verdict::ALL {
        if let Some(status) = status_of(verdict.as_str()) {
            rules.statuses[verdict as usize] = status;
        }
    }
    rules.unmatched = status_of("unmatched");
    if let Some(status) = status_of("accepted") {
        rules.accepted = status;
    }
    rules
}

fn body(text: &str) -> Result<String, String> {
    if text.len() > BODY_BYTES_MAX {
        return Err(format!("expected at most {BODY_BYTES_MAX} bytes, found {}", text.len()));
    }
    Ok(text.to_owned())
}

fn status(entry: &Entry<'_>, wants_body: bool) -> Option<u16> {
    match entry.number()? {
        Ok(status) if BODILESS.contains(&status) && wants_body => {
            entry.refuse(format!("a {status} has no body, but reply.body is set"));
            None
        }
        Ok(status) if matches!(status, 200..=299 | 400..=499) && !MISLEADING.contains(&status) => Some(status),
        Ok(status) => {
            entry.refuse(refusal(&status.to_string()));
            None
        }
        Err(number) => {
            entry.refuse(refusal(&number));
            None
        }
    }
}

fn refusal(found: &str) -> String {
    format!(
        "expected a status from 200 to 299, or from 400 to 499 but none of {MISLEADING:?}, which would tell the sender \
         that its signature is wrong or that it should repeat; found {found}"
    )
}
