//! Noticelists as clients read them. spec: 05#3
use entente_model::library::Noticelist;
use serde_json::{Map, Value, json};

fn columns(list: &Noticelist) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("id", list.id.to_string().into());
    put("name", list.name.as_str().into());
    put("expanded_name", list.expanded_name.as_str().into());
    put("ref", list.references.clone().into());
    put("geographical_area", list.geographical_area.clone().into());
    put("version", list.version.to_string().into());
    put("enabled", list.enabled.into());
    map
}

/// An item of the index.
#[must_use]
pub fn listed(list: &Noticelist) -> Value {
    json!({ "Noticelist": columns(list) })
}

/// A list with its notices, numbered by their place.
#[must_use]
pub fn view(list: &Noticelist) -> Value {
    let notices: Vec<Value> = serde_json::from_str(&list.notices).unwrap_or_default();
    let entries: Vec<Value> = (1..)
        .zip(notices)
        .map(|(id, notice): (u64, _)| {
            json!({"id": id.to_string(), "noticelist_id": list.id.to_string(), "data": notice})
        })
        .collect();
    let mut map = columns(list);
    map.insert("NoticelistEntry".to_owned(), entries.into());
    json!({ "Noticelist": map })
}
