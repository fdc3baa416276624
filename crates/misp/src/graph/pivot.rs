//! From one thing to what it shares with others.
use super::{category_of, type_of, value_of};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::library::{FullCluster, Galaxy};
use entente_model::object::Object;
use entente_model::tag::Tag;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Distance that is drawn between linked nodes, in pixels.
const DISTANCE: i64 = 150;

/// A graph of nodes and links between them.
#[derive(Debug)]
pub struct Pivot {
    nodes: Vec<Value>,
    links: Vec<Value>,
    linked: HashSet<(usize, usize)>,
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
            linked: HashSet::new(),
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
        if let (Some(source), Some(target)) = (source, target)
            && self.linked.insert((source, target))
        {
            self.links
                .push(json!({ "source": source, "target": target, "linkDistance": DISTANCE }));
        }
    }

    /// The graph.
    #[must_use]
    pub fn into_json(self) -> Value {
        json!({ "nodes": self.nodes, "links": self.links, "left_out": self.left_out })
    }
}
