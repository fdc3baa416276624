//! Domain names.

use std::borrow::Cow;

use super::address::network;
use crate::validate::is_domain;

/// Longer names are not converted to ASCII: no resolver takes them, and the conversion is quadratic.
const MAX_IDN_BYTES: usize = 1024;

/// Lower case, no dots at the ends, internationalised names in ASCII form.
pub(super) fn domain(text: &str) -> Cow<'_, str> {
    let bare = text.trim_matches('.');
    let lower = super::lower(bare);
    if is_domain(&lower) || lower.len() > MAX_IDN_BYTES {
        return lower;
    }
    match idna::domain_to_ascii(&lower) {
        // The conversion knows other dots than `.`, so there may be new ones at the ends.
        Ok(ascii) if !ascii.is_empty() => Cow::Owned(ascii.trim_matches('.').to_owned()),
        _ => lower,
    }
}

/// A domain and an address around the first `|`; further parts are dropped.
pub(super) fn domain_ip(text: &str) -> Cow<'_, str> {
    let Some((name, rest)) = text.split_once('|') else {
        return Cow::Borrowed(text);
    };
    let address = rest.split('|').next().unwrap_or_default();
    Cow::Owned(format!("{}|{}", domain(name), network(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ascii() {
        assert_eq!(domain("MÜNCHEN.example.org"), "xn--mnchen-3ya.example.org");
        assert_eq!(domain(".Example.COM.."), "example.com");
        assert_eq!(domain("。例え.jp。"), "xn--r8jz45g.jp");
        assert_eq!(domain("_dmarc.example.org"), "_dmarc.example.org");
    }

    #[test]
    fn unreadable_names_stay() {
        assert_eq!(domain("left right"), "left right");
        let long = "ü".repeat(600);
        assert_eq!(domain(&long), long);
    }

    #[test]
    fn a_pair_is_cut_to_two_parts() {
        assert_eq!(domain_ip("A.example.|2001:DB8::0|x"), "a.example|2001:db8::");
        assert_eq!(domain_ip("a.example"), "a.example");
    }
}
