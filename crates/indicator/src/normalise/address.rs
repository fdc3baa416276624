//! IP addresses, networks, and addresses with a port.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An IPv6 address (with or without mask) in its compressed lower-case form; any other text unchanged. For
/// search values, where the type is not known. spec: 04#2 (`value`)
#[must_use]
pub fn compress_ipv6(text: &str) -> Cow<'_, str> {
    // The shortest colon-free answer is the common one.
    if !text.contains(':') {
        return Cow::Borrowed(text);
    }
    network(text)
}

/// An address or network: IPv6 compressed, the mask of a single address dropped.
pub(super) fn network(text: &str) -> Cow<'_, str> {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    if let Ok(v6) = address.parse::<Ipv6Addr>() {
        let short = compressed(v6);
        return Cow::Owned(match mask {
            Some(mask) if mask != "128" => format!("{short}/{mask}"),
            _ => short,
        });
    }
    match mask {
        Some("32") if address.parse::<Ipv4Addr>().is_ok() => Cow::Borrowed(address),
        _ => Cow::Borrowed(text),
    }
}

/// RFC 5952 as `inet_ntop` writes it: the last 32 bits dotted for mapped *and* IPv4-compatible addresses.
fn compressed(address: Ipv6Addr) -> String {
    if let [0, 0, 0, 0, 0, 0, high, low] = address.segments()
        && high != 0
    {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return format!("::{}", Ipv4Addr::new(a, b, c, d));
    }
    address.to_string()
}

/// An address and a port in one of their many spellings, with `|` between them.
pub(super) fn ip_port(text: &str) -> String {
    let colons = text.bytes().filter(|byte| *byte == b':').take(2).count();
    if colons == 2 {
        let (address, port) = split_v6(text);
        return join(address, port);
    }
    let barred = text.replace(':', "|");
    match barred.split_once('|') {
        Some((address, port)) => join(address, Some(port)),
        None => barred,
    }
}

/// Splits text with several colons, which can only be IPv6, into address and port.
fn split_v6(text: &str) -> (&str, Option<&str>) {
    if let Some((address, port)) = text.split_once('|') {
        return (address, Some(port));
    }
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        return (address, Some(port));
    }
    for separator in [".", " port ", "p", "#"] {
        if let Some((address, port)) = text.split_once(separator) {
            return (address, port.split(separator).next());
        }
    }
    match text.rsplit_once(':') {
        Some((address, port)) => (address, Some(port)),
        None => (text, None),
    }
}

/// Parts after the second are dropped.
fn join(address: &str, port: Option<&str>) -> String {
    let address = network(address);
    match port.and_then(|port| port.split('|').next()) {
        Some(port) => format!("{address}|{port}"),
        None => address.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_one_spelling() {
        for (text, expected) in [
            ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("::FFFF:C000:0201", "::ffff:192.0.2.1"),
            ("0:0:0:0:0:0:c000:201", "::192.0.2.1"),
            ("::1", "::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("2001:DB8::1/64", "2001:db8::1/64"),
            ("192.0.2.1/32", "192.0.2.1"),
            ("192.0.2.1/24", "192.0.2.1/24"),
            ("x/32", "x/32"),
            ("fe80::1%eth0", "fe80::1%eth0"),
        ] {
            assert_eq!(network(text), expected);
        }
    }

    #[test]
    fn ports_are_found_however_written() {
        for text in [
            "2001:db8:0::1|80",
            "[2001:db8::1]:80",
            "2001:db8::1.80",
            "2001:db8::1 port 80",
            "2001:db8::1p80",
            "2001:db8::1#80",
            "2001:db8:0:0:0:0:0:1:80",
            "2001:db8::1|80|90",
        ] {
            assert_eq!(ip_port(text), "2001:db8::1|80", "{text}");
        }
        assert_eq!(ip_port("192.0.2.1:80"), "192.0.2.1|80");
        assert_eq!(ip_port("192.0.2.1|80|90"), "192.0.2.1|80");
        assert_eq!(ip_port("[2001:db8::1]|80"), "[2001:db8::1]|80");
        assert_eq!(ip_port("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn search_values_without_type_are_compressed() {
        assert_eq!(compress_ipv6("2001:0DB8::0001"), "2001:db8::1");
        assert_eq!(compress_ipv6("Some: text"), "Some: text");
        assert_eq!(compress_ipv6("192.0.2.1/32"), "192.0.2.1/32");
    }
}
