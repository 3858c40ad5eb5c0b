//! Names the parameters that are configured and that the network's signature does not cover: they are never read, or, where
//! `trust_unsigned` says so, anybody who has a signed postback can change them.

use crate::domain::mapping::Field;
use crate::domain::pattern::Pattern;
use crate::domain::signature::{Scheme, Schemes};

use super::report::{Place, Report, quoted};
use super::section::Entry;
use super::wording::Params;

/// Fields that count under their own names too, where the file lists none: nearly every network sends them. The others
/// count only where the file names them.
const EXPECTED: [Field; 4] = [Field::ClickId, Field::TransactionId, Field::Payout, Field::Status];

/// The names of parameters that are read unsigned. An entry is a field, for all of its names, or one name of a field.
pub(super) fn trusted(entry: &Entry<'_>, params: &Params) -> Vec<String> {
    let mut trusted = Vec::new();
    for (text, place) in entry.texts().unwrap_or_default() {
        let own_name = |field: &Field| params.mapping.names(*field).iter().any(|name| name == text);
        if let Some(field) = Field::parse(text) {
            trusted.extend(params.mapping.names(field).iter().cloned());
        } else if Field::ALL.iter().any(own_name) || params.inline.iter().any(|(_, name, _)| name == text) {
            trusted.push(text.to_owned());
        } else {
            let fields = Field::ALL.map(Field::as_str).join(", ");
            let message = format!(
                "expected a field ({fields}) or a name that params or inline_statuses lists, found {}",
                quoted(text)
            );
            entry.refuse_at(&place, message);
        }
    }
    trusted
}

/// Warns about each uncovered name: a listed one where it is listed, one of ours at `signature`.
pub(super) fn warn(report: &Report<'_>, params: &Params, trusted: &[String], schemes: &Schemes, signature: &Place) {
    let is_covered = |name: &str| schemes.each().iter().all(|scheme| scheme.coverage().covers(name));
    let is_trusted = |name: &str| trusted.iter().any(|trusted| trusted == name);
    for (field, name, place) in &params.listed {
        if is_covered(name) {
            continue;
        }
        let message = if is_trusted(name) {
            format!("the signature does not cover {name}; {field} is read from it because trust_unsigned says so")
        } else {
            format!("the signature does not cover {name}, so {field} is never read from it")
        };
        report.warn(place, message);
    }
    for (_, name, place) in &params.inline {
        if is_covered(name) {
            continue;
        }
        let message = if is_trusted(name) {
            format!("the signature does not cover {name}; it says what statuses mean because trust_unsigned says so")
        } else {
            format!("the signature does not cover {name}, so it is never read")
        };
        report.warn(place, message);
    }
    for field in EXPECTED {
        let is_listed = params.listed.iter().any(|(listed, _, _)| *listed == field);
        if is_listed || params.constant.contains(&field) || is_covered(field.as_str()) {
            continue;
        }
        let message = if is_trusted(field.as_str()) {
            format!("does not cover {field}, which is read because trust_unsigned says so")
        } else {
            format!("does not cover {field}, so {field} is never read; if it has another name, list it in params")
        };
        report.warn(signature, message);
    }
}

/// Fields that decide what is paid and how often: they must be told apart beyond doubt.
const DECISIVE: [Field; 3] = [Field::ClickId, Field::TransactionId, Field::Payout];

/// Warns where a signature stays right when characters are moved from one value into the next, and no pattern says how the
/// values look.
pub(super) fn warn_about_joins(
    report: &Report<'_>,
    params: &Params,
    patterns: &[(Field, Pattern)],
    schemes: &Schemes,
    signature: &Place,
) {
    let joins = |field: Field| {
        let names = params.mapping.names(field).iter();
        let is_covered = |scheme: &Scheme| names.clone().any(|name| scheme.coverage().covers(name));
        schemes
            .each()
            .iter()
            .any(|scheme| scheme.joins_values() && is_covered(scheme))
    };
    let has_pattern = |field: Field| patterns.iter().any(|(of, _)| *of == field);
    let fields: Vec<&str> = DECISIVE
        .into_iter()
        .filter(|field| !params.constant.contains(field) && joins(*field) && !has_pattern(*field))
        .map(Field::as_str)
        .collect();
    if !fields.is_empty() {
        let message = format!(
            "joins values so that characters can be moved from one into the next under the same signature; say in patterns \
             what values of {} look like",
            fields.join(" and ")
        );
        report.warn(signature, message);
    }
}
