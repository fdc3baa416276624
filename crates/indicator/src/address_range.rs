//! IP addresses and networks as ranges of 128-bit numbers. spec: 05#1.3, 13

use std::net::{IpAddr, Ipv6Addr};

/// A network, or a single address as a network of one. IPv4 stands at `::ffff:0:0/96`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The lowest address, in network byte order.
    pub lo: [u8; 16],
    /// How many leading bits are fixed, 0-128 (an IPv4 mask plus 96).
    pub prefix: u8,
}

impl AddressRange {
    /// The lowest and the highest address of version 4.
    pub const V4_SPACE: ([u8; 16], [u8; 16]) = (
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255],
    );

    /// Whether this is an address or network of version 6.
    #[must_use]
    pub fn is_v6(&self) -> bool {
        let (first, last) = Self::V4_SPACE;
        self.prefix < 96 || self.lo < first || self.lo > last
    }

    /// The highest address, in network byte order.
    #[must_use]
    pub fn hi(&self) -> [u8; 16] {
        (u128::from_be_bytes(self.lo) | !mask(self.prefix)).to_be_bytes()
    }

    /// Whether this is one address and not a network.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.prefix == 128
    }

    /// Whether every address of `other` is in this range.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.prefix <= other.prefix
            && u128::from_be_bytes(self.lo) == u128::from_be_bytes(other.lo) & mask(self.prefix)
    }

    /// The range of the first `prefix` bits of this one (capped at its own length): the key under which a
    /// surrounding network of that length would be stored.
    #[must_use]
    pub fn widened_to(&self, prefix: u8) -> Self {
        let prefix = prefix.min(self.prefix);
        Self {
            lo: (u128::from_be_bytes(self.lo) & mask(prefix)).to_be_bytes(),
            prefix,
        }
    }
}

/// Reads an IPv4 or IPv6 address or CIDR block. Host bits of a block are cleared.
#[must_use]
pub fn address_range(text: &str) -> Option<AddressRange> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(mask_bits(bits)?)),
        None => (text, None),
    };
    let (address, offset, width): (Ipv6Addr, u8, u8) = match address.parse().ok()? {
        IpAddr::V4(v4) => (v4.to_ipv6_mapped(), 96, 32),
        IpAddr::V6(v6) => (v6, 0, 128),
    };
    let bits = bits.unwrap_or(width);
    if bits > width {
        return None;
    }
    let prefix = offset + bits;
    Some(AddressRange {
        lo: (address.to_bits() & mask(prefix)).to_be_bytes(),
        prefix,
    })
}

/// The number after the `/`, decimal digits only.
fn mask_bits(text: &str) -> Option<u8> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A mask of `prefix` leading ones.
fn mask(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix.min(128)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> AddressRange {
        address_range(text).expect(text)
    }

    #[test]
    fn ipv4_is_mapped_and_masked() {
        let net = range("192.0.2.77/24");
        assert_eq!(net.prefix, 120);
        assert_eq!(net.lo, range("::ffff:192.0.2.0").lo);
        assert_eq!(net.hi(), range("192.0.2.255").lo);
        assert!(net.contains(&range("192.0.2.1")));
        assert!(!net.contains(&range("192.0.3.1")));
        assert!(range("192.0.2.1").is_single());
    }

    #[test]
    fn the_whole_space_is_a_range() {
        let all = range("::/0");
        assert_eq!((all.lo, all.hi()), ([0; 16], [255; 16]));
        assert!(all.contains(&range("2001:db8::1")));
        assert_eq!(range("0.0.0.0/0").prefix, 96);
        assert_eq!(
            (range("0.0.0.0/0").lo, range("0.0.0.0/0").hi()),
            AddressRange::V4_SPACE
        );
        assert!(range("::/0").is_v6() && range("2001:db8::1").is_v6());
        assert!(!range("192.0.2.1").is_v6() && !range("0.0.0.0/0").is_v6());
    }

    #[test]
    fn widening_gives_the_key_of_the_network() {
        assert_eq!(range("192.0.2.77").widened_to(120), range("192.0.2.0/24"));
        assert_eq!(range("192.0.2.0/24").widened_to(128), range("192.0.2.0/24"));
    }

    #[test]
    fn anything_else_is_no_range() {
        for text in [
            "",
            "/",
            "1.2.3",
            "1.2.3.4/33",
            "1.2.3.4/+8",
            "1.2.3.4/",
            "::1/129",
            "fe80::1%eth0",
            "[::1]",
        ] {
            assert_eq!(address_range(text), None, "{text}");
        }
    }
}
