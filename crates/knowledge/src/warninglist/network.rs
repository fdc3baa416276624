//! IPv4 and IPv6 networks as sorted, disjoint intervals.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest network as text: an IPv6 address with its last half as IPv4, and a prefix length.
const LONGEST: usize = 49;

/// An address as a number.
pub(super) trait Bits: Copy + Ord {
    /// The network address for a prefix length of at most the address width.
    fn network(self, prefix: u8) -> Self;
}

impl Bits for u32 {
    fn network(self, prefix: u8) -> Self {
        self & Self::MAX
            .checked_shl(32_u32.saturating_sub(u32::from(prefix)))
            .unwrap_or(0)
    }
}

impl Bits for u128 {
    fn network(self, prefix: u8) -> Self {
        self & Self::MAX
            .checked_shl(128_u32.saturating_sub(u32::from(prefix)))
            .unwrap_or(0)
    }
}

/// Networks of one address family. Networks inside another one are left out: the outermost
/// is the one with the smallest prefix, and that one is reported. spec: 05#2.2
#[derive(Debug, Clone)]
struct Family<A> {
    starts: Vec<A>,
    prefixes: Vec<u8>,
}

impl<A: Bits> Family<A> {
    fn new(mut networks: Vec<(A, u8)>) -> Self {
        // A containing network starts no later and, at the same start, has the shorter prefix.
        networks.sort_unstable();
        let mut outermost: Option<(A, u8)> = None;
        networks.retain(|&(start, prefix)| {
            if outermost.is_some_and(|(above, shorter)| start.network(shorter) == above) {
                return false;
            }
            outermost = Some((start, prefix));
            true
        });
        Self {
            starts: networks.iter().map(|(start, _)| *start).collect(),
            prefixes: networks.iter().map(|(_, prefix)| *prefix).collect(),
        }
    }

    /// The network that contains the address and is not narrower than `widest`.
    fn find(&self, address: A, widest: u8) -> Option<(A, u8)> {
        let position = self
            .starts
            .partition_point(|start| *start <= address)
            .checked_sub(1)?;
        let (start, prefix) = (*self.starts.get(position)?, *self.prefixes.get(position)?);
        (prefix <= widest && address.network(prefix) == start).then_some((start, prefix))
    }

    fn iter(&self) -> impl Iterator<Item = (A, u8)> {
        self.starts.iter().copied().zip(self.prefixes.iter().copied())
    }

    fn memory_bytes(&self) -> usize {
        self.starts.capacity() * size_of::<A>() + self.prefixes.capacity()
    }
}

/// The networks of one list.
#[derive(Debug, Clone)]
pub(super) struct Networks {
    v4: Family<u32>,
    v6: Family<u128>,
}

impl Networks {
    pub(super) fn new(networks: impl Iterator<Item = Network>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network.address {
                IpAddr::V4(address) => v4.push((address.to_bits().network(network.prefix), network.prefix)),
                IpAddr::V6(address) => v6.push((address.to_bits().network(network.prefix), network.prefix)),
            }
        }
        Self {
            v4: Family::new(v4),
            v6: Family::new(v6),
        }
    }

    /// The widest listed network that contains the whole of the given one, as `net/len`.
    pub(super) fn find(&self, network: Network) -> Option<String> {
        match network.address {
            IpAddr::V4(address) => {
                let (start, prefix) = self.v4.find(address.to_bits(), network.prefix)?;
                Some(format!("{}/{prefix}", Ipv4Addr::from_bits(start)))
            }
            IpAddr::V6(address) => {
                let (start, prefix) = self.v6.find(address.to_bits(), network.prefix)?;
                Some(format!("{}/{prefix}", Ipv6Addr::from_bits(start)))
            }
        }
    }

    /// The IPv4 networks as first and last address.
    pub(super) fn spans_v4(&self) -> impl Iterator<Item = (u32, u32)> {
        let host = |prefix: u8| u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        self.v4
            .iter()
            .map(move |(start, prefix)| (start, start | host(prefix)))
    }

    /// The IPv6 networks as first and last address.
    pub(super) fn spans_v6(&self) -> impl Iterator<Item = (u128, u128)> {
        let host = |prefix: u8| u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        self.v6
            .iter()
            .map(move |(start, prefix)| (start, start | host(prefix)))
    }

    pub(super) fn len(&self) -> usize {
        self.v4.starts.len() + self.v6.starts.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.v4.memory_bytes() + self.v6.memory_bytes()
    }
}

/// An address with a prefix length within its family's width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    pub(super) fn address(self) -> IpAddr {
        self.address
    }

    /// Reads `address` or `address/prefix`; a bare address is a network of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Most values are no addresses, and show it at once.
        let of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/');
        if text.len() > LONGEST || !text.bytes().all(of_address) {
            return None;
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => width,
            // The number parser takes a plus sign, which no prefix has.
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= width).then_some(Self { address, prefix })
    }

    /// `net/len` with the host bits cleared.
    pub(super) fn aligned(self) -> String {
        match self.address {
            IpAddr::V4(a) => {
                format!(
                    "{}/{}",
                    Ipv4Addr::from_bits(a.to_bits().network(self.prefix)),
                    self.prefix
                )
            }
            IpAddr::V6(a) => {
                format!(
                    "{}/{}",
                    Ipv6Addr::from_bits(a.to_bits().network(self.prefix)),
                    self.prefix
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        Networks::new(texts.iter().filter_map(|text| Network::parse(text)))
    }

    fn find(list: &Networks, value: &str) -> Option<String> {
        list.find(Network::parse(value)?)
    }

    #[test]
    fn reads_only_whole_networks() {
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
            "10.0.0",
            "10.0.0.0/8/8",
            " 1.1.1.1",
        ] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
        assert_eq!(Network::parse("10.1.2.3/8").unwrap().aligned(), "10.0.0.0/8");
        assert_eq!(
            Network::parse("2001:DB8::1/32").unwrap().aligned(),
            "2001:db8::/32"
        );
    }

    #[test]
    fn reports_the_widest_aligned_network() {
        let list = networks(&[
            "10.1.0.0/16",
            "10.0.0.0/8",
            "10.1.2.3",
            "192.0.2.7",
            "2001:db8::/32",
        ]);
        assert_eq!(list.len(), 3, "networks inside another are dropped");
        assert_eq!(find(&list, "10.1.2.3").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(find(&list, "192.0.2.7").as_deref(), Some("192.0.2.7/32"));
        assert_eq!(find(&list, "192.0.2.8"), None);
        assert_eq!(find(&list, "2001:db8:1::1").as_deref(), Some("2001:db8::/32"));
        assert_eq!(
            find(&networks(&["0.0.0.0/0"]), "9.9.9.9").as_deref(),
            Some("0.0.0.0/0")
        );
    }

    #[test]
    fn a_network_needs_an_entry_at_least_as_wide() {
        let list = networks(&["10.0.0.0/16"]);
        assert_eq!(find(&list, "10.0.0.0/24").as_deref(), Some("10.0.0.0/16"));
        assert_eq!(find(&list, "10.0.0.0/16").as_deref(), Some("10.0.0.0/16"));
        assert_eq!(find(&list, "10.0.0.0/8"), None);
    }
}
