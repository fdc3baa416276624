//! Taxonomies as their endpoints answer them. spec: 07#2.4
use entente_model::tag::Tag;
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use serde_json::{Map, Value, json};

/// All columns of a taxonomy.
#[must_use]
pub fn columns(taxonomy: &Taxonomy) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", taxonomy.id.to_string().into());
    put("namespace", taxonomy.namespace.as_str().into());
    put("description", taxonomy.description.as_str().into());
    put("version", taxonomy.version.to_string().into());
    put("enabled", taxonomy.enabled.into());
    put("exclusive", taxonomy.exclusive.into());
    put("required", taxonomy.required.into());
    put("highlighted", taxonomy.highlighted.into());
    map
}

/// A row of the index; `total` tags in the file, `current` of them exist and are not hidden.
#[must_use]
pub fn row(taxonomy: &Taxonomy, total: i64, current: i64) -> Value {
    json!({"Taxonomy": columns(taxonomy), "total_count": total, "current_count": current})
}

/// An entry of a view with its tag, if that exists, and the events and attributes that carry it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The entry.
    pub entry: &'a TaxonomyEntry,
    /// The tag.
    pub tag: Option<&'a Tag>,
    /// Events and attributes.
    pub counts: Option<(i64, i64)>,
}

/// A taxonomy with its entries.
#[must_use]
pub fn view<'a>(taxonomy: &Taxonomy, entries: impl Iterator<Item = Shown<'a>>) -> Value {
    let entries: Vec<Value> = entries.map(entry).collect();
    json!({"Taxonomy": columns(taxonomy), "entries": entries})
}

fn entry(shown: Shown<'_>) -> Value {
    let entry = shown.entry;
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("tag", entry.tag.as_str().into());
    put("expanded", entry.expanded.as_str().into());
    put("exclusive_predicate", entry.exclusive_predicate.into());
    if let Some(description) = &entry.description {
        put("description", description.as_str().into());
    }
    put("colour", entry.colour.as_str().into());
    if let Some(number) = entry.numerical_value {
        put("numerical_value", number.into());
    }
    if let Some((events, attributes)) = shown.counts {
        put("events", events.into());
        put("attributes", attributes.into());
    }
    put(
        "existing_tag",
        shown
            .tag
            .map_or(Value::Bool(false), |tag| json!({"Tag": crate::tag::columns(tag)})),
    );
    map.into()
}

/// The predicate of an entry with the entry in it.
#[must_use]
pub fn predicate(entry: &TaxonomyEntry) -> Value {
    let mut map = Map::new();
    map.insert("value".to_owned(), entry.predicate.as_str().into());
    map.insert("exclusive".to_owned(), entry.exclusive_predicate.into());
    match &entry.value {
        None => {
            map.insert("expanded".to_owned(), entry.expanded.as_str().into());
            map.insert("colour".to_owned(), entry.colour.as_str().into());
        }
        Some(value) => {
            let expanded = entry.expanded.split_once(": ");
            if let Some((predicate, _)) = expanded {
                map.insert("expanded".to_owned(), predicate.into());
            }
            let mut of = Map::new();
            of.insert("value".to_owned(), value.as_str().into());
            of.insert(
                "expanded".to_owned(),
                expanded.map_or(value.as_str(), |(_, value)| value).into(),
            );
            if let Some(description) = &entry.description {
                of.insert("description".to_owned(), description.as_str().into());
            }
            of.insert("colour".to_owned(), entry.colour.as_str().into());
            if let Some(number) = entry.numerical_value {
                of.insert("numerical_value".to_owned(), number.into());
            }
            map.insert("TaxonomyEntry".to_owned(), json!([of]));
        }
    }
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> TaxonomyEntry {
        TaxonomyEntry {
            id: 1,
            taxonomy: 1,
            tag: "door:state=\"open\"".to_owned(),
            predicate: "state".to_owned(),
            value: Some("open".to_owned()),
            expanded: "State: Open".to_owned(),
            description: None,
            exclusive_predicate: true,
            colour: "#00aa00".to_owned(),
            numerical_value: Some(10),
        }
    }

    #[test]
    fn an_entry_without_tag_says_false() {
        let shown = entry(Shown {
            entry: &open(),
            tag: None,
            counts: None,
        });
        assert_eq!(
            shown.to_string(),
            r##"{"tag":"door:state=\"open\"","expanded":"State: Open","exclusive_predicate":true,"colour":"#00aa00","numerical_value":10,"existing_tag":false}"##
        );
    }

    #[test]
    fn a_predicate_holds_its_entry() {
        assert_eq!(
            predicate(&open()),
            json!({"value": "state", "exclusive": true, "expanded": "State", "TaxonomyEntry":
                [{"value": "open", "expanded": "Open", "colour": "#00aa00", "numerical_value": 10}]})
        );
    }
}
