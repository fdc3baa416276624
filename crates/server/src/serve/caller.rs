//! Where a request really comes from.
use entente_indicator::AddressRange;
use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

const FORWARDED: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// The address of the client: the peer, or what a trusted proxy says about it. Read from the right, since
/// only what trusted proxies appended is worth anything. spec: 11#BI-A4
pub fn address(peer: SocketAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> IpAddr {
    let mut address = peer.ip().to_canonical();
    if !is_in(address, trusted) {
        return address;
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        let Ok(previous) = hop.trim().parse::<IpAddr>() else {
            return address;
        };
        address = previous.to_canonical();
        if !is_in(address, trusted) {
            return address;
        }
    }
    address
}

/// Whether the request comes from this machine and from no proxy on it.
pub fn is_local(peer: SocketAddr, address: IpAddr, headers: &HeaderMap) -> bool {
    peer.ip().to_canonical().is_loopback()
        && address.is_loopback()
        && FORWARDED.iter().all(|name| !headers.contains_key(*name))
}

fn is_in(address: IpAddr, ranges: &[AddressRange]) -> bool {
    entente_indicator::address_range(&address.to_string())
        .is_some_and(|address| ranges.iter().any(|range| range.contains(&address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(forwarded: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = [entente_indicator::address_range("10.0.0.0/8").unwrap()];
        let case = |peer: &str, forwarded: &[&str]| {
            address(
                format!("{peer}:1").parse().unwrap(),
                &headers(forwarded),
                &trusted,
            )
            .to_string()
        };
        assert_eq!(case("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(case("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        // What the client wrote itself stands to the left of what the proxy appended.
        assert_eq!(case("10.0.0.1", &["127.0.0.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(case("10.0.0.1", &["203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(case("10.0.0.1", &["127.0.0.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(case("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(case("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_proxy_on_this_machine_does_not_make_its_clients_local() {
        let peer: SocketAddr = "127.0.0.1:1".parse().unwrap();
        assert!(is_local(peer, peer.ip(), &headers(&[])));
        assert!(!is_local(peer, peer.ip(), &headers(&["203.0.113.9"])));
        assert!(!is_local(
            "192.0.2.1:1".parse().unwrap(),
            "192.0.2.1".parse().unwrap(),
            &headers(&[])
        ));
    }
}
