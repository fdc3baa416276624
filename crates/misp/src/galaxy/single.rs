//! Relations by themselves, and clusters as items of a library file. spec: 07#4.1, 07#4.7
use super::{Names, cluster_columns, meta, relation};
use entente_model::library::{FullCluster, GalaxyCluster, GalaxyRelation};
use serde_json::{Map, Value, json};

/// A relation by itself, beside the clusters at its ends as far as they are known.
#[must_use]
pub fn relation_view(
    one: &GalaxyRelation,
    source: &GalaxyCluster,
    target: Option<&GalaxyCluster>,
    names: &Names<'_>,
) -> Value {
    let mut columns = relation(one, names);
    let tags = columns.as_object_mut().and_then(|map| map.remove("Tag"));
    let mut view = json!({
        "GalaxyClusterRelation": columns,
        "SourceCluster": cluster_columns(source),
        "TargetCluster": target.map_or_else(Map::new, cluster_columns),
    });
    if let (Some(tags), Some(map)) = (tags, view.as_object_mut()) {
        map.insert("Tag".to_owned(), tags);
    }
    view
}

/// Properties that library files hold as lists even when there is one value.
const LISTS: [&str; 3] = ["synonyms", "refs", "kill_chain"];

/// A cluster as an item of a library file. spec: 07#4.1
#[must_use]
pub fn library_value(cluster: &FullCluster) -> Value {
    let mut meta = meta(&cluster.elements);
    for (key, values) in meta.as_object_mut().into_iter().flatten() {
        if let (false, [one]) = (
            LISTS.contains(&key.as_str()),
            values.as_array().map_or(&[][..], Vec::as_slice),
        ) {
            *values = one.clone();
        }
    }
    let related: Vec<Value> = cluster
        .relations
        .iter()
        .map(|relation| {
            json!({
                "dest-uuid": relation.referenced_uuid.to_string(),
                "type": relation.relation_type,
                "tags": relation.tags,
            })
        })
        .collect();
    let mut value = json!({
        "uuid": cluster.cluster.uuid.to_string(),
        "value": cluster.cluster.value,
        "description": cluster.cluster.description,
        "meta": meta,
    });
    if let (false, Some(map)) = (related.is_empty(), value.as_object_mut()) {
        map.insert("related".to_owned(), related.into());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::{OrgId, SharingGroupId};
    use entente_model::library::GalaxyElement;
    use uuid::Uuid;

    #[test]
    fn an_item_of_a_library_file_has_lists_where_files_have_them() {
        let element = |key: &str, value: &str| GalaxyElement {
            id: 1,
            cluster: 1,
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let cluster = FullCluster {
            cluster: GalaxyCluster {
                id: 1,
                uuid: Uuid::from_u128(2),
                collection_uuid: String::new(),
                galaxy_type: "weather".to_owned(),
                value: "Rain \"heavy\"".to_owned(),
                tag_name: String::new(),
                description: "d".to_owned(),
                galaxy: 1,
                source: String::new(),
                authors: Vec::new(),
                version: 1,
                distribution: 0,
                sharing_group: SharingGroupId::NONE,
                org: OrgId::NONE,
                orgc: OrgId::NONE,
                default: false,
                locked: false,
                extends_uuid: None,
                extends_version: 0,
                published: false,
                deleted: false,
            },
            elements: vec![
                element("synonyms", "a"),
                element("country", "NO"),
                element("x", "1"),
                element("x", "2"),
            ],
            relations: Vec::new(),
        };
        assert_eq!(
            library_value(&cluster),
            json!({
                "uuid": "00000000-0000-0000-0000-000000000002", "value": "Rain \"heavy\"", "description": "d",
                "meta": {"synonyms": ["a"], "country": "NO", "x": ["1", "2"]},
            })
        );
    }
}
