//! STIX out of the instance and into it, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod export;
mod import;

use entente_testkit::api::{Key, Reply, TestApi};
use serde_json::{Value, json};

/// A text that only members of the home organisation may ever read.
const CANARY: &str = "canary-7d02fa";

/// A search without a word about the form of the answer.
async fn search(api: &TestApi, key: &Key, scope: &str, body: &Value) -> Reply {
    let path = format!("/{scope}/restSearch");
    let asking = api.ask("POST", &path).key(key).header("accept", "*/*");
    asking.json(body).send().await
}

/// The objects of a bundle.
async fn objects(api: &TestApi, key: &Key, scope: &str, mut body: Value) -> Vec<Value> {
    body["returnFormat"] = json!("stix2");
    let bundle = search(api, key, scope, &body).await.done();
    assert_eq!(bundle["type"], "bundle");
    // a bundle without objects has no list of them
    bundle["objects"].as_array().cloned().unwrap_or_default()
}

async fn upload(api: &TestApi, key: &Key, path: &str, form: &str, body: impl Into<Vec<u8>>) -> Reply {
    let asking = api.ask("POST", &format!("/events/upload_stix{path}")).key(key);
    asking
        .header("content-type", format!("application/{form}"))
        .header("accept", format!("application/{form}"))
        .body(body.into())
        .send()
        .await
}

/// Tags that exist, so that who may not make any can attach them.
async fn with_tags(api: &TestApi, names: &[&str]) {
    for name in names {
        let tag = json!({"name": name, "colour": "#123456"});
        api.post(&api.admin, "/tags/add", &tag).await.done();
    }
}
