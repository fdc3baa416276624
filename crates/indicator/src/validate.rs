//! Which normalised values are refused, and in which words. spec: 01#10.4
//!
//! Deliberately loose: an event that a partner could store must not lose attributes here. Doubts that do not
//! refuse belong to [`crate::plausibility()`].

mod hash;
mod identifier;
mod network;
mod number;

use std::borrow::Cow;

use crate::value::{MAX_VALUE_BYTES, ValueError};
use crate::{AttributeType, normalise};

pub(crate) use hash::is_ssdeep;
pub(crate) use network::{host_of, is_domain, is_network, is_scheme};

/// What a value has to look like; a row of the table names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any text.
    Any,
    /// Any text without line break.
    Line,
    /// As `Line`, and not empty.
    FileName,
    /// Two halves around exactly one `|`, each with its own rule.
    Pair(&'static Rule, &'static Rule),
    /// That many hexadecimal digits.
    Hex(usize),
    /// Hexadecimal digits.
    HexText,
    Telfhash,
    Cdhash,
    Tlsh,
    Ssdeep,
    Impfuzzy,
    Vhash,
    SshFingerprint,
    /// An IP address.
    Address,
    /// An IP address or network.
    Network,
    Port,
    /// A domain or host name.
    Host,
    Onion,
    /// That many pairs of hexadecimal digits.
    Mac(usize),
    Email,
    /// An absolute URL.
    Link,
    HttpMethod,
    AsNumber,
    Vulnerability,
    Weakness,
    Uuid,
    Json,
    ServiceName,
    /// ASCII letters and digits.
    Alnum,
    Digits,
    Integer,
    Numeric,
    /// As `Numeric`, and not a lone zero.
    Phone,
    Boolean,
    DateTime,
}

/// Refuses a normalised value that is empty, too long, or breaks the rule of its type.
pub(crate) fn check(ty: AttributeType, text: &str) -> Result<(), ValueError> {
    if text.chars().all(|c| c.is_ascii_control() || c == ' ') {
        return Err(ValueError::new("Value cannot be empty."));
    }
    if text.len() > MAX_VALUE_BYTES {
        return Err(ValueError::new(format!(
            "The value has {} bytes, at most {MAX_VALUE_BYTES} can be stored. Send longer content as an attachment.",
            text.len()
        )));
    }
    match ty.rule() {
        Rule::Pair(first, second) => check_pair(ty, text, first, second),
        rule if rule.accepts(text) => Ok(()),
        rule => Err(rule.refusal(None)),
    }
}

fn check_pair(ty: AttributeType, text: &str, first: &Rule, second: &Rule) -> Result<(), ValueError> {
    let (before, after) = match text.split_once('|') {
        Some((before, after)) if !after.contains('|') => (before, after),
        _ => {
            return Err(ValueError::new(format!(
                "A value of type {ty} has two parts with exactly one | between them."
            )));
        }
    };
    if !first.accepts(before) {
        return Err(first.refusal(Some("before")));
    }
    if !second.accepts(after) {
        return Err(second.refusal(Some("after")));
    }
    Ok(())
}

impl Rule {
    fn accepts(&self, text: &str) -> bool {
        match *self {
            Self::Any => true,
            Self::Line => !text.contains('\n'),
            Self::FileName | Self::Vhash => !text.is_empty() && !text.contains('\n'),
            // The table has no pair within a pair.
            Self::Pair(..) => false,
            Self::Hex(length) => text.len() == length && hash::is_hex(text),
            Self::HexText => hash::is_hex(text),
            Self::Telfhash => matches!(text.len(), 70 | 72),
            Self::Cdhash => text.len() >= 40 && hash::is_hex(text),
            Self::Tlsh => hash::is_tlsh(text),
            Self::Ssdeep => hash::is_ssdeep(text),
            Self::Impfuzzy => hash::is_impfuzzy(text),
            Self::SshFingerprint => hash::is_ssh_fingerprint(text),
            Self::Address => network::is_address(text),
            Self::Network => network::is_network(text),
            Self::Port => network::is_port(text),
            Self::Host => network::is_domain(text),
            Self::Onion => network::is_onion(text),
            Self::Mac(pairs) => network::is_mac(text, pairs),
            Self::Email => network::is_email(text),
            Self::Link => network::is_link(text),
            Self::HttpMethod => identifier::has_http_method(text),
            Self::AsNumber => number::is_at_most(text, u64::from(u32::MAX)),
            Self::Vulnerability => identifier::is_vulnerability(text),
            Self::Weakness => identifier::is_weakness(text),
            Self::Uuid => identifier::is_uuid(text),
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            Self::ServiceName => text.len() <= 256 && !text.contains(['/', '\\']),
            Self::Alnum => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            Self::Digits => number::is_digits(text),
            Self::Integer => number::is_integer(text),
            Self::Numeric => number::is_numeric(text),
            Self::Phone => text != "0" && number::is_numeric(text),
            Self::Boolean => matches!(text, "0" | "1"),
            Self::DateTime => normalise::is_date_time(text),
        }
    }

    /// What to say about a value (or the half of it `side` the `|`) that this rule refuses.
    fn refusal(&self, side: Option<&str>) -> ValueError {
        match *self {
            // Clients compare these two texts.
            Self::Address | Self::Network => return ValueError::new("IP address has an invalid format."),
            Self::Port => return ValueError::new("Port numbers have to be integers between 1 and 65535."),
            _ => {}
        }
        let expected = self.expected();
        match side {
            Some(side) => ValueError::new(format!("The part {side} the | must be {expected}.")),
            None => ValueError::new(format!("The value must be {expected}.")),
        }
    }

    /// What the rule wants, to complete "must be …".
    fn expected(&self) -> Cow<'static, str> {
        Cow::Borrowed(match *self {
            Self::Any | Self::Pair(..) => "text",
            Self::Line => "a single line: remove the line breaks",
            Self::FileName => "a file name on a single line",
            Self::Vhash => "a hash on a single line",
            Self::Hex(length) => return Cow::Owned(format!("a hash of {length} hexadecimal digits")),
            Self::HexText => "hexadecimal digits only",
            Self::Telfhash => "a telfhash of 70 or 72 characters",
            Self::Cdhash => "a hash of at least 40 hexadecimal digits",
            Self::Tlsh => "a TLSH of more than 35 hexadecimal digits, optionally with a t in front",
            Self::Ssdeep => "an ssdeep hash: block size, hash and hash with colons between",
            Self::Impfuzzy => "an impfuzzy hash: number of imports, hash and hash with colons between",
            Self::SshFingerprint => "SHA256: and 32 bytes in base64, or 16 pairs of hexadecimal digits (MD5)",
            Self::Address => "an IPv4 or IPv6 address",
            Self::Network => "an IPv4 or IPv6 address or network",
            Self::Port => "a port",
            Self::Host => "a name of letters, digits, hyphens and at least one dot",
            Self::Onion => "16 or 56 characters of a-z and 2-7, followed by .onion",
            Self::Mac(pairs) => {
                return Cow::Owned(format!("an address of {pairs} pairs of hexadecimal digits"));
            }
            Self::Email => "an e-mail address such as user@example.org",
            Self::Link => "a full URL such as https://example.org/page, in ASCII and without blanks",
            Self::HttpMethod => "an HTTP method such as GET or POST",
            Self::AsNumber => "an autonomous system number between 0 and 4294967295",
            Self::Vulnerability => {
                "a vulnerability identifier such as CVE-2024-1234, or one of another known scheme"
            }
            Self::Weakness => "a weakness identifier such as CWE-79",
            Self::Uuid => "a UUID",
            Self::Json => "valid JSON",
            Self::ServiceName => "at most 256 bytes long and contain neither / nor \\",
            Self::Alnum => "ASCII letters and digits only",
            Self::Digits => "a whole number without sign",
            Self::Integer => "a whole number",
            Self::Numeric => "a number",
            Self::Phone => "a telephone number of digits, optionally with a + in front",
            Self::Boolean => "0 or 1",
            Self::DateTime => "a date or time such as 2024-03-01T12:30:00Z",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(ty: AttributeType, text: &str) -> String {
        check(ty, text).unwrap_err().message.into_owned()
    }

    #[test]
    fn texts_that_clients_compare_are_exact() {
        assert_eq!(message(AttributeType::TEXT, "\u{1}"), "Value cannot be empty.");
        assert_eq!(
            message(AttributeType::IP_DST, "x"),
            "IP address has an invalid format."
        );
        assert_eq!(
            message(AttributeType::DOMAIN_IP, "a.org|x"),
            "IP address has an invalid format."
        );
        let port = "Port numbers have to be integers between 1 and 65535.";
        assert_eq!(message(AttributeType::PORT, "0"), port);
        assert_eq!(message(AttributeType::IP_DST_PORT, "192.0.2.1|x"), port);
    }

    #[test]
    fn the_message_names_the_wrong_half() {
        let error = message(AttributeType::FILENAME_MD5, "a|b");
        assert_eq!(
            error,
            "The part after the | must be a hash of 32 hexadecimal digits."
        );
        let error = message(AttributeType::FILENAME_MD5, "a");
        assert_eq!(
            error,
            "A value of type filename|md5 has two parts with exactly one | between them."
        );
    }
}
