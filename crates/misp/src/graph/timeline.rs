//! When things of an event were seen.
use super::{object_id, type_of, value_of};
use entente_model::attribute::Attribute;
use entente_model::id::EventId;
use entente_model::object::Object;
use entente_model::time::iso_micros;
use serde_json::{Value, json};

/// When things of an event were seen.
#[derive(Debug)]
pub struct Timeline {
    event: EventId,
    items: Vec<Value>,
    most: usize,
    left_out: usize,
}

impl Timeline {
    /// The empty timeline of an event, for at most so many items.
    #[must_use]
    pub fn new(event: EventId, most: usize) -> Self {
        Self {
            event,
            items: Vec::new(),
            most,
            left_out: 0,
        }
    }

    fn item(&mut self, item: Value) {
        if self.items.len() < self.most {
            self.items.push(item);
        } else {
            self.left_out += 1;
        }
    }

    /// An attribute outside objects.
    pub fn attribute(&mut self, attribute: &Attribute) {
        self.item(json!({
            "id": attribute.id.to_string(),
            "uuid": attribute.uuid.to_string(),
            "content": value_of(attribute),
            "event_id": self.event.to_string(),
            "group": "attribute",
            "attribute_type": type_of(attribute),
            "timestamp": attribute.timestamp.to_string(),
            "first_seen": attribute.first_seen.map(iso_micros),
            "last_seen": attribute.last_seen.map(iso_micros),
        }));
    }

    /// An object with its members.
    pub fn object<'a>(&mut self, object: &Object, members: impl Iterator<Item = &'a Attribute>) {
        let members: Vec<Value> = members
            .map(|attribute| {
                json!({
                    "id": attribute.id.to_string(),
                    "content": value_of(attribute),
                    "contentType": attribute.relation,
                    "first_seen": attribute.first_seen.map(iso_micros),
                    "last_seen": attribute.last_seen.map(iso_micros),
                })
            })
            .collect();
        self.item(json!({
            "id": object_id(object.id),
            "uuid": object.uuid.to_string(),
            "content": object.name,
            "event_id": self.event.to_string(),
            "group": "object",
            "meta-category": object.meta_category,
            "template_uuid": object.template_uuid.map(|uuid| uuid.to_string()),
            "Attribute": members,
            "timestamp": object.timestamp.to_string(),
            "first_seen": object.first_seen.map(iso_micros),
            "last_seen": object.last_seen.map(iso_micros),
        }));
    }

    /// The timeline.
    #[must_use]
    pub fn into_json(self) -> Value {
        json!({ "items": self.items, "left_out": self.left_out })
    }
}
