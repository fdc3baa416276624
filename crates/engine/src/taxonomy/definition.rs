//! A taxonomy in the layout of its file, and as rows. spec: 07#2.2
use entente_knowledge::taxonomy::{Predicate, Taxonomy, Term, stored_name};
use entente_model::taxonomy::TaxonomyEntry;
use serde_json::{Map, Value, json};

/// The file; reading it again gives the same taxonomy.
pub(super) fn file(taxonomy: &Taxonomy) -> Value {
    let mut map = Map::new();
    map.insert("namespace".to_owned(), json!(taxonomy.namespace));
    if let Some(expanded) = &taxonomy.expanded {
        map.insert("expanded".to_owned(), json!(expanded));
    }
    map.insert("description".to_owned(), json!(taxonomy.description));
    map.insert("version".to_owned(), json!(taxonomy.version));
    map.insert("exclusive".to_owned(), json!(taxonomy.exclusive));
    if !taxonomy.refs.is_empty() {
        map.insert("refs".to_owned(), json!(taxonomy.refs));
    }
    if !taxonomy.types.is_empty() {
        map.insert("type".to_owned(), json!(taxonomy.types));
    }
    if let Some(uuid) = taxonomy.uuid {
        map.insert("uuid".to_owned(), json!(uuid.to_string()));
    }
    map.insert(
        "predicates".to_owned(),
        taxonomy.predicates.iter().map(predicate).collect(),
    );
    let with_entries = taxonomy
        .predicates
        .iter()
        .filter(|predicate| !predicate.entries.is_empty());
    let values: Vec<Value> = with_entries
        .map(|predicate| {
            let entries: Vec<Value> = predicate
                .entries
                .iter()
                .map(|entry| Value::Object(term(entry)))
                .collect();
            json!({"predicate": predicate.term.value, "entry": entries})
        })
        .collect();
    if !values.is_empty() {
        map.insert("values".to_owned(), Value::Array(values));
    }
    Value::Object(map)
}

fn predicate(predicate: &Predicate) -> Value {
    let mut map = term(&predicate.term);
    if predicate.exclusive {
        map.insert("exclusive".to_owned(), Value::Bool(true));
    }
    Value::Object(map)
}

fn term(term: &Term) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("value".to_owned(), json!(term.value));
    for (key, text) in [
        ("expanded", &term.expanded),
        ("description", &term.description),
        ("colour", &term.colour),
    ] {
        if let Some(text) = text {
            map.insert(key.to_owned(), json!(text));
        }
    }
    if let Some(number) = term.numerical_value {
        map.insert("numerical_value".to_owned(), json!(number));
    }
    if let Some(uuid) = term.uuid {
        map.insert("uuid".to_owned(), json!(uuid.to_string()));
    }
    map
}

/// The tags it stands for, as rows without ids. Names are cut as stored tags are.
pub(super) fn rows(taxonomy: &Taxonomy) -> Vec<TaxonomyEntry> {
    let colours = taxonomy.colours();
    let entries = taxonomy.expand().into_iter().zip(colours);
    entries
        .map(|(entry, colour)| TaxonomyEntry {
            id: 0,
            taxonomy: 0,
            tag: stored_name(&entry.tag).to_owned(),
            predicate: entry.predicate,
            value: entry.value,
            expanded: entry.expanded,
            description: entry.description,
            exclusive_predicate: entry.exclusive_predicate,
            colour,
            numerical_value: entry.numerical_value,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: &str = r##"{"namespace":"door","expanded":"Door","description":"d","version":3,"exclusive":true,
        "refs":["https://example.org"],"type":["event"],"uuid":"0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11",
        "predicates":[{"value":"state","expanded":"State","exclusive":true},{"value":"painted","colour":"#00aa00",
        "numerical_value":50}],"values":[{"predicate":"state","entry":[{"value":"open","expanded":"Open",
        "uuid":"0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d12"},{"value":"shut","description":"closed"}]}]}"##;

    #[test]
    fn the_file_reads_back_as_it_was() {
        let (taxonomy, findings) = entente_knowledge::taxonomy::parse(DOOR.as_bytes()).unwrap();
        assert_eq!(findings, []);
        let text = file(&taxonomy).to_string();
        let (again, findings) = entente_knowledge::taxonomy::parse(text.as_bytes()).unwrap();
        assert_eq!((again, findings), (taxonomy, Vec::new()));
    }

    #[test]
    fn rows_know_their_colour() {
        let (taxonomy, _) = entente_knowledge::taxonomy::parse(DOOR.as_bytes()).unwrap();
        let rows = rows(&taxonomy);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2].colour, "#00aa00");
        assert!(
            rows.iter()
                .all(|row| entente_knowledge::taxonomy::is_colour(&row.colour))
        );
    }
}
