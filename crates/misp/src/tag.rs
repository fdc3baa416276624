//! Tags by themselves: what the tag endpoints read and answer. spec: 03#6, 01#7.5
//! Tags on events and attributes are part of those.
use crate::read::scalar::Scalar;
use entente_model::library::GalaxyCluster;
use entente_model::tag::{Tag, TagInput};
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use serde_json::{Map, Value, json};

/// All columns of a tag.
#[must_use]
pub fn columns(tag: &Tag) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", tag.id.to_string().into());
    put("name", tag.name.as_str().into());
    put("colour", tag.colour.as_str().into());
    put("exportable", tag.exportable.into());
    put("org_id", tag.org.to_string().into());
    put("user_id", tag.user.to_string().into());
    put("hide_tag", tag.hidden.into());
    put(
        "numerical_value",
        tag.numerical_value.map(|number| number.to_string()).into(),
    );
    put("is_galaxy", tag.is_galaxy.into());
    put("is_custom_galaxy", tag.is_custom_galaxy.into());
    put("local_only", tag.local_only.into());
    map
}

/// The taxonomy of a tag and the entry it stands for.
pub type OfTaxonomy<'a> = Option<(&'a Taxonomy, Option<&'a TaxonomyEntry>)>;

/// A row of the index. `counts` are those of events and attributes.
#[must_use]
pub fn row(tag: &Tag, counts: Option<(i64, i64)>, favourite: bool, taxonomy: OfTaxonomy<'_>) -> Value {
    let mut map = counted(tag, counts);
    map.insert("favourite".to_owned(), favourite.into());
    if let Some((taxonomy, entry)) = taxonomy {
        let mut of = crate::taxonomy::columns(taxonomy);
        if let Some(entry) = entry {
            of.insert("expanded".to_owned(), entry.expanded.as_str().into());
        }
        map.insert("Taxonomy".to_owned(), of.into());
    }
    map.into()
}

/// One tag with the numbers of events and attributes that carry it.
#[must_use]
pub fn view(tag: &Tag, counts: Option<(i64, i64)>) -> Value {
    counted(tag, counts).into()
}

fn counted(tag: &Tag, counts: Option<(i64, i64)>) -> Map<String, Value> {
    let mut map = columns(tag);
    if let Some((events, attributes)) = counts {
        map.insert("count".to_owned(), events.into());
        map.insert("attribute_count".to_owned(), attributes.into());
    }
    map
}

/// A tag that a search found, with the galaxy cluster it stands for.
#[must_use]
pub fn found(tag: &Tag, taxonomy: OfTaxonomy<'_>, cluster: Option<&GalaxyCluster>) -> Value {
    let mut map = Map::new();
    map.insert("Tag".to_owned(), columns(tag).into());
    if let Some((taxonomy, entry)) = taxonomy {
        map.insert("Taxonomy".to_owned(), crate::taxonomy::columns(taxonomy).into());
        if let Some(entry) = entry {
            map.insert("TaxonomyPredicate".to_owned(), crate::taxonomy::predicate(entry));
        }
    }
    if let Some(cluster) = cluster {
        map.insert(
            "GalaxyCluster".to_owned(),
            crate::galaxy::cluster_columns(cluster).into(),
        );
    }
    map.into()
}

/// How often a tag is in use, and the namespace of the enabled taxonomy it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    /// The tag.
    pub name: &'a str,
    /// The namespace.
    pub namespace: Option<&'a str>,
    /// Events that carry it.
    pub count: i64,
}

/// Statistics as counts or percentages, by name or the most used first.
#[must_use]
pub fn statistics(used: &[Used<'_>], percentage: bool, by_name: bool) -> Value {
    let mut tags: Vec<(&str, i64)> = used.iter().map(|tag| (tag.name, tag.count)).collect();
    let mut taxonomies: Vec<(&str, i64)> = Vec::new();
    for tag in used {
        let Some(namespace) = tag.namespace else { continue };
        match taxonomies.iter_mut().find(|(name, _)| *name == namespace) {
            Some((_, count)) => *count += tag.count,
            None => taxonomies.push((namespace, tag.count)),
        }
    }
    let total = used.iter().map(|tag| tag.count).sum();
    let shown = |list: &mut Vec<(&str, i64)>| {
        list.sort_by(|a, b| {
            if by_name {
                a.0.cmp(b.0)
            } else {
                b.1.cmp(&a.1).then(a.0.cmp(b.0))
            }
        });
        let amount = |count: i64| {
            if percentage {
                percent(count, total)
            } else {
                count.to_string()
            }
        };
        map_or_list(
            list.iter()
                .map(|(name, count)| ((*name).to_owned(), amount(*count).into()))
                .collect(),
        )
    };
    json!({"tags": shown(&mut tags), "taxonomies": shown(&mut taxonomies)})
}

/// An empty map is written as an empty list, as PHP does.
fn map_or_list(map: Map<String, Value>) -> Value {
    if map.is_empty() { json!([]) } else { map.into() }
}

/// A share with up to three decimals: `12.5%`.
fn percent(count: i64, total: i64) -> String {
    let thousandths = (i128::from(count) * 200_000 + i128::from(total)) / (2 * i128::from(total.max(1)));
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    let decimals = format!("{rest:03}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole}%"),
        decimals => format!("{whole}.{decimals}%"),
    }
}

/// The tag page of the user statistics: sizes by taxonomy, free tags as `custom`. spec: 03#13.4
#[must_use]
pub fn statistics_page(used: &[Used<'_>]) -> Value {
    let mut flat: Map<String, Value> = Map::new();
    for tag in used {
        let group = flat
            .entry(tag.namespace.unwrap_or("custom"))
            .or_insert_with(|| json!({}));
        if let Some(group) = group.as_object_mut() {
            group.insert(tag.name.to_owned(), json!({"name": tag.name, "size": tag.count}));
        }
    }
    let children: Vec<Value> = flat
        .iter()
        .map(|(name, tags)| {
            let leaves: Vec<&Value> = tags.as_object().into_iter().flat_map(Map::values).collect();
            json!({"name": name, "children": leaves})
        })
        .collect();
    json!({"flatData": map_or_list(flat), "treemap": {"name": "tags", "children": children}})
}

/// What a body says about a tag. Values that cannot be read count as absent, but for the colour, which
/// is checked later.
#[must_use]
pub fn read(map: &Map<String, Value>) -> TagInput {
    let text = |key: &str| {
        map.get(key)
            .and_then(|value| Scalar::of(value, &mut String::new()).text())
    };
    let flag = |key: &str| {
        map.get(key)
            .and_then(|value| Scalar::of(value, &mut String::new()).flag().value())
    };
    let int = |key: &str| {
        map.get(key)
            .and_then(|value| Scalar::of(value, &mut String::new()).int().value())
    };
    let numerical_value = match map.get("numerical_value") {
        Some(Value::Null) => Some(None),
        Some(Value::String(text)) if text.is_empty() => Some(None),
        _ => int("numerical_value").map(Some),
    };
    TagInput {
        name: text("name"),
        colour: text("colour"),
        exportable: flag("exportable"),
        org: int("org_id").filter(|id| *id >= 0),
        user: int("user_id").filter(|id| *id >= 0),
        hidden: flag("hide_tag"),
        numerical_value,
        local_only: flag("local_only"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used<'a>(name: &'a str, namespace: Option<&'a str>, count: i64) -> Used<'a> {
        Used {
            name,
            namespace,
            count,
        }
    }

    #[test]
    fn statistics_are_texts_and_an_empty_map_is_a_list() {
        let one = [used("tlp:white___test", None, 1)];
        assert_eq!(
            statistics(&one, false, false),
            json!({"tags": {"tlp:white___test": "1"}, "taxonomies": []})
        );
        assert_eq!(statistics(&one, true, true)["tags"]["tlp:white___test"], "100%");
        assert_eq!(
            statistics(&[], true, false),
            json!({"tags": [], "taxonomies": []})
        );
        let many = [
            used("b", Some("n"), 1),
            used("a", None, 1),
            used("c", Some("n"), 6),
        ];
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let by_count = statistics(&many, true, false);
        assert_eq!(keys(&by_count["tags"]), ["c", "a", "b"]);
        assert_eq!(
            (&by_count["tags"]["b"], &by_count["taxonomies"]["n"]),
            (&json!("12.5%"), &json!("87.5%"))
        );
        assert_eq!(keys(&statistics(&many, false, true)["tags"]), ["a", "b", "c"]);
    }

    #[test]
    fn percentages_have_up_to_three_decimals() {
        assert_eq!(percent(1, 3), "33.333%");
        assert_eq!(percent(2, 3), "66.667%");
        assert_eq!(percent(1, 8), "12.5%");
        assert_eq!(percent(0, 0), "0%");
    }

    #[test]
    fn the_statistics_page_keeps_its_order_of_keys() {
        let page = statistics_page(&[used("x", None, 2)]);
        assert_eq!(
            page.to_string(),
            r#"{"flatData":{"custom":{"x":{"name":"x","size":2}}},"treemap":{"name":"tags","children":[{"name":"custom","children":[{"name":"x","size":2}]}]}}"#
        );
    }

    #[test]
    fn bodies_are_read_loosely() {
        let body = json!({"name": "x", "hide_tag": "1", "exportable": false, "org_id": "5", "user_id": 7,
            "numerical_value": "", "local_only": null, "count": 3});
        let input = read(body.as_object().unwrap());
        let wanted = TagInput {
            name: Some("x".to_owned()),
            hidden: Some(true),
            exportable: Some(false),
            org: Some(5),
            user: Some(7),
            numerical_value: Some(None),
            ..TagInput::default()
        };
        assert_eq!(input, wanted);
    }
}
