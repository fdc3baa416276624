//! Bodies that describe clusters and relations. spec: 07#4.7
use entente_engine::galaxy::change::ClusterDraft;
use entente_engine::galaxy::import::{Foreign, GalaxyDraft};
use entente_engine::galaxy::relation::RelationDraft;
use entente_misp::read::field;
use entente_model::draft::{Given, GroupChoice, OrgDraft, TagDraft};
use entente_model::id::{Ref, parse_uuid};
use serde_json::{Map, Value};

/// A list or map, or the JSON text of one.
fn opened(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => serde_json::from_str(text)
            .ok()
            .filter(|value: &Value| value.is_array() || value.is_object()),
        Value::Array(_) | Value::Object(_) => Some(value.clone()),
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The values under one key: one, or those of a list.
fn values(key: &str, value: &Value, into: &mut Vec<(String, String)>) -> Option<()> {
    match value {
        Value::Array(list) => {
            for one in list {
                into.push((key.to_owned(), scalar(one)?));
            }
        }
        one => into.push((key.to_owned(), scalar(one)?)),
    }
    Some(())
}

/// A list of `{key, value}`, or a map of keys to values.
fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let mut all = Vec::new();
    match opened(value)? {
        Value::Array(list) => {
            for item in &list {
                let key = item.get("key").and_then(scalar)?;
                values(&key, item.get("value")?, &mut all)?;
            }
        }
        Value::Object(map) => {
            for (key, value) in &map {
                values(key, value, &mut all)?;
            }
        }
        _ => return None,
    }
    Some(all)
}

fn elements(body: &Map<String, Value>) -> Given<Vec<(String, String)>> {
    let sent = ["GalaxyElement", "elements"]
        .iter()
        .find_map(|key| body.get(*key).filter(|value| !value.is_null()));
    match sent {
        None => Given::Absent,
        Some(Value::String(text)) if text.trim().is_empty() => Given::Absent,
        Some(value) => pairs(value).map_or(Given::Invalid, Given::Value),
    }
}

fn authors(body: &Map<String, Value>) -> Given<Vec<String>> {
    match body.get("authors") {
        None | Some(Value::Null) => Given::Absent,
        Some(Value::Object(_) | Value::Bool(_)) => Given::Invalid,
        Some(Value::Array(list)) if !list.iter().all(|one| scalar(one).is_some()) => Given::Invalid,
        Some(_) => field::list_of_text(body, "authors").map_or(Given::Absent, Given::Value),
    }
}

fn group(body: &Map<String, Value>) -> Option<GroupChoice> {
    match field::reference(body, "sharing_group_id") {
        Given::Value(reference) => Some(GroupChoice::Ref(reference)),
        Given::Absent | Given::Invalid => None,
    }
}

/// Tags as maps or names, or `tags` as names separated by commas.
fn tags(body: &Map<String, Value>) -> Option<Vec<TagDraft>> {
    if let Some(tags) = body.get("Tag").filter(|value| !value.is_null()) {
        return entente_misp::read::tag_list(tags.to_string().as_bytes()).ok();
    }
    let named = match body.get("tags") {
        Some(Value::String(text)) if !text.trim_start().starts_with('[') => {
            text.split(',').map(str::to_owned).collect()
        }
        _ => field::list_of_text(body, "tags")?,
    };
    let named = named.into_iter().map(|name| name.trim().to_owned());
    let drafts = named.filter(|name| !name.is_empty()).map(|name| TagDraft {
        name: Some(name),
        ..TagDraft::default()
    });
    Some(drafts.collect())
}

/// A relation.
pub(super) fn relation(body: &Map<String, Value>) -> RelationDraft {
    RelationDraft {
        source: field::uuid(body, "galaxy_cluster_uuid"),
        target: field::uuid(body, "referenced_galaxy_cluster_uuid"),
        relation_type: field::text(body, "referenced_galaxy_cluster_type"),
        distribution: field::distribution(body, "distribution"),
        sharing_group: group(body),
        tags: tags(body),
    }
}

fn relations(body: &Map<String, Value>) -> Given<Vec<RelationDraft>> {
    match body.get("GalaxyClusterRelation").map(opened) {
        None => Given::Absent,
        Some(Some(Value::Array(list))) => {
            let drafts: Option<Vec<_>> = list.iter().map(|one| one.as_object().map(relation)).collect();
            drafts.map_or(Given::Invalid, Given::Value)
        }
        Some(_) => Given::Invalid,
    }
}

/// A cluster.
pub(super) fn cluster(body: &Map<String, Value>) -> ClusterDraft {
    ClusterDraft {
        uuid: field::uuid(body, "uuid"),
        value: field::text(body, "value"),
        description: field::text(body, "description"),
        source: field::text(body, "source"),
        authors: authors(body),
        distribution: field::distribution(body, "distribution"),
        sharing_group: group(body),
        elements: elements(body),
        relations: relations(body),
        extends_uuid: field::uuid(body, "extends_uuid"),
        extends_version: field::int(body, "extends_version"),
    }
}

/// The group that a body of another instance embeds; ids of that instance mean nothing here.
fn foreign_group(body: &Map<String, Value>) -> Option<GroupChoice> {
    let group = body.get("SharingGroup")?.get("uuid")?.as_str()?;
    parse_uuid(group).map(|uuid| GroupChoice::Ref(Ref::Uuid(uuid)))
}

/// An exported cluster: everything inside it, or beside it.
pub(super) fn foreign(item: &Value) -> Foreign {
    let mut body = item.as_object().cloned().unwrap_or_default();
    if let Some(Value::Object(inner)) = body.remove("GalaxyCluster") {
        let outer = std::mem::replace(&mut body, inner);
        for (key, value) in outer {
            body.entry(key).or_insert(value);
        }
    }
    let none = Map::new();
    let galaxy = body.get("Galaxy").and_then(Value::as_object).unwrap_or(&none);
    let text = |name: &str| field::text(galaxy, name);
    let mut cluster = cluster(&body);
    cluster.sharing_group = foreign_group(&body);
    if let (Given::Value(drafts), Some(Value::Array(list))) =
        (&mut cluster.relations, body.get("GalaxyClusterRelation"))
    {
        for (draft, sent) in drafts.iter_mut().zip(list) {
            draft.sharing_group = sent.as_object().and_then(foreign_group);
        }
    }
    Foreign {
        cluster,
        galaxy: GalaxyDraft {
            uuid: field::uuid(galaxy, "uuid"),
            name: text("name"),
            galaxy_type: text("type"),
            description: text("description"),
            version: field::int(galaxy, "version"),
            icon: text("icon"),
            namespace: text("namespace"),
        },
        orgc: body.get("Orgc").and_then(Value::as_object).map(org),
        version: field::int(&body, "version"),
        default: field::flag(&body, "default").or(false),
    }
}

fn org(body: &Map<String, Value>) -> OrgDraft {
    OrgDraft {
        uuid: field::uuid(body, "uuid").value(),
        name: field::text(body, "name"),
        ..OrgDraft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_comes_in_several_forms() {
        let expected = vec![
            ("synonyms".to_owned(), "A".to_owned()),
            ("synonyms".to_owned(), "B".to_owned()),
        ];
        for value in [
            json!([{"key": "synonyms", "value": "A"}, {"key": "synonyms", "value": "B"}]),
            json!([{"key": "synonyms", "value": ["A", "B"]}]),
            json!({"synonyms": ["A", "B"]}),
            json!("{\"synonyms\": [\"A\", \"B\"]}"),
        ] {
            for key in ["GalaxyElement", "elements"] {
                let body = json!({ key: value });
                let found = elements(body.as_object().unwrap());
                assert_eq!(found, Given::Value(expected.clone()), "{body}");
            }
        }
        for value in [
            json!("x"),
            json!([1]),
            json!({"a": {"b": 1}}),
            json!([{"key": "a"}]),
            json!(3),
        ] {
            let body = json!({ "elements": value });
            assert!(elements(body.as_object().unwrap()).is_invalid(), "{body}");
        }
    }

    #[test]
    fn tags_of_relations_are_maps_or_names() {
        let names = |body: Value| -> Vec<String> {
            let tags = tags(body.as_object().unwrap()).unwrap();
            tags.into_iter().filter_map(|tag| tag.name).collect()
        };
        assert_eq!(names(json!({"tags": "tlp:red, x ,"})), ["tlp:red", "x"]);
        assert_eq!(names(json!({"tags": ["a,b"]})), ["a,b"]);
        assert_eq!(names(json!({"Tag": [{"name": "a"}, {"name": "b"}]})), ["a", "b"]);
        assert!(tags(&Map::new()).is_none());
    }
}
