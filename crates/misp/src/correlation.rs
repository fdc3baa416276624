//! What administrators see of correlation: rules, and values by how many attributes share them. spec: 05#1.6, 05#1.7
use entente_model::administration::{CorrelationRule, EventGraph};
use serde_json::{Map, Value, json};

/// A rule that keeps events apart.
#[must_use]
pub fn rule(rule: &CorrelationRule) -> Value {
    json!({ "CorrelationRule": {
        "id": rule.id.to_string(),
        "uuid": rule.uuid.to_string(),
        "name": rule.name,
        "comment": rule.comment,
        "selector_type": rule.selector.name(),
        "selector_list": rule.list,
        "timestamp": rule.timestamp.to_string(),
    }})
}

/// A value that is in too many attributes, or not in too many.
#[must_use]
pub fn over_correlating(place: i64, value: &str, occurrence: i64, over: bool, excluded: bool) -> Value {
    json!({ "OverCorrelatingValue": {
        "id": place.to_string(),
        "value": value,
        "occurrence": occurrence.to_string(),
        "over_correlation": over,
        "excluded": excluded,
    }})
}

/// A value that makes many correlations.
#[must_use]
pub fn top(value: &str, count: i64, excluded: bool) -> Value {
    json!({ "Correlation": { "value": value, "count": count.to_string(), "excluded": excluded } })
}

/// A list given as such, as its JSON text, or as lines.
#[must_use]
pub fn selector_list(body: &Map<String, Value>) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match body.get("selector_list")? {
        Value::Array(list) => Some(list.iter().filter_map(text).collect()),
        Value::String(given) => match serde_json::from_str(given) {
            Ok(Value::Array(list)) => Some(list.iter().filter_map(text).collect()),
            _ => Some(
                given
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        },
        other => text(other).map(|one| vec![one]),
    }
}

/// A graph of an event as somebody kept it.
#[must_use]
pub fn event_graph(graph: &EventGraph, email: Option<&str>) -> Value {
    json!({
        "EventGraph": {
            "id": graph.id.to_string(),
            "event_id": graph.event.to_string(),
            "user_id": graph.user.to_string(),
            "org_id": graph.org.to_string(),
            "timestamp": graph.timestamp.to_string(),
            "network_name": graph.name,
            "network_json": graph.network,
            "preview_img": graph.preview,
        },
        "User": { "email": email },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_several_forms() {
        let of = |value: Value| selector_list(json!({ "selector_list": value }).as_object().unwrap());
        let expected = Some(vec!["1".to_owned(), "x%".to_owned()]);
        assert_eq!(of(json!([1, "x%"])), expected);
        assert_eq!(of(json!("[\"1\", \"x%\"]")), expected);
        assert_eq!(of(json!("1\n x% \n")), expected);
        assert_eq!(of(json!(7)), Some(vec!["7".to_owned()]));
        assert_eq!(selector_list(&Map::new()), None);
    }
}
