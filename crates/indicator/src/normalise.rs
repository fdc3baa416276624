//! How values are spelled. spec: 01#10.3
//!
//! A normaliser never judges: what it cannot read it leaves as it is, for the rule to refuse. A result that
//! the rule of the type accepts is its own normal spelling.

mod address;
mod date;
mod digits;
mod host;

use std::borrow::Cow;

use crate::value::Today;

pub use address::compress_ipv6;
pub(crate) use date::is_date_time;

/// The spelling of a type's values; a row of the table names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Normal {
    /// As given.
    AsIs,
    /// Lower case (ASCII letters only, as everywhere here).
    Lower,
    /// Lower case after the first `|`.
    LowerSecond,
    /// Upper case.
    Upper,
    /// Lower case without colons.
    Fingerprint,
    /// Digits only.
    Digits,
    /// Upper case, letters and digits only.
    AlnumUpper,
    /// `+` and digits.
    Phone,
    /// Lower-case pairs with colons between.
    Mac,
    /// `0` or `1`.
    Boolean,
    /// The number without `AS`.
    AsNumber,
    /// A CVE or GCVE identifier in upper case.
    Vulnerability,
    /// A CWE identifier in upper case.
    Weakness,
    /// The one ISO 8601 form.
    DateTime,
    /// A compressed address, with the mask of a network.
    Network,
    /// A lower-case domain in ASCII form.
    Domain,
    /// A domain and an address.
    DomainIp,
    /// An address and a port, however written.
    IpPort,
    /// A host and a port.
    HostPort,
}

impl Normal {
    /// The normal spelling. Without `today` the words for days stay as they are.
    pub(crate) fn apply(self, text: &str, today: Option<Today>) -> Cow<'_, str> {
        match self {
            Self::AsIs => Cow::Borrowed(text),
            Self::Lower => lower(text),
            Self::LowerSecond => lower_second(text),
            Self::Upper => upper(text),
            Self::Fingerprint => lower_without(text, &[':']),
            Self::Digits => digits::only_digits(text),
            Self::AlnumUpper => digits::upper_alphanumeric(text),
            Self::Phone => digits::phone(text),
            Self::Mac => pairs(&lower_without(text, &['.', ':', '-', ' '])),
            Self::Boolean => boolean(text),
            Self::AsNumber => digits::as_number(text),
            Self::Vulnerability => vulnerability(text),
            Self::Weakness => Cow::Owned(hyphenated(text).to_ascii_uppercase()),
            Self::DateTime => date::date_time(text, today).map_or(Cow::Borrowed(text), Cow::Owned),
            Self::Network => address::network(text),
            Self::Domain => host::domain(text),
            Self::DomainIp => host::domain_ip(text),
            Self::IpPort => Cow::Owned(address::ip_port(text)),
            Self::HostPort => Cow::Owned(text.to_ascii_lowercase().replace(':', "|")),
        }
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn upper(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(text.to_ascii_uppercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn lower_second(text: &str) -> Cow<'_, str> {
    match text.split_once('|') {
        Some((first, second)) if second.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(format!("{first}|{}", second.to_ascii_lowercase()))
        }
        _ => Cow::Borrowed(text),
    }
}

fn lower_without<'a>(text: &'a str, dropped: &[char]) -> Cow<'a, str> {
    if text.contains(dropped) {
        Cow::Owned(text.replace(dropped, "").to_ascii_lowercase())
    } else {
        lower(text)
    }
}

/// A colon after every second character.
fn pairs<'a>(text: &str) -> Cow<'a, str> {
    let mut out = String::with_capacity(text.len() / 2 * 3);
    for (position, c) in text.chars().enumerate() {
        if position > 0 && position % 2 == 0 {
            out.push(':');
        }
        out.push(c);
    }
    Cow::Owned(out)
}

fn boolean(text: &str) -> Cow<'_, str> {
    let no = text.is_empty() || text == "0" || text.eq_ignore_ascii_case("false");
    Cow::Borrowed(if no { "0" } else { "1" })
}

fn hyphenated(text: &str) -> Cow<'_, str> {
    if text.contains('–') {
        Cow::Owned(text.replace('–', "-"))
    } else {
        Cow::Borrowed(text)
    }
}

fn vulnerability(text: &str) -> Cow<'_, str> {
    let text = hyphenated(text);
    let starts = |prefix: &str| {
        text.split_at_checked(prefix.len())
            .is_some_and(|(start, _)| start.eq_ignore_ascii_case(prefix))
    };
    if starts("CVE-") || starts("GCVE-") {
        Cow::Owned(text.to_ascii_uppercase())
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(normal: Normal, text: &str) -> String {
        normal.apply(text, None).into_owned()
    }

    #[test]
    fn case_changes_touch_ascii_letters_only() {
        assert_eq!(spelled(Normal::Lower, "ÄBC"), "Äbc");
        assert_eq!(spelled(Normal::Upper, "äbc"), "äBC");
        assert_eq!(spelled(Normal::LowerSecond, "A|B|C"), "A|b|c");
    }

    #[test]
    fn separators_of_fingerprints_and_macs_are_uniform() {
        assert_eq!(spelled(Normal::Fingerprint, "AB:CD"), "abcd");
        for mac in [
            "00-00-5E-00-53-AF",
            "0000.5e00.53af",
            "00 00 5e 00 53 af",
            "00005E0053AF",
        ] {
            assert_eq!(spelled(Normal::Mac, mac), "00:00:5e:00:53:af");
        }
    }

    #[test]
    fn truth_has_two_spellings() {
        for (text, truth) in [
            ("", "0"),
            ("0", "0"),
            ("FALSE", "0"),
            ("no", "1"),
            ("1.", "1"),
            ("true", "1"),
        ] {
            assert_eq!(spelled(Normal::Boolean, text), truth);
        }
    }

    #[test]
    fn identifiers_of_known_schemes_are_upper_case() {
        assert_eq!(spelled(Normal::Vulnerability, "cve–2024–1234"), "CVE-2024-1234");
        assert_eq!(spelled(Normal::Vulnerability, "gcve-1-2024-1"), "GCVE-1-2024-1");
        assert_eq!(
            spelled(Normal::Vulnerability, "fkie_cve-2024-1234"),
            "fkie_cve-2024-1234"
        );
        assert_eq!(spelled(Normal::Weakness, "cwe–79"), "CWE-79");
    }
}
