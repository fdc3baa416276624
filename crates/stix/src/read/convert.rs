//! From one object to drafts.
use super::index::{Index, Key, parse};
use super::observed::parts;
use super::tags::{labelled, named};
use super::value::text;
use super::{Imported, ReadError, Sink};
use crate::ident::{self, is_observable};
use crate::map::galaxy::CONTEXT;
use crate::map::shape::{Found, Member};
use crate::moment;
use entente_model::draft::{EventDraft, Given, TagDraft};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use uuid::Uuid;

/// A document being turned into drafts.
pub(super) struct Converter<'a, S> {
    source: &'a mut S,
    pub(super) index: Index,
    pub(super) sink: &'a mut dyn Sink,
    /// The event's uuid.
    pub(super) event: Uuid,
    /// Written by MISP's converter or ours.
    pub(super) internal: bool,
    pub(super) header: EventDraft,
    pub(super) choices: HashMap<String, Vec<String>>,
    /// Tags of markings, by identifier.
    pub(super) marks: HashMap<String, String>,
    /// Tags of clusters, by object.
    pub(super) clusters: HashMap<Key, Option<String>>,
    /// Annotations that hang on something.
    pub(super) used: HashSet<usize>,
    /// Observables that something was made of.
    pub(super) met: HashSet<Key>,
}

/// What all drafts of one object share.
#[derive(Debug, Clone, Default)]
pub(super) struct Common {
    pub(super) uuid: Uuid,
    pub(super) category: Option<String>,
    pub(super) comment: String,
    pub(super) to_ids: Given<bool>,
    pub(super) timestamp: Given<i64>,
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
    pub(super) deleted: bool,
    pub(super) tags: Vec<TagDraft>,
}

impl<'a, S: Read + Seek> Converter<'a, S> {
    pub(super) fn new(source: &'a mut S, index: Index, event: Uuid, sink: &'a mut dyn Sink) -> Self {
        Self {
            source,
            index,
            sink,
            event,
            internal: false,
            header: EventDraft::default(),
            choices: HashMap::new(),
            marks: HashMap::new(),
            clusters: HashMap::new(),
            used: HashSet::new(),
            met: HashSet::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Imported, ReadError> {
        self.read_header()?;
        for number in 0..self.index.entries.len() {
            let Some(entry) = self.index.entries.get(number).copied() else {
                break;
            };
            if self.index.latest.get(&entry.key) != Some(&number) {
                continue;
            }
            let Some(object) = self.object(number)? else {
                continue;
            };
            self.convert(entry.key, &object)?;
        }
        self.circles()?;
        self.remaining_annotations()?;
        self.name_cluster_relations();
        Ok(Imported {
            header: self.header,
            choices: self.choices,
        })
    }

    /// Observables that refer to each other in a circle, so that each seemed to be part of another one.
    fn circles(&mut self) -> Result<(), ReadError> {
        for number in 0..self.index.entries.len() {
            let Some(entry) = self.index.entries.get(number).copied() else {
                break;
            };
            let missed = self.index.owned.contains(&entry.key)
                && is_observable(self.index.word(entry.key.0))
                && self.index.latest.get(&entry.key) == Some(&number)
                && self.met.insert(entry.key);
            if missed && let Some(object) = self.object(number)? {
                self.bare_observable(entry.key, &object)?;
            }
        }
        Ok(())
    }

    /// An object by its number.
    pub(super) fn object(&mut self, number: usize) -> Result<Option<Map<String, Value>>, ReadError> {
        let Some(entry) = self.index.entries.get(number) else {
            return Ok(None);
        };
        Ok(parse(self.source, entry.slice)?.ok())
    }

    /// The newest version of an object.
    pub(super) fn object_of(&mut self, key: Key) -> Result<Option<Map<String, Value>>, ReadError> {
        match self.index.latest.get(&key).copied() {
            Some(number) => self.object(number),
            None => Ok(None),
        }
    }

    fn convert(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        let kind = self.index.word(key.0).to_owned();
        match kind.as_str() {
            "indicator" => self.indicator(key, object),
            "observed-data" => self.observed_data(key, object),
            "x-misp-attribute" => self.custom_attribute(key, object),
            "x-misp-object" => self.custom_object(key, object),
            "x-misp-event-report" => {
                self.custom_report(object);
                Ok(())
            }
            "vulnerability" | "campaign" if self.is_attribute(&kind, object) => {
                self.named_attribute(key, object, &kind)
            }
            "x-misp-galaxy-cluster" => self.event_cluster(key),
            "identity" => self.identity(key, object),
            _ if CONTEXT.contains(&kind.as_str()) => self.event_cluster(key),
            // read where something refers to them
            "relationship"
            | "report"
            | "grouping"
            | "marking-definition"
            | "extension-definition"
            | "note"
            | "opinion"
            | "sighting" => Ok(()),
            _ if is_observable(&kind) => {
                if self.index.owned.contains(&key) {
                    return Ok(());
                }
                self.bare_observable(key, object)
            }
            _ => {
                let id = self.index.id(key);
                self.sink
                    .left_out(format!("{id}: objects of this type have no counterpart in MISP"));
                Ok(())
            }
        }
    }

    /// What is common to everything that an object becomes.
    pub(super) fn common(&mut self, key: Key, object: &Map<String, Value>) -> Result<Common, ReadError> {
        let (uuid, replaced) = ident::accepted(key.1);
        let mut tags = self.tags(object)?;
        for name in self.linked_clusters(key)? {
            tags.push(named(name));
        }
        let mut comment = text(object, "description")
            .or_else(|| text(object, "x_misp_comment"))
            .unwrap_or_default()
            .to_owned();
        if comment.is_empty() && !self.internal {
            text(object, "name").unwrap_or_default().clone_into(&mut comment);
        }
        if replaced {
            let space = if comment.is_empty() { "" } else { " - " };
            comment = format!("{comment}{space}Original UUID was: {}", key.1);
        }
        Ok(Common {
            uuid,
            category: labelled(object, "category").map(str::to_owned),
            comment,
            to_ids: Given::Absent,
            timestamp: moment::seconds(object.get("modified")).map_or(Given::Absent, Given::Value),
            first_seen: None,
            last_seen: None,
            deleted: object.get("revoked") == Some(&Value::Bool(true)),
            tags,
        })
    }

    /// Whether an object is an attribute of its own and no cluster.
    fn is_attribute(&self, kind: &str, object: &Map<String, Value>) -> bool {
        if let Some(named) = labelled(object, "type") {
            return (kind, named) == ("vulnerability", "vulnerability")
                || (kind, named) == ("campaign", "campaign-name");
        }
        let is_cve = text(object, "name").is_some_and(|name| name.to_ascii_uppercase().starts_with("CVE-"));
        kind == "vulnerability" && is_cve && !self.internal
    }

    fn named_attribute(
        &mut self,
        key: Key,
        object: &Map<String, Value>,
        kind: &str,
    ) -> Result<(), ReadError> {
        let mut common = self.common(key, object)?;
        common.to_ids = Given::Value(labelled(object, "to_ids") == Some("True"));
        let name = text(object, "name").unwrap_or_default();
        if common.comment == name {
            common.comment.clear();
        }
        let member = Member {
            relation: "",
            kind: if kind == "campaign" {
                "campaign-name"
            } else {
                "vulnerability"
            },
            value: name.to_owned(),
            data: None,
        };
        self.deliver_attribute(key, common, member)
    }

    fn observed_data(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        if self.is_covered(key, object)? {
            return Ok(());
        }
        let mut common = self.common(key, object)?;
        common.to_ids = Given::Value(false);
        let modified = moment::parse(object.get("modified"));
        let seen = |name: &str| moment::parse(object.get(name));
        let (first, last) = (seen("first_observed"), seen("last_observed"));
        if (first, last) != (modified, modified) {
            (common.first_seen, common.last_seen) = (first, last);
        }
        let times = object.get("number_observed").and_then(Value::as_i64).unwrap_or(1);
        if times > 1 {
            let space = if common.comment.is_empty() { "" } else { " - " };
            common.comment = format!("{}{space}observed {times} times", common.comment);
        }
        let seen = parts(self, object)?;
        if self.internal && self.named_parts(key, object, &common, &seen)? {
            return Ok(());
        }
        self.recognised_parts(key, &common, &seen)
    }

    /// Whether an indicator says the same, so that the observation is no element of its own.
    fn is_covered(&mut self, key: Key, object: &Map<String, Value>) -> Result<bool, ReadError> {
        if self.index.twin(key, "indicator").is_some() {
            return Ok(true);
        }
        let based: Vec<Key> = self.indicators_on(key);
        if based.is_empty() {
            return Ok(false);
        }
        if self.internal {
            return Ok(true);
        }
        let values = |found: &[Found]| {
            let mut values: Vec<String> = found
                .iter()
                .filter(|one| !crate::map::shape::is_structural(one))
                .map(|one| {
                    one.value
                        .as_str()
                        .map_or_else(|| one.value.to_string(), str::to_owned)
                })
                .collect();
            values.sort();
            values.dedup();
            values
        };
        let own: Vec<Found> = parts(self, object)?
            .into_iter()
            .flat_map(|seen| seen.found)
            .collect();
        let own = values(&own);
        for indicator in based {
            if let Some(indicator) = self.object_of(indicator)? {
                let pattern = text(&indicator, "pattern").unwrap_or_default();
                if super::indicator::terms_of(pattern).is_some_and(|(_, found)| values(&found) == own) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Indicators that are based on an observation.
    fn indicators_on(&self, observation: Key) -> Vec<Key> {
        let based = self.index.based.get(&observation).into_iter().flatten().copied();
        based
            .filter(|source| self.index.latest.contains_key(source))
            .collect()
    }

    /// An observable that stands alone.
    fn bare_observable(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        let id = self.index.id(key);
        let mut common = self.common(key, object)?;
        common.uuid = ident::derived(self.event, &id);
        common.to_ids = Given::Value(false);
        // what has a name of its own is not described by it
        common.comment.clear();
        let seen = super::observed::flatten(self, &id, object)?;
        self.recognised_parts(key, &common, &[seen])
    }
}
