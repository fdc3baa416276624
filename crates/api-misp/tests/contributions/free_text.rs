//! Indicators out of pasted text. spec: 04#8
use crate::support::{call, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const TEXT: &str = "Seen at 198.51.100.7, hxxp://bad[.]example/x and foo@mail.example\n\
    d41d8cd98f00b204e9800998ecf8427e";

async fn event(instance: &TestInstance) -> String {
    let body = json!({"info": "Pasted", "distribution": 1});
    let event = post(instance, "/events/add", body).await;
    event["Event"]["id"].as_str().unwrap().to_owned()
}

async fn values(instance: &TestInstance, id: &str) -> Vec<(String, bool)> {
    let event = get(instance, &format!("/events/view/{id}")).await;
    let list = event["Event"]["Attribute"].as_array().unwrap().clone();
    list.iter()
        .map(|a| {
            (
                a["value"].as_str().unwrap().to_owned(),
                a["to_ids"].as_bool().unwrap(),
            )
        })
        .collect()
}

instance_test! {
    async fn a_text_is_taken_apart_and_stored(instance: TestInstance) {
        let id = event(&instance).await;
        let path = format!("/events/freeTextImport/{id}");
        let told = post(&instance, &path, json!({"value": TEXT, "returnMetaAttributes": true})).await;
        let told = told.as_array().unwrap();
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0]["types"]["ip-src/ip-dst"], "ip-src/ip-dst");
        assert_eq!((&told[0]["default_type"], &told[0]["to_ids"]), (&json!("ip-dst"), &json!(1)));
        assert!(values(&instance, &id).await.is_empty(), "nothing is saved by asking");
        let waiting = format!("{path}/disable_background_processing:1");
        let stored = post(&instance, &waiting, json!({"value": TEXT, "distribution": 2})).await;
        let stored = stored.as_array().unwrap();
        assert_eq!(stored.len(), 4, "{stored:?}");
        assert_eq!((&stored[1]["type"], &stored[1]["value"]), (&json!("url"), &json!("http://bad.example/x")));
        assert_eq!((&stored[1]["distribution"], &stored[1]["event_id"]), (&json!("2"), &json!(id)));
        let there = values(&instance, &id).await;
        assert_eq!(there[0], ("198.51.100.7".to_owned(), true));
        assert_eq!(there.len(), 4);
        // what is there already is not stored a second time, and who waits is told so
        assert_eq!(post(&instance, &waiting, json!({"value": TEXT})).await, json!([]));
        assert_eq!(post(&instance, &path, json!({"value": TEXT})).await.as_array().unwrap().len(), 4);
        assert_eq!(values(&instance, &id).await.len(), 4);
        assert_eq!(post(&instance, &path, json!({"value": "nothing to see"})).await, json!([]));
    }

    async fn who_may_not_change_the_event_proposes(instance: TestInstance) {
        let id = event(&instance).await;
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let user = instance.add_user("a@harbour.example", org, role::USER).await.unwrap();
        let key = TestInstance::key_of(user.user.id);
        let path = format!("/events/freeTextImport/{id}");
        let body = json!({"value": "203.0.113.9 203.0.113.9:8080"});
        let (status, answer) = call(&instance, &key, Method::POST, &path, &body).await;
        assert_eq!((status, answer.as_array().unwrap().len()), (StatusCode::OK, 2));
        assert_eq!(answer[1]["comment"], "On port 8080");
        assert!(values(&instance, &id).await.is_empty());
        let proposed = get(&instance, &format!("/shadow_attributes/index/{id}")).await;
        assert_eq!(proposed.as_array().unwrap().len(), 2);
        // an event that is not visible is not there
        let hidden = post(&instance, "/events/add", json!({"info": "Own", "distribution": 0})).await;
        let path = format!("/events/freeTextImport/{}", hidden["Event"]["id"].as_str().unwrap());
        let (status, _) = call(&instance, &key, Method::POST, &path, &body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    async fn hostile_texts_are_answered(instance: TestInstance) {
        let id = event(&instance).await;
        let path = format!("/events/freeTextImport/{id}");
        let nested = format!("{{{}", "\"a\":{".repeat(50_000));
        for text in ["", "{", &nested, &"[.]".repeat(100_000), &"a|".repeat(50_000), "\u{0}\u{1}\u{feff}"] {
            let (status, answer) = call(&instance, ADMIN_KEY, Method::POST, &path, &json!({"value": text})).await;
            assert_eq!((status, answer.is_array()), (StatusCode::OK, true), "{answer}");
        }
        for body in [json!({}), json!({"value": "198.51.100.7", "distribution": 9}), json!([])] {
            let (status, answer) = call(&instance, ADMIN_KEY, Method::POST, &path, &body).await;
            assert!(status.is_client_error(), "{answer}");
        }
        let group = json!({"value": "198.51.100.7", "distribution": 4, "sharing_group_id": 99});
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, &path, &group).await;
        assert!(status.is_client_error());
        assert_eq!(values(&instance, &id).await, Vec::<(String, bool)>::new());
        let as_text: Value = json!("198.51.100.77");
        assert_eq!(post(&instance, &path, as_text).await[0]["value"], "198.51.100.77");
    }
}
