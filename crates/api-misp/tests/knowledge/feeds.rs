//! Defining feeds. spec: 07#1.7
use crate::support::{call, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn feed() -> Value {
    json!({"name": "Harbour list", "provider": "Harbour CERT", "url": "https://feed.example/list.csv",
        "source_format": "csv", "settings": {"csv": {"value": "1", "delimiter": ";"}}})
}

async fn refused(instance: &TestInstance, path: &str, body: Value) -> Value {
    let (status, answer) = call(instance, ADMIN_KEY, Method::POST, path, &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
    answer["errors"].clone()
}

instance_test! {
    async fn a_feed_is_defined_changed_switched_and_removed(instance: TestInstance) {
        let added = post(&instance, "/feeds/add", json!({"Feed": feed()})).await["Feed"].clone();
        assert_eq!(added["name"], "Harbour list");
        assert_eq!(added["settings"], r#"{"csv":{"value":"1","delimiter":";"}}"#);
        assert_eq!((&added["enabled"], &added["fixed_event"]), (&json!(false), &json!(true)));
        let id = added["id"].as_str().unwrap();
        // what is absent stays, the settings included
        let edited = post(&instance, &format!("/feeds/edit/{id}"), json!({"Feed": {"id": id, "enabled": true}})).await;
        assert_eq!(edited["Feed"]["enabled"], true);
        assert_eq!(edited["Feed"]["settings"], added["settings"]);
        let switched = post(&instance, &format!("/feeds/disable/{id}"), json!({})).await;
        assert_eq!(switched["name"], "Feed disabled.");
        assert_eq!(get(&instance, &format!("/feeds/view/{id}")).await["Feed"]["enabled"], false);
        let deleted = post(&instance, &format!("/feeds/delete/{id}"), json!({})).await;
        assert_eq!(deleted["message"], "Feed deleted.");
        let (status, _) = call(&instance, ADMIN_KEY, Method::GET, &format!("/feeds/view/{id}"), &Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    async fn what_cannot_be_a_feed_is_refused_by_field(instance: TestInstance) {
        let bad = [
            ("name", json!("")), ("url", json!("ftp://feed.example/")), ("source_format", json!("pdf")),
            ("input_source", json!("carrier pigeon")), ("distribution", json!(7)), ("distribution", json!(5)),
            ("settings", json!({"common": {"excluderegex": "/(/"}})), ("settings", json!({"csv": {"value": "0"}})),
            ("rules", json!("{")), ("headers", json!("no colon")), ("tag_id", json!(999)), ("orgc_id", json!(999)),
            ("enabled", json!("maybe")), ("sharing_group_id", json!("x")), ("name", json!("n".repeat(5000))),
        ];
        for (field, value) in bad {
            let mut body = feed();
            body[field] = value;
            let errors = refused(&instance, "/feeds/add", body).await;
            assert!(errors[field].is_array(), "{field}: {errors}");
        }
        let mut group = feed();
        group["distribution"] = json!(4);
        assert!(refused(&instance, "/feeds/add", group).await["sharing_group_id"].is_array());
        assert_eq!(get(&instance, "/feeds/index").await, json!([]));
        post(&instance, "/feeds/add", feed()).await;
        assert!(refused(&instance, "/feeds/add", feed()).await["url"].is_array(), "the url is taken");
    }

    async fn local_feeds_can_be_switched_off(instance: TestInstance) {
        let mut local = feed();
        local["input_source"] = json!("local");
        local["url"] = json!("/var/feeds/list.csv");
        post(&instance, "/feeds/add", local.clone()).await;
        let setting = json!({"value": true});
        post(&instance, "/servers/serverSettingsEdit/Security.disable_local_feed_access", setting).await;
        local["url"] = json!("/etc/passwd");
        assert!(refused(&instance, "/feeds/add", local.clone()).await["input_source"].is_array());
        let imported = post(&instance, "/feeds/importFeeds", json!([{"Feed": local}, {"Feed": feed()}, {"name": "x"}])).await;
        let message = imported["message"].as_str().unwrap();
        assert!(message.starts_with("1 new feeds added. Left out: "), "{message}");
        assert!(message.contains("url is missing") && message.contains("switched off"), "{message}");
    }

    async fn only_site_administrators_define_feeds(instance: TestInstance) {
        let user = instance.add_user("u@test.example", instance.admin.org_id(), role::ORG_ADMIN).await.unwrap();
        let key = TestInstance::key_of(user.user_id());
        for path in ["/feeds/add", "/feeds/edit/1", "/feeds/delete/1", "/feeds/enable/1", "/feeds/importFeeds"] {
            let (status, _) = call(&instance, &key, Method::POST, path, &feed()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}
