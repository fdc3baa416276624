//! Documents uploaded. spec: 03#3.8, 12#8
use super::{objects, search, upload, with_tags};
use entente_engine::knowledge::Source;
use entente_testkit::api::{Reply, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const AT: &str = "2024-03-25T00:00:00Z";
const CREATOR: &str = "identity--c9f7d3b8-e30f-4dec-952e-711c74f09012";
const REPORT: &str = "d1c79a31-f4d1-4302-b93d-49953e97ed07";
const ONE: &str = "9fb006bc-5b2c-46c5-b6f4-c85f00000001";
const TWO: &str = "9fb006bc-5b2c-46c5-b6f4-c85f00000002";
const THREE: &str = "9fb006bc-5b2c-46c5-b6f4-c85f00000003";
const RED: &str = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";

fn object(kind: &str, uuid: &str, more: &Value) -> Value {
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": format!("{kind}--{uuid}"), "created": AT, "modified": AT,
        "created_by_ref": CREATOR,
    });
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

fn indicator(uuid: &str, value: &str) -> Value {
    let pattern = format!("[domain-name:value = '{value}']");
    object(
        "indicator",
        uuid,
        &json!({"pattern": pattern, "pattern_type": "stix", "valid_from": AT}),
    )
}

fn report(uuid: &str, name: &str, refs: &Value) -> Value {
    object(
        "report",
        uuid,
        &json!({"name": name, "published": AT, "object_refs": refs}),
    )
}

fn bundle(objects: &[Value]) -> String {
    json!({"type": "bundle", "id": "bundle--192bc980-c5c0-49b1-9177-163a4c554a7e", "objects": objects})
        .to_string()
}

/// A report of another organisation with one indicator.
fn foreign() -> String {
    let creator = json!({
        "type": "identity", "spec_version": "2.1", "id": CREATOR, "created": AT, "modified": AT,
        "name": "Golden Alpha", "identity_class": "organization",
    });
    bundle(&[
        creator,
        report(REPORT, "Gilt report", &json!([format!("indicator--{ONE}")])),
        indicator(ONE, "evil.example"),
    ])
}

fn package(title: &str, more: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<stix:STIX_Package xmlns:stix="http://stix.mitre.org/stix-1" xmlns:cybox="http://cybox.mitre.org/cybox-2"
  xmlns:indicator="http://stix.mitre.org/Indicator-2" xmlns:DomainNameObj="http://cybox.mitre.org/objects#DomainNameObject-1"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://x.example/" id="x:Package-{REPORT}" version="1.1.1">
  <stix:STIX_Header><stix:Title>{title}</stix:Title></stix:STIX_Header>
  <stix:Indicators><stix:Indicator id="x:indicator-{ONE}" xsi:type="indicator:IndicatorType">
    <indicator:Observable id="x:o-{TWO}"><cybox:Object id="x:d-{TWO}">
      <cybox:Properties xsi:type="DomainNameObj:DomainNameObjectType">
        <DomainNameObj:Value condition="Equals">evil.example</DomainNameObj:Value>
      </cybox:Properties></cybox:Object></indicator:Observable>
  </stix:Indicator></stix:Indicators>{more}
</stix:STIX_Package>"#
    )
}

fn names(tags: &Value) -> Vec<&str> {
    tags.as_array()
        .into_iter()
        .flatten()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect()
}

fn event(reply: &Reply) -> Value {
    reply.done()["Event"].clone()
}

/// The reason of a failed upload.
fn reason(reply: &Reply, status: u16) -> String {
    reply.refuses(status);
    let body = reply.json();
    assert_eq!(body["saved"], false, "{body}");
    body["errors"].as_str().unwrap_or_default().to_owned()
}

api_test! {
    async fn a_report_becomes_an_event(api: TestApi) {
        with_tags(&api, &["misp-galaxy:producer=\"Golden Alpha\""]).await;
        for path in ["", "/1", "/2", "/2/publish:0"] {
            let reply = upload(&api, &api.home.user, path, "json", foreign()).await;
            let event = event(&reply);
            assert_eq!((&event["info"], &event["uuid"], &event["date"]), (&json!("Gilt report"), &json!(REPORT), &json!("2024-03-25")));
            assert_eq!((&event["published"], &event["distribution"]), (&json!(false), &json!("1")));
            // who may not bring events of others names them
            assert_eq!(event["Orgc"]["name"], "Home CERT");
            assert_eq!(names(&event["Tag"]), ["misp-galaxy:producer=\"Golden Alpha\""]);
            let attribute = &event["Attribute"][0];
            assert_eq!((&attribute["type"], &attribute["value"], &attribute["to_ids"]), (&json!("domain"), &json!("evil.example"), &json!(true)));
            assert_eq!(attribute["uuid"], ONE);
            assert_eq!(reply.json().get("skipped"), None);
            api.post(&api.home.org_admin, &format!("/events/delete/{REPORT}"), &json!({})).await.done();
            api.post(&api.admin, &format!("/eventBlocklists/delete/{REPORT}"), &json!({})).await;
        }
    }

    async fn a_peer_brings_events_of_others(api: TestApi) {
        let event = event(&upload(&api, &api.home.sync, "/2", "json", foreign()).await);
        assert_eq!((&event["Org"]["name"], &event["Orgc"]["name"]), (&json!("Home CERT"), &json!("Golden Alpha")));
        assert_eq!(event["Orgc"]["uuid"], &CREATOR[10..]);
        assert_eq!(event.get("Tag"), None);
    }

    async fn stix_1_as_xml_and_as_json(api: TestApi) {
        let reply = upload(&api, &api.home.user, "", "xml", package("Gilt package", "")).await;
        // whatever is accepted, PyMISP reads JSON
        assert!(reply.header("content-type").starts_with("application/json"));
        let added = event(&reply);
        assert_eq!((&added["info"], &added["uuid"]), (&json!("Gilt package"), &json!(REPORT)));
        assert_eq!((&added["Attribute"][0]["value"], &added["Attribute"][0]["to_ids"]), (&json!("evil.example"), &json!(true)));
        let exported = search(&api, &api.home.reader, "events", &json!({"returnFormat": "stix-json"})).await.text();
        api.post(&api.home.org_admin, &format!("/events/delete/{REPORT}"), &json!({})).await.done();
        api.post(&api.admin, &format!("/eventBlocklists/delete/{REPORT}"), &json!({})).await;
        let back = event(&upload(&api, &api.home.user, "/1", "json", exported).await);
        for key in ["info", "uuid", "date", "analysis", "threat_level_id"] {
            assert_eq!(back[key], added[key], "{key}");
        }
        for key in ["type", "category", "value", "to_ids"] {
            assert_eq!(back["Attribute"][0][key], added["Attribute"][0][key], "{key}");
        }
    }

    async fn a_document_in_a_json_string_is_read(api: TestApi) {
        let text = Value::from(foreign()).to_string();
        assert_eq!(event(&upload(&api, &api.home.user, "/2", "json", text).await)["info"], "Gilt report");
        let text = Value::from(package("Gilt package", "").replace(REPORT, THREE)).to_string();
        assert_eq!(event(&upload(&api, &api.home.user, "/1", "json", text).await)["info"], "Gilt package");
        let twice = Value::from(Value::from(foreign()).to_string()).to_string();
        reason(&upload(&api, &api.home.user, "/2", "json", twice).await, 403);
    }

    async fn our_own_exports_come_back(api: TestApi) {
        with_tags(&api, &["tlp:amber"]).await;
        let body = json!({
            "info": "Ours", "distribution": "0", "threat_level_id": "2", "analysis": "1",
            "Tag": [{"name": "tlp:amber"}],
            "Attribute": [
                {"type": "ip-dst|port", "value": "198.51.100.7|443", "to_ids": true, "comment": "C2"},
                {"type": "AS", "value": "AS64496"}, {"type": "btc", "value": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
                {"type": "text", "value": "a 'quoted' \\ remark"}],
            "Object": [{"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                "template_version": "25", "Attribute": [
                    {"object_relation": "filename", "type": "filename", "value": "evil.exe", "to_ids": true},
                    {"object_relation": "size-in-bytes", "type": "size-in-bytes", "value": "7"}]}],
        });
        let facts = |event: &Value| {
            let shown = |one: &Value, with: &Value| format!("{with} {} {} {} {} {}", one["type"], one["category"], one["value"], one["to_ids"], one["comment"]);
            let loose = event["Attribute"].as_array().unwrap().iter().map(|one| shown(one, &one["uuid"]));
            // members have no identity of their own in STIX
            let members = event["Object"].as_array().unwrap().iter().flat_map(|object| {
                object["Attribute"].as_array().unwrap().iter().map(|one| shown(one, &object["uuid"]))
            });
            let mut facts: Vec<String> = loose.chain(members).collect();
            facts.sort();
            facts
        };
        for form in [json!({"returnFormat": "stix2"}), json!({"returnFormat": "stix2", "stix-version": "2.0"})] {
            let added = api.event(&api.home.publisher, &body).await;
            let exported = search(&api, &api.home.reader, "events", &form).await.text();
            let uuid = added["uuid"].as_str().unwrap().to_owned();
            api.post(&api.home.org_admin, &format!("/events/delete/{uuid}"), &json!({})).await.done();
            api.post(&api.admin, &format!("/eventBlocklists/delete/{uuid}"), &json!({})).await;
            let back = event(&upload(&api, &api.home.publisher, "/2", "json", exported).await);
            assert_eq!(facts(&back), facts(&added), "{form}");
            assert_eq!((&back["uuid"], &back["info"], names(&back["Tag"])), (&added["uuid"], &added["info"], vec!["tlp:amber"]));
            api.post(&api.home.org_admin, &format!("/events/delete/{uuid}"), &json!({})).await.done();
            api.post(&api.admin, &format!("/eventBlocklists/delete/{uuid}"), &json!({})).await;
        }
    }

    async fn an_event_is_added_once(api: TestApi) {
        upload(&api, &api.home.user, "/2", "json", foreign()).await.done();
        for form in ["json", "xml"] {
            let again = upload(&api, &api.home.user, "/2", form, foreign()).await;
            assert_eq!(reason(&again, 403), "Event with the same UUID already exists");
        }
        // the same indicator in another report is an attribute of its own
        let other = bundle(&[report(TWO, "Another", &json!([format!("indicator--{ONE}")])), indicator(ONE, "evil.example")]);
        let second = event(&upload(&api, &api.home.user, "/2", "json", other).await);
        assert_eq!(second["Attribute"][0]["value"], "evil.example");
        assert_ne!(second["Attribute"][0]["uuid"], ONE);
    }

    async fn references_follow_elements_that_get_another_uuid(api: TestApi) {
        let file = |uuid: &str| json!({
            "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--{uuid}"), "created": AT, "modified": AT,
            "first_observed": AT, "last_observed": AT, "number_observed": 1, "object_refs": [format!("file--{uuid}")],
        });
        let content = |uuid: &str| json!({
            "type": "file", "spec_version": "2.1", "id": format!("file--{uuid}"), "name": format!("{uuid}.exe"),
            "size": 7, "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"},
        });
        let related = |number: &str| object("relationship", number, &json!({
            "relationship_type": "related-to", "source_ref": format!("observed-data--{ONE}"), "target_ref": format!("observed-data--{TWO}")
        }));
        let text = bundle(&[file(ONE), file(TWO), content(ONE), content(TWO), related(THREE)]);
        for round in 0..2 {
            let added = event(&upload(&api, &api.home.user, "/2", "json", text.clone()).await);
            let objects = added["Object"].as_array().unwrap();
            let source = objects.iter().find(|object| object["ObjectReference"].as_array().is_some_and(|list| !list.is_empty())).unwrap();
            let target = objects.iter().find(|object| object["uuid"] != source["uuid"]).unwrap();
            assert_eq!(source["ObjectReference"][0]["referenced_uuid"], target["uuid"], "{added}");
            assert_eq!(target["uuid"] == TWO, round == 0, "{added}");
        }
    }

    async fn known_clusters_are_recognised(api: TestApi) {
        let galaxy = json!({"type": "malpedia", "name": "Malpedia", "namespace": "misp", "description": "d", "version": 1, "icon": "x", "uuid": REPORT});
        let cluster = |uuid: &str, value: &str, synonym: &str| json!({"uuid": uuid, "value": value, "meta": {"synonyms": [synonym]}});
        let clusters = json!({
            "type": "malpedia", "name": "Malpedia", "description": "d", "version": 1, "uuid": REPORT, "authors": ["a"], "source": "s",
            "values": [cluster(ONE, "Gilt", "Gilded"), cluster(TWO, "Silver", "SILVERBACK")],
        });
        let files = vec![
            ("galaxies/malpedia.json".to_owned(), galaxy.to_string().into_bytes()),
            ("clusters/malpedia.json".to_owned(), clusters.to_string().into_bytes()),
        ];
        entente_engine::knowledge::import(&api.instance.app, vec![Source::Files(files)], |_| {}).await.unwrap();
        let malware = |uuid: &str, name: &str| object("malware", uuid, &json!({"name": name, "is_family": true}));
        let text = bundle(&[
            malware(ONE, "gilt"), malware(TWO, "Silverback"), malware(THREE, "Unheard of"),
            indicator("9fb006bc-5b2c-46c5-b6f4-c85f00000004", "evil.example"),
        ]);
        let added = event(&upload(&api, &api.admin, "/2", "json", text).await);
        let mut found = names(&added["Tag"]);
        found.sort_unstable();
        assert_eq!(found, [
            "misp-galaxy:malpedia=\"Gilt\"", "misp-galaxy:malpedia=\"Silver\"", "misp-galaxy:stix-2.1-malware=\"Unheard of\""
        ]);
    }

    async fn nothing_goes_further_than_its_marks(api: TestApi) {
        let marked = |uuid: &str, mut object: Value, mark: &str| {
            object["object_marking_refs"] = json!([mark]);
            object["id"] = json!(format!("{}--{uuid}", object["type"].as_str().unwrap()));
            object
        };
        let refs = json!([format!("indicator--{ONE}"), format!("indicator--{TWO}")]);
        let text = bundle(&[
            report(REPORT, "Marked inside", &refs),
            marked(ONE, indicator(ONE, "red.example"), RED),
            indicator(TWO, "plain.example"),
        ]);
        upload(&api, &api.home.user, "/2", "json", text).await.done();
        let text = bundle(&[
            marked(THREE, report(THREE, "Red", &json!([format!("indicator--{THREE}")])), RED),
            indicator(THREE, "inside.example"),
        ]);
        assert_eq!(event(&upload(&api, &api.home.user, "/2", "json", text.clone()).await)["distribution"], "0");
        let seen = search(&api, &api.other.reader, "attributes", &json!({"returnFormat": "json"})).await.text();
        assert!(seen.contains("plain.example"), "{seen}");
        assert!(!seen.contains("red.example") && !seen.contains("inside.example"), "{seen}");
        // what cannot be attached is named
        let reply = upload(&api, &api.home.user, "/2/distribution:0", "json", text.replace(THREE, "9fb006bc-5b2c-46c5-b6f4-c85f00000006")).await;
        assert!(reply.done()["skipped"].to_string().contains("tlp:red"), "{}", reply.text());
        // who says how far it may go has decided
        let again = text.replace(THREE, "9fb006bc-5b2c-46c5-b6f4-c85f00000005");
        assert_eq!(event(&upload(&api, &api.home.user, "/2/distribution:1", "json", again).await)["distribution"], "1");
    }

    async fn parameters_are_checked(api: TestApi) {
        let before = api.rows().await;
        for path in ["/2/distribution:5", "/2/distribution:x", "/2?distribution=-1", "/2/distribution:4", "/2/distribution:4/sharing_group_id:77", "/2/sharing_group_id:x", "/3", "/x"] {
            upload(&api, &api.home.user, path, "json", foreign()).await.refuses(400);
        }
        assert_eq!(api.rows().await, before);
        let group = json!({"name": "Gilt group", "releasability": "home", "SharingGroupOrg": [{"org_id": api.home.org.0, "extend": true}]});
        let group = api.post(&api.admin, "/sharing_groups/add", &group).await.done();
        let id = group["SharingGroup"]["id"].as_str().unwrap().to_owned();
        let added = upload(&api, &api.home.publisher, &format!("/2/distribution:4/sharing_group_id:{id}/publish:1"), "json", foreign()).await;
        let added = event(&added);
        assert_eq!((&added["distribution"], &added["sharing_group_id"], &added["published"]), (&json!("4"), &json!(id), &json!(true)));
    }

    async fn the_document_is_kept_when_asked_for(api: TestApi) {
        for (path, form, text, name) in [
            ("/2/attach:1", "json", foreign(), "original.stix2.json"),
            ("/1/attach:1", "xml", package("Gilt package", "").replace(REPORT, THREE), "original.stix.xml"),
        ] {
            let added = event(&upload(&api, &api.home.user, path, form, text.clone()).await);
            let file = added["Attribute"].as_array().unwrap().iter().find(|one| one["type"] == "attachment").unwrap();
            assert_eq!(file["value"], name);
            let path = format!("/attributes/download/{}", file["id"].as_str().unwrap());
            assert_eq!(api.get(&api.home.user, &path).await.text(), text);
        }
    }

    async fn what_is_left_out_is_named(api: TestApi) {
        let text = bundle(&[
            report(REPORT, "Gilt report", &json!([format!("indicator--{ONE}")])),
            indicator(ONE, "evil.example"),
            indicator(TWO, "evil.example"),
            indicator(THREE, "not a domain"),
            object("x-unheard-of", THREE, &json!({})),
        ]);
        let reply = upload(&api, &api.home.user, "/2", "json", text).await.done();
        assert_eq!(reply["Event"]["attribute_count"], "1", "{reply}");
        let named = reply["skipped"].to_string();
        for part in ["x-unheard-of--", "repeats another one", "value"] {
            assert!(named.contains(part), "{named}");
        }
    }

    async fn only_who_may_change_events_uploads(api: TestApi) {
        let before = api.rows().await;
        upload(&api, &api.home.reader, "/2", "json", foreign()).await.refuses(403);
        assert_eq!(api.rows().await, before);
        let described = api.get(&api.home.user, "/events/upload_stix").await.done();
        assert!(described.to_string().contains("POST"), "{described}");
        assert!(objects(&api, &api.admin, "events", json!({})).await.is_empty());
    }
}
