//! Collections of events and clusters, and of tags, as JSON. spec: 08#6.2, 08#6.3
use crate::read::field;
use crate::sharing_group::short_org;
use entente_model::collection::{
    Collection, CollectionDraft, CollectionElement, ElementDraft, TagCollection, TagCollectionDraft,
    TagCollectionTag,
};
use entente_model::draft::{Given, GroupChoice};
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;
use entente_model::tag::Tag;
use entente_model::time::{datetime, parse_moment};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a collection refers to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// Its owner.
    pub org: Option<&'a Organisation>,
    /// Its creator.
    pub orgc: Option<&'a Organisation>,
    /// Its group, where the reader may know it.
    pub group: Option<&'a SharingGroup>,
    /// Its elements, where they are shown.
    pub elements: Option<&'a [CollectionElement]>,
}

/// A collection.
#[must_use]
pub fn collection(row: &Collection, around: &Surroundings<'_>) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", row.id.to_string().into());
    put("uuid", row.uuid.to_string().into());
    put("org_id", row.org.to_string().into());
    put("orgc_id", row.orgc.to_string().into());
    put("user_id", row.user.to_string().into());
    put("created", datetime(row.created).into());
    put("modified", datetime(row.modified).into());
    put("distribution", row.distribution.number().to_string().into());
    put("sharing_group_id", row.sharing_group.to_string().into());
    put("name", row.name.as_str().into());
    put("type", row.kind.name().into());
    put("description", row.description.as_str().into());
    put("Org", around.org.map(short_org).into());
    put("Orgc", around.orgc.map(short_org).into());
    if let Some(group) = around.group {
        let short = json!({
            "id": group.id.to_string(), "name": group.name, "uuid": group.uuid.to_string(),
        });
        put("SharingGroup", short);
    }
    if let Some(elements) = around.elements {
        put(
            "CollectionElement",
            elements.iter().map(element_columns).collect(),
        );
    }
    json!({ "Collection": map })
}

/// An element by itself.
#[must_use]
pub fn element(row: &CollectionElement) -> Value {
    json!({ "CollectionElement": element_columns(row) })
}

fn element_columns(row: &CollectionElement) -> Value {
    json!({
        "id": row.id.to_string(),
        "uuid": row.uuid.to_string(),
        "collection_id": row.collection.to_string(),
        "element_uuid": row.element.to_string(),
        "element_type": row.kind.name(),
        "description": row.description,
    })
}

/// What a body says about a collection; `beside` are lists that stand beside the model's own map.
#[must_use]
pub fn read(body: &Map<String, Value>, beside: &Map<String, Value>) -> CollectionDraft {
    let elements = body
        .get("CollectionElement")
        .or_else(|| beside.get("CollectionElement"));
    CollectionDraft {
        uuid: field::uuid(body, "uuid"),
        name: field::text(body, "name"),
        kind: field::text(body, "type"),
        description: field::text(body, "description"),
        distribution: field::distribution(body, "distribution"),
        sharing_group: field::reference(body, "sharing_group_id")
            .value()
            .map(GroupChoice::Ref),
        modified: match field::text(body, "modified") {
            None => Given::Absent,
            Some(text) => parse_moment(&text).map_or(Given::Invalid, |micros| {
                Given::Value(micros.div_euclid(1_000_000))
            }),
        },
        elements: elements.and_then(Value::as_array).map(|list| {
            list.iter()
                .filter_map(Value::as_object)
                .map(|map| read_element(field::unwrapped(map, "CollectionElement")))
                .collect()
        }),
    }
}

/// What a body says about an element.
#[must_use]
pub fn read_element(body: &Map<String, Value>) -> ElementDraft {
    ElementDraft {
        uuid: field::uuid(body, "uuid"),
        element: field::uuid(body, "element_uuid"),
        kind: field::text(body, "element_type"),
        description: field::text(body, "description"),
    }
}

/// A collection of tags with what is in it.
#[must_use]
pub fn tag_collection(
    row: &TagCollection,
    tags: &[(TagCollectionTag, Arc<Tag>)],
    org: Option<&Organisation>,
) -> Value {
    let tags: Vec<Value> = tags
        .iter()
        .filter(|(link, _)| link.collection == row.id)
        .map(|(link, tag)| {
            json!({
                "id": link.id.to_string(),
                "tag_collection_id": link.collection.to_string(),
                "tag_id": link.tag.to_string(),
                "Tag": crate::tag::columns(tag),
            })
        })
        .collect();
    json!({
        "TagCollection": {
            "id": row.id.to_string(),
            "uuid": row.uuid.to_string(),
            "user_id": row.user.to_string(),
            "org_id": row.org.to_string(),
            "name": row.name,
            "description": row.description,
            "all_orgs": row.all_orgs,
            "TagCollectionTag": tags,
        },
        "Organisation": org.map(short_org),
    })
}

/// What a body says about a collection of tags: what another instance answers, or a plain list of names.
#[must_use]
pub fn read_tags(body: &Map<String, Value>, beside: &Map<String, Value>) -> TagCollectionDraft {
    let list = ["TagCollectionTag", "Tag", "tags"]
        .iter()
        .find_map(|key| body.get(*key).or_else(|| beside.get(*key)));
    let name = |value: &Value| -> Option<String> {
        match value {
            Value::String(name) => Some(name.clone()),
            Value::Object(map) => {
                let tag = map.get("Tag").and_then(Value::as_object).unwrap_or(map);
                field::text(tag, "name")
            }
            _ => None,
        }
    };
    TagCollectionDraft {
        uuid: field::uuid(body, "uuid"),
        name: field::text(body, "name"),
        description: field::text(body, "description"),
        all_orgs: field::flag(body, "all_orgs"),
        tags: list
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(name).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn tags_are_named_in_every_form() {
        for list in [
            json!({"TagCollectionTag": [{"tag_id": "3", "Tag": {"name": "a"}}, {"Tag": {"name": "b"}}]}),
            json!({"Tag": [{"name": "a"}, {"name": "b"}]}),
            json!({"tags": ["a", "b"]}),
        ] {
            let draft = read_tags(&map(&json!({"name": "x"})), &map(&list));
            assert_eq!(draft.tags, Some(vec!["a".to_owned(), "b".to_owned()]));
        }
        assert_eq!(read_tags(&map(&json!({"name": "x"})), &Map::new()).tags, None);
    }

    #[test]
    fn elements_stand_inside_or_beside() {
        let uuid = "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01";
        let elements = json!({"CollectionElement": [{"element_uuid": uuid, "element_type": "Event"}]});
        let inside = read(&map(&elements), &Map::new());
        let beside = read(&Map::new(), &map(&elements));
        assert_eq!(inside, beside);
        assert_eq!(
            inside.elements.unwrap()[0].element,
            Given::Value(uuid.parse().unwrap())
        );
        let bad = read(&map(&json!({"modified": "soon", "distribution": 9})), &Map::new());
        assert!(bad.modified.is_invalid() && bad.distribution.is_invalid());
    }
}
