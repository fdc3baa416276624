//! What is worked out over many rows, correlations and statistics, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod correlation;
mod granular;
mod graph;
mod naive;
mod near;
mod shared;
mod statistics;

use entente_engine::setting;
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

/// Changes a setting.
async fn set(api: &TestApi, name: &'static str, value: Value) {
    let admin = api.instance.admin.clone();
    let changed = api
        .instance
        .app
        .write(admin, move |ctx| setting::edit(ctx, name, &value, false));
    changed.await.unwrap();
}

/// Titles of the events related to an event, as somebody sees it.
async fn related_events(api: &TestApi, key: &Key, event: &str) -> Vec<String> {
    let seen = api.get(key, &format!("/events/view/{event}")).await.done();
    let related = seen["Event"]["RelatedEvent"].as_array().unwrap().clone();
    related
        .iter()
        .map(|row| row["Event"]["info"].as_str().unwrap().to_owned())
        .collect()
}

/// Each attribute found, and the titles of the events it is related to.
async fn searched(api: &TestApi, key: &Key, value: &str) -> Vec<(String, Vec<String>)> {
    let body = json!({"value": value, "includeCorrelations": 1});
    let found = api.post(key, "/attributes/restSearch", &body).await.done();
    let rows = found["response"]["Attribute"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| {
            let related = row["RelatedAttribute"].as_array().unwrap().iter();
            let titles = related
                .map(|related| related["Event"]["info"].as_str().unwrap().to_owned())
                .collect();
            (row["value"].as_str().unwrap().to_owned(), titles)
        })
        .collect()
}
