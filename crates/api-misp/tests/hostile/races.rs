//! Many writers of one thing at once: BI-O15, BI-O16.
use super::{NOWHERE, text};
use entente_testkit::api::{Reply, TestApi};
use entente_testkit::api_test;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Sends requests at once; answers in their order.
async fn at_once(api: &TestApi, requests: Vec<(String, Value)>) -> Vec<Reply> {
    join_all(
        requests
            .iter()
            .map(|(path, body)| api.post(&api.home.publisher, path, body)),
    )
    .await
}

api_test! {
    async fn bi_o15_one_uuid_fifty_times(api: TestApi) {
        let body = json!({"info": "once", "uuid": NOWHERE, "Attribute": [{"type": "text", "value": "x"}]});
        let replies = at_once(&api, vec![("/events/add".to_owned(), body); 50]).await;
        let added = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(added, 1);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert!(reply.refuses(404).message().starts_with("Event already exists"), "{}", reply.text());
            assert_eq!(reply.header("location"), "https://entente.test/events/1");
        }
        let rows = api.rows().await;
        assert_eq!((rows["event"], rows["attribute"]), (1, 1));
    }

    async fn one_attribute_uuid_in_many_events(api: TestApi) {
        let adds = (0..20).map(|n| {
            let attribute = json!({"type": "text", "value": format!("v{n}"), "uuid": NOWHERE});
            ("/events/add".to_owned(), json!({"info": format!("{n}"), "Attribute": [attribute]}))
        });
        for reply in at_once(&api, adds.collect()).await {
            reply.done();
        }
        let rows = api.rows().await;
        assert_eq!((rows["event"], rows["attribute"]), (20, 1));
    }

    async fn adding_to_one_event_at_once_loses_nothing(api: TestApi) {
        let event = api.event(&api.home.publisher, &json!({"info": "busy"})).await;
        let id = text(&event["id"]);
        let mut requests = Vec::new();
        for n in 0..10 {
            requests.push((format!("/attributes/add/{id}"), json!({"type": "text", "value": format!("single {n}")})));
            requests.push((format!("/events/edit/{id}"), json!({"Attribute": [{"type": "text", "value": format!("edit {n}")}]})));
            let object = json!({"name": "file", "meta-category": "file", "template_version": 1, "template_uuid": NOWHERE,
                "Attribute": [{"object_relation": "filename", "type": "filename", "value": format!("object {n}")}]});
            requests.push((format!("/events/edit/{id}"), json!({"Object": [object]})));
            requests.push((format!("/eventReports/add/{id}"), json!({"name": format!("report {n}"), "content": "x"})));
            requests.push((format!("/shadowAttributes/add/{id}"), json!({"type": "text", "value": format!("proposed {n}")})));
        }
        for reply in at_once(&api, requests).await {
            reply.is_answered();
        }
        let view = api.get(&api.home.publisher, &format!("/events/view/{id}")).await.done();
        let event = &view["Event"];
        let count = |name: &str| event[name].as_array().map_or(0, Vec::len);
        assert_eq!((count("Attribute"), count("Object"), count("EventReport"), count("ShadowAttribute")), (20, 10, 10, 10), "{view}");
        assert_eq!(event["attribute_count"], "30");
    }

    async fn bi_o16_edits_and_deletions_have_an_order(api: TestApi) {
        let body = json!({"info": "race", "Attribute": [{"type": "text", "value": "start"}, {"type": "text", "value": "constant"}]});
        let event = api.event(&api.home.publisher, &body).await;
        let id = text(&event["Attribute"][0]["id"]);
        for round in 0..4 {
            let mut requests = Vec::new();
            for n in 0..6 {
                requests.push((format!("/attributes/edit/{id}"), json!({"value": format!("v{round}.{n}"), "comment": format!("v{round}.{n}")})));
                requests.push((format!("/attributes/delete/{id}"), Value::Null));
                requests.push((format!("/attributes/restore/{id}"), Value::Null));
                requests.push((format!("/events/edit/{}", text(&event["id"])), json!({"info": format!("race {round}.{n}")})));
            }
            for reply in at_once(&api, requests).await {
                reply.is_answered();
            }
            let deleted = format!("/events/view/{}/deleted:[0,1]", text(&event["id"]));
            let seen = api.get(&api.home.publisher, &deleted).await.done();
            let attributes = seen["Event"]["Attribute"].as_array().unwrap();
            let live = attributes.iter().filter(|a| a["deleted"] == false).count();
            assert_eq!(seen["Event"]["attribute_count"], live.to_string(), "{seen}");
            let raced = attributes.iter().find(|a| text(&a["id"]) == id).unwrap();
            // value and comment come from the same edit
            assert!(text(&raced["value"]) == "start" || raced["value"] == raced["comment"], "{raced}");
            // what is found by value is what is there
            let found = api.post(&api.home.publisher, "/attributes/restSearch", &json!({"value": raced["value"], "deleted": [0, 1]})).await.done();
            assert_eq!(found["response"]["Attribute"].as_array().map(Vec::len), Some(1), "{found}");
        }
    }

    async fn tags_and_publication_at_once(api: TestApi) {
        for n in 0..8 {
            api.post(&api.admin, "/tags/add", &json!({"name": format!("race:{n}"), "colour": "#ffffff"})).await.done();
        }
        let body = json!({"info": "race", "distribution": 3, "Attribute": [{"type": "text", "value": "x"}]});
        let event = api.event(&api.home.publisher, &body).await;
        let (id, uuid) = (text(&event["id"]), text(&event["uuid"]));
        let mut requests = Vec::new();
        for n in 0..8 {
            requests.push(("/tags/attachTagToObject".to_owned(), json!({"uuid": uuid, "tag": format!("race:{n}")})));
            requests.push((format!("/events/publish/{id}"), Value::Null));
            requests.push((format!("/attributes/add/{id}"), json!({"type": "text", "value": format!("v{n}")})));
        }
        for reply in at_once(&api, requests).await {
            reply.done();
        }
        let view = api.get(&api.home.publisher, &format!("/events/view/{id}")).await.done();
        assert_eq!(view["Event"]["Tag"].as_array().map(Vec::len), Some(8), "{view}");
        assert_eq!(view["Event"]["attribute_count"], "9");
        // afterwards the event is as published as its label says
        api.post(&api.home.publisher, &format!("/events/publish/{id}"), &Value::Null).await.done();
        assert_eq!(api.get(&api.other.user, &format!("/events/view/{id}")).await.done()["Event"]["published"], true);
    }
}
