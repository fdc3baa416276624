//! Galaxies and their clusters as published, and the tags that stand for clusters
//! (spec: 07#4.1–4.4).
mod tag;

pub use tag::{GalaxyTag, is_galaxy_tag, tag_name};

use crate::{
    finding::{Finding, ReadError},
    library::{
        document::{self, Findings},
        fields::{Fields, scalar},
    },
};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// How large a galaxy's description may be, in bytes.
pub const MAX_GALAXY_BYTES: usize = 4 * 1024 * 1024;

/// How large a cluster file may be, in bytes; the largest published one has about 5 MB.
pub const MAX_CLUSTERS_BYTES: usize = 64 * 1024 * 1024;

/// How many clusters one file may hold; the largest published one holds about 6,000.
pub const MAX_CLUSTERS: usize = 200_000;

/// How many elements, and how many relations, one cluster may have.
pub const MAX_PER_CLUSTER: usize = 20_000;

/// A galaxy: a named collection of clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Galaxy {
    /// Its identity.
    pub uuid: Uuid,
    /// Its title.
    pub name: String,
    /// The word in its tags; joins the galaxy to its clusters.
    pub galaxy_type: String,
    /// What it collects.
    pub description: String,
    /// Grows with each published change.
    pub version: i64,
    /// The name of its icon.
    pub icon: String,
    /// Who maintains it, such as `misp` or `mitre-attack`.
    pub namespace: String,
    /// Tabs of its matrix and their columns, in the file's order; empty: no matrix.
    pub kill_chain_order: Vec<(String, Vec<String>)>,
}

/// The clusters of one galaxy, as one file publishes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// The collection's identity.
    pub uuid: Uuid,
    /// Joins it to the galaxy.
    pub galaxy_type: String,
    /// Its title.
    pub name: String,
    /// What it collects.
    pub description: String,
    /// Where the knowledge comes from; holds for every cluster.
    pub source: String,
    /// Who wrote it; holds for every cluster.
    pub authors: Vec<String>,
    /// What the clusters are, such as `actor`.
    pub category: String,
    /// Grows with each published change.
    pub version: i64,
    /// The clusters, in the file's order.
    pub clusters: Vec<Cluster>,
}

/// One cluster: a named thing such as an actor or a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its identity. Some published uuids occur in more than one collection.
    pub uuid: Uuid,
    /// Its name.
    pub value: String,
    /// What it is.
    pub description: String,
    /// Its own version, or the collection's.
    pub version: i64,
    /// Whether its publisher withdrew it.
    pub revoked: bool,
    /// One pair for each value of its `meta`, in the file's order.
    pub elements: Vec<(String, String)>,
    /// What it has to do with other clusters.
    pub relations: Vec<Relation>,
}

/// A relation from a cluster to another, which may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The other cluster.
    pub target: Uuid,
    /// The kind of relation, such as `uses`.
    pub relationship_type: String,
    /// Tags on the relation.
    pub tags: Vec<String>,
}

/// Reads a galaxy's description, with a finding for all that was not taken over.
///
/// # Errors
/// When name or type are missing, or the file is beyond a limit.
pub fn parse_galaxy(bytes: &[u8]) -> Result<(Galaxy, Vec<Finding>), ReadError> {
    let (map, mut findings) = document::read(bytes, MAX_GALAXY_BYTES)?;
    let fields = Fields::new(&map, "");
    fields.only(
        &[
            "uuid",
            "name",
            "type",
            "description",
            "version",
            "icon",
            "namespace",
            "kill_chain_order",
        ],
        &mut findings,
    );
    let galaxy_type = fields.required("type", &mut findings)?;
    let galaxy = Galaxy {
        name: fields.required("name", &mut findings)?,
        uuid: fields.uuid_or_made("uuid", &format!("misp-galaxy:{galaxy_type}"), &mut findings),
        description: fields.text("description", &mut findings).unwrap_or_default(),
        version: fields.version(&mut findings),
        icon: fields.text("icon", &mut findings).unwrap_or_default(),
        namespace: fields.text("namespace", &mut findings).unwrap_or_default(),
        kill_chain_order: kill_chain_order(&fields, &mut findings),
        galaxy_type,
    };
    Ok((galaxy, findings.finish()))
}

fn kill_chain_order(fields: &Fields<'_>, findings: &mut Findings) -> Vec<(String, Vec<String>)> {
    let path = fields.at("kill_chain_order");
    match fields.get("kill_chain_order") {
        None => Vec::new(),
        Some(Value::Object(tabs)) => {
            let tabs_fields = Fields::new(tabs, path);
            tabs.keys()
                .map(|tab| (tab.clone(), tabs_fields.texts(tab, findings)))
                .collect()
        }
        // An empty object becomes an empty list in some writers.
        Some(Value::Array(list)) if list.is_empty() => Vec::new(),
        Some(_) => {
            findings.note(path, "not an object of lists, left out");
            Vec::new()
        }
    }
}

/// Reads the clusters of a galaxy, with a finding for all that was not taken over.
///
/// A cluster without a usable uuid gets one made from its tag name, equal everywhere, and a
/// finding. A second cluster with the uuid of an earlier one is left out with a finding.
///
/// # Errors
/// When type or values are missing, or the file is beyond a limit.
pub fn parse_clusters(bytes: &[u8]) -> Result<(Collection, Vec<Finding>), ReadError> {
    let (map, mut findings) = document::read(bytes, MAX_CLUSTERS_BYTES)?;
    let fields = Fields::new(&map, "");
    let known = [
        "uuid",
        "name",
        "type",
        "description",
        "source",
        "authors",
        "category",
        "version",
        "values",
    ];
    fields.only(&known, &mut findings);
    let Some(Value::Array(list)) = fields.get("values") else {
        return Err(ReadError::Layout("values is missing or not a list".to_owned()));
    };
    if list.len() > MAX_CLUSTERS {
        return Err(ReadError::TooLarge(format!(
            "{} values, at most {MAX_CLUSTERS}",
            list.len()
        )));
    }
    let galaxy_type = fields.required("type", &mut findings)?;
    let mut collection = Collection {
        uuid: fields.uuid_or_made(
            "uuid",
            &format!("misp-galaxy-collection:{galaxy_type}"),
            &mut findings,
        ),
        name: fields
            .text("name", &mut findings)
            .unwrap_or_else(|| galaxy_type.clone()),
        description: fields.text("description", &mut findings).unwrap_or_default(),
        source: fields.text("source", &mut findings).unwrap_or_default(),
        authors: fields.texts("authors", &mut findings),
        category: fields.text("category", &mut findings).unwrap_or_default(),
        version: fields.version(&mut findings),
        clusters: Vec::with_capacity(list.len()),
        galaxy_type,
    };
    let mut seen = HashSet::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let path = format!("values[{index}]");
        let Some(fields) = Fields::of(value, path, &mut findings) else {
            continue;
        };
        let Some(cluster) = cluster(&fields, &collection, &mut findings) else {
            continue;
        };
        if seen.insert(cluster.uuid) {
            collection.clusters.push(cluster);
        } else {
            findings.note(
                fields.path(),
                "the uuid of an earlier cluster of this file, left out",
            );
        }
    }
    Ok((collection, findings.finish()))
}

fn cluster(fields: &Fields<'_>, collection: &Collection, findings: &mut Findings) -> Option<Cluster> {
    fields.only(
        &[
            "uuid",
            "value",
            "description",
            "version",
            "meta",
            "related",
            "revoked",
        ],
        findings,
    );
    let Some(value) = fields
        .text("value", findings)
        .filter(|value| !value.trim().is_empty())
    else {
        findings.note(fields.path(), "no value, left out");
        return None;
    };
    let version = if fields.get("version").is_some() {
        fields.version(findings)
    } else {
        collection.version
    };
    Some(Cluster {
        uuid: fields.uuid_or_made("uuid", &tag_name(&collection.galaxy_type, &value), findings),
        description: fields.text("description", findings).unwrap_or_default(),
        version,
        revoked: fields.flag("revoked", findings).unwrap_or(false),
        elements: elements(fields, findings),
        relations: relations(fields, findings),
        value,
    })
}

/// One pair per value of `meta`: texts, numbers and booleans, alone or in a list.
fn elements(fields: &Fields<'_>, findings: &mut Findings) -> Vec<(String, String)> {
    let path = fields.at("meta");
    let meta = match fields.get("meta") {
        None => return Vec::new(),
        Some(Value::Object(meta)) => meta,
        Some(Value::Array(list)) if list.is_empty() => return Vec::new(),
        Some(_) => {
            findings.note(path, "not an object, left out");
            return Vec::new();
        }
    };
    let meta_fields = Fields::new(meta, path);
    let mut elements = Vec::new();
    for (key, value) in meta {
        let given = match value {
            Value::Array(list) => list.as_slice(),
            single => std::slice::from_ref(single),
        };
        for (index, value) in given.iter().enumerate() {
            let Some(text) = scalar(value) else {
                findings.note(
                    format!("{}[{index}]", meta_fields.at(key)),
                    "not a text, left out",
                );
                continue;
            };
            if elements.len() == MAX_PER_CLUSTER {
                findings.note(
                    meta_fields.path(),
                    "more than 20,000 values, the rest is left out",
                );
                return elements;
            }
            elements.push((key.clone(), text));
        }
    }
    elements
}

fn relations(fields: &Fields<'_>, findings: &mut Findings) -> Vec<Relation> {
    let list = fields.list("related", findings);
    if list.len() > MAX_PER_CLUSTER {
        findings.note(
            fields.at("related"),
            "more than 20,000 relations, the rest is left out",
        );
    }
    let mut relations = Vec::new();
    for (index, value) in list.iter().take(MAX_PER_CLUSTER).enumerate() {
        let path = format!("{}[{index}]", fields.at("related"));
        let Some(fields) = Fields::of(value, path, findings) else {
            continue;
        };
        fields.only(&["dest-uuid", "type", "tags"], findings);
        let Some(target) = fields.usable_uuid("dest-uuid") else {
            findings.note(
                fields.path(),
                "a relation without the uuid of its target, left out",
            );
            continue;
        };
        let Some(relationship_type) = fields.text("type", findings).filter(|name| !name.is_empty()) else {
            findings.note(fields.path(), "no type, left out");
            continue;
        };
        relations.push(Relation {
            target,
            relationship_type,
            tags: fields.texts("tags", findings),
        });
    }
    relations
}

#[cfg(test)]
mod tests {
    use super::*;

    const GALAXY: &[u8] = include_bytes!("../cases/galaxies/weather.json");
    const CLUSTERS: &[u8] = include_bytes!("../cases/galaxies/weather-clusters.json");

    #[test]
    fn a_galaxy_is_read_with_its_matrix() {
        let (galaxy, findings) = parse_galaxy(GALAXY).unwrap();
        assert_eq!(findings, []);
        assert_eq!(galaxy.galaxy_type, "weather");
        assert_eq!(galaxy.name, "Weather");
        assert_eq!(
            (galaxy.icon.as_str(), galaxy.namespace.as_str()),
            ("cloud", "example")
        );
        assert_eq!(galaxy.version, 4);
        let tabs: Vec<&str> = galaxy
            .kill_chain_order
            .iter()
            .map(|(tab, _)| tab.as_str())
            .collect();
        assert_eq!(tabs, ["sky", "ground"]);
        assert_eq!(galaxy.kill_chain_order[0].1, ["low", "high"]);
    }

    #[test]
    fn clusters_are_read_with_elements_and_relations() {
        let (collection, findings) = parse_clusters(CLUSTERS).unwrap();
        assert_eq!(findings, []);
        assert_eq!(collection.galaxy_type, "weather");
        assert_eq!(collection.authors, ["Nobody"]);
        assert_eq!(collection.clusters.len(), 2);
        let storm = &collection.clusters[0];
        assert_eq!(storm.version, 12);
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            storm.elements,
            [
                pair("kill_chain", "sky:high"),
                pair("synonyms", "Gale"),
                pair("synonyms", "Tempest"),
                pair("force", "10")
            ]
        );
        assert_eq!(storm.relations.len(), 1);
        assert_eq!(storm.relations[0].target, collection.clusters[1].uuid);
        assert_eq!(storm.relations[0].relationship_type, "follows");
        assert_eq!(
            storm.relations[0].tags,
            ["estimative-language:likelihood-probability=\"likely\""]
        );
        assert!(collection.clusters[1].revoked);
        assert_eq!(collection.clusters[1].version, 3);
    }

    #[test]
    fn variants_are_tolerated_and_losses_noted() {
        let text = br#"{"type":"t","version":"2","authors":"A","uuid":"7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e0a","values":[
            {"value":"one","meta":{"a":[["x"],null,1],"b":{"c":1}},"related":[{"type":"x"},{"dest-uuid":
            "7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e01"},{"dest-uuid":"7F1C7A52-1A40-4F3E-9D38-5A3C1F2B6E01","type":"u","z":1}]},
            {"description":"nameless"},{"value":"two","uuid":"no","meta":[]},{"value":"one"}]}"#;
        let (collection, findings) = parse_clusters(text).unwrap();
        assert_eq!(collection.authors, ["A"]);
        assert_eq!(collection.clusters.len(), 2);
        let one = &collection.clusters[0];
        assert_eq!(
            one.uuid,
            Uuid::new_v5(&Uuid::NAMESPACE_URL, b"misp-galaxy:t=\"one\"")
        );
        assert_eq!(one.version, 2);
        assert_eq!(one.elements, [("a".to_owned(), "1".to_owned())]);
        assert_eq!(one.relations.len(), 1);
        let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "values[0].uuid",
                "values[0].meta.a[0]",
                "values[0].meta.a[1]",
                "values[0].meta.b[0]",
                "values[0].related[0]",
                "values[0].related[1]",
                "values[0].related[2].z",
                "values[1]",
                "values[2].uuid",
                "values[3].uuid",
                "values[3]",
            ]
        );
    }

    #[test]
    fn what_is_no_galaxy_is_refused() {
        assert!(matches!(
            parse_galaxy(b"{\"name\":\"n\"}"),
            Err(ReadError::Layout(_))
        ));
        assert!(matches!(
            parse_galaxy(b"{\"type\":\"t\"}"),
            Err(ReadError::Layout(_))
        ));
        assert!(matches!(
            parse_clusters(b"{\"type\":\"t\"}"),
            Err(ReadError::Layout(_))
        ));
        assert!(matches!(
            parse_clusters(b"{\"values\":[]}"),
            Err(ReadError::Layout(_))
        ));
    }
}
