//! Importing libraries and using them, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod galaxies;
mod import;
mod warninglists;

use entente_engine::knowledge::{Report, Source, Tally};
use entente_knowledge::library::Kind;
use entente_testkit::instance::TestInstance;
use serde_json::{Value, json};

const WEATHER: &str = include_str!("../../../knowledge/cases/galaxies/weather.json");
const CLUSTERS: &str = include_str!("../../../knowledge/cases/galaxies/weather-clusters.json");
const PARCEL: &str = include_str!("../../../knowledge/cases/templates/parcel.json");
const DOOR: &str = include_str!("../../../knowledge/cases/taxonomies/door.json");

/// A file of a library by its path in a published layout.
fn file(path: &str, content: &str) -> (String, Vec<u8>) {
    (path.to_owned(), content.as_bytes().to_vec())
}

/// The sample with some keys changed.
fn changed(sample: &str, keys: &Value) -> String {
    let mut value: Value = serde_json::from_str(sample).unwrap();
    for (key, new) in keys.as_object().unwrap() {
        value[key] = new.clone();
    }
    value.to_string()
}

fn warninglist(version: u64, entries: &[&str]) -> String {
    json!({
        "name": "Public resolvers",
        "description": "Made up for tests.",
        "type": "cidr",
        "version": version,
        "matching_attributes": ["ip-src", "ip-dst"],
        "list": entries,
    })
    .to_string()
}

async fn import(instance: &TestInstance, files: Vec<(String, Vec<u8>)>) -> Report {
    entente_engine::knowledge::import(&instance.app, vec![Source::Files(files)], |_| {})
        .await
        .unwrap()
}

fn tally(report: &Report, kind: Kind) -> Tally {
    report.kinds.get(&kind).copied().unwrap_or_default()
}

fn added(count: u64) -> Tally {
    Tally {
        added: count,
        ..Tally::default()
    }
}

fn updated(count: u64) -> Tally {
    Tally {
        updated: count,
        ..Tally::default()
    }
}

fn unchanged(count: u64) -> Tally {
    Tally {
        unchanged: count,
        ..Tally::default()
    }
}
