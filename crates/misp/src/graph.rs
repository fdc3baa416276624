//! Graphs of events as JSON for programs that draw them. spec: 05#1.9
//!
//! [`Pivot`] spreads from one thing to what it shares with others; [`Frame`] shows the inside of one event.
//! Both hold a bounded number of things and say how many were left out.
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use entente_model::library::{FullCluster, Galaxy};
use entente_model::object::{Object, Reference};
use entente_model::tag::Tag;
use entente_model::time::iso_micros;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// Distance that is drawn between linked nodes, in pixels.
const DISTANCE: i64 = 150;

/// A value as exchanged.
fn value_of(attribute: &Attribute) -> String {
    match &attribute.value2 {
        Some(second) => format!("{}|{second}", attribute.value1),
        None => attribute.value1.clone(),
    }
}

fn type_of(attribute: &Attribute) -> &'static str {
    AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name)
}

fn category_of(attribute: &Attribute) -> &'static str {
    Category::from_id(attribute.category).map_or("Other", Category::name)
}

/// A graph of nodes and links between them.
#[derive(Debug)]
pub struct Pivot {
    nodes: Vec<Value>,
    links: Vec<Value>,
    places: HashMap<String, usize>,
    most: usize,
    left_out: usize,
}

/// A node's place, or nothing when there was no room for it.
pub type Place = Option<usize>;

impl Pivot {
    /// An empty graph for at most so many nodes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            nodes: Vec::new(),
            links: Vec::new(),
            places: HashMap::new(),
            most,
            left_out: 0,
        }
    }

    fn node(&mut self, unique: String, make: impl FnOnce(&str) -> Value) -> Place {
        if let Some(place) = self.places.get(&unique) {
            return Some(*place);
        }
        if self.nodes.len() >= self.most {
            self.left_out += 1;
            return None;
        }
        self.nodes.push(make(&unique));
        let place = self.nodes.len() - 1;
        self.places.insert(unique, place);
        Some(place)
    }

    /// An event with the name of its creator organisation.
    pub fn event(&mut self, event: &Event, org: &str, expanded: bool) -> Place {
        self.node(format!("event-{}", event.id), |unique| {
            json!({
                "unique_id": unique,
                "name": format!("Event {}", event.id),
                "type": "event",
                "id": event.id.to_string(),
                "uuid": event.uuid.to_string(),
                "info": event.info,
                "org": org,
                "analysis": event.analysis.name(),
                "distribution": event.distribution.number().to_string(),
                "date": event.date.to_string(),
                "image": null,
                "expanded": i32::from(expanded),
            })
        })
    }

    /// An attribute.
    pub fn attribute(&mut self, attribute: &Attribute) -> Place {
        self.node(format!("attribute-{}", attribute.id), |unique| {
            json!({
                "unique_id": unique,
                "name": value_of(attribute),
                "type": "attribute",
                "id": attribute.id.to_string(),
                "uuid": attribute.uuid.to_string(),
                "att_category": category_of(attribute),
                "att_type": type_of(attribute),
                "att_ids": attribute.to_ids,
                "comment": attribute.comment,
                "image": null,
            })
        })
    }

    /// An object.
    pub fn object(&mut self, object: &Object) -> Place {
        self.node(format!("object-{}", object.id), |unique| {
            json!({
                "unique_id": unique,
                "name": object.name,
                "type": "object",
                "id": object.id.to_string(),
                "uuid": object.uuid.to_string(),
                "metacategory": object.meta_category,
                "description": object.description,
                "comment": object.comment,
                "imgClass": null,
            })
        })
    }

    /// A tag that stands for no cluster.
    pub fn tag(&mut self, tag: &Tag) -> Place {
        self.node(format!("tag-{}", tag.id), |unique| {
            let mut node = json!({
                "unique_id": unique,
                "name": tag.name,
                "type": "tag",
                "id": tag.id.to_string(),
                "colour": tag.colour,
                "image": null,
            });
            if let (Some(map), Some((taxonomy, _))) = (node.as_object_mut(), tag.name.split_once(':')) {
                map.insert("taxonomy".to_owned(), taxonomy.into());
            }
            node
        })
    }

    /// A cluster.
    pub fn galaxy(&mut self, galaxy: &Galaxy, full: &FullCluster) -> Place {
        let cluster = &full.cluster;
        let synonyms: Vec<&str> = full
            .elements
            .iter()
            .filter(|element| element.key == "synonyms")
            .map(|element| element.value.as_str())
            .collect();
        self.node(format!("galaxy-{}", cluster.id), |unique| {
            json!({
                "unique_id": unique,
                "name": cluster.value,
                "type": "galaxy",
                "id": cluster.id.to_string(),
                "uuid": cluster.uuid.to_string(),
                "galaxy": galaxy.name,
                "source": cluster.source,
                "tag_name": cluster.tag_name,
                "description": cluster.description,
                "authors": cluster.authors,
                "synonyms": synonyms,
                "image": null,
            })
        })
    }

    /// A link between two nodes that there was room for.
    pub fn link(&mut self, source: Place, target: Place) {
        if let (Some(source), Some(target)) = (source, target) {
            let link = json!({ "source": source, "target": target, "linkDistance": DISTANCE });
            if !self.links.contains(&link) {
                self.links.push(link);
            }
        }
    }

    /// Whether there is no room for another node.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.nodes.len() >= self.most
    }

    /// The graph.
    #[must_use]
    pub fn into_json(self) -> Value {
        json!({ "nodes": self.nodes, "links": self.links, "left_out": self.left_out })
    }
}

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
            let label = members.clone().next().map_or_else(|| object.name.clone(), value_of);
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

/// The id of an object among items, apart from those of attributes.
#[must_use]
pub fn object_id(id: ElementId) -> String {
    format!("o-{id}")
}

/// A property of an attribute by which items are grouped; `None` for one that there is not.
#[must_use]
pub fn property(attribute: &Attribute, key: &str) -> Option<String> {
    Some(match key {
        "type" => type_of(attribute).to_owned(),
        "category" => category_of(attribute).to_owned(),
        "value" => value_of(attribute),
        "comment" => attribute.comment.clone(),
        "to_ids" => u8::from(attribute.to_ids).to_string(),
        "distribution" => attribute.distribution.number().to_string(),
        "object_relation" => attribute.relation.clone().unwrap_or_default(),
        _ => return None,
    })
}
