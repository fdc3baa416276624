//! Rows of blocklists and excluded values. spec: 03#18, 01#7.14
use entente_model::administration::{Blocked, Exclusion};
use entente_model::time::datetime;
use serde_json::{Map, Value, json};

/// A refused event.
#[must_use]
pub fn event(row: &Blocked) -> Value {
    json!({ "EventBlocklist": {
        "id": row.id.to_string(),
        "event_uuid": row.uuid.to_string(),
        "created": datetime(row.created),
        "event_info": row.name,
        "comment": row.comment,
        "event_orgc": row.orgc,
    }})
}

/// A refused organisation.
#[must_use]
pub fn org(row: &Blocked) -> Value {
    json!({ "OrgBlocklist": {
        "id": row.id.to_string(),
        "org_uuid": row.uuid.to_string(),
        "created": datetime(row.created),
        "org_name": row.name,
        "comment": row.comment,
    }})
}

/// A refused galaxy cluster.
#[must_use]
pub fn cluster(row: &Blocked) -> Value {
    json!({ "GalaxyClusterBlocklist": {
        "id": row.id.to_string(),
        "cluster_uuid": row.uuid.to_string(),
        "created": datetime(row.created),
        "cluster_info": row.name,
        "comment": row.comment,
        "cluster_orgc": row.orgc,
    }})
}

/// A refused annotation.
#[must_use]
pub fn analyst(row: &Blocked) -> Value {
    json!({ "AnalystDataBlocklist": {
        "id": row.id.to_string(),
        "analyst_data_uuid": row.uuid.to_string(),
        "created": datetime(row.created),
        "analyst_data_info": row.name,
        "comment": row.comment,
        "analyst_data_orgc": row.orgc,
    }})
}

/// An organisation whose sightings are refused.
#[must_use]
pub fn sighting(row: &Blocked) -> Value {
    json!({ "SightingBlocklist": {
        "id": row.id.to_string(),
        "org_uuid": row.uuid.to_string(),
        "created": datetime(row.created),
        "org_name": row.name,
        "comment": row.comment,
    }})
}

/// What became of several uuids.
#[must_use]
pub fn added(successes: &[String], fails: &[String]) -> Value {
    let message = format!(
        "Done. Added {} new entries to the blocklist. {} entries could not be saved.",
        successes.len(),
        fails.len()
    );
    json!({ "result": { "successes": successes, "fails": fails }, "message": message })
}

/// A value that does not correlate.
#[must_use]
pub fn exclusion(row: &Exclusion) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), row.id.to_string().into());
    map.insert("value".to_owned(), row.value.as_str().into());
    map.insert("from_json".to_owned(), row.from_json.into());
    map.insert("comment".to_owned(), row.comment.as_deref().into());
    json!({ "CorrelationExclusion": map })
}

/// The texts of a body that may be a list or lines of text.
#[must_use]
pub fn lines(body: &Map<String, Value>, key: &str) -> Vec<String> {
    crate::read::field::list_of_text(body, key)
        .unwrap_or_default()
        .iter()
        .flat_map(|text| text.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_come_as_list_or_lines() {
        let body = |value: Value| value.as_object().unwrap().clone();
        let expected = ["a", "b"];
        assert_eq!(lines(&body(json!({ "uuids": ["a", "b"] })), "uuids"), expected);
        assert_eq!(lines(&body(json!({ "uuids": "a\n b \n\n" })), "uuids"), expected);
        assert_eq!(lines(&body(json!({ "uuids": "a" })), "uuids"), ["a"]);
        assert!(lines(&body(json!({})), "uuids").is_empty());
    }
}
