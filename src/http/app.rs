//! What every handler can reach.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use http::Extensions;
use http::HeaderMap;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::{Live, Snapshot};
use crate::domain::address::client_address;
use crate::domain::id::IdRandomness;
use crate::domain::secret::Secret;
use crate::domain::signature::{Algorithm, Key, Schemes};
use crate::ingest::{Health, Ingest};
use crate::store::Reader;

use super::listener::Drain;
use super::quiet::RefusalLog;

/// The parts of a running service, shared by its handlers.
#[derive(Debug)]
pub struct App {
    /// The configuration as it is now.
    pub live: Arc<Live>,
    /// The way in.
    pub ingest: Ingest,
    /// Whether PostgreSQL takes writes.
    pub health: Arc<Health>,
    /// Whether the service is on its way out.
    pub drain: Drain,
    /// What the private API reads.
    pub reader: Reader,
    /// What `/metrics` prints.
    pub metrics: PrometheusHandle,
    /// Refusals in the log.
    pub refusal_log: RefusalLog,
    /// Schemes with a key that nobody knows: a request for an unknown network is verified against them, so that the time
    /// it takes does not tell which networks exist.
    pub decoy: Schemes,
}

impl App {
    /// Schemes whose key is made here and kept by nobody.
    pub fn decoy_schemes() -> Schemes {
        let key: [u8; 32] = rand::random();
        Schemes::default_pair(&[Key::new(Algorithm::HmacSha256, &Secret::new(key.as_slice()))])
    }

    /// The configuration that a request sees from its begin to its end.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.live.snapshot()
    }
}

/// Randomness for a new id: of a generator that the operating system seeds, as a system call for each id costs more than the rest of
/// making one.
pub(super) fn id_randomness() -> IdRandomness {
    rand::random()
}

/// The client's address, behind the proxies that the configuration trusts.
pub(super) fn remote_ip(extensions: &Extensions, headers: &HeaderMap, snapshot: &Snapshot) -> std::net::IpAddr {
    let ConnectInfo(peer) = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .expect("the listener notes the peer of every connection");
    let forwarded_for = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or("unreadable"));
    client_address(peer.ip(), forwarded_for, &snapshot.config.server.trusted_proxies)
}
