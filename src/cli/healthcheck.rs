//! `healthcheck`: whether the service on this machine lives, as an exit code. A container needs no curl for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::anyhow;
use http::Method;

use crate::config::Environment;

use super::{Failure, load_config, wire};

pub(super) async fn healthcheck(file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let listen = load_config(&file, &environment)?.server.listen;
    let answer = wire::call(reachable(listen), Method::GET, "/healthz", &[], "").await?;
    if answer.status.is_success() {
        return Ok(());
    }
    Err(Failure::Work(anyhow!("/healthz on {listen} answers {}", answer.status)))
}

/// The address to call for a listener that listens on every address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}
