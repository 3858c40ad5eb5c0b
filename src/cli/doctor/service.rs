//! The running service: there, ready, and of this program's version.

use anyhow::{Context as _, ensure};
use http::{Method, StatusCode};
use serde::Deserialize;

use crate::config::Server;

use super::super::wire::{call, reachable};
use super::counters;
use super::finding::Finding;
use super::scrape::Scrape;

/// What `/readyz` says.
#[derive(Debug, Deserialize)]
struct State {
    ready: bool,
    draining: bool,
    postgres: String,
    spool: String,
}

pub(super) async fn check(server: &Server) -> Vec<Finding> {
    let state = match state(server).await {
        Ok(state) => state,
        Err(failure) => return vec![absent(server, &failure)],
    };
    let mut findings = vec![readiness(&state), postgres(&state), spool(&state)];
    match scrape(server).await {
        Ok(scrape) => {
            findings.push(version(&scrape));
            findings.push(counters::check(server, scrape).await);
        }
        Err(failure) => findings.push(no_metrics(server, &failure)),
    }
    findings
}

async fn state(server: &Server) -> anyhow::Result<State> {
    let answer = call(reachable(server.listen), Method::GET, "/readyz", &[], "").await?;
    serde_json::from_slice(&answer.body).context("what answers there is not postbackd")
}

/// The service's metrics as they are now.
pub(super) async fn scrape(server: &Server) -> anyhow::Result<Scrape> {
    let answer = call(reachable(server.admin_listen), Method::GET, "/metrics", &[], "").await?;
    ensure!(answer.status == StatusCode::OK, "/metrics answers {}", answer.status);
    Ok(Scrape::new(String::from_utf8_lossy(&answer.body).into_owned()))
}

fn absent(server: &Server, failure: &anyhow::Error) -> Finding {
    Finding::fail(
        "service",
        format!("no answer on {}: {failure:#}", server.listen),
        "start it with postbackd serve; where it runs with another configuration or POSTBACKD_LISTEN, ask with the same",
    )
}

pub(super) fn no_metrics(server: &Server, failure: &anyhow::Error) -> Finding {
    Finding::fail(
        "service metrics",
        format!("no answer on {}: {failure:#}", server.admin_listen),
        "where the service runs with another admin_listen or POSTBACKD_ADMIN_LISTEN, ask with the same",
    )
}

fn readiness(state: &State) -> Finding {
    const CHECK: &str = "service";
    if state.draining {
        Finding::warn(
            CHECK,
            "it is on its way out",
            "nothing, if you stopped it; ask again when the next one runs",
        )
    } else if state.ready {
        Finding::ok(CHECK, "it answers and is ready")
    } else {
        Finding::fail(
            CHECK,
            "it is not ready: neither PostgreSQL nor the spool takes writes, and postbacks are answered 503",
            "repair either; the service finds out by itself",
        )
    }
}

fn postgres(state: &State) -> Finding {
    const CHECK: &str = "service's postgres";
    if state.postgres == "ok" {
        return Finding::ok(CHECK, "it takes writes");
    }
    Finding::fail(
        CHECK,
        format!("the service says: {}", state.postgres),
        "what is received waits in the spool; what is below about PostgreSQL says what to repair",
    )
}

fn spool(state: &State) -> Finding {
    const CHECK: &str = "service's spool";
    match state.spool.as_str() {
        "ok" => Finding::ok(CHECK, "it takes records"),
        "in use by another process" => Finding::warn(
            CHECK,
            "another process has it: when PostgreSQL is away, this service can keep nothing",
            "end the other one, or give each service a storage.data_dir of its own",
        ),
        "full" => Finding::fail(
            CHECK,
            "it is full: when PostgreSQL is away, postbacks are answered 503",
            "bring PostgreSQL back, or raise storage.spool_max and restart",
        ),
        other => Finding::fail(
            CHECK,
            format!("the service says: {other}; when PostgreSQL is away, it can keep nothing"),
            "its log names the cause; see the disk of storage.data_dir",
        ),
    }
}

fn version(scrape: &Scrape) -> Finding {
    const CHECK: &str = "version";
    let ours = env!("CARGO_PKG_VERSION");
    match scrape.label("postbackd_build_info", "version") {
        Some(theirs) if theirs == ours => Finding::ok(CHECK, format!("the service is postbackd {theirs}, as this is")),
        theirs => Finding::warn(
            CHECK,
            format!(
                "the service is postbackd {}, this is {ours}",
                theirs.unwrap_or("of another version")
            ),
            "restart the service with the program that is installed, or ask with the one that runs",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn state_of(ready: bool, draining: bool, spool: &str) -> State {
        State {
            ready,
            draining,
            postgres: "ok".to_owned(),
            spool: spool.to_owned(),
        }
    }

    #[test]
    fn each_state_of_a_service_has_its_outcome() {
        for (ready, draining, outcome) in [
            (true, false, Outcome::Ok),
            (false, true, Outcome::Warn),
            (false, false, Outcome::Fail),
        ] {
            assert_eq!(readiness(&state_of(ready, draining, "ok")).outcome(), outcome);
        }
        for (said, outcome) in [
            ("ok", Outcome::Ok),
            ("in use by another process", Outcome::Warn),
            ("full", Outcome::Fail),
            ("unavailable", Outcome::Fail),
        ] {
            assert_eq!(spool(&state_of(true, false, said)).outcome(), outcome, "{said}");
        }
    }
}
