//! One scalar of a body, and what it means where a certain type is wanted. spec: 01#1
use entente_model::draft::Given;
use entente_model::id::{Ref, parse_uuid};
use entente_model::level::{Analysis, Distribution, SightingKind, ThreatLevel};
use entente_model::time::{Day, Micros, Seconds, parse_moment};
use serde_json::Value;
use uuid::Uuid;

/// A value without structure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Flag(bool),
    /// As written.
    Number(&'a str),
    Text(&'a str),
    /// A map or list, where a scalar was wanted.
    Other,
}

impl<'a> Scalar<'a> {
    /// A tree's value as a scalar; `digits` holds the text of a number.
    pub(crate) fn of(value: &'a Value, digits: &'a mut String) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => {
                *digits = number.to_string();
                Self::Number(digits)
            }
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }

    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Null | Self::Other => Value::Null,
            Self::Flag(flag) => flag.into(),
            Self::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            Self::Text(text) => text.into(),
        }
    }

    /// The text that the reference implementation makes of it; null and structures are no text.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Null | Self::Other => None,
            Self::Flag(true) => Some("1".into()),
            Self::Flag(false) => Some(String::new()),
            Self::Number(text) => Some(number_text(text)),
            Self::Text(text) => Some(text.to_owned()),
        }
    }

    /// Reads what is written in digits or other short text; null, empty text and absence are one.
    fn written<T>(self, read: impl FnOnce(&str) -> Option<T>) -> Given<T> {
        match self {
            Self::Null | Self::Text("") => Given::Absent,
            Self::Number(text) | Self::Text(text) => read(text).map_or(Given::Invalid, Given::Value),
            Self::Flag(_) | Self::Other => Given::Invalid,
        }
    }

    pub(crate) fn flag(self) -> Given<bool> {
        match self {
            Self::Null => Given::Absent,
            Self::Flag(flag) => Given::Value(flag),
            Self::Number(text) | Self::Text(text) => match text {
                "1" => Given::Value(true),
                "0" => Given::Value(false),
                _ if text.eq_ignore_ascii_case("true") => Given::Value(true),
                _ if text.eq_ignore_ascii_case("false") => Given::Value(false),
                _ => Given::Invalid,
            },
            Self::Other => Given::Invalid,
        }
    }

    /// A flag where anything unreadable means no.
    pub(crate) fn is_set(self) -> bool {
        self.flag().or(false)
    }

    pub(crate) fn int(self) -> Given<i64> {
        self.written(decimal)
    }

    /// A whole number that names a row; 0 names none.
    pub(crate) fn id(self) -> Option<i64> {
        self.int().value().filter(|id| *id > 0)
    }

    pub(crate) fn uuid(self) -> Given<Uuid> {
        self.written(parse_uuid)
    }

    pub(crate) fn reference(self) -> Option<Ref> {
        self.written(Ref::parse)
            .value()
            .filter(|found| *found != Ref::Id(0))
    }

    /// Null is as malformed as `true` or `"4 "`, so that it can never widen anything. spec: 11#BI-O5
    pub(crate) fn distribution(self) -> Given<Distribution> {
        match self {
            Self::Number(text) | Self::Text(text) => text
                .parse::<u8>()
                .ok()
                .filter(|_| text.len() == 1)
                .and_then(|n| Distribution::from_number(n.into()))
                .map_or(Given::Invalid, Given::Value),
            Self::Null | Self::Flag(_) | Self::Other => Given::Invalid,
        }
    }

    pub(crate) fn analysis(self) -> Given<Analysis> {
        self.written(|text| {
            let named = [Analysis::Initial, Analysis::Ongoing, Analysis::Completed]
                .into_iter()
                .find(|analysis| analysis.name().eq_ignore_ascii_case(text));
            named.or_else(|| Analysis::from_number(decimal(text)?))
        })
    }

    pub(crate) fn threat_level(self) -> Given<ThreatLevel> {
        self.written(|text| ThreatLevel::from_number(decimal(text)?))
    }

    pub(crate) fn sighting_kind(self) -> Given<SightingKind> {
        self.written(|text| SightingKind::from_number(decimal(text)?))
    }

    pub(crate) fn seconds(self) -> Given<Seconds> {
        self.written(|text| match decimal(text) {
            Some(seconds) => Some(seconds).filter(|s| *s >= 0),
            None => parse_moment(text).map(|micros| micros.div_euclid(1_000_000)),
        })
    }

    pub(crate) fn day(self) -> Given<Day> {
        self.written(Day::parse)
    }

    /// Null and empty text clear the moment.
    pub(crate) fn moment(self) -> Given<Option<Micros>> {
        match self {
            Self::Null | Self::Text("") => Given::Value(None),
            other => other.written(|text| parse_moment(text).map(Some)),
        }
    }

    /// Empty text and 0 clear the reference.
    pub(crate) fn extends(self) -> Given<Option<Ref>> {
        match self {
            Self::Text("" | "0") | Self::Number("0") => Given::Value(None),
            other => other.written(|text| Ref::parse(text).map(Some)),
        }
    }
}

/// Digits with an optional minus, nothing else.
fn decimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Whole numbers as written; others lose a fraction of zero and their exponent.
fn number_text(text: &str) -> String {
    if decimal(text).is_some() {
        return text.to_owned();
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.abs() < 1e15 => number.to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_in_many_forms() {
        for yes in [
            Scalar::Flag(true),
            Scalar::Number("1"),
            Scalar::Text("1"),
            Scalar::Text("TRUE"),
        ] {
            assert_eq!(yes.flag(), Given::Value(true));
        }
        for no in [
            Scalar::Flag(false),
            Scalar::Number("0"),
            Scalar::Text("0"),
            Scalar::Text("false"),
        ] {
            assert_eq!(no.flag(), Given::Value(false));
        }
        for bad in [
            Scalar::Number("2"),
            Scalar::Text("yes"),
            Scalar::Other,
            Scalar::Text(""),
        ] {
            assert!(bad.flag().is_invalid());
        }
        assert!(Scalar::Null.flag().is_absent());
    }

    #[test]
    fn a_distribution_is_one_digit() {
        assert_eq!(
            Scalar::Text("4").distribution(),
            Given::Value(Distribution::SharingGroup)
        );
        assert_eq!(
            Scalar::Number("0").distribution(),
            Given::Value(Distribution::Organisation)
        );
        for bad in [
            Scalar::Text("4 "),
            Scalar::Text("+4"),
            Scalar::Text("04"),
            Scalar::Number("6"),
            Scalar::Number("-1"),
            Scalar::Number("1.0"),
            Scalar::Flag(true),
            Scalar::Null,
            Scalar::Other,
        ] {
            assert!(bad.distribution().is_invalid(), "{bad:?}");
        }
    }

    #[test]
    fn values_become_text_as_php_would() {
        for (scalar, text) in [
            (Scalar::Flag(true), "1"),
            (Scalar::Flag(false), ""),
            (Scalar::Number("12"), "12"),
            (Scalar::Number("1.50"), "1.5"),
            (Scalar::Number("2.0"), "2"),
            (Scalar::Number("1e3"), "1000"),
            (
                Scalar::Number("123456789012345678901234567890"),
                "123456789012345678901234567890",
            ),
        ] {
            assert_eq!(scalar.text().as_deref(), Some(text));
        }
        assert_eq!(Scalar::Null.text(), None);
    }

    #[test]
    fn times_and_references() {
        assert_eq!(Scalar::Text("1741082400").seconds(), Given::Value(1_741_082_400));
        assert_eq!(
            Scalar::Text("2025-03-04T10:00:00Z").seconds(),
            Given::Value(1_741_082_400)
        );
        assert!(Scalar::Number("-5").seconds().is_invalid());
        assert_eq!(Scalar::Null.moment(), Given::Value(None));
        assert_eq!(Scalar::Text("").moment(), Given::Value(None));
        assert!(Scalar::Text("soon").moment().is_invalid());
        assert_eq!(Scalar::Text("").extends(), Given::Value(None));
        assert_eq!(Scalar::Number("7").extends(), Given::Value(Some(Ref::Id(7))));
        assert!(Scalar::Null.extends().is_absent());
        assert_eq!(
            Scalar::Text("ONGOING").analysis(),
            Given::Value(Analysis::Ongoing)
        );
        assert_eq!(Scalar::Text("2").analysis(), Given::Value(Analysis::Completed));
        assert!(Scalar::Number("3").analysis().is_invalid());
    }
}
