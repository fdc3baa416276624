//! What hostile or broken clients send, and what must come back. spec: 11#5
//!
//! Each test bears the id of the entry of the catalogue that it covers and runs on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod files;
mod keys;
mod objects;
mod races;
mod search;
mod spillage;
mod sweep;
mod transport;

use entente_testkit::api::TestApi;
use serde_json::{Value, json};

/// A uuid that names nothing.
const NOWHERE: &str = "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01";
/// A text that only members of the home organisation may ever read.
const CANARY: &str = "canary-4b7e1d";

/// An event of the home organisation for itself alone, with one of everything, full of canaries.
async fn private_event(api: &TestApi) -> Value {
    let body = json!({
        "info": format!("{CANARY} event"),
        "distribution": 0,
        "Attribute": [{"type": "ip-dst", "value": "198.51.100.7", "comment": CANARY}],
        "Object": [{
            "name": "file", "meta-category": "file", "template_version": 1,
            "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "Attribute": [{"object_relation": "filename", "type": "filename", "value": format!("{CANARY}.exe")}],
        }],
        "EventReport": [{"name": format!("{CANARY} report"), "content": CANARY, "distribution": 5}],
    });
    api.event(&api.home.publisher, &body).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
