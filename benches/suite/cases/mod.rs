//! What is measured: a file for each case.

mod bytes;
mod clicks;
mod down;
mod duplicates;
mod growth;
mod memory;
mod mix;
mod postbacks;
mod runs;
mod start;

use crate::bench::Bench;
use crate::options::Case;
use crate::report::CaseReport;

/// Runs a case from its begin to its end.
pub(crate) fn measure(case: Case, bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    match case {
        Case::Postbacks => postbacks::measure(bench),
        Case::Clicks => clicks::measure(bench),
        Case::Mix => mix::measure(bench),
        Case::Down => down::measure(bench),
        Case::Memory => memory::measure(bench),
        Case::Bytes => bytes::measure(bench),
        Case::Duplicates => duplicates::measure(bench),
        Case::Start => start::measure(bench),
        Case::Growth => growth::measure(bench),
    }
}
