//! Rules for addresses. spec: 04#6.7
use super::batch::{Batch, Draft};
use std::net::IpAddr;

/// The text, when it is an address or a network and can stand in a header.
pub(super) fn address(text: &str) -> Option<&str> {
    let (host, prefix) = text
        .split_once('/')
        .map_or((text, None), |(host, prefix)| (host, Some(prefix)));
    let longest = match host.parse().ok()? {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    match prefix {
        Some(prefix) if number(prefix).is_none_or(|bits| bits > longest) => None,
        _ => Some(text),
    }
}

/// The text, when it is the number of a port.
pub(super) fn port(text: &str) -> Option<&str> {
    number(text).is_some_and(|port| port > 0).then_some(text)
}

/// Digits alone; a sign, which `parse` takes, has a meaning of its own in headers.
fn number(text: &str) -> Option<u16> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Traffic to an address.
pub(super) fn outgoing(batch: &mut Batch<'_>, value: &str, at_port: Option<&str>) {
    rule(
        batch,
        value,
        at_port,
        "Outgoing To IP: ",
        ["ip $HOME_NET any -> ", ""],
    );
}

/// Traffic from an address.
pub(super) fn incoming(batch: &mut Batch<'_>, value: &str, at_port: Option<&str>) {
    rule(
        batch,
        value,
        at_port,
        "Incoming From IP: ",
        ["ip ", " -> $HOME_NET any"],
    );
}

fn rule(batch: &mut Batch<'_>, value: &str, at_port: Option<&str>, words: &str, around: [&str; 2]) {
    let (Some(address), Some(port)) = (address(value), at_port.map_or(Some("any"), port)) else {
        return batch.leave_out(1);
    };
    let [before, after] = around;
    let (bar, shown_port) = at_port.map_or(("", ""), |port| ("|", port));
    batch.rule(&Draft {
        header: &[before, address, " ", port, after],
        text: &[words, address, bar, shown_port],
        content: &[],
        tagged: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ports() {
        for good in [
            "198.51.100.7",
            "198.51.100.0/24",
            "2001:db8::1",
            "2001:db8::/32",
            "0.0.0.0/0",
        ] {
            assert_eq!(address(good), Some(good));
        }
        for bad in [
            "",
            "any",
            "!198.51.100.7",
            "198.51.100.7/33",
            "198.51.100.7/+8",
            "198.51.100.7/",
            "198.51.100.7 any",
            "198.51.100.7\n",
            "[2001:db8::1]",
            "$HOME_NET",
            "198.51.100.0/24/8",
            "fe80::1%eth0",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(port("443"), Some("443"));
        for bad in ["", "0", "+1", "65536", "any", "1:2", "80 "] {
            assert_eq!(port(bad), None, "{bad}");
        }
    }
}
