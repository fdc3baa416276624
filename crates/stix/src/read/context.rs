//! Actors, tools, techniques and the like as tags, and relations between elements. spec: 12#8.3
use super::convert::{Common, Converter, Part};
use super::index::{Key, is_element};
use super::tags::{labelled, named};
use super::value::{text, texts};
use super::{MOST_CLUSTERS, ReadError};
use crate::ident;
use crate::map::galaxy::{self, CONTEXT};
use crate::moment;
use entente_model::draft::{AttributeDraft, Given, ReferenceDraft};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io::{Read, Seek};

impl<S: Read + Seek> Converter<'_, S> {
    /// A cluster of the event, unless it hangs on an element only.
    pub(super) fn event_cluster(&mut self, key: Key) -> Result<(), ReadError> {
        if self.index.attached.contains(&key) {
            return Ok(());
        }
        if let Some(name) = self.cluster_tag(key)? {
            self.header.tags.push(named(name));
        }
        Ok(())
    }

    /// Tags of the clusters that an object is related to.
    pub(super) fn linked_clusters(&mut self, key: Key) -> Result<BTreeSet<String>, ReadError> {
        let targets: Vec<Key> = self
            .index
            .links
            .get(&key)
            .into_iter()
            .flatten()
            .map(|link| link.target)
            .filter(|target| {
                let kind = self.index.word(target.0);
                CONTEXT.contains(&kind) || kind == galaxy::CUSTOM || kind == "identity"
            })
            .collect();
        let mut names = BTreeSet::new();
        for target in targets {
            names.extend(self.cluster_tag(target)?);
        }
        Ok(names)
    }

    /// The tag of a cluster; `None` when the object is none.
    fn cluster_tag(&mut self, key: Key) -> Result<Option<String>, ReadError> {
        if let Some(known) = self.clusters.get(&key) {
            return Ok(known.clone());
        }
        let kind = self.index.word(key.0).to_owned();
        if self.clusters.len() == MOST_CLUSTERS {
            let id = self.index.id(key);
            self.sink.left_out(format!(
                "{id}: a document is given at most {MOST_CLUSTERS} tags of clusters"
            ));
            return Ok(None);
        }
        let tag = self.object_of(key)?.and_then(|object| {
            let choice = choice(&kind, &object)?;
            let (name, others) = choice;
            if !others.is_empty() {
                self.choices.entry(name.clone()).or_insert(others);
            }
            Some(name)
        });
        self.clusters.insert(key, tag.clone());
        Ok(tag)
    }

    /// An identity: a sector, the target of something, or only who made the objects.
    pub(super) fn identity(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        if text(object, "identity_class") == Some("class") {
            return self.event_cluster(key);
        }
        if self.index.targets.contains(&key)
            && let Some(name) = text(object, "name")
        {
            let common = self.common(key, object)?;
            let draft = AttributeDraft {
                uuid: Given::Value(ident::derived(self.event, &self.index.id(key))),
                kind: Some("target-org".to_owned()),
                value: Some(name.to_owned()),
                to_ids: Given::Value(false),
                timestamp: common.timestamp,
                comment: text(object, "description").map(str::to_owned),
                ..AttributeDraft::default()
            };
            return Ok(self.sink.attribute(draft)?);
        }
        if self.index.creators.contains(&key) {
            return Ok(());
        }
        let common = self.common(key, object)?;
        let mut members = Vec::new();
        let mut add = |relation: &str, value: &str| {
            members.push(Part {
                relation: relation.to_owned(),
                kind: "text".to_owned(),
                value: value.to_owned(),
                data: None,
            });
        };
        for name in ["name", "identity_class", "description", "contact_information"] {
            if let Some(value) = text(object, name) {
                add(name, value);
            }
        }
        for name in ["roles", "sectors"] {
            texts(object, name).for_each(|value| add(name, value));
        }
        let common = Common {
            comment: String::new(),
            to_ids: Given::Value(false),
            ..common
        };
        self.deliver_object(key, common, "identity", "misc", members)
    }

    /// Names the relations of an attribute to other elements: only objects have references.
    pub(super) fn name_unkept_relations(&mut self, key: Key) {
        let links: Vec<_> = self
            .index
            .links
            .get(&key)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for link in links {
            let kind = self.index.word(link.kind).to_owned();
            if is_element(self.index.word(link.target.0)) && kind != "based-on" {
                let (from, to) = (self.index.id(key), self.index.id(link.target));
                self.sink
                    .left_out(format!("{from} {kind} {to}: attributes have no references"));
            }
        }
    }

    /// Names the relations between clusters, which live in libraries and not in events.
    pub(super) fn name_cluster_relations(&mut self) {
        let of_clusters = self.index.links.iter().filter(|(source, _)| {
            let kind = self.index.word(source.0);
            !is_element(kind) && kind != "report" && kind != "grouping"
        });
        let count: usize = of_clusters.map(|(_, links)| links.len()).sum();
        if count > 0 {
            self.sink.left_out(format!(
                "{count} relationships between clusters, which tags cannot express"
            ));
        }
    }

    /// References of an object to other elements of the document.
    pub(super) fn references_of(&mut self, key: Key) -> Result<Vec<ReferenceDraft>, ReadError> {
        let links: Vec<_> = self
            .index
            .links
            .get(&key)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let mut references = Vec::new();
        for link in links {
            let kind = self.index.word(link.kind).to_owned();
            let target_kind = self.index.word(link.target.0);
            if !is_element(target_kind) || (kind == "based-on" && target_kind == "observed-data") {
                continue;
            }
            let Some(relation) = self.object(link.entry)? else {
                continue;
            };
            let own = self.index.entries.get(link.entry).map(|entry| entry.key.1);
            references.push(ReferenceDraft {
                uuid: own.map_or(Given::Absent, Given::Value),
                referenced_uuid: Some(ident::accepted(link.target.1).0),
                relationship_type: Some(kind),
                comment: text(&relation, "description").map(str::to_owned),
                timestamp: moment::seconds(relation.get("modified")).map_or(Given::Absent, Given::Value),
                ..ReferenceDraft::default()
            });
        }
        Ok(references)
    }
}

/// The tag of a cluster, and names that it may rather have here, the likeliest first.
fn choice(kind: &str, object: &Map<String, Value>) -> Option<(String, Vec<String>)> {
    if let Some(tag) = texts(object, "labels").find(|label| is_cluster_tag(label)) {
        return Some((tag.to_owned(), Vec::new()));
    }
    if kind == galaxy::CUSTOM {
        let (galaxy, value) = (text(object, "x_misp_type")?, text(object, "x_misp_value")?);
        return Some((galaxy::tag(galaxy, value), Vec::new()));
    }
    let name = text(object, "name")?;
    let identifiers: Vec<&str> = object
        .get("external_references")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| text(one.as_object()?, "external_id"))
        .collect();
    let named_in = |galaxy: &str, name: &str, into: &mut Vec<String>| {
        let with_id = identifiers
            .iter()
            .map(|id| galaxy::tag(galaxy, &format!("{name} - {id}")));
        into.extend(with_id);
        into.push(galaxy::tag(galaxy, name));
    };
    let mut names = Vec::new();
    if let Some(galaxy) = labelled(object, "galaxy-type") {
        named_in(galaxy, name, &mut names);
        let first = names.first().cloned()?;
        return Some((first, names));
    }
    let galaxies: &[&str] = if kind == "identity" {
        &["sector"]
    } else {
        galaxy::candidates(kind)
    };
    let aliases = texts(object, "aliases")
        .chain(texts(object, "x_mitre_aliases"))
        .take(50);
    for name in std::iter::once(name).chain(aliases) {
        for galaxy in galaxies {
            named_in(galaxy, name, &mut names);
        }
    }
    let fallback = if kind == "identity" {
        galaxy::tag("sector", name)
    } else {
        galaxy::tag(&format!("stix-2.1-{kind}"), name)
    };
    Some((fallback, names))
}

fn is_cluster_tag(label: &str) -> bool {
    label
        .strip_prefix("misp-galaxy:")
        .and_then(|rest| rest.split_once("=\""))
        .is_some_and(|(galaxy, value)| !galaxy.is_empty() && value.len() > 1 && value.ends_with('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn clusters_by_name_and_number() {
        let object = json!({
            "name": "PowerShell", "aliases": ["PS"],
            "external_references": [{"source_name": "mitre-attack", "external_id": "T1059.001"}],
        });
        let (tag, others) = choice("attack-pattern", object.as_object().unwrap()).unwrap();
        assert_eq!(tag, "misp-galaxy:stix-2.1-attack-pattern=\"PowerShell\"");
        assert_eq!(
            others[0],
            "misp-galaxy:mitre-attack-pattern=\"PowerShell - T1059.001\""
        );
        assert!(others.contains(&"misp-galaxy:mitre-attack-pattern=\"PS\"".to_owned()));
        let ours = json!({"name": "x", "labels": ["misp:galaxy-type=\"tool\"", "misp-galaxy:tool=\"Y\""]});
        assert_eq!(
            choice("tool", ours.as_object().unwrap()).unwrap().0,
            "misp-galaxy:tool=\"Y\""
        );
    }
}
