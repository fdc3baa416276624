//! Searching annotations, what relationships point at, and what peers send. spec: 08#1
use super::text;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn note(api: &TestApi, key: &Key, on: &Value, words: &str, distribution: i64) -> Value {
    let path = format!("/analyst_data/add/Note/{}/Event", text(&on["uuid"]));
    let added = api
        .post(key, &path, &json!({"note": words, "distribution": distribution}))
        .await
        .done();
    added["Note"].clone()
}

api_test! {
    async fn annotations_are_searched(api: TestApi) {
        let open = api.event(&api.home.user, &json!({"info": "open", "distribution": 1})).await;
        let closed = api.event(&api.home.user, &json!({"info": "closed", "distribution": 0})).await;
        note(&api, &api.home.user, &open, "first words", 1).await;
        note(&api, &api.home.user, &open, "second words", 0).await;
        note(&api, &api.home.user, &closed, "third words", 1).await;
        let opinion = format!("/analyst_data/add/Opinion/{}/Event", text(&open["uuid"]));
        api.post(&api.other.user, &opinion, &json!({"opinion": 80, "comment": "words", "distribution": 1})).await.done();
        let find = async |key: &Key, body: Value| -> Vec<String> {
            let reply = api.post(key, "/analyst_data/restSearch", &body).await;
            let found = reply.done();
            let found = found["response"].as_array().unwrap().clone();
            assert_eq!(reply.header("x-result-count"), found.len().to_string());
            let words = |one: &Value| one["Note"]["note"].as_str().or(one["Opinion"]["comment"].as_str()).unwrap().to_owned();
            found.iter().map(words).collect()
        };
        let all = find(&api.home.user, json!({"value": "words"})).await;
        assert_eq!(all, ["first words", "second words", "third words", "words"]);
        assert_eq!(find(&api.other.reader, json!({})).await, ["first words", "words"]);
        assert_eq!(find(&api.home.user, json!({"type": "Note", "limit": 1, "page": 2})).await, ["second words"]);
        assert_eq!(find(&api.home.user, json!({"opinion": [60, 100]})).await, ["words"]);
        assert_eq!(find(&api.home.user, json!({"opinion": 60})).await.len(), 0);
        assert_eq!(find(&api.home.user, json!({"object_uuid": closed["uuid"]})).await, ["third words"]);
        assert_eq!(find(&api.home.user, json!({"orgc": "Other CERT"})).await, ["words"]);
        assert_eq!(find(&api.home.user, json!({"note": "%cond%"})).await, ["second words"]);
        assert_eq!(find(&api.home.user, json!({"modified": "1m", "object_type": "Event"})).await.len(), 4);
        api.post(&api.home.user, "/analyst_data/restSearch", &json!({"type": "Banana"})).await.refuses(404);
    }

    async fn bi_o2_related_elements_pass_the_readers_eyes(api: TestApi) {
        let closed = api.event(&api.home.user, &json!({
            "info": "closed", "distribution": 0, "Attribute": [{"type": "text", "value": "v"}],
        })).await;
        for (kind, of) in [("Event", &closed), ("Attribute", &closed["Attribute"][0])] {
            let path = format!("/analyst_data/getRelatedElement/{kind}/{}", text(&of["uuid"]));
            let seen = api.get(&api.home.reader, &path).await.done();
            assert_eq!(seen[kind]["uuid"], of["uuid"]);
            api.get(&api.other.reader, &path).await.refuses(404);
        }
        api.get(&api.home.reader, "/analyst_data/getRelatedElement/Banana/x").await.refuses(404);
    }

    async fn peers_ask_and_send(api: TestApi) {
        let uuid = "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b77";
        let sent = |modified: &str, words: &str| json!({"Note": {
            "uuid": uuid, "object_uuid": "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b78", "object_type": "Event", "note": words,
            "distribution": 1, "created": "2025-01-01 00:00:00", "modified": modified, "authors": "a",
            "orgc_uuid": "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b79",
        }});
        let ask = async |modified: &str| -> usize {
            let body = json!({"Note": {uuid: modified}});
            let wanted = api.post(&api.home.sync, "/analyst_data/filterAnalystDataForPush", &body).await.done();
            wanted["Note"].as_object().unwrap().len()
        };
        let push = async |key: &Key, body: &Value| api.post(key, "/analyst_data/pushAnalystData", body).await;
        push(&api.home.user, &sent("2025-01-01 00:00:00", "one")).await.refuses(403);
        assert_eq!(ask("2025-01-01 00:00:00").await, 1);
        let said = push(&api.home.sync, &sent("2025-01-01 00:00:00", "one")).await.done();
        assert_eq!(said["message"], "1 imported, 0 ignored, 0 failed.");
        assert_eq!(ask("2025-01-01 00:00:00").await, 0);
        let said = push(&api.home.sync, &sent("2025-01-01 00:00:00", "two")).await.done();
        assert_eq!(said["message"], "0 imported, 1 ignored, 0 failed.");
        assert_eq!(ask("2025-01-02 00:00:00").await, 1);
        push(&api.home.sync, &sent("2025-01-02 00:00:00", "two")).await.done();
        let shown = api.get(&api.home.sync, &format!("/analyst_data/view/Note/{uuid}")).await.done();
        assert_eq!((text(&shown["Note"]["note"]), &shown["Note"]["locked"]), ("two", &json!(true)));
        // what is written here is not changed from elsewhere
        let event = api.event(&api.home.user, &json!({"info": "x", "distribution": 1})).await;
        let own = note(&api, &api.home.user, &event, "mine", 1).await;
        let mut forged = sent("2025-02-02 00:00:00", "forged");
        forged["Note"]["uuid"] = own["uuid"].clone();
        forged["Note"]["object_uuid"] = event["uuid"].clone();
        assert_eq!(push(&api.home.sync, &forged).await.done()["message"], "0 imported, 1 ignored, 0 failed.");
        // nor what is blocked
        api.post(&api.admin, "/analystDataBlocklists/add", &json!({"uuids": [uuid]})).await.done();
        assert_eq!(ask("2025-01-03 00:00:00").await, 0);
        let rows = api.get(&api.admin, "/analystDataBlocklists/index").await.done();
        assert_eq!(rows[0]["AnalystDataBlocklist"]["analyst_data_uuid"], uuid);
        assert_eq!(push(&api.home.sync, &json!({"Note": {"note": "x"}})).await.done()["message"], "0 imported, 0 ignored, 1 failed.");
    }

    async fn sightings_of_listed_organisations_are_refused(api: TestApi) {
        let orgs = api.get(&api.admin, "/organisations/view/Other+CERT").await.done();
        let uuid = text(&orgs["Organisation"]["uuid"]).to_owned();
        api.post(&api.admin, "/sightingBlocklists/add", &json!({"uuids": uuid, "org_name": "Other CERT"})).await.done();
        let sightings = json!([{"type": 0, "uuid": "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b7a", "Organisation": {"uuid": uuid, "name": "Other CERT"}}]);
        let body = json!({"info": "x", "Attribute": [{"type": "ip-dst", "value": "192.0.2.7", "Sighting": sightings}]});
        let count = |event: Value| event["Attribute"][0]["Sighting"].as_array().map_or(0, Vec::len);
        assert_eq!(count(api.event(&api.home.sync, &body).await), 0);
        let rows = api.get(&api.admin, "/sightingBlocklists/index").await.done();
        let id = text(&rows[0]["SightingBlocklist"]["id"]).to_owned();
        api.post(&api.admin, &format!("/sightingBlocklists/delete/{id}"), &json!({})).await.done();
        assert_eq!(count(api.event(&api.home.sync, &body).await), 1);
    }
}
