//! What is worked out over many rows, correlations and statistics, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod correlation;
mod statistics;

use entente_testkit::api::{Key, TestApi};
use serde_json::{Value, json};

/// Adds an event with attributes of `(type, value)`; answers what the creator sees.
async fn event(api: &TestApi, key: &Key, info: &str, distribution: u8, attributes: &[(&str, &str)]) -> Value {
    let attributes: Vec<Value> = attributes
        .iter()
        .map(|(kind, value)| json!({"type": kind, "value": value}))
        .collect();
    let body =
        json!({"Event": {"info": info, "distribution": distribution.to_string(), "Attribute": attributes}});
    api.event(key, &body).await
}

fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}
