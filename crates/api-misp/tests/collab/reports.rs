//! Reports: references, extraction, composition, search. spec: 08#2
use super::text;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

/// An event of the home organisation for everybody, with an attribute that is for its owner only.
async fn event(api: &TestApi) -> Value {
    let body = json!({"info": "Report *home*", "distribution": 1, "Attribute": [
        {"type": "ip-dst", "value": "192.0.2.1", "to_ids": true},
        {"type": "domain", "value": "secret.example", "distribution": 0},
        {"type": "url", "value": "http://sub.evil.example/path"},
    ], "Object": [{
        "name": "file", "meta-category": "file", "template_version": 1, "description": "d",
        "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
        "Attribute": [{"object_relation": "filename", "type": "filename", "value": "dropper.exe"}],
    }]});
    api.event(&api.home.publisher, &body).await
}

async fn report(api: &TestApi, event: &Value, content: &str) -> String {
    let path = format!("/eventReports/add/{}", text(&event["id"]));
    let body = json!({"name": "R", "content": content, "distribution": 5});
    let added = api.post(&api.home.publisher, &path, &body).await.done();
    text(&added["EventReport"]["id"]).to_owned()
}

async fn content(api: &TestApi, key: &Key, report: &str) -> String {
    let shown = api.get(key, &format!("/eventReports/view/{report}")).await.done();
    text(&shown["EventReport"]["content"]).to_owned()
}

const TEXT: &str = "Seen 192.0.2.1 and 192[.]0[.]2[.]1, then hxxp://sub.evil.example/path; also bad-thing.com. \
                    Not 192.0.2.11 nor notsecret.example.org, but secret.example tlp:green";

api_test! {
    async fn what_a_report_speaks_of_is_found(api: TestApi) {
        api.post(&api.admin, "/tags/add", &json!({"name": "tlp:green"})).await.done();
        let event = event(&api).await;
        let id = report(&api, &event, TEXT).await;
        let found = api.get(&api.home.publisher, &format!("/eventReports/extractFromReport/{id}")).await.done();
        let places: Vec<(&str, &str)> = found["extractions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| (text(&place["kind"]), text(&place["text"])))
            .collect();
        assert_eq!(places, [
            ("attribute", "192.0.2.1"),
            ("attribute", "192[.]0[.]2[.]1"),
            ("attribute", "hxxp://sub.evil.example/path"),
            ("suggestion", "bad-thing.com"),
            ("suggestion", "192.0.2.11"),
            ("suggestion", "notsecret.example.org"),
            ("attribute", "secret.example"),
            ("tag", "tlp:green"),
        ]);
        let place = &found["extractions"][1];
        assert_eq!((&place["start"], &place["length"]), (&json!(19), &json!(15)));
        assert_eq!(found["replacementContext"]["tlp:green"]["tagname"], "tlp:green");
        assert_eq!(found["replacementValues"]["192.0.2.1"]["type"], "ip-dst");
        assert!(found["typeToCategoryMapping"]["ip-dst"].as_array().unwrap().contains(&json!("Network activity")));
        assert!(found["complexTypeToolResult"].as_array().unwrap().iter().any(|one| one["value"] == "bad-thing.com"));
        // who does not see an attribute is not told that it is one
        let others = api.get(&api.other.user, &format!("/eventReports/extractFromReport/{id}")).await.done();
        let secret = others["extractions"].as_array().unwrap().iter().find(|place| place["text"] == "secret.example");
        assert_eq!(secret.unwrap()["kind"], "suggestion");
        assert!(others["replacementValues"].get("secret.example").is_none());
    }

    async fn extraction_is_written_and_taken_back(api: TestApi) {
        api.post(&api.admin, "/tags/add", &json!({"name": "tlp:green"})).await.done();
        let event = event(&api).await;
        let id = report(&api, &event, TEXT).await;
        let path = format!("/eventReports/extractAllFromReport/{id}");
        api.post(&api.other.user, &path, &json!({})).await.refuses(403);
        api.post(&api.home.publisher, &path, &json!({"tag_event": true})).await.done();
        let written = content(&api, &api.home.publisher, &id).await;
        let ip = text(&event["Attribute"][0]["uuid"]);
        assert!(written.starts_with(&format!("Seen @[attribute]({ip}) and @[attribute]({ip}), then @[attribute](")), "{written}");
        assert!(written.ends_with("@[tag](tlp:green)"), "{written}");
        assert!(!written.contains("bad-thing.com"), "{written}");
        let whole = format!("/events/view/{}", text(&event["id"]));
        let after = api.get(&api.home.publisher, &whole).await.done();
        let attributes = after["Event"]["Attribute"].as_array().unwrap();
        let made = attributes.iter().find(|attribute| attribute["value"] == "bad-thing.com").unwrap();
        assert_eq!((text(&made["type"]), text(&made["distribution"])), ("domain", "5"));
        assert_eq!(after["Event"]["Tag"][0]["name"], "tlp:green");
        // a second run finds nothing new
        api.post(&api.home.publisher, &path, &json!({})).await.done();
        assert_eq!(content(&api, &api.home.publisher, &id).await, written);

        let undo = format!("/eventReports/undoExtraction/{id}");
        api.post(&api.other.user, &undo, &json!({})).await.refuses(403);
        api.post(&api.home.publisher, &undo, &json!({})).await.done();
        assert_eq!(content(&api, &api.home.publisher, &id).await, TEXT);
        let after = api.get(&api.home.publisher, &whole).await.done();
        assert!(!after["Event"]["Attribute"].as_array().unwrap().iter().any(|one| one["value"] == "bad-thing.com"));
        api.post(&api.home.publisher, &undo, &json!({})).await.refuses(403);

        // what was changed by hand since stays
        api.post(&api.home.publisher, &path, &json!({})).await.done();
        let edit = format!("/eventReports/edit/{id}");
        api.post(&api.home.publisher, &edit, &json!({"content": "mine"})).await.done();
        api.post(&api.home.publisher, &undo, &json!({})).await.refuses(403);
        assert_eq!(content(&api, &api.home.publisher, &id).await, "mine");
    }

    async fn suggestions_are_accepted_one_by_one(api: TestApi) {
        let event = event(&api).await;
        let id = report(&api, &event, "x").await;
        let path = format!("/eventReports/replaceSuggestionInReport/{id}");
        let body = |kind: &str| json!({"suggestions": {
            "content": "a @[suggestion](bad-thing.com) b @[suggestion](198.51.100.9) c @[suggestion](192.0.2.1)",
            "mapping": {
                "bad-thing.com": {"type": kind, "category": "Network activity", "to_ids": true},
                "192.0.2.1": {"type": "ip-dst", "category": "Network activity", "to_ids": true},
            },
        }});
        api.post(&api.other.user, &path, &body("hostname")).await.refuses(403);
        let before = api.rows().await;
        api.post(&api.home.publisher, &path, &body("md5")).await.refuses(403);
        assert_eq!(api.rows().await, before);
        api.post(&api.home.publisher, &path, &body("hostname")).await.done();
        let written = content(&api, &api.home.publisher, &id).await;
        let ip = text(&event["Attribute"][0]["uuid"]);
        assert!(written.ends_with(&format!("b 198.51.100.9 c @[attribute]({ip})")), "{written}");
        assert!(written.starts_with("a @[attribute]("), "{written}");
        api.post(&api.home.publisher, &path, &json!({"suggestions": "no"})).await.refuses(400);
    }

    async fn bi_o2_references_show_only_what_the_reader_sees(api: TestApi) {
        let event = event(&api).await;
        let uuid = |index: usize| text(&event["Attribute"][index]["uuid"]).to_owned();
        let foreign = api.event(&api.home.user, &json!({"info": "other", "Attribute": [{"type": "text", "value": "elsewhere"}]})).await;
        let text_of = format!(
            "@[attribute]({}) @[attribute]({}) @[object]({}) @[tag](nowhere) @[attribute]({}) @[galaxymatrix]({})",
            uuid(0), uuid(1), text(&event["Object"][0]["uuid"]), text(&foreign["Attribute"][0]["uuid"]), uuid(0),
        );
        let id = report(&api, &event, &text_of).await;
        let path = format!("/eventReports/getProxyMISPElements/{id}");
        let keys = |of: &Value| -> Vec<String> { of.as_object().unwrap().keys().cloned().collect() };
        let own = api.get(&api.home.publisher, &path).await.done();
        assert_eq!(keys(&own["attribute"]), [uuid(0), uuid(1)]);
        assert_eq!(own["attribute"][uuid(1)]["value"], "secret.example");
        assert_eq!(keys(&own["object"]).len(), 1);
        assert_eq!(own["tagname"]["nowhere"]["name"], "nowhere");
        assert_eq!(own["galaxymatrix"], json!({}));
        let others = api.get(&api.other.reader, &path).await.done();
        assert_eq!(keys(&others["attribute"]), [uuid(0)]);
    }

    async fn a_report_is_composed_of_references(api: TestApi) {
        let event = event(&api).await;
        let path = format!("/eventReports/reportFromEvent/{}", text(&event["id"]));
        let raw = api.post(&api.other.user, &path, &json!({"raw": 1})).await.done();
        let raw = text(&raw["report"]);
        let uuid = |index: usize| text(&event["Attribute"][index]["uuid"]);
        assert!(raw.starts_with("# Report *home*\n"), "{raw}");
        assert!(raw.contains(&format!("| Network activity | ip-dst | @[attribute]({}) |", uuid(0))), "{raw}");
        assert!(!raw.contains(uuid(1)), "{raw}");
        assert!(raw.contains("- file @[object]("), "{raw}");
        api.post(&api.other.user, &path, &json!({})).await.refuses(403);
        let only = json!({"type": "url", "include_event_metadata": false});
        let added = api.post(&api.home.publisher, &path, &only).await.done();
        let content = text(&added["EventReport"]["content"]);
        assert!(content.contains(uuid(2)) && !content.contains(uuid(0)) && !content.contains("| UUID |"), "{content}");
        assert_eq!(added["EventReport"]["distribution"], "5");
    }

    async fn pages_are_imported_from_their_text(api: TestApi) {
        let event = event(&api).await;
        let path = format!("/eventReports/importReportFromUrl/{}", text(&event["id"]));
        let url = "https://example.org/a";
        let none = api.post(&api.home.publisher, &path, &json!({"url": url})).await;
        assert!(none.refuses(400).message().contains("content"));
        api.post(&api.home.publisher, &path, &json!({"url": "file:///etc/passwd", "content": "x"})).await.refuses(400);
        api.post(&api.other.user, &path, &json!({"url": url, "content": "x"})).await.refuses(403);
        let added = api.post(&api.home.publisher, &path, &json!({"url": url, "content": "# x"})).await.done();
        assert_eq!(added["EventReport"]["content"], "# x");
    }

    async fn reports_are_searched(api: TestApi) {
        let event = event(&api).await;
        report(&api, &event, "alpha").await;
        report(&api, &event, "beta").await;
        let path = format!("/eventReports/add/{}", text(&event["id"]));
        api.post(&api.home.publisher, &path, &json!({"name": "Own", "content": "alpha", "distribution": 0})).await.done();
        let find = async |key: &Key, body: Value| -> Vec<String> {
            let reply = api.post(key, "/eventReports/restSearch", &body).await;
            let found = reply.done();
            let found = found["response"].as_array().unwrap().clone();
            assert_eq!(reply.header("x-result-count"), found.len().to_string());
            found.iter().map(|one| text(&one["EventReport"]["content"]).to_owned()).collect()
        };
        let home = &api.home.publisher;
        assert_eq!(find(home, json!({})).await.len(), 3);
        assert_eq!(find(&api.other.reader, json!({"value": "ALPHA"})).await, ["alpha"]);
        assert_eq!(find(home, json!({"name": "Own"})).await, ["alpha"]);
        assert_eq!(find(home, json!({"content": "%et%"})).await, ["beta"]);
        assert_eq!(find(home, json!({"eventid": event["uuid"], "limit": 1, "page": 2})).await, ["beta"]);
        assert_eq!(find(home, json!({"eventid": "99999999"})).await.len(), 0);
        assert_eq!(find(home, json!({"distribution": [0]})).await, ["alpha"]);
        assert_eq!(find(home, json!({"org": "Home CERT", "timestamp": "1h"})).await.len(), 3);
        assert_eq!(find(home, json!({"org": "Nobody"})).await.len(), 0);
        assert_eq!(find(home, json!({"deleted": "only"})).await.len(), 0);
        assert_eq!(find(home, json!({"timestamp": ["1d", "2h"]})).await.len(), 0);
        api.post(home, "/eventReports/restSearch", &json!({"timestamp": [1, 2, 3]})).await.refuses(400);
        api.post(home, "/eventReports/restSearch", &json!({"returnFormat": "csv"})).await.refuses(404);
    }
}
