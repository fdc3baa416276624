//! Galaxies and clusters as clients read them. spec: 07#4
mod matrix;
mod single;

pub use matrix::{Tab, matrix};
pub use single::{library_value, relation_view};

use entente_model::id::{OrgId, TagId};
use entente_model::library::{FullCluster, Galaxy, GalaxyCluster, GalaxyElement, GalaxyRelation};
use entente_model::organisation::Organisation;
use entente_model::tag::Tag;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// What names in a cluster stand for.
pub struct Names<'a> {
    /// A tag by its name.
    pub tag: &'a dyn Fn(&str) -> Option<Arc<Tag>>,
    /// An organisation by its id.
    pub org: &'a dyn Fn(OrgId) -> Option<Arc<Organisation>>,
}

/// What a galaxy is attached to; decides the name of the link's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An event.
    Event,
    /// An attribute.
    Attribute,
}

/// A cluster attached through its tag.
#[derive(Debug, Clone, Copy)]
pub struct Attachment<'a> {
    /// Its galaxy.
    pub galaxy: &'a Galaxy,
    /// The cluster.
    pub cluster: &'a FullCluster,
    /// The tag.
    pub tag: TagId,
    /// The link between tag and target.
    pub link: i64,
    /// Stays on this instance.
    pub local: bool,
    /// How the tag relates.
    pub relationship_type: Option<&'a str>,
}

/// The columns of a galaxy.
#[must_use]
pub fn columns(galaxy: &Galaxy) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("id", galaxy.id.to_string().into());
    put("uuid", galaxy.uuid.to_string().into());
    put("name", galaxy.name.as_str().into());
    put("type", galaxy.galaxy_type.as_str().into());
    put("description", galaxy.description.as_str().into());
    put("version", galaxy.version.to_string().into());
    put("icon", galaxy.icon.as_str().into());
    put("namespace", galaxy.namespace.as_str().into());
    put("enabled", galaxy.enabled.into());
    put("local_only", galaxy.local_only.into());
    let order = galaxy.kill_chain_order.as_deref();
    if let Some(order) = order.and_then(|text| serde_json::from_str(text).ok()) {
        put("kill_chain_order", order);
    }
    map
}

/// The columns of a cluster.
///
/// Of published clusters `distribution` is left out and `sharing_group_id` is null, because some
/// releases of PyMISP refuse anything else. spec: 07#4.2
#[must_use]
pub fn cluster_columns(cluster: &GalaxyCluster) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("id", cluster.id.to_string().into());
    put("uuid", cluster.uuid.to_string().into());
    put("collection_uuid", cluster.collection_uuid.as_str().into());
    put("type", cluster.galaxy_type.as_str().into());
    put("value", cluster.value.as_str().into());
    put("tag_name", cluster.tag_name.as_str().into());
    put("description", cluster.description.as_str().into());
    put("galaxy_id", cluster.galaxy.to_string().into());
    put("source", cluster.source.as_str().into());
    put("authors", cluster.authors.clone().into());
    put("version", cluster.version.to_string().into());
    if cluster.default {
        put("sharing_group_id", Value::Null);
    } else {
        put("distribution", cluster.distribution.to_string().into());
        put("sharing_group_id", cluster.sharing_group.to_string().into());
    }
    put("org_id", cluster.org.to_string().into());
    put("orgc_id", cluster.orgc.to_string().into());
    put("default", cluster.default.into());
    put("locked", cluster.locked.into());
    let extends = cluster.extends_uuid.map(|uuid| uuid.to_string());
    put("extends_uuid", extends.unwrap_or_default().into());
    put("extends_version", cluster.extends_version.to_string().into());
    put("published", cluster.published.into());
    put("deleted", cluster.deleted.into());
    map
}

/// One value of a cluster's metadata.
#[must_use]
pub fn element(element: &GalaxyElement) -> Value {
    json!({
        "id": element.id.to_string(),
        "galaxy_cluster_id": element.cluster.to_string(),
        "key": element.key,
        "value": element.value,
    })
}

/// A relation; its tags only when it has some that exist here.
#[must_use]
pub fn relation(relation: &GalaxyRelation, names: &Names<'_>) -> Value {
    let sharing_group = (!relation.default).then(|| relation.sharing_group.to_string());
    let mut value = json!({
        "id": relation.id.to_string(),
        "galaxy_cluster_id": relation.cluster.to_string(),
        "referenced_galaxy_cluster_id": relation.referenced.to_string(),
        "referenced_galaxy_cluster_uuid": relation.referenced_uuid.to_string(),
        "referenced_galaxy_cluster_type": relation.relation_type,
        "galaxy_cluster_uuid": relation.cluster_uuid.to_string(),
        "distribution": relation.distribution.to_string(),
        "sharing_group_id": sharing_group,
        "default": relation.default,
    });
    let tags: Vec<Value> = relation
        .tags
        .iter()
        .filter_map(|name| (names.tag)(name))
        .map(|tag| Value::Object(crate::tag::columns(&tag)))
        .collect();
    if let (false, Some(map)) = (tags.is_empty(), value.as_object_mut()) {
        map.insert("Tag".to_owned(), tags.into());
    }
    value
}

fn organisation(org: OrgId, names: &Names<'_>) -> Value {
    match (names.org)(org) {
        Some(org) => json!({
            "id": org.id.to_string(),
            "name": org.name,
            "uuid": org.uuid.to_string(),
            "type": org.kind,
            "nationality": org.nationality,
            "sector": org.sector,
            "local": org.local,
        }),
        // Published clusters belong to nobody here, for which clients know this organisation.
        None => json!({
            "id": "0",
            "name": "MISP",
            "date_created": "",
            "date_modified": "",
            "description": "Automatically generated MISP organisation",
            "type": "",
            "nationality": "Not specified",
            "sector": "",
            "created_by": "0",
            "uuid": "0",
            "contacts": "",
            "local": true,
            "restricted_to_domain": [],
            "landingpage": null,
        }),
    }
}

fn parts(map: &mut Map<String, Value>, cluster: &FullCluster, names: &Names<'_>) {
    let relations = cluster.relations.iter().map(|one| relation(one, names)).collect();
    map.insert("GalaxyClusterRelation".to_owned(), relations);
    map.insert("Org".to_owned(), organisation(cluster.cluster.org, names));
    map.insert("Orgc".to_owned(), organisation(cluster.cluster.orgc, names));
}

/// Metadata by key, each a list of values.
fn meta(elements: &[GalaxyElement]) -> Value {
    let mut meta = Map::new();
    for element in elements {
        let list = meta
            .entry(element.key.clone())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(element.value.as_str().into());
        }
    }
    Value::Object(meta)
}

/// The `Galaxy` list of an event or attribute: attached clusters grouped by galaxy, in order of attachment.
#[must_use]
pub fn attached(target: Target, attachments: &[Attachment<'_>], names: &Names<'_>) -> Value {
    let mut galaxies: Vec<(Map<String, Value>, Vec<Value>)> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    for attachment in attachments {
        let place = *places.entry(attachment.galaxy.id).or_insert_with(|| {
            galaxies.push((columns(attachment.galaxy), Vec::new()));
            galaxies.len() - 1
        });
        if let Some((_, clusters)) = galaxies.get_mut(place) {
            clusters.push(attached_cluster(target, attachment, names));
        }
    }
    galaxies
        .into_iter()
        .map(|(mut galaxy, clusters)| {
            galaxy.insert("GalaxyCluster".to_owned(), clusters.into());
            Value::Object(galaxy)
        })
        .collect()
}

fn attached_cluster(target: Target, attachment: &Attachment<'_>, names: &Names<'_>) -> Value {
    let mut map = cluster_columns(&attachment.cluster.cluster);
    parts(&mut map, attachment.cluster, names);
    map.insert("meta".to_owned(), meta(&attachment.cluster.elements));
    map.insert("tag_id".to_owned(), attachment.tag.to_string().into());
    let link = match target {
        Target::Event => "event_tag_id",
        Target::Attribute => "attribute_tag_id",
    };
    map.insert(link.to_owned(), attachment.link.to_string().into());
    map.insert("local".to_owned(), attachment.local.into());
    let relationship = attachment
        .relationship_type
        .map_or(Value::Bool(false), Value::from);
    map.insert("relationship_type".to_owned(), relationship);
    Value::Object(map)
}

/// A cluster inside the view of its galaxy.
#[must_use]
pub fn cluster_of_galaxy(cluster: &FullCluster) -> Value {
    let mut map = cluster_columns(&cluster.cluster);
    map.insert(
        "GalaxyElement".to_owned(),
        cluster.elements.iter().map(element).collect(),
    );
    Value::Object(map)
}

/// Where the tag of a cluster is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagUse {
    /// The tag.
    pub tag: TagId,
    /// Events that carry it, as far as the caller sees them.
    pub events: i64,
}

/// A cluster by itself.
#[must_use]
pub fn cluster_view(
    cluster: &FullCluster,
    galaxy: &Galaxy,
    used: Option<TagUse>,
    inbound: &[GalaxyRelation],
    names: &Names<'_>,
) -> Value {
    let mut map = cluster_columns(&cluster.cluster);
    map.insert("Galaxy".to_owned(), Value::Object(columns(galaxy)));
    map.insert(
        "GalaxyElement".to_owned(),
        cluster.elements.iter().map(element).collect(),
    );
    parts(&mut map, cluster, names);
    if !inbound.is_empty() {
        let inbound = inbound.iter().map(|one| relation(one, names)).collect();
        map.insert("TargetingClusterRelation".to_owned(), inbound);
    }
    if let Some(used) = used {
        map.insert("tag_count".to_owned(), used.events.into());
        map.insert("tag_id".to_owned(), used.tag.to_string().into());
    }
    json!({ "GalaxyCluster": map })
}

/// An item of a cluster index: the cluster with its parts beside it.
#[must_use]
pub fn cluster_listed(cluster: &FullCluster, galaxy: &Galaxy, names: &Names<'_>) -> Value {
    let mut map = Map::new();
    map.insert(
        "GalaxyCluster".to_owned(),
        Value::Object(cluster_columns(&cluster.cluster)),
    );
    map.insert("Galaxy".to_owned(), Value::Object(columns(galaxy)));
    map.insert(
        "GalaxyElement".to_owned(),
        cluster.elements.iter().map(element).collect(),
    );
    parts(&mut map, cluster, names);
    Value::Object(map)
}

/// A search hit reduced to what a peer compares.
#[must_use]
pub fn cluster_minimal(cluster: &GalaxyCluster) -> Value {
    json!({ "GalaxyCluster": {
        "uuid": cluster.uuid.to_string(),
        "version": cluster.version.to_string(),
    }})
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::SharingGroupId;
    use uuid::Uuid;

    fn galaxy(id: i64) -> Galaxy {
        Galaxy {
            id,
            uuid: Uuid::from_u128(1),
            name: "Weather".to_owned(),
            galaxy_type: "weather".to_owned(),
            description: String::new(),
            version: 4,
            icon: "map".to_owned(),
            namespace: "misp".to_owned(),
            enabled: true,
            local_only: false,
            kill_chain_order: None,
        }
    }

    fn cluster(id: i64, galaxy: i64, default: bool) -> FullCluster {
        let pair = |id, key: &str, value: &str| GalaxyElement {
            id,
            cluster: 1,
            key: key.to_owned(),
            value: value.to_owned(),
        };
        FullCluster {
            cluster: GalaxyCluster {
                id,
                uuid: Uuid::from_u128(2),
                collection_uuid: String::new(),
                galaxy_type: "weather".to_owned(),
                value: "Rain".to_owned(),
                tag_name: "misp-galaxy:weather=\"Rain\"".to_owned(),
                description: String::new(),
                galaxy,
                source: String::new(),
                authors: vec!["A".to_owned()],
                version: 3,
                distribution: 3,
                sharing_group: SharingGroupId::NONE,
                org: OrgId::NONE,
                orgc: OrgId::NONE,
                default,
                locked: false,
                extends_uuid: None,
                extends_version: 0,
                published: false,
                deleted: false,
            },
            elements: vec![
                pair(1, "refs", "a"),
                pair(2, "refs", "b"),
                pair(3, "country", "NO"),
            ],
            relations: vec![],
        }
    }

    #[test]
    fn published_clusters_say_nothing_about_distribution() {
        let map = cluster_columns(&cluster(1, 1, true).cluster);
        assert!(!map.contains_key("distribution"));
        assert_eq!(map["sharing_group_id"], Value::Null);
        let custom = cluster_columns(&cluster(1, 1, false).cluster);
        assert_eq!(custom["distribution"], "3");
    }

    #[test]
    fn attached_clusters_are_grouped_by_galaxy() {
        let (one, two) = (galaxy(1), galaxy(2));
        let clusters = [cluster(5, 1, true), cluster(6, 2, true), cluster(7, 1, true)];
        let attachments: Vec<Attachment<'_>> = clusters
            .iter()
            .zip(1..)
            .map(|(cluster, link)| Attachment {
                galaxy: if cluster.cluster.galaxy == 1 { &one } else { &two },
                cluster,
                tag: TagId(9),
                link,
                local: false,
                relationship_type: None,
            })
            .collect();
        let names = Names {
            tag: &|_| None,
            org: &|_| None,
        };
        let list = attached(Target::Event, &attachments, &names);
        assert_eq!(list.as_array().unwrap().len(), 2);
        assert_eq!(list[0]["GalaxyCluster"][1]["id"], "7");
        assert_eq!(list[0]["GalaxyCluster"][0]["event_tag_id"], "1");
        assert_eq!(list[0]["GalaxyCluster"][0]["relationship_type"], false);
        assert_eq!(
            list[1]["GalaxyCluster"][0]["meta"],
            json!({"refs": ["a", "b"], "country": ["NO"]})
        );
        assert_eq!(list[1]["GalaxyCluster"][0]["Orgc"]["name"], "MISP");
    }
}
