//! Searches as clients send them, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod formats;
mod lists;
mod rest;

use bytes::Bytes;
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

/// An answer as text.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    /// Values of the attributes that an attribute search has found.
    fn values(&self) -> Vec<String> {
        let rows = self.json()["response"]["Attribute"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["value"].as_str().unwrap().to_owned())
            .collect()
    }
    /// Titles of the events that an event search has found.
    fn titles(&self) -> Vec<String> {
        let rows = self.json()["response"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["Event"]["info"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn call(instance: &TestInstance, key: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", key)
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .body(Full::new(bytes))
        .unwrap();
    let response = entente_api_misp::serve(instance.app.clone(), request, None).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Reply {
        status,
        headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

async fn post(instance: &TestInstance, key: &str, path: &str, body: Value) -> Reply {
    let reply = call(instance, key, Method::POST, path, Some(&body)).await;
    assert_eq!(reply.status, StatusCode::OK, "{path} {body}: {}", reply.text);
    reply
}

async fn get(instance: &TestInstance, path: &str) -> Reply {
    let reply = call(instance, ADMIN_KEY, Method::GET, path, None).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
    reply
}

/// Two events: a campaign with an object, seen by everybody, and one kept by its organisation.
async fn filled(instance: &TestInstance) {
    let campaign = json!({"Event": {
        "info": "Gilt campaign", "distribution": "1", "date": "2024-03-01", "threat_level_id": "1", "analysis": "0",
        "Tag": [{"name": "tlp:green"}],
        "Attribute": [
            {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": true,
             "comment": "C2 \"server\"", "Tag": [{"name": "golden:campaign"}]},
            {"type": "domain", "category": "Network activity", "value": "Evil.Example", "to_ids": true},
            {"type": "text", "category": "Other", "value": "a remark", "to_ids": false},
            {"type": "filename|md5", "category": "Payload delivery", "to_ids": true,
             "value": "evil.exe|d41d8cd98f00b204e9800998ecf8427e"},
            {"type": "domain", "category": "Network activity", "value": "private.example", "to_ids": true,
             "distribution": "0"},
        ],
        "Object": [{"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "template_version": "25", "description": "",
            "Attribute": [{"type": "sha1", "category": "Payload delivery", "object_relation": "sha1", "to_ids": true,
                "value": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}]}],
    }});
    post(instance, ADMIN_KEY, "/events/add", campaign).await;
    let kept = json!({"Event": {
        "info": "Kept here", "distribution": "0", "date": "2024-04-01", "threat_level_id": "3", "analysis": "2",
        "Attribute": [{"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": true}],
    }});
    post(instance, ADMIN_KEY, "/events/add", kept).await;
}
