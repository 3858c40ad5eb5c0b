//! A request that somebody asks about: not received, or long ago.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use ipnet::IpNet;

use crate::domain::id::PostbackId;
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::redact::RedactedRequest;
use crate::domain::signature::Unsigned;
use crate::domain::time::Timestamp;

use super::shown::Shown;

/// A request to be explained.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The target: path and raw query.
    pub uri: Uri,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The address that it comes from; without one every address is taken.
    pub remote_ip: Option<IpAddr>,
    /// What counts as now.
    pub now: Timestamp,
}

impl Asked {
    /// The request as if it were received now. Without an address it comes from one that the network takes.
    pub(super) fn raw(&self, network: Option<&Network>) -> RawPostback {
        let is_taken = |network: &Network, address: IpAddr| network.check_address(address).is_ok();
        let stand_in = network.and_then(|network| {
            let mut addresses = network.allow_ips.iter().map(IpNet::addr);
            addresses.find(|address| is_taken(network, *address))
        });
        RawPostback {
            id: PostbackId::new(self.now, [0; 10]),
            received_at: self.now,
            remote_ip: self.remote_ip.or(stand_in).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    /// The same request signed by us as its network would, for one that was proven once and whose signature cannot be checked
    /// again. `None` where that cannot be done.
    #[must_use]
    pub fn signed(&self, network: &Network) -> Option<Self> {
        let scheme = network.schemes.of(&self.method);
        let signed = Unsigned(self.raw(Some(network))).sign(scheme, self.now).ok()?;
        let mut headers = self.headers.clone();
        headers.extend(signed.headers.into_iter().map(|(name, value)| (Some(name), value)));
        Some(Self {
            uri: signed.uri,
            headers,
            body: signed.body,
            ..self.clone()
        })
    }

    /// The signed bytes of what may be kept of this request: what redacting cuts out is not shown here either.
    pub(super) fn signed_bytes(&self, network: &Network, kept: &RedactedRequest, shown: Shown<'_>) -> Option<String> {
        let headers: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&kept.headers).ok()?;
        let fields = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let raw = RawPostback {
            uri: kept.target.parse().ok()?,
            headers: Self::headers(fields).ok()?,
            body: Bytes::copy_from_slice(&kept.body),
            ..self.raw(Some(network))
        };
        let form = Form::read(&raw).ok()?;
        let bytes = network.schemes.of(&raw.method).signed_bytes(&raw, &form)?;
        Some(shown.bytes(&bytes))
    }
}
