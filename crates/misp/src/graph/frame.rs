//! The inside of one event.
use super::{category_of, object_id, type_of, value_of};
use entente_model::attribute::Attribute;
use entente_model::id::EventId;
use entente_model::object::{Object, Reference};
use entente_model::tag::Tag;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// What is inside an event and how it hangs together.
#[derive(Debug)]
pub struct Frame {
    event: EventId,
    items: Vec<Value>,
    relations: Vec<Value>,
    kinds: Map<String, Value>,
    known: HashSet<String>,
    most: usize,
    left_out: usize,
}

impl Frame {
    /// The empty frame of an event, for at most so many items.
    #[must_use]
    pub fn new(event: EventId, most: usize) -> Self {
        Self {
            event,
            items: Vec::new(),
            relations: Vec::new(),
            kinds: Map::new(),
            known: HashSet::new(),
            most,
            left_out: 0,
        }
    }

    fn item(&mut self, id: String, make: impl FnOnce(&str) -> Value) -> bool {
        if self.known.contains(&id) {
            return true;
        }
        if self.items.len() >= self.most {
            self.left_out += 1;
            return false;
        }
        self.items.push(make(&id));
        self.known.insert(id);
        true
    }

    /// An attribute outside objects; `false` when there was no room for it.
    pub fn attribute(&mut self, attribute: &Attribute) -> bool {
        let event = self.event;
        self.item(attribute.id.to_string(), |id| {
            json!({
                "id": id,
                "uuid": attribute.uuid.to_string(),
                "type": type_of(attribute),
                "label": value_of(attribute),
                "event_id": event.to_string(),
                "node_type": "attribute",
                "comment": attribute.comment,
            })
        })
    }

    /// An object with its members; `false` when there was no room for it.
    pub fn object<'a>(
        &mut self,
        object: &Object,
        members: impl Iterator<Item = &'a Attribute> + Clone,
    ) -> bool {
        let event = self.event;
        self.item(object_id(object.id), |id| {
            let label = members
                .clone()
                .next()
                .map_or_else(|| object.name.clone(), value_of);
            let members: Vec<Value> = members
                .map(|attribute| {
                    json!({
                        "id": attribute.id.to_string(),
                        "uuid": attribute.uuid.to_string(),
                        "object_relation": attribute.relation,
                        "category": category_of(attribute),
                        "type": type_of(attribute),
                        "value": value_of(attribute),
                    })
                })
                .collect();
            json!({
                "id": id,
                "uuid": object.uuid.to_string(),
                "type": object.name,
                "label": label,
                "Attribute": members,
                "node_type": "object",
                "meta-category": object.meta_category,
                "template_uuid": object.template_uuid.map(|uuid| uuid.to_string()),
                "event_id": event.to_string(),
                "comment": object.comment,
            })
        })
    }

    /// A reference from an object of this event.
    pub fn reference(&mut self, reference: &Reference) {
        let to = if reference.to_object {
            object_id(reference.referenced)
        } else {
            reference.referenced.to_string()
        };
        self.kinds.insert(reference.relationship_type.clone(), 0.into());
        self.relations.push(json!({
            "id": reference.id.to_string(),
            "uuid": reference.uuid.to_string(),
            "from": object_id(reference.object),
            "to": to,
            "type": reference.relationship_type,
            "comment": reference.comment,
            "event_id": self.event.to_string(),
        }));
    }

    /// A tag on an attribute, or on the member of an object: from the item with this id.
    pub fn tagged(&mut self, item: &str, tag: &Tag) {
        let event = self.event;
        let shown = self.item(format!("t-{}", tag.id), |id| {
            json!({
                "id": id,
                "type": "tag",
                "label": tag.name,
                "tag_id": tag.id.to_string(),
                "colour": tag.colour,
                "event_id": event.to_string(),
                "node_type": "tag",
                "comment": "",
            })
        });
        if shown {
            self.relation(item, &format!("t-{}", tag.id));
        }
    }

    /// That the item with this id has a property of some value.
    pub fn grouped(&mut self, item: &str, key: &str, value: &str) {
        let event = self.event;
        let shown = self.item(format!("k-{value}"), |id| {
            json!({
                "id": id,
                "type": key,
                "label": value,
                "event_id": event.to_string(),
                "node_type": "keyType",
                "comment": "",
            })
        });
        if shown {
            self.relation(item, &format!("k-{value}"));
        }
    }

    fn relation(&mut self, from: &str, to: &str) {
        let relation = json!({
            "id": format!("{from}:{to}"),
            "uuid": null,
            "from": from,
            "to": to,
            "type": "",
            "comment": "",
            "event_id": self.event.to_string(),
        });
        if self.relations.last() != Some(&relation) {
            self.relations.push(relation);
        }
    }

    /// The frame.
    #[must_use]
    pub fn into_json(self) -> Value {
        json!({
            "items": self.items,
            "relations": self.relations,
            "existing_object_relation": self.kinds,
            "left_out": self.left_out,
        })
    }
}
