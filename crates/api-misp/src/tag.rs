//! Tags: the list, single tags, attaching them, statistics, favourites. spec: 03#6, 03#3.7, 07#2.5
mod attach;
mod collection;
mod edit;
mod favourite;
mod legacy;
mod list;

use crate::call::truthy;
use crate::routes::routes;
use entente_engine::tag::TagChoice;
use entente_model::id::TagId;
use serde_json::Value;

routes! {
    "tags": {
        "index" => list::index,
        "view" => list::view,
        "search" => list::search,
        "tagstatistics" => list::statistics,
        "add" => edit::add,
        "edit" => edit::edit,
        "delete" => edit::delete,
        "attachtagtoobject" => attach::attach,
        "removetagfromobject" => attach::remove,
        "modifytagrelationship" => attach::relate,
    }
    "tagcollections": {
        "index" => collection::index,
        "view" => collection::view,
        "getrow" => collection::view,
        "add" => collection::add,
        "edit" => collection::edit,
        "delete" => collection::delete,
        "import" => collection::import,
        "addtag" => collection::add_tag,
        "removetag" => collection::remove_tag,
    }
    "favouritetags": {
        "index" => favourite::index,
        "toggle" => favourite::toggle,
    }
    "events": {
        "addtag" => legacy::add_to_event,
        "removetag" => legacy::remove_from_event,
    }
    "attributes": {
        "addtag" => legacy::add_to_attribute,
        "removetag" => legacy::remove_from_attribute,
    }
}

/// The tag a positional argument names; malformed ids name none.
fn tag_id(argument: Option<&str>) -> Option<TagId> {
    argument.and_then(|text| text.parse().ok()).map(TagId)
}

/// The tags that a value names: an id, a name, a map with either, or a list of these; a text may hold a
/// list as JSON.
fn choices(value: &Value) -> Vec<TagChoice> {
    match value {
        Value::Number(number) => number.as_i64().map(TagChoice::Id).into_iter().collect(),
        Value::String(text) if text.trim_start().starts_with('[') => {
            match serde_json::from_str::<Vec<Value>>(text) {
                Ok(list) => list.iter().flat_map(choices).collect(),
                Err(_) => vec![TagChoice::Name(text.clone())],
            }
        }
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) if collection_id(text).is_some() => collection_id(text)
            .map(TagChoice::Collection)
            .into_iter()
            .collect(),
        Value::String(text) => vec![TagChoice::Name(text.clone())],
        Value::Array(list) => list.iter().flat_map(choices).collect(),
        Value::Object(map) => {
            let key = ["Tag", "name", "id"].into_iter().find_map(|key| map.get(key));
            key.map(choices).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// The collection that `collection_<id>` names. spec: 03#3.7
fn collection_id(text: &str) -> Option<i64> {
    text.trim().strip_prefix("collection_")?.parse().ok()
}

/// Whether a value of a body means yes.
fn means_yes(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => truthy(text),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tags_are_named_in_many_ways() {
        let name = |text: &str| TagChoice::Name(text.to_owned());
        assert_eq!(choices(&json!("tlp:red")), [name("tlp:red")]);
        assert_eq!(choices(&json!("7")), [name("7")]);
        assert_eq!(choices(&json!(7)), [TagChoice::Id(7)]);
        assert_eq!(choices(&json!("[1, \"x\"]")), [TagChoice::Id(1), name("x")]);
        assert_eq!(
            choices(&json!([{"name": "a"}, {"Tag": {"id": 3}}, null])),
            [name("a"), TagChoice::Id(3)]
        );
        assert_eq!(choices(&json!("[not json")), [name("[not json")]);
        assert_eq!(choices(&json!("  ")), []);
        assert_eq!(choices(&json!("collection_12")), [TagChoice::Collection(12)]);
        assert_eq!(choices(&json!("collection_x")), [name("collection_x")]);
    }
}
