//! From what a client sent to what is stored. spec: 01#9 steps 2-5 and 7

use std::borrow::Cow;

use thiserror::Error;

use crate::{AttributeType, ImportRules};

/// Longest value in bytes, both halves and the `|` together. spec: 01#9 step 7
pub const MAX_VALUE_BYTES: usize = 65_535;

/// The current time, for types that take words such as `yesterday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    unix_seconds: i64,
}

impl Today {
    /// From seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_unix_seconds(unix_seconds: i64) -> Self {
        Self { unix_seconds }
    }

    pub(crate) const fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }
}

/// A value ready to be stored: one text, or the two halves of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Value {
    /// The whole value of a simple type, or what stands before the `|`.
    pub first: String,
    /// What stands after the `|`; always present in composite types, possibly empty.
    pub second: Option<String>,
}

impl Value {
    /// Takes a stored value apart. A composite value without `|`, as MISP renders one with an empty second
    /// half, gets an empty second half. spec: 01#7.2
    #[must_use]
    pub fn split(ty: AttributeType, joined: &str) -> Self {
        if !ty.is_composite() {
            return Self {
                first: joined.to_owned(),
                second: None,
            };
        }
        let (first, second) = joined.split_once('|').unwrap_or((joined, ""));
        Self {
            first: first.to_owned(),
            second: Some(second.to_owned()),
        }
    }

    /// The value as one text. Keeps the `|` before an empty second half. spec: 01#7.2
    #[must_use]
    pub fn joined(&self) -> Cow<'_, str> {
        self.second
            .as_ref()
            .map_or(Cow::Borrowed(self.first.as_str()), |second| {
                Cow::Owned(format!("{}|{second}", self.first))
            })
    }
}

/// Why a value was refused, in words for whoever sent it. Belongs to the field `value`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ValueError {
    /// What is wrong and what to change.
    pub message: Cow<'static, str>,
}

impl ValueError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// Brings a value into the form in which it is stored, or says why it cannot be. spec: 01#9 steps 2-5 and 7
///
/// # Errors
/// The first rule that the value breaks.
pub fn prepare(ty: AttributeType, raw: &str, rules: &ImportRules, today: Today) -> Result<Value, ValueError> {
    let live = ty.refang().apply(trim(raw));
    let normal = ty.normal().apply(&live, Some(today));
    let text = match rules.apply(ty, &normal)? {
        Cow::Borrowed(text) => Cow::Borrowed(text),
        // A replacement knows nothing of the spelling of the type.
        Cow::Owned(rewritten) => Cow::Owned(ty.normal().apply(trim(&rewritten), Some(today)).into_owned()),
    };
    crate::validate::check(ty, &text)?;
    Ok(Value::split(ty, &text))
}

/// The spelling that a stored value of this type would have, for a search term. spec: 01#10.3
///
/// A term with the wildcard `%` comes back as given: normalising a fragment could drop the wildcard or the
/// letters around it, and comparisons ignore case anyway.
#[must_use]
pub fn normalise_term(ty: AttributeType, term: &str) -> Cow<'_, str> {
    if term.contains('%') {
        return Cow::Borrowed(term);
    }
    ty.normal().apply(trim(term), None)
}

/// Drops blank, tab, CR, LF, VT and NUL at both ends. spec: 01#9 step 2
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n', '\u{b}', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Today = Today::from_unix_seconds(0);

    #[test]
    fn an_empty_second_half_keeps_its_bar() {
        let value = prepare(
            AttributeType::MALWARE_SAMPLE,
            "a.bin|",
            ImportRules::shipped(),
            TODAY,
        )
        .unwrap();
        assert_eq!(
            value,
            Value {
                first: "a.bin".into(),
                second: Some(String::new())
            }
        );
        assert_eq!(value.joined(), "a.bin|");
        assert_eq!(Value::split(AttributeType::MALWARE_SAMPLE, "a.bin"), value);
    }

    #[test]
    fn a_bar_in_a_simple_type_is_text() {
        let value = Value::split(AttributeType::TEXT, "a|b");
        assert_eq!((value.joined().as_ref(), &value.second), ("a|b", &None));
    }

    #[test]
    fn the_size_limit_counts_bytes_of_the_whole_value() {
        let prepared = |text: &str| prepare(AttributeType::TEXT, text, ImportRules::shipped(), TODAY);
        assert!(prepared(&"a".repeat(MAX_VALUE_BYTES)).is_ok());
        assert!(prepared(&"a".repeat(MAX_VALUE_BYTES + 1)).is_err());
        assert!(prepared(&"ä".repeat(MAX_VALUE_BYTES / 2 + 1)).is_err());
    }

    #[test]
    fn search_terms_are_spelled_like_stored_values() {
        assert_eq!(
            normalise_term(AttributeType::IP_SRC, " 2001:DB8::0 "),
            "2001:db8::"
        );
        assert_eq!(normalise_term(AttributeType::PHONE_NUMBER, "0041 22"), "+4122");
        assert_eq!(normalise_term(AttributeType::PHONE_NUMBER, "%22%"), "%22%");
    }
}
