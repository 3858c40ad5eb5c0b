//! Whose request it is: the client's address behind the proxies that we trust.

use std::net::IpAddr;

use ipnet::IpNet;

/// Entries of `X-Forwarded-For` that are looked at, from the right. A longer chain of trusted proxies does not exist.
const HOPS_MAX: usize = 32;

/// The address that a request came from.
///
/// `forwarded_for` holds the values of all `X-Forwarded-For` headers in their order. They are read right to left and only
/// through trusted hops: the first address that is no trusted proxy is the client, and what stands left of it, which
/// the client could have written itself, is never looked at. An entry that is no address ends the walk at the hop that
/// reported it.
pub fn client_address<'a>(
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    trusted_proxies: &[IpNet],
) -> IpAddr {
    let mut client = peer.to_canonical();
    let hops = forwarded_for.rev().flat_map(|value| value.rsplit(',')).take(HOPS_MAX);
    for hop in hops {
        if !contains(trusted_proxies, client) {
            break;
        }
        match parse_hop(hop.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// Whether `address` lies in one of `networks`. An IPv4 address mapped into IPv6 counts as the IPv4 address it is.
pub fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// Reads an entry as proxies write it: an address, or one with a port (`192.0.2.1:4711`, `[2001:db8::1]:4711`).
fn parse_hop(hop: &str) -> Option<IpAddr> {
    if let Ok(address) = hop.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = hop.parse::<std::net::SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    let bracketed = hop.strip_prefix('[')?.strip_suffix(']')?;
    bracketed.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded_for: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|cidr| cidr.parse().expect("a network")).collect();
        client_address(
            peer.parse().expect("an address"),
            forwarded_for.iter().copied(),
            &trusted,
        )
        .to_string()
    }

    #[test]
    fn the_header_counts_only_through_trusted_hops() {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
        for (peer, header, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("2001:db8:1::1", &["[2001:db8:2::7]:443"], "2001:db8:2::7"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            assert_eq!(client(peer, header, &trusted), expected, "{peer} {header:?}");
        }
    }

    #[test]
    fn without_trusted_proxies_the_header_is_nothing() {
        assert_eq!(client("127.0.0.1", &["198.51.100.1"], &[]), "127.0.0.1");
    }
}
