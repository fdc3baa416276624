//! Addresses, names and links.

use std::net::{IpAddr, Ipv6Addr};

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

pub(crate) fn is_network(text: &str) -> bool {
    let Some((address, mask)) = text.split_once('/') else {
        return is_address(text);
    };
    let limit = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    super::number::is_at_most(mask, limit)
}

pub(super) fn is_port(text: &str) -> bool {
    super::number::is_at_most(text, 65_535) && text.bytes().any(|byte| byte != b'0')
}

/// Letters, digits, `.`, `-`, `_`, then a dot and a last label of two or more characters without `_`.
pub(crate) fn is_domain(text: &str) -> bool {
    let Some((start, last)) = text.rsplit_once('.') else {
        return false;
    };
    let is_label_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !start.is_empty()
        && start
            .bytes()
            .all(|byte| is_label_byte(byte) || byte == b'.' || byte == b'_')
        && last.len() >= 2
        && last.bytes().all(is_label_byte)
}

pub(super) fn is_onion(text: &str) -> bool {
    text.strip_suffix(".onion").is_some_and(|key| {
        matches!(key.len(), 16 | 56)
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
    })
}

pub(super) fn is_mac(text: &str, pairs: usize) -> bool {
    text.split(':').count() == pairs
        && text
            .split(':')
            .all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// One character, no blank up to an `@`, a dot somewhere after it.
pub(super) fn is_email(text: &str) -> bool {
    let mut rest = text.chars();
    if rest.next().is_none() || text.contains('\n') {
        return false;
    }
    rest.as_str()
        .split_once('@')
        .is_some_and(|(user, host)| host.contains('.') && !user.contains([' ', '\t', '\r', '\u{b}', '\u{c}']))
}

/// Schemes whose URLs need no host.
const HOSTLESS: [&str; 3] = ["mailto", "news", "file"];

pub(super) fn is_link(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    if !is_scheme(scheme) {
        return false;
    }
    let host = rest.strip_prefix("//").and_then(host_of);
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    match host {
        Some(host) if is_web => is_web_host(host),
        Some(host) if !host.is_empty() => true,
        _ => HOSTLESS.iter().any(|known| scheme.eq_ignore_ascii_case(known)),
    }
}

/// A letter, then letters, digits and three marks.
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The host of what follows the `//`, without user and port; nothing if the port is no number.
pub(crate) fn host_of(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
    let (host, port) = match server.rfind(']') {
        Some(bracket) => server.split_at_checked(bracket + 1)?,
        None => server
            .find(':')
            .and_then(|colon| server.split_at_checked(colon))
            .unwrap_or((server, "")),
    };
    let port = match port.strip_prefix(':') {
        Some(port) => port,
        None if port.is_empty() => "",
        None => return None,
    };
    (port.is_empty() || super::number::is_at_most(port, 65_535)).then_some(host)
}

fn is_web_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => {
            host.starts_with(|c: char| c.is_ascii_alphanumeric())
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_loose_but_not_free() {
        for name in [
            "a..b.org",
            "-a.org",
            "_dmarc.example.org",
            "example.123",
            "..aa",
            "10.0.0.10",
        ] {
            assert!(is_domain(name), "{name}");
        }
        for name in [
            "localhost",
            "*.example.org",
            "a.org:80",
            "a.org/",
            "10.0.0.1",
            ".org",
            "a.o_g",
            "ä.org",
            "",
        ] {
            assert!(!is_domain(name), "{name}");
        }
    }

    #[test]
    fn email_needs_an_at_with_a_dot_after_it() {
        for email in [
            "user@example.org",
            "<u@h.org>",
            "u@@h.org",
            "ü@h.",
            "u@h.o rg",
            "@@.",
        ] {
            assert!(is_email(email), "{email}");
        }
        for email in [
            "user@",
            "@example.org",
            "user@host",
            "a b@example.org",
            "a\nb@c.d",
            "",
        ] {
            assert!(!is_email(email), "{email}");
        }
    }

    #[test]
    fn links_have_scheme_and_host() {
        for link in [
            "https://example.org",
            "HTTP://u:p@example.org:8080/x?y#z",
            "http://[2001:db8::1]:80/x",
            "ftp://a_b/x",
            "mailto:u@example.org",
            "news:x",
            "file:///etc/hosts",
            "https://example.org.",
        ] {
            assert!(is_link(link), "{link}");
        }
        for link in [
            "www.example.org",
            "//host/x",
            "http:///x",
            "http://",
            "javascript:alert(1)",
            "http://a_b/",
            "http://ä.org/",
            "http://a.org/a b",
            "http://a.org:99999/",
            "http://[::1",
            "http://[x]/",
            "http://a.org:x/",
            "ftp:///x",
            "://a.org",
            "http:a.org",
            "http://[::1]x/",
        ] {
            assert!(!is_link(link), "{link}");
        }
    }

    #[test]
    fn masks_and_ports_are_digits_in_range() {
        assert!(is_network("192.0.2.9/0") && is_network("2001:db8::/128"));
        assert!(!is_network("192.0.2.0/33") && !is_network("::/+1") && !is_network("::/"));
        assert!(is_port("080") && is_port("65535"));
        assert!(!is_port("0") && !is_port("000") && !is_port("65536") && !is_port("+1") && !is_port(""));
    }
}
