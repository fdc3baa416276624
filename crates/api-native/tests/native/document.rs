//! The OpenAPI document, as a golden file.
use crate::ask;
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use entente_testkit::instance_test;
use http::Method;

#[test]
fn the_document_is_the_agreed_one() {
    insta::assert_json_snapshot!("openapi", entente_api_native::openapi::document());
}

instance_test! {
    async fn the_document_is_served(instance: TestInstance) {
        let seen = ask(&instance, Some(ADMIN_KEY), Method::GET, "/api/v1/openapi.json", "").await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.json["openapi"], "3.1.0");
        assert_eq!(seen.json, serde_json::to_value(entente_api_native::openapi::document()).unwrap());
    }
}
