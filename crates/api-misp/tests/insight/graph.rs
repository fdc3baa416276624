//! Graphs of events.
use super::{event, id};
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

fn names<'v>(graph: &'v Value, list: &str, key: &str) -> Vec<&'v str> {
    let all = graph[list].as_array().unwrap().iter();
    all.map(|node| node[key].as_str().unwrap_or_default()).collect()
}

/// Which node is linked with which, by name.
fn links(graph: &Value) -> Vec<(String, String)> {
    let name = |place: &Value| {
        let place = usize::try_from(place.as_u64().unwrap()).unwrap();
        graph["nodes"][place]["unique_id"]
            .as_str()
            .unwrap()
            .split('-')
            .next()
            .unwrap()
            .to_owned()
    };
    graph["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| (name(&link["source"]), name(&link["target"])))
        .collect()
}

async fn filled(api: &TestApi) -> (Value, Value) {
    let key = &api.home.user;
    let _ = api
        .post(&api.admin, "/tags/add", &json!({"name": "tlp:white"}))
        .await
        .done();
    let body = json!({"Event": {"info": "first", "distribution": "1", "Tag": [{"name": "tlp:white"}],
        "Attribute": [{"type": "domain", "value": "evil.example", "Tag": [{"name": "tlp:white"}], "first_seen": "2026-01-01T00:00:00Z"},
            {"type": "domain", "value": "lonely.example"}, {"type": "text", "value": "private", "distribution": "0"}],
        "Object": [{"name": "file", "meta-category": "file", "uuid": "5b7e0b52-0000-4000-8000-000000000001", "Attribute": [
            {"type": "filename", "object_relation": "filename", "value": "gilt.exe"}],
            "ObjectReference": [{"object_uuid": "5b7e0b52-0000-4000-8000-000000000001", "referenced_uuid": "5b7e0b52-0000-4000-8000-000000000002", "relationship_type": "drops"}]},
            {"name": "domain-ip", "meta-category": "network", "uuid": "5b7e0b52-0000-4000-8000-000000000002", "Attribute": [
            {"type": "ip-dst", "object_relation": "ip", "value": "192.0.2.1"}]}]}});
    let first = api.event(key, &body).await;
    let second = event(
        api,
        key,
        "second",
        1,
        &[("domain", "evil.example"), ("filename", "GILT.exe")],
    )
    .await;
    event(api, key, "kept", 0, &[("domain", "evil.example")]).await;
    (first, second)
}

api_test! {
    async fn a_pivot_spreads_over_what_is_shared(api: TestApi) {
        let (first, second) = filled(&api).await;
        let graph = api.post(&api.other.user, &format!("/events/updateGraph/{}/event", id(&first)), &json!({})).await.done();
        assert_eq!(names(&graph, "nodes", "type"), ["event", "tag", "attribute", "event", "object", "attribute"]);
        let of = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(links(&graph), [of("event", "tag"), of("event", "attribute"), of("attribute", "event"), of("event", "object"), of("object", "attribute"), of("attribute", "event")]);
        assert_eq!(graph["nodes"][3]["uuid"], second["uuid"], "the event that others keep is not there");
        assert_eq!((&graph["nodes"][0]["expanded"], &graph["nodes"][3]["expanded"]), (&json!(1), &json!(0)));
        let attribute = first["Attribute"].as_array().unwrap().iter().find(|row| row["value"] == "evil.example").unwrap();
        let of_attribute = api.get(&api.home.user, &format!("/events/updateGraph/{}/attribute", id(attribute))).await.done();
        assert_eq!(names(&of_attribute, "nodes", "type"), ["attribute", "event", "tag", "event", "event"]);
        let of_object = api.get(&api.home.user, &format!("/events/updateGraph/{}/object", id(&first["Object"][0]))).await.done();
        assert_eq!(names(&of_object, "nodes", "type"), ["object", "event", "attribute", "event"]);
        let tag = first["Tag"][0]["id"].as_str().unwrap();
        let of_tag = api.get(&api.home.user, &format!("/events/updateGraph/{tag}/tag")).await.done();
        assert_eq!(names(&of_tag, "nodes", "type"), ["tag", "event"]);
        assert_eq!(of_tag["nodes"][0]["taxonomy"], "tlp");
        api.get(&api.home.user, &format!("/events/updateGraph/{tag}/colour")).await.refuses(400);
        api.get(&api.home.user, "/events/updateGraph/999999/event").await.refuses(404);
        api.get(&api.home.user, "/events/updateGraph/999999/tag").await.refuses(404);
        api.get(&api.home.user, "/events/updateGraph/999999/galaxy").await.refuses(404);
    }

    async fn the_inside_of_an_event_is_drawn(api: TestApi) {
        let (first, _) = filled(&api).await;
        let ask = async |action: &str, body: Value| api.post(&api.other.user, &format!("/events/{action}/{}/event", id(&first)), &body).await.done();
        let references = ask("getEventGraphReferences", json!({})).await;
        assert_eq!(names(&references, "items", "node_type"), ["attribute", "attribute", "object", "object"]);
        assert_eq!(names(&references, "items", "label"), ["evil.example", "lonely.example", "gilt.exe", "192.0.2.1"]);
        let object = |place: usize| references["items"][place]["id"].clone();
        let relation = &references["relations"][0];
        assert_eq!((&relation["from"], &relation["to"], &relation["type"]), (&object(2), &object(3), &json!("drops")));
        assert_eq!(references["existing_object_relation"], json!({"drops": 0}));
        let tags = ask("getEventGraphTags", json!({})).await;
        assert_eq!(names(&tags, "items", "node_type"), ["attribute", "tag", "attribute", "object", "object"]);
        assert_eq!(tags["relations"].as_array().unwrap().len(), 1);
        let generic = ask("getEventGraphGeneric", json!({"keyType": "type"})).await;
        assert_eq!(names(&generic, "items", "label").iter().filter(|label| **label == "domain").count(), 1);
        assert_eq!(generic["relations"].as_array().unwrap().len(), 4);
        api.post(&api.home.user, &format!("/events/getEventGraphGeneric/{}", id(&first)), &json!({"keyType": "colour"})).await.refuses(400);
        let distribution = ask("getDistributionGraph", json!({})).await;
        assert_eq!((&distribution["event"]["1"], &distribution["attribute"]["5"], &distribution["attribute"]["0"]), (&json!(1), &json!(2), &json!(0)));
        assert_eq!((&distribution["object"]["5"], &distribution["object_attribute"]["5"]), (&json!(2), &json!(2)));
        let timeline = ask("getEventTimeline", json!({})).await;
        assert_eq!(names(&timeline, "items", "group"), ["attribute", "attribute", "object", "object"]);
        assert_eq!(timeline["items"][0]["first_seen"], "2026-01-01T00:00:00.000000+00:00");
    }

    async fn arrangements_are_kept_with_the_event(api: TestApi) {
        let (first, _) = filled(&api).await;
        let key = &api.home.user;
        let add = format!("/event_graph/add/{}", id(&first));
        let body = json!({"EventGraph": {"network_name": "by hand", "network_json": "{\"nodes\": []}", "preview_img": "data:image/png;base64,AA=="}});
        let made = api.post(key, &add, &body).await.done();
        let view = format!("/event_graph/view/{}", id(&first));
        let rows = api.get(&api.other.user, &view).await.done();
        assert_eq!((&rows[0]["EventGraph"]["id"], &rows[0]["EventGraph"]["network_name"]), (&made["id"], &json!("by hand")));
        assert_eq!((&rows[0]["EventGraph"]["network_json"], &rows[0]["User"]["email"]), (&json!("{\"nodes\": []}"), &Value::Null));
        assert_eq!(api.get(key, &view).await.done()[0]["User"]["email"], "user@home.example");
        assert_eq!(api.get(key, &format!("{view}/7777")).await.done(), json!([]));
        for wrong in [json!({}), json!({"network_json": "x"}), json!({"network_json": {}, "preview_img": "javascript:x"})] {
            api.post(key, &add, &wrong).await.refuses(403);
        }
        let delete = format!("/event_graph/delete/{}", made["id"].as_str().unwrap());
        api.post(&api.other.user, &delete, &json!({})).await.refuses(403);
        let _ = api.post(key, &delete, &json!({})).await.done();
        api.post(key, &delete, &json!({})).await.refuses(404);
        // they go with their event, and nobody adds to one they do not see
        let _ = api.post(key, &add, &body).await.done();
        let _ = api.post(key, &format!("/events/delete/{}", id(&first)), &json!({})).await.done();
        assert_eq!(api.rows().await["event_graph"], 0);
        let kept = event(&api, key, "kept", 0, &[]).await;
        api.post(&api.other.user, &format!("/event_graph/add/{}", id(&kept)), &body).await.refuses(404);
    }
}
