use super::{call, filled, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::json;

instance_test! {
    async fn values_are_found_whatever_their_case(instance: TestInstance) {
        filled(&instance).await;
        let find = async |body| post(&instance, ADMIN_KEY, "/attributes/restSearch", body).await.values();
        assert_eq!(find(json!({"value": "EVIL.example"})).await, ["evil.example"]);
        assert_eq!(find(json!({"value": "evil.exe"})).await.len(), 1);
        assert_eq!(find(json!({"value": "evil.exe|D41D8CD98F00B204E9800998ECF8427E"})).await.len(), 1);
        assert_eq!(find(json!({"value": "%evil%"})).await.len(), 2);
        assert_eq!(find(json!({"value": ["198.51.100.7", "absent"]})).await.len(), 2);
        assert_eq!(find(json!({"type": "sha1"})).await.len(), 1);
        assert_eq!(find(json!({"tags": "golden:%"})).await, ["198.51.100.7"]);
        assert_eq!(find(json!({"tags": "TLP:green"})).await.len(), 0);
        assert_eq!(find(json!({"tags": "!tlp:green"})).await, ["198.51.100.7"]);
        assert_eq!(find(json!({"comment": "%server%"})).await, ["198.51.100.7"]);
    }

    async fn an_outsider_finds_what_is_shared(instance: TestInstance) {
        filled(&instance).await;
        let org = instance.add_org("Outsiders").await.unwrap();
        let reader = instance.add_user("o@outside.test", org, role::READ_ONLY).await.unwrap();
        let key = TestInstance::key_of(reader.user_id());
        let found = post(&instance, &key, "/attributes/restSearch", json!({"value": "198.51.100.7"})).await;
        assert_eq!(found.header("x-result-count"), "1");
        let events = post(&instance, &key, "/events/restSearch", json!({"value": "private.example"})).await;
        assert_eq!(events.titles(), [""; 0]);
        let everything = post(&instance, &key, "/events/restSearch", json!({})).await;
        assert_eq!(everything.titles(), ["Gilt campaign"]);
        assert!(!everything.text.contains("private.example"));
        let counted = post(&instance, &key, "/attributes/restSearch", json!({"returnFormat": "count"})).await;
        assert_eq!(counted.text, "5");
    }

    async fn pages_and_their_headers(instance: TestInstance) {
        filled(&instance).await;
        let page = post(&instance, ADMIN_KEY, "/attributes/restSearch", json!({"limit": 2, "page": 2})).await;
        assert_eq!(page.values().len(), 2);
        assert_eq!(page.header("x-result-count"), "3");
        assert_eq!(page.header("x-export-module-used"), "json");
        assert_eq!(page.header("content-type"), "application/json; charset=UTF-8");
        let far = post(&instance, ADMIN_KEY, "/events/restSearch", json!({"limit": 1, "page": 99})).await;
        assert_eq!((far.titles().len(), far.header("x-result-count")), (0, "2"));
        assert_eq!(far.text, "{\"response\": []}\n");
        assert_eq!(far.header("content-disposition"), "attachment; filename=\"misp.event.list.json\"");
        let sorted = post(&instance, ADMIN_KEY, "/events/restSearch", json!({"order": "id desc", "eventid": [1, 2]})).await;
        assert_eq!(sorted.titles(), ["Kept here", "Gilt campaign"]);
    }

    async fn options_add_what_they_name(instance: TestInstance) {
        filled(&instance).await;
        let body = json!({"value": "198.51.100.7", "eventid": 1, "includeEventTags": 1, "includeContext": 1,
            "includeEventUuid": 1, "includeSightings": 1, "includeProposals": 1});
        let row = post(&instance, ADMIN_KEY, "/attributes/restSearch", body).await.json()["response"]["Attribute"][0].clone();
        assert_eq!(row["Event"]["threat_level_id"], "1");
        assert_eq!(row["event_uuid"], row["Event"]["uuid"]);
        assert_eq!((&row["Sighting"], &row["ShadowAttribute"]), (&json!([]), &json!([])));
        let tags: Vec<_> = row["Tag"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
        assert_eq!(tags, ["golden:campaign", "tlp:green"]);
        let body = json!({"object_relation": "sha1"});
        let row = post(&instance, ADMIN_KEY, "/attributes/restSearch", body).await.json()["response"]["Attribute"][0].clone();
        assert_eq!(row["Object"]["distribution"], "5");
    }

    async fn objects_come_with_their_members(instance: TestInstance) {
        filled(&instance).await;
        let found = post(&instance, ADMIN_KEY, "/objects/restSearch", json!({"object_name": "file"})).await;
        assert_eq!(found.header("x-result-count"), "1");
        let object = &found.json()["response"][0]["Object"];
        assert_eq!(object["Attribute"][0]["type"], "sha1");
        let bare = post(&instance, ADMIN_KEY, "/objects/restSearch", json!({"type": "sha1", "metadata": 1})).await;
        assert_eq!(bare.json()["response"][0]["Object"].get("Attribute"), None);
        let none = post(&instance, ADMIN_KEY, "/objects/restSearch", json!({"type": "ip-dst"})).await;
        assert_eq!(none.text, "{\"response\": []}\n");
    }

    async fn requests_that_are_refused(instance: TestInstance) {
        let status = async |method, path: &str, body: Option<serde_json::Value>| {
            call(&instance, ADMIN_KEY, method, path, body.as_ref()).await.status
        };
        assert_eq!(status(Method::GET, "/events/restSearch", None).await, StatusCode::BAD_REQUEST);
        assert_eq!(status(Method::POST, "/events/restSearch", None).await, StatusCode::BAD_REQUEST);
        assert_eq!(status(Method::POST, "/events/restSearch", Some(json!({}))).await, StatusCode::OK);
        let odd = json!({"returnFormat": "../../x"});
        assert_eq!(status(Method::POST, "/events/restSearch", Some(odd)).await, StatusCode::NOT_FOUND);
        let times = json!({"timestamp": [1, 2, 3]});
        assert_eq!(status(Method::POST, "/attributes/restSearch", Some(times)).await, StatusCode::BAD_REQUEST);
        let many = json!({"value": vec!["x"; 100_001]});
        assert_eq!(status(Method::POST, "/attributes/restSearch", Some(many)).await, StatusCode::PAYLOAD_TOO_LARGE);
        let hostile = json!({"value": "a\u{0}b", "org": "'; --", "tags": "%\u{0}", "eventinfo": "%\u{0}%", "order": "id;x"});
        assert_eq!(status(Method::POST, "/events/restSearch", Some(hostile)).await, StatusCode::OK);
    }

    async fn filters_in_the_url(instance: TestInstance) {
        filled(&instance).await;
        assert_eq!(get(&instance, "/events/restSearch/json/evil.example").await.titles(), ["Gilt campaign"]);
        assert_eq!(get(&instance, "/attributes/restSearch/type:sha1").await.values().len(), 1);
        assert_eq!(get(&instance, "/events/restSearch/tags:tlp;green").await.titles(), ["Gilt campaign"]);
    }
}
