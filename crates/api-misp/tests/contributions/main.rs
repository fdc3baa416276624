//! Reports, proposals, sightings and annotations as clients call them, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod free_text;
mod sighting;
#[path = "../support/mod.rs"]
mod support;

use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{call, get, post};

/// An event with one address.
async fn event(instance: &TestInstance) -> Value {
    let attribute = json!({"type": "ip-dst", "value": "198.51.100.7"});
    let body = json!({"info": "Boats", "distribution": 3, "Attribute": [attribute]});
    post(instance, "/events/add", body).await["Event"].clone()
}

async fn colleague(instance: &TestInstance) -> String {
    let org = instance.add_org("Harbour CERT").await.unwrap();
    let user = instance
        .add_user("a@harbour.example", org, role::ORG_ADMIN)
        .await
        .unwrap();
    TestInstance::key_of(user.user.id)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

instance_test! {
    async fn reports(instance: TestInstance) {
        let event = event(&instance).await;
        let id = text(&event["id"]);
        let body = json!({"name": "One", "content": "# x", "distribution": 5});
        let made = post(&instance, &format!("/eventReports/add/{id}"), body).await;
        assert_eq!(made["EventReport"]["event_id"], event["id"]);
        assert_eq!(made["SharingGroup"], json!({"id": null, "name": null, "uuid": null}));
        assert_eq!(made["RelationshipInbound"], json!([]));
        let uuid = text(&made["EventReport"]["uuid"]).to_owned();
        let edited = post(&instance, &format!("/eventReports/edit/{uuid}"), json!({"name": "Two"})).await;
        assert_eq!(edited["EventReport"]["name"], "Two");
        let listed = get(&instance, &format!("/eventReports/index/event_id:{id}")).await;
        assert_eq!(listed[0]["EventReport"]["id"], made["EventReport"]["id"]);
        let deleted = post(&instance, &format!("/eventReports/delete/{uuid}"), Value::Null).await;
        assert_eq!((&deleted["success"], text(&deleted["name"])), (&json!(true), format!("Event Report {uuid} soft deleted").as_str()));
        assert_eq!(get(&instance, &format!("/eventReports/index/event_id:{id}")).await, json!([]));
        let deleted = post(&instance, &format!("/eventReports/delete/{uuid}"), json!({"hard": true})).await;
        assert_eq!(deleted["name"], format!("Event Report {uuid} hard deleted"));
        let (status, gone) = call(&instance, ADMIN_KEY, Method::GET, &format!("/eventReports/view/{uuid}"), &Value::Null).await;
        assert_eq!((status, text(&gone["message"])), (StatusCode::NOT_FOUND, "Invalid report"));
    }

    async fn proposals(instance: TestInstance) {
        let event = event(&instance).await;
        let (id, attribute) = (text(&event["id"]), text(&event["Attribute"][0]["uuid"]));
        let key = colleague(&instance).await;
        let path = format!("/shadowAttributes/add/{id}");
        let body = json!({"type": "ip-dst", "value": "203.0.113.9"});
        let (status, made) = call(&instance, &key, Method::POST, &path, &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        let path = format!("/shadowAttributes/edit/{attribute}");
        let (_, changed) = call(&instance, &key, Method::POST, &path, &json!({"to_ids": false})).await;
        assert_eq!(changed["ShadowAttribute"]["to_ids"], false);
        assert_eq!(changed["ShadowAttribute"]["uuid"], attribute);
        let (status, _) = call(&instance, &key, Method::POST, &path, &json!({"nonsense": 1})).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        let path = format!("/shadowAttributes/delete/{attribute}");
        let (_, deletion) = call(&instance, &key, Method::POST, &path, &Value::Null).await;
        assert_eq!(deletion["saved"], true);
        assert_eq!(get(&instance, "/shadowAttributes/index").await.as_array().unwrap().len(), 3);
        let page = get(&instance, &format!("/shadowAttributes/index/{id}/limit:1/page:2")).await;
        assert_eq!(page[0]["ShadowAttribute"]["old_uuid"], attribute);
        assert_eq!(page.as_array().unwrap().len(), 1);

        let first = text(&made["ShadowAttribute"]["id"]);
        let (status, _) = call(&instance, &key, Method::POST, &format!("/shadowAttributes/accept/{first}"), &Value::Null).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        let accepted = post(&instance, &format!("/shadowAttributes/accept/{first}"), Value::Null).await;
        assert_eq!(accepted["message"], "Proposal accepted.");
        let second = text(&changed["ShadowAttribute"]["id"]);
        let accepted = post(&instance, &format!("/shadowAttributes/accept/{second}"), Value::Null).await;
        assert_eq!(accepted["message"], "Proposed change accepted.");
        let after = get(&instance, &format!("/events/view/{id}")).await;
        assert_eq!(after["Event"]["Attribute"][1]["value"], "203.0.113.9");
        let third = text(&page[0]["ShadowAttribute"]["id"]);
        assert_eq!(third, second);
        let open = get(&instance, "/shadowAttributes/index/deleted:0").await;
        let last = text(&open[0]["ShadowAttribute"]["id"]);
        let discarded = post(&instance, &format!("/shadowAttributes/discard/{last}"), Value::Null).await;
        assert_eq!(discarded["message"], "Proposal discarded.");
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, "/shadowAttributes/discard/999", &Value::Null).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn sightings(instance: TestInstance) {
        let event = event(&instance).await;
        let (id, attribute) = (text(&event["id"]), text(&event["Attribute"][0]["id"]));
        let by_value = post(&instance, "/sightings/add", json!({"value": "198.51.100.7"})).await;
        assert_eq!(by_value["Sighting"]["attribute_id"], attribute);
        let body = json!([{"source": "Testcases", "type": "1"}]);
        let by_url = post(&instance, &format!("/sightings/add/{attribute}"), body).await;
        assert_eq!((&by_url["Sighting"]["source"], &by_url["Sighting"]["type"]), (&json!("Testcases"), &json!("1")));
        post(&instance, &format!("/sightings/add/{attribute}"), json!({"name": "foo"})).await;
        let refused = post(&instance, "/sightings/add", json!({"value": "192.0.2.1"})).await;
        assert!(text(&refused["message"]).starts_with("Could not add the Sighting. Reason: "));
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, "/sightings/add/999", &json!({"type": 0})).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        let listed = post(&instance, "/sightings/listSightings", json!({"context": "event", "id": id})).await;
        assert_eq!(listed.as_array().unwrap().len(), 3);
        assert_eq!(listed[0]["Organisation"], json!({"name": "ORGNAME"}));
        let flat = post(&instance, "/sightings/index", json!({})).await;
        assert_eq!(flat[1]["type"], "1");
        assert_eq!(get(&instance, &format!("/sightings/index/{id}")).await, flat);

        let query = json!({"returnFormat": "json", "source": "Testcases", "type": "1", "org_id": null,
            "includeAttribute": true, "includeEvent": true});
        let found = post(&instance, "/sightings/restSearch", query).await;
        assert_eq!(found["response"].as_array().unwrap().len(), 1);
        let sighting = &found["response"][0]["Sighting"];
        assert_eq!((&sighting["event_id"], &sighting["Event"]["id"]), (&event["id"], &event["id"]));
        assert_eq!(sighting["Attribute"]["value"], "198.51.100.7");
        let within = post(&instance, "/sightings/restSearch/event", json!({"id": id.parse::<i64>().unwrap()})).await;
        assert_eq!(within["response"].as_array().unwrap().len(), 3);
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, "/sightings/restSearch/event", &json!({})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);

        let uuid = text(&by_url["Sighting"]["uuid"]);
        let deleted = post(&instance, &format!("/sightings/delete/{uuid}"), Value::Null).await;
        assert_eq!(deleted["message"], "Sighting successfully deleted.");
    }

    async fn annotations(instance: TestInstance) {
        let event = event(&instance).await;
        let uuid = text(&event["uuid"]);
        let body = json!({"note": "Test Note", "distribution": 1, "Opinion": []});
        let made = post(&instance, &format!("/analyst_data/add/Note/{uuid}/Event"), body).await;
        let note = text(&made["Note"]["uuid"]);
        assert_eq!((&made["Note"]["object_uuid"], &made["Note"]["note_type_name"]), (&event["uuid"], &json!("Note")));
        assert_eq!(made["Note"]["Orgc"]["name"], "ORGNAME");
        let body = json!({"Note": {"note": "Updated", "Opinion": [{"opinion": 42, "comment": "Test Opinion"}]}});
        post(&instance, &format!("/analyst_data/edit/Note/{note}"), body).await;
        let shown = get(&instance, &format!("/analyst_data/view/all/{note}")).await;
        assert_eq!(shown["Note"]["note"], "Updated");
        let opinion = text(&shown["Note"]["Opinion"][0]["uuid"]);
        let children = get(&instance, &format!("/analyst_data/getChildren/Note/{note}")).await;
        assert_eq!(children[0]["Opinion"]["uuid"], opinion);
        let minimal = post(&instance, "/analyst_data/indexMinimal", json!({"orgc_name": ["ORGNAME"]})).await;
        assert_eq!(minimal["Note"][note], shown["Note"]["modified"]);
        assert_eq!(post(&instance, "/analyst_data/indexMinimal", json!({"orgc_name": ["!ORGNAME"]})).await["Note"], json!({}));
        let listed = get(&instance, &format!("/analyst_data/index/Note/uuid[]:{note}")).await;
        assert_eq!(listed[0]["Note"]["uuid"], note);
        let viewed = get(&instance, &format!("/events/view/{uuid}")).await;
        assert_eq!(viewed["Event"]["Note"][0]["uuid"], note);

        let key = colleague(&instance).await;
        let (status, refused) =
            call(&instance, &key, Method::POST, &format!("/analyst_data/delete/Note/{note}"), &Value::Null).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(refused["message"], "You are not authorised to do that.");
        let deleted = post(&instance, &format!("/analyst_data/delete/Note/{note}"), Value::Null).await;
        assert_eq!(deleted["message"], "Note deleted.");
        get(&instance, &format!("/analyst_data/view/Opinion/{opinion}")).await;
        let (status, gone) = call(&instance, ADMIN_KEY, Method::GET, &format!("/analyst_data/view/Note/{note}"), &Value::Null).await;
        assert_eq!((status, text(&gone["message"])), (StatusCode::NOT_FOUND, "Invalid Note."));
    }
}
