//! Typed fields of a small body that was read as a tree, with the tolerance of the other readers. spec: 01#1
use super::scalar::Scalar;
use entente_model::draft::Given;
use entente_model::id::Ref;
use entente_model::level::Distribution;
use entente_model::time::Seconds;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The map that says something: the body itself, or what the given name, `request` or `response` wraps.
#[must_use]
pub fn unwrapped<'m>(body: &'m Map<String, Value>, name: &str) -> &'m Map<String, Value> {
    let mut map = body;
    for _ in 0..super::MAX_WRAPS {
        let inner = ["request", "response", name]
            .iter()
            .find_map(|key| match map.get(*key) {
                Some(Value::Object(inner)) => Some(inner),
                Some(Value::Array(list)) if list.len() == 1 => list.first().and_then(Value::as_object),
                _ => None,
            });
        match inner {
            Some(inner) => map = inner,
            None => break,
        }
    }
    map
}

/// The value under a key, handed to one of the methods of [`Scalar`].
macro_rules! given {
    ($map:ident, $key:ident, $read:ident) => {
        $map.get($key).map_or(Given::Absent, |value| {
            Scalar::of(value, &mut String::new()).$read()
        })
    };
}

/// Text; numbers and booleans are turned into text, null and structures are absent.
#[must_use]
pub fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    as_text(map.get(key)?)
}

fn as_text(value: &Value) -> Option<String> {
    Scalar::of(value, &mut String::new()).text()
}

/// A whole number, as number or text.
#[must_use]
pub fn int(map: &Map<String, Value>, key: &str) -> Given<i64> {
    given!(map, key, int)
}

/// `true`, `1`, `"1"`, `"true"` and their opposites.
#[must_use]
pub fn flag(map: &Map<String, Value>, key: &str) -> Given<bool> {
    given!(map, key, flag)
}

/// A uuid; empty text is absent.
#[must_use]
pub fn uuid(map: &Map<String, Value>, key: &str) -> Given<Uuid> {
    given!(map, key, uuid)
}

/// A time in whole seconds.
#[must_use]
pub fn seconds(map: &Map<String, Value>, key: &str) -> Given<Seconds> {
    given!(map, key, seconds)
}

/// A distribution: one digit from 0 to 5, nothing else. spec: 11#BI-O5
#[must_use]
pub fn distribution(map: &Map<String, Value>, key: &str) -> Given<Distribution> {
    given!(map, key, distribution)
}

/// An id or uuid; empty text and 0 are absent.
#[must_use]
pub fn reference(map: &Map<String, Value>, key: &str) -> Given<Ref> {
    let Some(value) = map.get(key) else {
        return Given::Absent;
    };
    match Scalar::of(value, &mut String::new()) {
        Scalar::Null | Scalar::Text("" | "0") | Scalar::Number("0") => Given::Absent,
        other => other.reference().map_or(Given::Invalid, Given::Value),
    }
}

/// A list of texts: a list, a map whose values count, the JSON text of a list, or one scalar.
#[must_use]
pub fn list_of_text(map: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
    let value = map.get(key)?;
    let texts = |values: &mut dyn Iterator<Item = &Value>| values.filter_map(as_text).collect();
    match value {
        Value::Null => None,
        Value::Array(list) => Some(texts(&mut list.iter())),
        Value::Object(map) => Some(texts(&mut map.values())),
        Value::String(text) if text.trim_start().starts_with('[') => {
            let list = serde_json::from_str::<Vec<Value>>(text).ok();
            Some(list.map_or_else(|| vec![text.clone()], |list| texts(&mut list.iter())))
        }
        one => Some(texts(&mut std::iter::once(one))),
    }
}

/// A list of ids or uuids in any form of [`list_of_text`]; elements that are neither are `None`.
#[must_use]
pub fn ids(map: &Map<String, Value>, key: &str) -> Option<Vec<Option<Ref>>> {
    let texts = list_of_text(map, key)?;
    Some(texts.iter().map(|text| Ref::parse(text)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn wrappers_are_looked_through() {
        for wrapped in [
            json!({"name": "x"}),
            json!({"Tag": {"name": "x"}}),
            json!({"request": {"Tag": [{"name": "x"}]}}),
        ] {
            let map = body(&wrapped);
            assert_eq!(text(unwrapped(&map, "Tag"), "name").as_deref(), Some("x"));
        }
    }

    #[test]
    fn fields_are_read_tolerantly() {
        let map = body(&json!({
            "n": "12", "f": "true", "bad": [], "null": null, "r": 0, "s": 3,
            "ids": "[1, \"2\"]", "texts": {"0": "a", "1": 5}, "one": "a"
        }));
        assert_eq!(int(&map, "n"), Given::Value(12));
        assert_eq!(flag(&map, "f"), Given::Value(true));
        assert!(int(&map, "bad").is_invalid());
        assert!(int(&map, "null").is_absent());
        assert!(reference(&map, "r").is_absent());
        assert_eq!(reference(&map, "s"), Given::Value(Ref::Id(3)));
        assert!(reference(&map, "bad").is_invalid());
        assert_eq!(ids(&map, "ids"), Some(vec![Some(Ref::Id(1)), Some(Ref::Id(2))]));
        assert_eq!(ids(&map, "one"), Some(vec![None]));
        assert_eq!(
            list_of_text(&map, "texts"),
            Some(vec!["a".to_owned(), "5".to_owned()])
        );
        assert_eq!(list_of_text(&map, "null"), None);
    }
}
