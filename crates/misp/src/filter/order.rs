//! `order`: a closed list of fields. spec: 04#3 order
use entente_model::search::{Key, Order, Subject};
use serde_json::Value;

/// Steps of the order; what is not known is passed over.
pub(super) fn read(subject: Subject, value: Option<&Value>) -> Vec<Order> {
    let mut steps = Vec::new();
    let mut add = |text: &str| {
        for part in text.split(',') {
            steps.extend(step(subject, part));
        }
    };
    match value {
        Some(Value::String(text)) => add(text),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).for_each(add),
        // `{"id": "desc"}`
        Some(Value::Object(map)) => {
            for (field, direction) in map {
                add(&format!("{field} {}", direction.as_str().unwrap_or("asc")));
            }
        }
        _ => {}
    }
    steps.truncate(8);
    steps
}

fn step(subject: Subject, text: &str) -> Option<Order> {
    let mut words = text.split_whitespace();
    let field = words.next()?.trim_matches('`').to_ascii_lowercase();
    let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return None,
    };
    if words.next().is_some() {
        return None;
    }
    let key = match subject {
        Subject::Event => event_key(field.strip_prefix("event.").unwrap_or(&field)),
        Subject::Attribute if field == "event.publish_timestamp" => Some(Key::PublishTimestamp),
        Subject::Attribute => attribute_key(field.strip_prefix("attribute.").unwrap_or(&field)),
        Subject::Object => (field.strip_prefix("object.").unwrap_or(&field) == "id").then_some(Key::Id),
    }?;
    Some(Order { key, descending })
}

fn event_key(field: &str) -> Option<Key> {
    Some(match field {
        "id" => Key::Id,
        "info" => Key::Info,
        "analysis" => Key::Analysis,
        "threat_level_id" => Key::ThreatLevel,
        "distribution" => Key::Distribution,
        "timestamp" => Key::Timestamp,
        "publish_timestamp" => Key::PublishTimestamp,
        _ => return None,
    })
}

fn attribute_key(field: &str) -> Option<Key> {
    Some(match field {
        "id" => Key::Id,
        "event_id" => Key::Event,
        "object_id" => Key::Object,
        "type" => Key::Kind,
        "category" => Key::Category,
        "value" | "value1" => Key::Value,
        "distribution" => Key::Distribution,
        "timestamp" => Key::Timestamp,
        "object_relation" => Key::Relation,
        _ => return None,
    })
}

/// A column of the event list. spec: 04#5.1 sort
pub(super) fn index_key(field: &str) -> Option<Key> {
    let field = field.to_ascii_lowercase();
    let field = field.strip_prefix("event.").unwrap_or(&field);
    event_key(field).or(match field {
        "date" => Some(Key::Date),
        "published" => Some(Key::Published),
        "attribute_count" => Some(Key::AttributeCount),
        "org_id" => Some(Key::Owner),
        "orgc_id" => Some(Key::Creator),
        "uuid" => Some(Key::Uuid),
        _ => None,
    })
}
