//! An explanation for people: a block for each check, what was signed and read, and the verdict at the end.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::plain::plain;
use crate::domain::examine::Check;
use crate::domain::explain::{CheckSeen, Explanation, Outcome};
use crate::domain::mapping::Field;

/// Columns of a check's name, and of its outcome behind it.
const CHECK_WIDTH: usize = 12;
const OUTCOME_WIDTH: usize = 13;
/// Columns of names before their values.
const NAME_WIDTH: usize = 18;
/// Campaigns whose payouts are printed.
const CAMPAIGNS_MAX: usize = 10;

/// The lines, without anything that could steer a terminal.
pub(super) fn lines(explanation: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    let network = explanation.network.as_deref().unwrap_or("an unknown network");
    lines.push(format!(
        "{} {} from {network} at {}",
        explanation.method, explanation.target, explanation.now
    ));
    lines.push(String::new());
    for check in &explanation.checks {
        add_check(&mut lines, check, explanation);
    }
    add_fields(&mut lines, explanation);
    if let Some(id) = &explanation.conversion_id {
        lines.push(fact("conversion", id));
    }
    lines.push(String::new());
    lines.push(verdict(explanation));
    for hint in &explanation.hints {
        lines.push(format!("Hint for the {}: {}.", hint.r#for, hint.text));
    }
    lines.iter().map(|line| plain(line)).collect()
}

fn add_check(lines: &mut Vec<String>, check: &CheckSeen, explanation: &Explanation) {
    let head = format!(
        "{:<CHECK_WIDTH$}{:<OUTCOME_WIDTH$}",
        check.check,
        check.outcome.as_str()
    );
    let is_proof = check.check == Check::Signature.as_str() && check.outcome != Outcome::NotReached;
    if !is_proof {
        let compared = check.compared.0.iter();
        let compared: Vec<String> = compared
            .map(|(name, value)| format!("{} {}", name.replace('_', " "), shown(value)))
            .collect();
        lines.push(format!("{head}{}", compared.join(", ")).trim_end().to_owned());
        return;
    }
    lines.push(head.trim_end().to_owned());
    let content = explanation.scheme.as_ref().and_then(|scheme| scheme.content.as_ref());
    lines.extend(content.map(|content| fact("content", content)));
    lines.extend(explanation.signed.as_ref().map(|signed| fact("signed bytes", signed)));
    for (name, value) in &check.compared.0 {
        lines.push(fact(name, &shown(value)));
    }
}

fn add_fields(lines: &mut Vec<String>, explanation: &Explanation) {
    if !explanation.fields.0.is_empty() {
        lines.push(String::new());
        lines.push("read as".to_owned());
    }
    for (field, read) in &explanation.fields.0 {
        let sent = read
            .sent
            .as_ref()
            .map_or_else(String::new, |sent| format!(", sent as {sent}"));
        lines.push(fact(
            field.as_str(),
            &format!("{} (from {}{sent})", read.value, read.from),
        ));
    }
    add_campaign_payouts(lines, &explanation.campaign_payouts);
    for unread in &explanation.unread {
        let why = format!("{} is not read: the signature does not cover it", unread.param);
        lines.push(fact(unread.field, &why));
    }
    for (name, value) in &explanation.key.0 {
        if name == &"network" {
            lines.push(String::new());
            let rule = explanation.dedupe.unwrap_or_default();
            lines.push(format!("key under the rule {rule}"));
        }
        lines.push(fact(name, &shown(value)));
    }
}

fn add_campaign_payouts(lines: &mut Vec<String>, payouts: &BTreeMap<String, String>) {
    for (campaign, payout) in payouts.iter().take(CAMPAIGNS_MAX) {
        let who = format!("the postback names none; campaign {campaign} pays {payout} if its click gets it");
        lines.push(fact(Field::Payout.as_str(), &who));
    }
    let more = payouts.len().saturating_sub(CAMPAIGNS_MAX);
    if more > 0 {
        lines.push(fact(
            "",
            &format!("and {more} other campaigns pay something; --json lists them"),
        ));
    }
}

fn verdict(explanation: &Explanation) -> String {
    let Some(code) = explanation.code else {
        return "The request would be accepted.".to_owned();
    };
    let status = explanation.http_status.unwrap_or_default();
    let param = explanation
        .param
        .as_ref()
        .map_or_else(String::new, |param| format!("{param}: "));
    let detail = explanation.detail.as_deref().unwrap_or_default();
    format!("The request would be refused with {status}, {code}: {param}{detail}.")
}

fn fact(name: &str, value: &str) -> String {
    format!("  {:<NAME_WIDTH$}{value}", name.replace('_', " "))
}

/// A value without the quotes of JSON, where it needs none.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
