//! The host part of a value, and the domains above it.

use std::borrow::Cow;

/// The host named by a value: before the first `/`, or the third `/`-separated piece when the
/// value contains `//`; without port and trailing dot, in lower case. spec: 05#2.2
pub(super) fn host_of(value: &str) -> Cow<'_, str> {
    let piece = if value.contains("//") {
        value.split('/').nth(2)
    } else {
        value.split('/').next()
    };
    let host = without_port(piece.unwrap_or_default());
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if host.bytes().all(is_lower) {
        Cow::Borrowed(host)
    } else {
        Cow::Owned(host.to_lowercase())
    }
}

/// An address in brackets or a single colon can carry a port; a bare IPv6 address cannot.
fn without_port(piece: &str) -> &str {
    match piece.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            host
        }
        _ => piece,
    }
}

/// The form in which an entry of a hostname list is compared.
pub(super) fn canonical_domain(entry: &str) -> String {
    entry.trim_matches('.').to_lowercase()
}

/// The host's parent domains from the top level down, the host itself last.
pub(super) fn domains_from_top(host: &str) -> impl Iterator<Item = &str> {
    let starts = host
        .rmatch_indices('.')
        .map(|(dot, _)| dot + 1)
        .chain(std::iter::once(0));
    starts.filter_map(|start| host.get(start..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_host_out_of_names_and_addresses() {
        for (value, host) in [
            ("Example.ORG", "example.org"),
            ("example.org.", "example.org"),
            ("example.org/path//x", ""),
            ("example.org/path", "example.org"),
            ("https://example.org:8443/a/b", "example.org"),
            ("https://example.org.:8443", "example.org"),
            ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
            ("2001:db8::1", "2001:db8::1"),
            ("//example.org", "example.org"),
            ("", ""),
        ] {
            assert_eq!(host_of(value), host, "{value}");
        }
        // A path with `//` but no scheme follows the same rule as a URL.
        assert_eq!(host_of("example.org//x"), "x");
    }

    #[test]
    fn walks_from_the_top_level_down() {
        assert_eq!(
            domains_from_top("a.b.c").collect::<Vec<_>>(),
            ["c", "b.c", "a.b.c"]
        );
        assert_eq!(domains_from_top("c").collect::<Vec<_>>(), ["c"]);
    }
}
