//! Addresses, names, links and e-mail addresses. spec: 04#8 steps 3a, 3d, 3e and 3f

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::lists::MAX_NAME_BYTES;
use super::resolve::{Candidate, Hit};
use super::{Comment, Lists, kind};
use crate::normalise::Normal;
use crate::validate::{host_of, is_network, is_scheme};

/// Step a: an address as it stands.
pub(super) fn address(text: &str) -> Option<Hit<'_>> {
    if is_address(text) {
        Hit::new(&kind::ADDRESS, text)
    } else {
        None
    }
}

/// Step d: an e-mail address.
pub(super) fn email(text: &str) -> Option<Hit<'_>> {
    let (user, host) = text.rsplit_once('@')?;
    if is_mail_user(user) && is_mail_host(host) {
        Hit::new(&kind::EMAIL, text)
    } else {
        None
    }
}

/// The text before a port of two to five digits, and the port; the whole text if it ends with none.
pub(super) fn split_port(text: &str) -> (&str, Option<u16>) {
    text.rsplit_once(':')
        .filter(|(_, digits)| {
            (2..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
        .and_then(|(host, digits)| Some((host, digits.parse().ok().filter(|port| *port != 0)?)))
        .map_or((text, None), |(host, port)| (host, Some(port)))
}

/// Step e: an address that was defanged, has a port or brackets, or is a network.
pub(super) fn address_and_port<'a>(candidate: &Candidate<'a>) -> Option<Hit<'a>> {
    // Before the port: the last group of an IPv6 address looks like one.
    if let Some(address) = bare_address(candidate.live) {
        return Some(Hit::new(&kind::ADDRESS, address)?.with(Comment::NoPort));
    }
    if let (Some(address), Some(port)) = (bare_address(candidate.host), candidate.port) {
        let value = format!("{address}|{port}");
        return Some(Hit::new(&kind::ADDRESS_PORT, value)?.with(Comment::OnPort(port)));
    }
    if is_network(candidate.host) {
        return Some(Hit::new(&kind::ADDRESS, candidate.host)?.with(candidate.port_comment()));
    }
    None
}

/// Step f: a name below a known top-level domain.
pub(super) fn name<'a>(candidate: &Candidate<'a>, lists: &Lists) -> Option<Hit<'a>> {
    let name = candidate.host;
    if !is_dotted(name) {
        return None;
    }
    // The conversion knows other dots than `.`, so only its result can be looked at.
    let ascii = if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Normal::Domain.apply(name, None)
    };
    let (start, last) = ascii.rsplit_once('.')?;
    if !is_dotted(&ascii) || !lists.is_top_level(last) {
        return None;
    }
    let hit = if start.contains('.') {
        // Other letters may be stored in domains only.
        Hit::new(&kind::HOSTNAME, ascii)
    } else {
        Hit::new(&kind::DOMAIN, name)
    };
    Some(hit?.with(candidate.port_comment()))
}

/// Step f: a URL; a link if it leads to what a vendor says.
pub(super) fn url<'a>(candidate: &Candidate<'a>, lists: &Lists) -> Option<Hit<'a>> {
    let text = candidate.live;
    let host = url_host(text)?;
    let is_report = text
        .split_at_checked(8)
        .is_some_and(|(start, _)| start.eq_ignore_ascii_case("https://"))
        && lists.is_vendor(host);
    let hit = if is_report {
        Hit::new(&kind::LINK, text)
    } else {
        None
    };
    // With its port: without it, the value would be another place.
    let hit = hit.or_else(|| Hit::new(&kind::URL, text))?;
    Some(hit.with(candidate.port_comment()))
}

/// The host of a URL with scheme, or of one whose start cannot be anything but a host.
fn url_host(text: &str) -> Option<&str> {
    if text.contains(super::candidates::is_blank) {
        return None;
    }
    match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => {
            let is_file = scheme.eq_ignore_ascii_case("file");
            host_of(rest).filter(|host| is_url_host(host) || is_file && host.is_empty())
        }
        _ => {
            let (authority, _) = text.split_once('/')?;
            host_of(text).filter(|host| !authority.contains('@') && is_evident_host(host))
        }
    }
}

/// An address in brackets, or what may be a name in some network.
fn is_url_host(host: &str) -> bool {
    bare_address(host).is_some()
        || host.contains(char::is_alphanumeric)
            && host
                .chars()
                .all(|c| is_name_character(c) || matches!(c, '.' | '_'))
}

/// An address, or a name whose last part is a word.
fn is_evident_host(host: &str) -> bool {
    bare_address(host).is_some()
        || is_dotted(host)
            && host.rsplit_once('.').is_some_and(|(_, last)| {
                last.chars().count() > 1 && !last.contains(|c: char| c.is_ascii_digit())
            })
}

/// Two or more labels of letters, digits and hyphens. A label before the last two may begin with `_`, as
/// those of services do.
fn is_dotted(name: &str) -> bool {
    let labels = name.bytes().filter(|byte| *byte == b'.').count() + 1;
    name.len() <= MAX_NAME_BYTES
        && labels > 1
        && name.split('.').zip(1..).all(|(label, number)| {
            let label = if number + 2 <= labels {
                label.strip_prefix('_').unwrap_or(label)
            } else {
                label
            };
            !label.is_empty() && label.chars().all(is_name_character)
        })
}

/// Other alphabets are judged by the conversion of names when the value is checked.
fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii()
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// The address, without the brackets that IPv6 has before a port.
fn bare_address(text: &str) -> Option<&str> {
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok().then_some(v6),
        None => is_address(text).then_some(text),
    }
}

/// Up to 64 bytes of what may stand before an `@` without quotation marks (RFC 5321, RFC 6531).
fn is_mail_user(user: &str) -> bool {
    user.len() <= 64
        && user.split('.').all(|atom| {
            !atom.is_empty()
                && atom.chars().all(|c| {
                    c.is_ascii_alphanumeric()
                        || "!#$%&'*+-/=?^_`{|}~".contains(c)
                        || !c.is_ascii() && !super::candidates::is_blank(c)
                })
        })
}

/// A name of two or more labels, the last beginning with a letter, or an IPv4 address in brackets.
fn is_mail_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv4Addr>().is_ok();
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .chars()
                .all(|c| is_name_character(c) && !super::candidates::is_blank(c))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= MAX_NAME_BYTES
        && host.split('.').all(is_label)
        && host
            .rsplit_once('.')
            .is_some_and(|(_, last)| !last.starts_with(|c: char| c.is_ascii_digit()))
}
