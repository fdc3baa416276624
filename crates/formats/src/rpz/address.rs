//! Addresses and networks as names in a zone. spec: 04#6.6
use entente_indicator::AddressRange;
use std::net::{IpAddr, Ipv6Addr};

/// The name of a record about this network: length of the prefix, then the address from its end, then `rpz-ip`.
/// Bits behind the prefix are 0, as name servers demand. The whole of IPv4 or IPv6 has no such name.
pub(super) fn owner(range: &AddressRange) -> Option<String> {
    let address = Ipv6Addr::from(range.lo);
    let (prefix, pieces) = match address.to_canonical() {
        IpAddr::V4(v4) if range.prefix >= 96 => (
            range.prefix - 96,
            v4.octets().map(|octet| octet.to_string()).to_vec(),
        ),
        _ => (range.prefix, groups(address)),
    };
    if prefix == 0 {
        return None;
    }
    let mut name = prefix.to_string();
    for piece in pieces.iter().rev() {
        name.push('.');
        name.push_str(piece);
    }
    name.push_str(".rpz-ip");
    Some(name)
}

/// The groups of an IPv6 address in hexadecimal, with `zz` for the longest run of two or more zeros, the first
/// one where several are as long.
fn groups(address: Ipv6Addr) -> Vec<String> {
    let segments = address.segments();
    let (mut start, mut length) = (0, 0);
    let mut run = 0;
    for (end, segment) in (1..).zip(segments) {
        run = if segment == 0 { run + 1 } else { 0 };
        if run >= 2 && run > length {
            (start, length) = (end - run, run);
        }
    }
    let zeros = start..start + length;
    (0..)
        .zip(segments)
        .filter(|(at, _)| *at == start || !zeros.contains(at))
        .map(|(at, segment)| match zeros.contains(&at) {
            true => "zz".to_owned(),
            false => format!("{segment:x}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_indicator::address_range;
    use proptest::prelude::*;

    fn name(text: &str) -> Option<String> {
        owner(&address_range(text)?)
    }

    #[test]
    fn addresses_stand_from_their_end() {
        for (text, expected) in [
            ("198.51.100.7", "32.7.100.51.198.rpz-ip"),
            ("203.0.113.0/24", "24.0.113.0.203.rpz-ip"),
            ("203.0.113.77/24", "24.0.113.0.203.rpz-ip"),
            ("::ffff:192.0.2.1", "32.1.2.0.192.rpz-ip"),
            ("2001:db8::1", "128.1.zz.db8.2001.rpz-ip"),
            ("2001:db8::/32", "32.zz.db8.2001.rpz-ip"),
            ("2001:db8::77/32", "32.zz.db8.2001.rpz-ip"),
            ("::1", "128.1.zz.rpz-ip"),
            ("::/1", "1.zz.rpz-ip"),
            ("1:0:0:2::3", "128.3.zz.2.0.0.1.rpz-ip"),
            ("1:0:0:2:0:0:3:4", "128.4.3.0.0.2.zz.1.rpz-ip"),
            ("1:2:3:0:5:6:7:8", "128.8.7.6.5.0.3.2.1.rpz-ip"),
        ] {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["0.0.0.0/0", "::/0", "192.0.2.1/33", "x"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv6_name_is_read_back(bits in any::<u128>(), zeros in any::<u128>(), prefix in 1_u8..=128) {
            let address = Ipv6Addr::from_bits(bits & zeros & (zeros << 3));
            prop_assume!(address.to_ipv4_mapped().is_none());
            let range = address_range(&format!("{address}/{prefix}")).unwrap();
            let name = owner(&range).unwrap();
            let mut pieces: Vec<_> = name.strip_suffix(".rpz-ip").unwrap().split('.').collect();
            prop_assert_eq!(pieces.remove(0), prefix.to_string());
            pieces.reverse();
            let text = match pieces.iter().position(|piece| *piece == "zz") {
                Some(at) => format!("{}::{}", pieces[..at].join(":"), pieces[at + 1..].join(":")),
                None => pieces.join(":"),
            };
            prop_assert_eq!(text.parse::<Ipv6Addr>().unwrap(), Ipv6Addr::from(range.lo));
        }
    }
}
