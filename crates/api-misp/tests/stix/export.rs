//! Searches answered as STIX. spec: 04#6.9, 12#6
use super::{CANARY, objects, search, with_tags};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const FILE: &str = "688c46fb-5edb-40a3-8273-1af7923e2215";
const IP: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a001";
const TEXT: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a002";
const OBJECT: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a003";
const HIDDEN: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a004";
const HIDDEN_OBJECT: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a005";
const EVENT: &str = "0aa6a1a0-1a7c-4b9c-8f6e-5a50f0f7a006";

/// An event for everybody, parts of which are for its organisation only.
async fn filled(api: &TestApi) {
    with_tags(api, &["tlp:green", "golden:campaign", &format!("{CANARY}:local")]).await;
    let member = |relation: &str, kind: &str, value: &str| json!({"object_relation": relation, "type": kind, "value": value, "to_ids": true});
    let body = json!({
        "uuid": EVENT, "info": "Gilt campaign", "distribution": "1", "published": true,
        "Tag": [{"name": "tlp:green"}, {"name": format!("{CANARY}:local"), "local": true}],
        "Attribute": [
            {"uuid": IP, "type": "ip-dst", "value": "198.51.100.7", "to_ids": true, "comment": "C2 \"server\"",
             "Tag": [{"name": "golden:campaign"}]},
            {"uuid": TEXT, "type": "text", "value": "a remark"},
            {"uuid": HIDDEN, "type": "domain", "value": format!("{CANARY}.example"), "to_ids": true, "distribution": "0"},
        ],
        "Object": [
            {"uuid": OBJECT, "name": "file", "meta-category": "file", "template_uuid": FILE, "template_version": "25",
             "Attribute": [
                member("filename", "filename", "evil.exe"), member("md5", "md5", "d41d8cd98f00b204e9800998ecf8427e"),
                {"object_relation": "text", "type": "text", "value": format!("{CANARY} member"), "distribution": "0"}],
             "ObjectReference": [
                {"referenced_uuid": IP, "relationship_type": "communicates-with"},
                {"referenced_uuid": HIDDEN, "relationship_type": "drops"},
                {"referenced_uuid": HIDDEN_OBJECT, "relationship_type": "contains"}]},
            {"uuid": HIDDEN_OBJECT, "name": "file", "meta-category": "file", "template_uuid": FILE,
             "template_version": "25", "distribution": "0",
             "Attribute": [member("filename", "filename", &format!("{CANARY}.exe"))]},
        ],
        "EventReport": [
            {"name": "Summary", "content": format!("It was @[attribute]({IP})."), "distribution": "5"},
            {"name": format!("{CANARY} report"), "content": CANARY, "distribution": "0"}],
    });
    let event = api.event(&api.home.publisher, &body).await;
    assert_eq!(event["published"], true, "{event}");
}

fn of<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["type"] == kind).collect()
}

fn texts(reply: &entente_testkit::api::Reply) -> (String, String) {
    (reply.text(), reply.header("content-type").to_owned())
}

api_test! {
    async fn an_event_is_a_bundle(api: TestApi) {
        filled(&api).await;
        let objects = objects(&api, &api.home.reader, "events", json!({"uuid": EVENT})).await;
        let report = of(&objects, "report")[0];
        assert_eq!(report["id"], format!("report--{EVENT}"));
        assert_eq!(report["name"], "Gilt campaign");
        assert_eq!(report["object_marking_refs"], json!(["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]));
        let identity = of(&objects, "identity")[0];
        assert_eq!((&identity["name"], &report["created_by_ref"]), (&json!("Home CERT"), &identity["id"]));
        let ip = objects.iter().find(|object| object["id"] == format!("indicator--{IP}")).unwrap();
        assert_eq!(ip["pattern"], "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']");
        assert_eq!(ip["description"], "C2 \"server\"");
        assert!(ip["labels"].as_array().unwrap().contains(&json!("golden:campaign")), "{ip}");
        let file = objects.iter().find(|object| object["id"] == format!("indicator--{OBJECT}")).unwrap();
        assert!(file["pattern"].as_str().unwrap().contains("file:name = 'evil.exe'"), "{file}");
        assert!(objects.iter().any(|object| object["id"] == format!("x-misp-attribute--{TEXT}")));
        let kinds: Vec<&str> = of(&objects, "relationship")
            .iter()
            .map(|relationship| relationship["relationship_type"].as_str().unwrap())
            .collect();
        assert!(kinds.contains(&"communicates-with") && kinds.contains(&"based-on"), "{kinds:?}");
        let note = of(&objects, "note").into_iter().find(|note| note["abstract"] == "Summary").unwrap();
        assert_eq!(note["object_refs"], json!([format!("indicator--{IP}")]));
        // the report refers to everything, and every reference leads somewhere
        let ids: Vec<&Value> = objects.iter().map(|object| &object["id"]).collect();
        for reference in report["object_refs"].as_array().unwrap() {
            assert!(ids.contains(&reference), "{reference}");
        }
        for object in &objects {
            for (key, value) in object.as_object().unwrap() {
                if key.ends_with("_ref") {
                    assert!(ids.contains(&value), "{key} {value}");
                }
            }
        }
    }

    async fn the_same_is_exported_the_same(api: TestApi) {
        filled(&api).await;
        for body in [json!({}), json!({"stix-version": "2.0"}), json!({"stix-profile": "strict"})] {
            let first = objects(&api, &api.home.reader, "events", body.clone()).await;
            assert_eq!(first, objects(&api, &api.home.reader, "events", body).await);
        }
    }

    async fn versions_profiles_and_wrappers(api: TestApi) {
        filled(&api).await;
        let key = &api.other.reader;
        let old = objects(&api, key, "events", json!({"stix-version": "2.0"})).await;
        assert!(old.iter().all(|object| object.get("spec_version").is_none()));
        assert!(of(&old, "observed-data").iter().all(|object| object["objects"]["0"].is_object()));
        let strict = objects(&api, key, "events", json!({"stix-profile": "strict"})).await;
        let marks = &of(&strict, "report")[0]["object_marking_refs"];
        assert_eq!(*marks, json!(["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]));
        let bare = objects(&api, key, "events", json!({"stix-wrapper": 0})).await;
        assert!(of(&bare, "report").is_empty() && !of(&bare, "indicator").is_empty());
        for odd in [json!({"stix-version": "3"}), json!({"stix-profile": "loose"})] {
            let mut body = odd;
            body["returnFormat"] = json!("stix2");
            search(&api, key, "events", &body).await.refuses(400);
        }
        let body = json!({"returnFormat": "stix", "stix-version": "2.1"});
        search(&api, key, "events", &body).await.refuses(400);
    }

    async fn attributes_alone_are_a_bundle(api: TestApi) {
        filled(&api).await;
        let found = objects(&api, &api.other.reader, "attributes", json!({"type": "ip-dst"})).await;
        assert!(found.iter().any(|object| object["id"] == format!("indicator--{IP}")));
        assert!(of(&found, "report").is_empty());
        let body = json!({"returnFormat": "stix2", "type": "ip-dst"});
        let reply = search(&api, &api.other.reader, "attributes", &body).await;
        assert_eq!(reply.header("x-result-count"), "1");
        let none = objects(&api, &api.other.reader, "attributes", json!({"value": "nowhere.example"})).await;
        assert!(none.is_empty());
    }

    async fn stix_1_is_xml_unless_json_is_asked_for(api: TestApi) {
        filled(&api).await;
        let key = &api.other.reader;
        for format in ["stix", "stix-xml"] {
            let (text, kind) = texts(&search(&api, key, "events", &json!({"returnFormat": format})).await);
            assert_eq!(kind, "application/xml; charset=UTF-8");
            assert!(text.starts_with("<stix:STIX_Package"), "{text}");
            assert!(text.contains("<AddressObj:Address_Value condition=\"Equals\">198.51.100.7<"), "{text}");
        }
        let json = search(&api, key, "events", &json!({"returnFormat": "stix-json"})).await.done();
        let asked = api.post(key, "/events/restSearch", &json!({"returnFormat": "stix"})).await;
        assert_eq!(asked.header("content-type"), "application/xml; charset=UTF-8", "without Accept");
        let asking = api.ask("POST", "/events/restSearch").key(key).header("accept", "application/json");
        let asked = asking.json(&json!({"returnFormat": "stix"})).send().await.done();
        for document in [json, asked] {
            let incident = &document["related_packages"]["related_packages"][0]["package"]["incidents"][0];
            assert_eq!(incident["title"], "Gilt campaign", "{document}");
        }
    }

    async fn addresses_of_older_clients(api: TestApi) {
        filled(&api).await;
        let get = async |path: &str, accept: &str| {
            api.ask("GET", path).key(&api.other.reader).header("accept", accept).send().await
        };
        let id = api.get(&api.home.reader, &format!("/events/view/{EVENT}")).await.done()["Event"]["id"].clone();
        let id = id.as_str().unwrap();
        let xml = get(&format!("/events/stix/download/{id}"), "application/xml").await;
        assert_eq!(xml.status, 200, "{}", xml.text());
        assert!(xml.text().contains("Gilt campaign"), "{}", xml.text());
        let json = get(&format!("/events/stix/download/{id}.json"), "*/*").await.done();
        assert!(json["related_packages"].is_object(), "{json}");
        for accept in ["application/json", "application/xml"] {
            let bundle = get(&format!("/events/stix2/download/{id}"), accept).await.done();
            assert_eq!(bundle["type"], "bundle");
        }
        let none = get("/events/stix2/download/99", "application/json").await;
        assert_eq!(none.done().get("objects"), None);
    }

    async fn what_a_caller_does_not_see_is_in_no_export(api: TestApi) {
        filled(&api).await;
        let bodies = [
            json!({"returnFormat": "stix2"}),
            json!({"returnFormat": "stix2", "stix-profile": "strict"}),
            json!({"returnFormat": "stix2", "stix-version": "2.0"}),
            json!({"returnFormat": "stix2", "stix-wrapper": 0}),
            json!({"returnFormat": "stix2", "deleted": [0, 1], "withAttachments": 1, "includeAllTags": 1}),
            json!({"returnFormat": "stix"}),
            json!({"returnFormat": "stix-json"}),
        ];
        let shows = async |key: &Key, scope: &str, body: &Value, text: &str| {
            let reply = search(&api, key, scope, body).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            reply.text().contains(text)
        };
        for body in &bodies {
            for scope in ["events", "attributes"] {
                for (_, key) in api.other.members() {
                    for hidden in [CANARY, HIDDEN, HIDDEN_OBJECT] {
                        assert!(!shows(key, scope, body, hidden).await, "{scope} {body}: {hidden}");
                    }
                }
                assert!(shows(&api.home.reader, scope, body, CANARY).await, "{scope} {body}");
                // a local tag stays here, whoever asks
                for key in [&api.home.reader, &api.admin] {
                    assert!(!shows(key, scope, body, &format!("{CANARY}:local")).await, "{scope} {body}");
                }
            }
        }
        // an event that nobody else sees is not even a title
        api.event(&api.home.publisher, &json!({"info": CANARY, "distribution": 0})).await;
        for body in &bodies {
            assert!(!shows(&api.other.sync, "events", body, CANARY).await, "{body}");
        }
    }
}
