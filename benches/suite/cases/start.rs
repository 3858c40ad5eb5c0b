//! From the start of the process until it is ready and PostgreSQL takes its writes: on an empty database, where it applies
//! its migrations first, and on one that is as it left it.

use crate::bench::Bench;
use crate::report::{CaseReport, Figure, Unit};
use crate::service::Site;
use crate::statistics::Sample;

pub(super) fn measure(bench: &Bench<'_>) -> anyhow::Result<CaseReport> {
    let mut first_ms = Vec::new();
    let mut later_ms = Vec::new();
    for round in 1..=bench.options.rounds {
        let database = bench.database(&format!("start_{round}"))?;
        let site = Site::on(&database, bench.folder())?;
        for took_ms in [&mut first_ms, &mut later_ms] {
            let service = site.serve()?;
            took_ms.push(service.started_in().as_secs_f64() * 1e3);
            service.stop()?;
        }
        bench.drop_database(database)?;
    }
    let figure = |what: &str, took_ms: Vec<f64>| Figure {
        what: what.to_owned(),
        unit: Unit::Milliseconds,
        value: Sample::of(took_ms),
        goal: None,
    };
    Ok(CaseReport {
        case: "start",
        contestants: Vec::new(),
        figures: vec![
            figure("on an empty database, migrations included", first_ms),
            figure("on a database that is as it should be", later_ms),
        ],
        notes: Vec::new(),
    })
}
