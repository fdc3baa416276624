//! Sightings as clients add, search and exchange them. spec: 04#4.3, 05#4, 06#6
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

async fn set(api: &TestApi, name: &str, value: Value) {
    let body = json!({ "value": value });
    api.post(&api.admin, &format!("/servers/serverSettingsEdit/{name}"), &body)
        .await
        .done();
}

/// Two events; the first has two addresses, the second a hash.
async fn events(api: &TestApi) -> (Value, Value) {
    let first = json!({"info": "first", "distribution": 1, "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": true},
        {"type": "ip-src", "category": "Network activity", "value": "198.51.100.8", "to_ids": false}]});
    let second = json!({"info": "second", "distribution": 1, "Attribute": [
        {"type": "md5", "category": "Payload delivery", "value": "d41d8cd98f00b204e9800998ecf8427e", "to_ids": true},
        {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": false}]});
    (
        api.event(&api.admin, &first).await,
        api.event(&api.admin, &second).await,
    )
}

async fn sight(api: &TestApi, key: &Key, attribute: &Value, body: Value) -> Value {
    let path = format!("/sightings/add/{}", attribute["uuid"].as_str().unwrap());
    api.post(key, &path, &body).await.done()["Sighting"].clone()
}

async fn search(api: &TestApi, key: &Key, path: &str, body: Value) -> Vec<Value> {
    let answer = api
        .post(key, &format!("/sightings/restSearch{path}"), &body)
        .await
        .done();
    let rows = answer["response"].as_array().unwrap().iter();
    rows.map(|row| row["Sighting"].clone()).collect()
}

/// Sources of found sightings.
async fn sources(api: &TestApi, path: &str, body: Value) -> Vec<String> {
    let rows = search(api, &api.admin, path, body).await;
    rows.iter()
        .map(|row| row["source"].as_str().unwrap().to_owned())
        .collect()
}

async fn sighted(api: &TestApi) -> (Value, Value) {
    let (first, second) = events(api).await;
    sight(
        api,
        &api.home.user,
        &first["Attribute"][0],
        json!({"source": "a"}),
    )
    .await;
    sight(
        api,
        &api.other.user,
        &first["Attribute"][1],
        json!({"source": "b", "type": "1"}),
    )
    .await;
    sight(
        api,
        &api.other.user,
        &second["Attribute"][0],
        json!({"source": "c", "type": "2"}),
    )
    .await;
    let old = json!({"source": "old", "timestamp": api.instance.app.now() - 60 * DAY});
    sight(api, &api.home.user, &second["Attribute"][1], old).await;
    (first, second)
}

api_test! {
    async fn every_filter_of_a_search(api: TestApi) {
        let (first, second) = sighted(&api).await;
        let now = api.instance.app.now();
        assert_eq!(sources(&api, "", json!({})).await, ["a", "b", "c"], "thirty days back");
        assert_eq!(sources(&api, "", json!({"last": 0})).await, ["a", "b", "c", "old"]);
        assert_eq!(sources(&api, "", json!({"from": now - 61 * DAY, "to": now - DAY})).await, ["old"]);
        assert_eq!(sources(&api, "", json!({"last": "90d", "type": "0"})).await, ["a", "old"]);
        assert_eq!(sources(&api, "", json!({"type": [1, "2"]})).await, ["b", "c"]);
        assert_eq!(sources(&api, "", json!({"source": "b"})).await, ["b"]);
        assert_eq!(sources(&api, "", json!({"org_id": api.home.org.0, "last": 0})).await, ["a", "old"]);
        assert_eq!(sources(&api, "", json!({"org_id": [format!("!{}", api.home.org.0)]})).await, ["b", "c"]);
        assert_eq!(sources(&api, "/event", json!({"uuid": first["uuid"]})).await, ["a", "b"]);
        assert_eq!(sources(&api, "/event", json!({"id": second["uuid"], "last": 0})).await, ["c", "old"], "as PyMISP sends it");
        let attribute = first["Attribute"][1]["id"].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(sources(&api, "", json!({"context": "attribute", "id": [attribute]})).await, ["b"]);
        assert_eq!(sources(&api, &format!("/attribute/json/{attribute}"), json!({})).await, ["b"], "in the URL");
        assert_eq!(sources(&api, "/type:1", json!({})).await, ["b"]);
        assert_eq!(sources(&api, "", json!({"limit": 2, "page": 2, "last": 0})).await, ["c", "old"]);
        assert_eq!(sources(&api, "", json!({"limit": 2, "page": 3, "last": 0})).await, [""; 0]);
        assert_eq!(sources(&api, "", json!({"event_id": 1, "quickFilter": "x"})).await.len(), 3, "unknown names are ignored");
        for bad in [json!({"id": "17"}), json!({"id": [[]]}), json!({"uuid": 5}), json!({"uuid": "x"}), json!({"context": "object", "id": 1}),
            json!({"context": "event"}), json!({"type": 3}), json!({"org_id": "nobody"})] {
            api.post(&api.admin, "/sightings/restSearch", &bad).await.refuses(400);
        }
        api.get(&api.admin, "/sightings/restSearch").await.refuses(400);
        api.post(&api.admin, "/sightings/restSearch", &Value::Null).await.refuses(400);
        api.post(&api.admin, "/sightings/restSearch", &json!({"returnFormat": "stix"})).await.refuses(404);
    }

    async fn what_a_search_shows(api: TestApi) {
        let (first, _) = sighted(&api).await;
        let plain = &search(&api, &api.admin, "", json!({"source": "a"})).await[0];
        let keys: Vec<&String> = plain.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "attribute_id", "event_id", "org_id", "date_sighting", "uuid", "source", "type", "Organisation", "value"]);
        assert_eq!((&plain["event_id"], &plain["value"]), (&first["id"], &json!("198.51.100.7")));
        let full = json!({"source": "a", "includeAttribute": 1, "includeEvent": true, "includeUuid": "1"});
        let full = &search(&api, &api.admin, "", full).await[0];
        assert_eq!((&full["attribute_uuid"], &full["event_uuid"]), (&first["Attribute"][0]["uuid"], &first["uuid"]));
        assert_eq!((&full["Attribute"]["type"], &full["Event"]["info"]), (&json!("ip-dst"), &json!("first")));

        let table = json!({"returnFormat": "csv", "source": "b", "includeAttribute": 1, "includeEvent": 1});
        let reply = api.post(&api.admin, "/sightings/restSearch", &table).await;
        assert_eq!((reply.header("content-type"), reply.header("x-result-count"), reply.header("x-response-format")), ("text/csv; charset=UTF-8", "1", "csv"));
        let text = reply.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "id,attribute_id,event_id,org_id,date_sighting,uuid,source,type,attribute_uuid,attribute_type,\
            attribute_category,attribute_to_ids,attribute_value,event_uuid,event_orgc_id,event_org_id,event_info,event_Orgc_name");
        assert!(lines[1].contains("\"b\",1,\"") && lines[1].contains(",\"ip-src\",\"Network activity\",0,\"198.51.100.8\","), "{text}");
        assert_eq!(lines.len(), 2);
        let xml = api.post(&api.admin, "/sightings/restSearch", &json!({"returnFormat": "xml", "source": "b"})).await.text();
        assert!(xml.contains("<response><Sighting><id>") && xml.contains("<value>198.51.100.8</value>") && xml.ends_with("</response>\n"), "{xml}");
    }

    async fn a_hidden_name_cannot_be_asked_for(api: TestApi) {
        sighted(&api).await;
        set(&api, "Plugin.Sightings_policy", json!(2)).await;
        set(&api, "Plugin.Sightings_anonymise", json!(true)).await;
        let ask = async |body: Value| {
            let rows = search(&api, &api.home.reader, "", body).await;
            rows.iter().map(|row| row["source"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ask(json!({})).await, ["a", "b", "c"]);
        assert_eq!(ask(json!({"org_id": api.other.org.0})).await, [""; 0]);
        assert_eq!(ask(json!({"org_id": format!("!{}", api.other.org.0)})).await, ["a", "b", "c"]);
        assert_eq!(ask(json!({"org_id": api.home.org.0})).await, ["a"]);
        let list = json!({"id": 1, "context": "event", "org_id": api.other.org.0});
        assert_eq!(api.post(&api.home.reader, "/sightings/listSightings", &list).await.done(), json!([]));
        let shown = &search(&api, &api.home.reader, "", json!({"source": "b"})).await[0];
        assert!(shown["org_id"] == "0" && shown.get("Organisation").is_none(), "{shown}");
        assert_eq!(search(&api, &api.admin, "", json!({"org_id": api.other.org.0})).await.len(), 2, "administrators know");
    }

    async fn an_instance_may_show_no_sightings(api: TestApi) {
        let (first, _) = sighted(&api).await;
        set(&api, "MISP.disable_sighting_loading", json!(true)).await;
        assert!(search(&api, &api.admin, "", json!({"last": 0})).await.is_empty());
        let path = format!("/events/view/{}", first["id"].as_str().unwrap());
        assert!(!api.get(&api.admin, &path).await.text().contains("Sighting"));
        assert_eq!(api.get(&api.admin, "/sightings/index").await.done(), json!([]));
        let rows = api.post(&api.admin, "/attributes/restSearch", &json!({"includeSightings": 1})).await.done();
        assert_eq!(rows["response"]["Attribute"][0]["Sighting"], json!([]));
        let added = sight(&api, &api.home.user, &first["Attribute"][0], json!({})).await;
        assert_eq!(added["org_id"], api.home.org.0.to_string(), "they are taken all the same");
    }

    async fn filters_say_what_was_seen(api: TestApi) {
        let (first, second) = events(&api).await;
        let add = async |body: Value| api.post(&api.home.user, "/sightings/add", &body).await;
        let last = add(json!({"values": ["198.51.100.7"], "filters": {"to_ids": 1}})).await.done();
        assert_eq!(last["Sighting"]["attribute_id"], first["Attribute"][0]["id"]);
        let last = add(json!({"filters": {"eventid": second["id"], "type": "md5"}, "source": "filters only"})).await.done();
        assert_eq!((&last["Sighting"]["attribute_id"], &last["Sighting"]["source"]), (&second["Attribute"][0]["id"], &json!("filters only")));
        let none = add(json!({"value": "198.51.100.7", "filters": {"type": "md5"}})).await.done();
        assert!(none["message"].as_str().unwrap().starts_with("Could not add the Sighting."), "{none}");
        add(json!({"filters": {}})).await.refuses(400);
        add(json!({"filters": {"nonsense": 1}})).await.refuses(400);
        add(json!({"filters": "x"})).await.refuses(400);
        let patterns = add(json!({"value": "%", "filters": {"type": "ip-dst"}})).await.done();
        assert!(patterns["message"].is_string(), "a value is no pattern: {patterns}");
        assert_eq!(search(&api, &api.home.user, "", json!({})).await.len(), 2);
    }

    async fn peers_bring_what_is_not_known(api: TestApi) {
        let (first, _) = events(&api).await;
        let event = first["uuid"].as_str().unwrap();
        let uuids = ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae8"];
        let sightings: Vec<Value> = uuids.iter().map(|uuid| json!({"uuid": uuid, "attribute_uuid": first["Attribute"][0]["uuid"],
            "date_sighting": "1700000000", "type": "0", "source": "peer", "org_id": "0"})).collect();
        let push = format!("/sightings/bulkSaveSightings/{event}");
        let ask = format!("/sightings/filterSightingUuidsForPush/{event}");
        assert_eq!(api.post(&api.home.sync, &ask, &json!(uuids)).await.done(), json!([]));
        assert_eq!(
            api.post(&api.home.sync, &push, &json!([sightings[0]])).await.done(),
            json!({"saved": true, "success": "1 sightings added."})
        );
        assert_eq!(api.post(&api.home.sync, &ask, &json!(uuids)).await.done(), json!([uuids[0]]));
        assert_eq!(
            api.post(&api.home.sync, &push, &json!([sightings[0]])).await.done(),
            json!({"saved": false, "success": "No sightings added."})
        );
        let index = api.get(&api.admin, "/events/index").await.done();
        assert_eq!(index[0]["sighting_timestamp"], api.instance.app.now().to_string());
        assert_eq!(index[1]["sighting_timestamp"], "0");
        api.post(&api.home.user, &ask, &json!(uuids)).await.refuses(403);
        api.post(&api.home.sync, &ask, &json!({})).await.refuses(400);
        api.post(&api.home.sync, "/sightings/filterSightingUuidsForPush/99", &json!(uuids)).await.refuses(404);
    }
}
