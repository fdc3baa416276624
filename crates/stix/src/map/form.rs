//! How the text of a value is written in a property, in a pattern, and read back.
use crate::moment;
use crate::pattern::Constant;
use entente_model::time::parse_moment;
use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The kind of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Text,
    /// A number from 0 to 65535.
    Port,
    /// A whole number that is not negative.
    Integer,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// `AS65536` as 65536.
    AsNumber,
    /// A hardware address, in lower case with colons.
    Mac,
    /// A mail address.
    Email,
    /// An address of the web; others stay out of observations.
    Url,
    /// A name of the domain name system.
    Domain,
    /// An IP address or network.
    Address,
    /// A registry key, with its root written out.
    Registry,
    /// Digits of a hash, so many; 0: whatever its algorithm writes.
    Digest(usize),
    /// The content of a file, base64.
    Data,
    /// A time.
    Moment,
    /// A name of a protocol, in lower case.
    Protocol,
    /// The type of a registry value.
    RegistryType,
    /// A language, in three letters.
    Language,
    /// How something is encrypted.
    Cipher,
}

/// A value in STIX.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// In a property; `None` when the standard forbids it there.
    pub observable: Option<Value>,
    /// In a pattern.
    pub constant: Constant,
}

/// Short names of the registry's roots.
const ROOTS: &[(&str, &str)] = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
];

const REGISTRY_TYPES: &[&str] = &[
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_DWORD_LITTLE_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTION",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
    "REG_INVALID_TYPE",
];

const CIPHERS: &[&str] = &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"];

fn text(value: &str) -> Written {
    Written {
        observable: Some(Value::from(value)),
        constant: Constant::Text(value.to_owned()),
    }
}

fn pattern_only(value: &str) -> Written {
    Written {
        observable: None,
        constant: Constant::Text(value.to_owned()),
    }
}

fn number(value: i64) -> Written {
    Written {
        observable: Some(Value::from(value)),
        constant: Constant::Integer(value.to_string()),
    }
}

impl Form {
    /// The value in STIX; `None` when it is none of this kind.
    #[must_use]
    pub fn write(self, value: &str) -> Option<Written> {
        if value.is_empty() {
            return None;
        }
        Some(match self {
            Self::Text => text(value),
            Self::Port => number(i64::from(value.trim().parse::<u16>().ok()?)),
            Self::Integer => number(value.trim().parse().ok().filter(|n: &i64| *n >= 0)?),
            Self::Float => {
                let parsed: f64 = value.trim().parse().ok().filter(|n: &f64| n.is_finite())?;
                Written {
                    observable: Some(serde_json::Number::from_f64(parsed).map(Value::Number)?),
                    constant: Constant::Float(format!("{parsed:?}")).plain()?,
                }
            }
            Self::Boolean => {
                let parsed = boolean(value)?;
                Written {
                    observable: Some(Value::Bool(parsed)),
                    constant: Constant::Boolean(parsed),
                }
            }
            Self::AsNumber => {
                let digits = value.trim().trim_start_matches(['A', 'S', 'a', 's']);
                number(i64::from(digits.parse::<u32>().ok()?))
            }
            Self::Mac => text(&mac(value)?),
            Self::Email if is_email(value) => text(value),
            Self::Domain if is_domain(value) => text(value),
            Self::Url if is_uri(value) => text(value),
            Self::Email | Self::Domain | Self::Url => pattern_only(value),
            Self::Address => {
                address_type(value)?;
                text(value)
            }
            Self::Registry => Written {
                observable: Some(Value::from(with_long_root(value))),
                constant: Constant::Text(value.to_owned()),
            },
            Self::Digest(0) => text(value),
            Self::Digest(length) => {
                let fits = value.len() == length && value.bytes().all(|b| b.is_ascii_hexdigit());
                fits.then(|| text(value))?
            }
            Self::Data => text(value),
            Self::Moment => {
                let at = moment::plain(parse_moment(value)?);
                Written {
                    observable: Some(Value::from(at.clone())),
                    constant: Constant::Time(at),
                }
            }
            Self::Protocol => {
                let plain = value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
                plain.then(|| text(&value.to_ascii_lowercase()))?
            }
            Self::RegistryType if REGISTRY_TYPES.contains(&value) => text(value),
            Self::Language if value.len() == 3 && value.bytes().all(|b| b.is_ascii_lowercase()) => {
                text(value)
            }
            Self::Cipher if CIPHERS.contains(&value) => text(value),
            Self::RegistryType | Self::Language | Self::Cipher => return None,
        })
    }

    /// The text that a property or a constant stands for; `None` when it is none of this kind.
    #[must_use]
    pub fn read(self, value: &Value) -> Option<String> {
        let plain = plain(value)?;
        if plain.is_empty() {
            return None;
        }
        match self {
            Self::Text
            | Self::Data
            | Self::Email
            | Self::Url
            | Self::Domain
            | Self::Registry
            | Self::RegistryType
            | Self::Language
            | Self::Cipher
            | Self::Digest(0) => Some(plain),
            Self::Port => plain.parse::<u16>().ok().map(|_| plain),
            Self::Integer => plain.parse::<u64>().ok().map(|_| plain),
            Self::Float => plain.parse::<f64>().ok().map(|_| plain),
            Self::Boolean => Some(if boolean(&plain)? { "1" } else { "0" }.to_owned()),
            Self::AsNumber => {
                let digits = plain.trim_start_matches("AS");
                digits.parse::<u32>().ok().map(|number| format!("AS{number}"))
            }
            Self::Mac => mac(&plain),
            Self::Address => address_type(&plain).map(|_| plain),
            Self::Digest(length) => {
                let fits = plain.len() == length && plain.bytes().all(|b| b.is_ascii_hexdigit());
                fits.then_some(plain)
            }
            Self::Moment => {
                let at = entente_model::time::iso_micros(parse_moment(&plain)?);
                Some(at.replace("+00:00", "+0000"))
            }
            Self::Protocol => Some(plain.to_ascii_uppercase()),
        }
    }
}

impl Constant {
    /// A number with a fraction, unless it cannot be written without an exponent.
    fn plain(self) -> Option<Self> {
        match &self {
            Self::Float(text) if text.contains('e') => None,
            _ => Some(self),
        }
    }

    /// The constant as a value of JSON.
    #[must_use]
    pub fn value(&self) -> Value {
        use base64::Engine as _;
        match self {
            Self::Integer(text) | Self::Float(text) | Self::Text(text) | Self::Time(text) => {
                Value::from(text.as_str())
            }
            Self::Binary(bytes) => Value::from(base64::engine::general_purpose::STANDARD.encode(bytes)),
            Self::Hex(bytes) => Value::from(hex::encode(bytes)),
            Self::Boolean(value) => Value::from(*value),
        }
    }
}

/// A scalar as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

fn mac(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|ch| !matches!(ch, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = String::with_capacity(17);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 2 == 0 {
            out.push(':');
        }
        out.push(digit.to_ascii_lowercase());
    }
    Some(out)
}

/// The type of object that an address or network is.
#[must_use]
pub fn address_type(text: &str) -> Option<&'static str> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    if address.parse::<Ipv4Addr>().is_ok() && prefix.is_none_or(|bits| bits <= 32) {
        Some("ipv4-addr")
    } else if address.parse::<Ipv6Addr>().is_ok() && prefix.is_none_or(|bits| bits <= 128) {
        Some("ipv6-addr")
    } else {
        None
    }
}

/// Whether a text is a hardware address.
#[must_use]
pub fn is_mac(text: &str) -> bool {
    mac(text).is_some()
}

/// Whether a text may stand as a mail address: what the schemas of both versions take.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'+' | b'-');
    let domain_fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let dots_fit = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    !local.is_empty()
        && local.bytes().all(local_fits)
        && domain.len() <= 253
        && domain.contains('.')
        && domain.bytes().all(domain_fits)
        && dots_fit(local)
        && dots_fit(domain)
}

/// Whether a text may stand as a name: letters of any script, digits, hyphens, in labels.
fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|ch| ch.is_alphanumeric() || matches!(ch, '-' | '_'))
        })
}

/// Whether a text has the form of a URI (RFC 3986) with an authority or at least a scheme.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme_fits = scheme.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let escapes_fit = rest.split('%').skip(1).all(|after| {
        after
            .get(..2)
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    let authority = rest
        .strip_prefix("//")
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let behind = authority.map_or(rest, |authority| {
        rest.get(2 + authority.len()..).unwrap_or_default()
    });
    let signs_fit = rest
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b));
    let brackets_fit = !behind.contains(['[', ']']) && authority.is_none_or(host_fits);
    let one_fragment = rest.matches('#').count() <= 1;
    scheme_fits && !rest.is_empty() && escapes_fit && signs_fit && brackets_fit && one_fragment
}

/// Brackets stand around an IPv6 address only, and a port is a number.
fn host_fits(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => {
                ("v6", port.strip_prefix(':').unwrap_or(port))
            }
            _ => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    !user.contains(['[', ']', '@'])
        && !name.contains(['[', ']', ':'])
        && !name.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
}

fn with_long_root(key: &str) -> String {
    let (root, rest) = key.find('\\').map_or((key, ""), |at| key.split_at(at));
    let long = ROOTS
        .iter()
        .find(|(short, _)| root.trim_end_matches(':').eq_ignore_ascii_case(short))
        .map(|(_, long)| *long);
    long.map_or_else(|| key.to_owned(), |long| [long, rest].concat())
}

#[cfg(test)]
mod tests;
