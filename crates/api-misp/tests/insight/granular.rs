//! Correlations inside events.
use super::{event, id, set};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn seen(api: &TestApi, key: &Key, event: &Value) -> Value {
    let path = format!("/events/view/{}/includeGranularCorrelations:1", id(event));
    api.get(key, &path).await.done()["Event"].clone()
}

fn attribute<'v>(event: &'v Value, value: &str) -> &'v Value {
    let all = event["Attribute"].as_array().unwrap();
    all.iter().find(|row| row["value"] == value).unwrap()
}

api_test! {
    async fn attributes_name_what_they_correlate_with(api: TestApi) {
        let key = &api.home.user;
        let body = json!({"Event": {"info": "first", "distribution": "1",
            "Attribute": [
                {"type": "filename|md5", "value": "GILT.exe|d41d8cd98f00b204e9800998ecf8427e"},
                {"type": "domain", "value": "hot.example"}, {"type": "domain", "value": "cdn.example"},
                {"type": "domain", "value": "lonely.example"}],
            "Object": [{"name": "domain-ip", "meta-category": "network", "Attribute": [
                {"type": "domain", "object_relation": "domain", "value": "member.example"}]}]}});
        let first = api.event(key, &body).await;
        let second = event(&api, key, "second", 1, &[("filename", "gilt.exe"), ("domain", "member.example"), ("domain", "cdn.example")]).await;
        let third = event(&api, &api.other.user, "third", 1, &[("filename|sha1", "gilt.EXE|da39a3ee5e6b4b0d3255bfef95601890afd80709")]).await;
        event(&api, &api.other.user, "kept", 0, &[("filename", "gilt.exe")]).await;
        for _ in 0..3 {
            event(&api, key, "hot", 1, &[("domain", "hot.example")]).await;
        }
        set(&api, "MISP.correlation_limit", json!(2)).await;
        let _ = api.post(&api.admin, "/correlation_exclusions/add", &json!({"value": "cdn%"})).await.done();
        let view = seen(&api, key, &first).await;
        let file = attribute(&view, "GILT.exe|d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(file["RelatedAttribute"], json!([
            {"id": second["Attribute"][0]["id"], "value": "gilt.exe", "org_id": api.home.org.to_string(), "info": "second", "event_id": second["id"]},
            {"id": third["Attribute"][0]["id"], "value": "gilt.EXE", "org_id": api.other.org.to_string(), "info": "third", "event_id": third["id"]},
        ]));
        let hot = attribute(&view, "hot.example");
        assert_eq!((&hot["over_correlation"], hot.get("RelatedAttribute")), (&json!(true), None));
        let cdn = attribute(&view, "cdn.example");
        assert_eq!((&cdn["correlation_exclusion"], cdn.get("RelatedAttribute")), (&json!(true), None));
        let lonely = attribute(&view, "lonely.example").as_object().unwrap();
        for absent in ["RelatedAttribute", "over_correlation", "correlation_exclusion"] {
            assert!(!lonely.contains_key(absent), "{absent}");
        }
        // members of objects carry none, but their events are related
        assert!(view["Object"][0]["Attribute"][0].get("RelatedAttribute").is_none());
        assert_eq!(view["RelatedEvent"].as_array().unwrap().len(), 2);
        // a search answers the same, without the relationships that a view shows
        let search = api.post(key, "/events/restSearch", &json!({"eventid": first["id"], "includeGranularCorrelations": 1})).await.done();
        let found = &search["response"][0]["Event"];
        assert_eq!(attribute(found, "GILT.exe|d41d8cd98f00b204e9800998ecf8427e")["RelatedAttribute"], file["RelatedAttribute"]);
        assert!(found["RelatedEvent"][0].get("RelationshipInbound").is_none());
        assert!(attribute(&api.get(key, &format!("/events/view/{}", id(&first))).await.done()["Event"], "hot.example").get("over_correlation").is_none());
    }

    async fn no_more_is_shown_than_one_event_may_have(api: TestApi) {
        let key = &api.home.user;
        let values: Vec<String> = (0..6).map(|n| format!("v{n}.example")).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|value| ("domain", value.as_str())).collect();
        let first = event(&api, key, "first", 1, &values).await;
        for value in &values {
            event(&api, key, "other", 1, std::slice::from_ref(value)).await;
        }
        set(&api, "MISP.max_correlations_per_event", json!(4)).await;
        let view = seen(&api, key, &first).await;
        assert_eq!(view["RelatedEvent"].as_array().unwrap().len(), 4);
        let with = view["Attribute"].as_array().unwrap().iter().filter(|row| row.get("RelatedAttribute").is_some());
        assert_eq!(with.count(), 4);
        let plain = api.get(key, &format!("/events/view/{}", id(&first))).await.done();
        assert_eq!(plain["Event"]["RelatedEvent"].as_array().unwrap().len(), 4);
    }

    async fn views_show_who_points_at_related_events(api: TestApi) {
        let key = &api.home.user;
        let first = event(&api, key, "first", 1, &[("domain", "evil.example")]).await;
        let second = event(&api, key, "second", 1, &[("domain", "evil.example")]).await;
        let third = event(&api, key, "third", 1, &[]).await;
        let relationship = json!({"relationship_type": "related-to", "related_object_uuid": second["uuid"], "related_object_type": "Event", "distribution": "1"});
        let path = format!("/analystData/add/Relationship/{}/Event", third["uuid"].as_str().unwrap());
        let _ = api.post(key, &path, &relationship).await.done();
        let view = seen(&api, key, &first).await;
        let inbound = &view["RelatedEvent"][0]["RelationshipInbound"];
        assert_eq!(inbound.as_array().unwrap().len(), 1);
        assert_eq!(inbound[0]["object_uuid"], third["uuid"]);
        let of_second = seen(&api, key, &second).await;
        assert_eq!(of_second["RelatedEvent"][0]["RelationshipInbound"], json!([]));
    }

    async fn an_extended_view_counts_what_extends_it(api: TestApi) {
        let key = &api.home.user;
        let first = event(&api, key, "first", 1, &[("domain", "evil.example")]).await;
        let body = json!({"Event": {"info": "extension", "distribution": "1", "extends_uuid": first["uuid"],
            "Attribute": [{"type": "domain", "value": "evil.example"}, {"type": "domain", "value": "far.example"}]}});
        api.event(key, &body).await;
        event(&api, key, "far", 1, &[("domain", "far.example")]).await;
        let path = format!("/events/view/{}/extended:1", id(&first));
        let view = api.get(key, &path).await.done();
        let mut titles: Vec<&str> = view["Event"]["RelatedEvent"].as_array().unwrap().iter()
            .map(|row| row["Event"]["info"].as_str().unwrap()).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["extension", "far", "first"]);
    }
}
