//! Calls of the MISP surface on a prepared instance.
use bytes::Bytes;
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

/// One call with a key; the status and the JSON of the answer, null when it is none.
pub async fn call(
    instance: &TestInstance,
    key: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let bytes = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", key)
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .body(Full::new(bytes))
        .unwrap();
    let response = entente_api_misp::serve(instance.app.clone(), request, None).await;
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// A POST of the site administrator that must succeed.
pub async fn post(instance: &TestInstance, path: &str, body: Value) -> Value {
    let (status, answer) = call(instance, ADMIN_KEY, Method::POST, path, &body).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

/// A GET of the site administrator that must succeed.
pub async fn get(instance: &TestInstance, path: &str) -> Value {
    let (status, answer) = call(instance, ADMIN_KEY, Method::GET, path, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}
