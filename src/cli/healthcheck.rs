//! `healthcheck`: whether the service on this machine lives, as an exit code. A container needs no curl for it.

use std::path::PathBuf;

use anyhow::anyhow;
use http::Method;

use crate::config::Environment;

use super::{Failure, load_config, wire};

pub(super) async fn healthcheck(file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let listen = load_config(&file, &environment)?.server.listen;
    let answer = wire::call(wire::reachable(listen), Method::GET, "/healthz", &[], "").await?;
    if answer.status.is_success() {
        return Ok(());
    }
    Err(Failure::Work(anyhow!("/healthz on {listen} answers {}", answer.status)))
}
