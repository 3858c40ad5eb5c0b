//! Warns about parameters that are configured and never read, because the network's signature does not cover them.

use crate::domain::mapping::Field;
use crate::domain::signature::Schemes;

use super::report::{Place, Report};
use super::wording::Params;

/// Fields that count under their own names too, where the file lists none: nearly every network sends them. The others
/// count only where the file names them.
const EXPECTED: [Field; 4] = [Field::ClickId, Field::TransactionId, Field::Payout, Field::Status];

/// Warns about each uncovered name: a listed one where it is listed, one of ours at `signature`.
pub(super) fn warn(report: &Report<'_>, params: &Params, schemes: &Schemes, signature: &Place) {
    let is_covered = |name: &str| schemes.each().iter().all(|scheme| scheme.coverage().covers(name));
    for (field, name, place) in &params.listed {
        if !is_covered(name) {
            let message = format!("the signature does not cover {name}, so {field} is never read from it");
            report.warn(place, message);
        }
    }
    for field in EXPECTED {
        let is_listed = params.listed.iter().any(|(listed, _, _)| *listed == field);
        if !is_listed && !is_covered(field.as_str()) {
            let message =
                format!("does not cover {field}, so {field} is never read; if it has another name, list it in params");
            report.warn(signature, message);
        }
    }
}
