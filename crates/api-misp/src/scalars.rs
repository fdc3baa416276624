//! Values of a body that clients send as text, number or list as they please. spec: 01#1
use crate::call::truthy;
use entente_model::id::Ref;
use serde_json::Value;

/// The texts a value holds: one, or those of a list; a text may hold a list as JSON.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.trim_start().starts_with('[') => match serde_json::from_str(text) {
            Ok(list @ Value::Array(_)) => texts(&list),
            _ => vec![text.clone()],
        },
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(list) => list
            .iter()
            .filter(|item| !item.is_array())
            .flat_map(texts)
            .collect(),
        Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
    }
}

/// The whole numbers a value holds.
pub(crate) fn numbers(value: &Value) -> Vec<i64> {
    texts(value)
        .iter()
        .filter_map(|text| text.trim().parse().ok())
        .collect()
}

/// The ids and uuids a value holds.
pub(crate) fn references(value: &Value) -> Vec<Ref> {
    texts(value).iter().filter_map(|text| Ref::parse(text)).collect()
}

/// Yes or no, when the value says either.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_i64() != Some(0)),
        Value::String(text) if !text.trim().is_empty() => Some(truthy(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_value_is_a_list_of_one() {
        assert_eq!(numbers(&json!("3")), [3]);
        assert_eq!(numbers(&json!([3, "4", "x", null])), [3, 4]);
        assert_eq!(numbers(&json!("[3,4]")), [3, 4]);
        assert_eq!(texts(&json!("[a]")), ["[a]"]);
        assert_eq!(texts(&json!({"a": 1})), Vec::<String>::new());
        assert_eq!(
            (flag(&json!("0")), flag(&json!(1)), flag(&json!(null))),
            (Some(false), Some(true), None)
        );
    }
}
