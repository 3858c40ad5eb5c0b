//! `[server]`: where the service listens, and how the world reaches it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use crate::domain::template::Destination;

use super::environment::{ADMIN_LISTEN, Environment, LISTEN};
use super::report::{Place, quoted};
use super::section::Section;
use super::units;

pub(super) const KEYS: &[&str] = &[
    "listen",
    "admin_listen",
    "public_url",
    "trusted_proxies",
    "shutdown_grace",
];

const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:8080";
const DEFAULT_SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// Nothing that stops services waits longer for one.
const SHUTDOWN_GRACE_MAX: Duration = Duration::from_hours(1);

/// Where the service listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The public listener: clicks and postbacks.
    pub listen: SocketAddr,
    /// The private listener: metrics and the private API.
    pub admin_listen: SocketAddr,
    /// How the world reaches the public listener; no slash at its end.
    pub public_url: String,
    /// The hops through which X-Forwarded-For is read.
    pub trusted_proxies: Vec<IpNet>,
    /// How long the service still serves after SIGTERM, while `/readyz` is red.
    pub shutdown_grace: Duration,
}

impl Server {
    pub(super) fn read(section: &Section<'_>, environment: &Environment) -> Self {
        let listen = PUBLIC.read(section, environment);
        let admin_listen = PRIVATE.read(section, environment);
        if let (Some(public), Some(admin)) = (&listen, &admin_listen)
            && public.collides_with(admin)
        {
            let message = format!(
                "expected an address and port of its own: {} listens on {} and {} on {}",
                public.place.key, public.address, admin.place.key, admin.address
            );
            section.report().fault(&admin.place, message);
        }
        let public_url = section.entry("public_url").and_then(|entry| entry.parse(base_url));
        let trusted_proxies = section.entry("trusted_proxies").and_then(|entry| entry.list(ip_net));
        let shutdown_grace = section
            .entry("shutdown_grace")
            .and_then(|entry| entry.parse(|text| units::duration(text, SHUTDOWN_GRACE_MAX)));
        // What was reported leaves a default behind that nobody sees: a configuration with faults is given up.
        Self {
            listen: listen.map_or(PUBLIC.default, |listener| listener.address),
            admin_listen: admin_listen.map_or(PRIVATE.default, |listener| listener.address),
            public_url: public_url.unwrap_or_else(|| DEFAULT_PUBLIC_URL.to_owned()),
            trusted_proxies: trusted_proxies.unwrap_or_default(),
            shutdown_grace: shutdown_grace.unwrap_or(DEFAULT_SHUTDOWN_GRACE),
        }
    }

    /// The first listener that other machines can reach.
    pub(super) fn reachable(&self) -> Option<SocketAddr> {
        [self.listen, self.admin_listen]
            .into_iter()
            .find(|address| !address.ip().to_canonical().is_loopback())
    }
}

/// What decides where a listener listens.
struct Setting {
    key: &'static str,
    variable: &'static str,
    default: SocketAddr,
}

const PUBLIC: Setting = Setting {
    key: "listen",
    variable: LISTEN,
    default: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
};
const PRIVATE: Setting = Setting {
    key: "admin_listen",
    variable: ADMIN_LISTEN,
    default: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8081),
};

/// Where a listener listens, and who says so.
struct Listener {
    address: SocketAddr,
    place: Place,
}

impl Setting {
    /// What the environment says, else the file, else the default; `None` when what counts was reported.
    fn read(&self, section: &Section<'_>, environment: &Environment) -> Option<Listener> {
        // Read even where the environment wins, so that a faulty file is told about everywhere.
        let in_file = match section.entry(self.key) {
            None => Some(Listener {
                address: self.default,
                place: section.place_of(self.key),
            }),
            Some(entry) => entry.parse(socket_address).map(|address| Listener {
                address,
                place: entry.place().clone(),
            }),
        };
        let Some(text) = environment.setting(self.variable) else {
            return in_file;
        };
        let place = Place::variable(self.variable);
        match socket_address(&text) {
            Ok(address) => Some(Listener { address, place }),
            Err(message) => {
                section.report().fault(&place, format!("in the environment: {message}"));
                None
            }
        }
    }
}

impl Listener {
    /// Whether the system would refuse the second of the two. Port 0 is a free one each time.
    fn collides_with(&self, other: &Self) -> bool {
        let (own, others) = (self.address.ip().to_canonical(), other.address.ip().to_canonical());
        self.address.port() == other.address.port()
            && self.address.port() != 0
            && (own == others || own.is_unspecified() || others.is_unspecified())
    }
}

fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "expected an IP address and a port, as 127.0.0.1:8080 or [::]:8080, found {}",
            quoted(text)
        )
    })
}

/// Reads the part of an address before its path, as `https://postback.example`; a path prefix may follow.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let plain = Destination::parse(text).is_ok() && !text.contains(['?', '#', '{']) && !text.ends_with('/');
    if plain {
        Ok(text.to_owned())
    } else {
        // Not repeated: it may hold credentials.
        Err("expected an address that starts with https:// or http://, as https://postback.example, without user name, \
             query, fragment or a slash at its end"
            .to_owned())
    }
}

/// Reads a CIDR, or one address.
pub(super) fn ip_net(text: &str) -> Result<IpNet, String> {
    let net = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            format!(
                "expected a network such as 203.0.113.0/24 or 2001:db8::/32, found {}",
                quoted(text)
            )
        })?;
    let is_mapped = matches!(net.addr(), IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
    if is_mapped {
        return Err(format!(
            "expected an IPv4 network in its own form, found {}",
            quoted(text)
        ));
    }
    if net != net.trunc() {
        return Err(format!(
            "expected a network, found the address {} with a prefix; write {} or the address alone",
            net.addr(),
            net.trunc()
        ));
    }
    Ok(net)
}
