//! Events, attributes, objects and what belongs to them: BI-O.
use super::{NOWHERE, private_event, text};
use bytes::Bytes;
use entente_testkit::api::{ADDRESS, Key, TestApi};
use entente_testkit::api_test;
use entente_testkit::instance::START;
use http_body_util::StreamBody;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn path(base: &str, of: &Value) -> String {
    format!("{base}/{}", text(&of["id"]))
}

/// The event with everything in it, as the home organisation sees it.
async fn whole(api: &TestApi, event: &Value) -> Value {
    api.get(&api.home.publisher, &path("/events/view", event))
        .await
        .done()
}

/// An event with one attribute.
async fn small(api: &TestApi, key: &Key) -> Value {
    let body = json!({"info": "small", "distribution": 1, "Attribute": [{"type": "text", "value": "one"}]});
    api.event(key, &body).await
}

/// A sharing group of the other organisation only.
async fn foreign_group(api: &TestApi) -> Value {
    let group = json!({"name": "Not yours", "releasability": "x"});
    api.post(&api.other.org_admin, "/sharing_groups/add", &group)
        .await
        .done()["SharingGroup"]
        .clone()
}

api_test! {
    async fn bi_o1_invalid_attributes(api: TestApi) {
        let event = small(&api, &api.home.user).await;
        let add = path("/attributes/add", &event);
        let before = (api.rows().await, whole(&api, &event).await);
        for body in [
            json!({"type": "nonsense", "value": "x"}), json!({"type": "", "value": "x"}), json!({"value": "x"}), json!({"type": "text"}),
            json!({"type": "ip-dst", "category": "Payload installation", "value": "x"}), json!({"type": "text", "category": "Nonsense", "value": "x"}),
            json!({"type": "text", "value": ""}), json!({"type": "text", "value": "  \n\t "}), json!({"type": "ip-dst", "value": "999.1.1.1"}),
            json!({"type": "md5", "value": "zz"}), json!({"type": "filename|md5", "value": "x"}), json!({"type": ["text"], "value": "x"}),
            json!({"type": "text", "value": {"a": 1}}), json!({"type": "text", "value": null}), json!({"type": "domain", "value": "a b"}),
            json!({"type": "text", "value": "x".repeat(10 << 20)}),
        ] {
            let reply = api.post(&api.home.user, &add, &body).await;
            reply.is_refusal();
        }
        assert_eq!((api.rows().await, whole(&api, &event).await), before);
        // odd but storable text is stored as a whole or not at all
        for value in ["\u{feff}mark", "a\u{1}b", "e\u{301}", "\u{202e}x", "a\u{0}b"] {
            let reply = api.post(&api.home.user, &add, &json!({"type": "text", "value": value})).await;
            if reply.is_answered().status == 200 {
                let stored = reply.json()["Attribute"]["value"].clone();
                assert!(text(&stored).chars().count() >= value.trim().chars().count() - 1, "{value:?} became {stored}");
            } else {
                reply.is_refusal();
            }
        }
    }

    async fn bi_o2_uuids_of_others(api: TestApi) {
        let event = private_event(&api).await;
        let before = whole(&api, &event).await;
        let mine = small(&api, &api.other.publisher).await;
        for uuid in ["nonsense", "00000000-0000-0000-0000-000000000000", "3f0a5d3e77cb4f0c9a116e2c9d3f5b0", "{x}"] {
            api.post(&api.other.publisher, "/events/add", &json!({"info": "x", "uuid": uuid})).await.is_refusal();
            let attribute = json!({"type": "text", "value": uuid, "uuid": uuid});
            api.post(&api.other.publisher, &path("/attributes/add", &mine), &attribute).await.is_refusal();
            api.get(&api.other.publisher, &format!("/events/view/{uuid}")).await.is_refusal();
        }
        let (attribute, object, report) = (&event["Attribute"][0]["uuid"], &event["Object"][0]["uuid"], &event["EventReport"][0]["uuid"]);
        let member = &event["Object"][0]["Attribute"][0]["uuid"];
        let later = (START + 9_000).to_string();
        let taken = json!({
            "info": "taken over", "timestamp": later,
            "Attribute": [{"type": "text", "value": "taken over", "uuid": attribute, "timestamp": later}, {"type": "text", "value": "taken too", "uuid": member, "timestamp": later}],
            "Object": [{"name": "taken", "meta-category": "misc", "template_version": 1, "template_uuid": NOWHERE, "uuid": object, "timestamp": later,
                "Attribute": [{"object_relation": "a", "type": "text", "value": "in it", "uuid": member, "timestamp": later}]}],
            "EventReport": [{"name": "taken", "content": "over", "uuid": report, "timestamp": later}],
        });
        let mut with_uuid = taken.clone();
        with_uuid["uuid"] = event["uuid"].clone();
        api.post(&api.other.publisher, "/events/add", &with_uuid).await.is_refusal();
        api.post(&api.other.publisher, "/events/add", &taken).await.is_answered();
        api.post(&api.other.publisher, &path("/events/edit", &mine), &taken).await.is_answered();
        api.post(&api.other.publisher, &path("/events/edit", &mine), &with_uuid).await.is_refusal();
        let single = &taken["Attribute"][0];
        api.post(&api.other.publisher, &path("/attributes/add", &mine), single).await.is_refusal();
        api.post(&api.other.publisher, &format!("/attributes/edit/{}", text(attribute)), single).await.is_refusal();
        api.post(&api.other.publisher, &path("/objects/add", &mine), &taken["Object"][0]).await.is_answered();
        api.post(&api.other.publisher, &format!("/objects/edit/{}", text(object)), &taken["Object"][0]).await.is_refusal();
        api.post(&api.other.publisher, &path("/eventReports/add", &mine), &taken["EventReport"][0]).await.is_answered();
        api.post(&api.other.publisher, &format!("/eventReports/edit/{}", text(report)), &taken["EventReport"][0]).await.is_refusal();
        assert_eq!(whole(&api, &event).await, before);
    }

    async fn bi_o3_the_path_wins(api: TestApi) {
        let event = small(&api, &api.home.user).await;
        let target = api.event(&api.home.user, &json!({"info": "target", "Attribute": [{"type": "text", "value": "other"}]})).await;
        let before = whole(&api, &target).await;
        let other = &target["Attribute"][0];
        let body = json!({"event_id": target["id"], "object_id": "7", "id": other["id"], "type": "text", "value": "moved?"});
        api.post(&api.home.user, &path("/attributes/add", &event), &body).await.done();
        let body = json!({"event_id": target["id"], "id": other["id"], "value": "edited"});
        let mine = &event["Attribute"][0];
        api.post(&api.home.user, &path("/attributes/edit", mine), &body).await.done();
        let body = json!({"id": target["id"], "info": "edited"});
        api.post(&api.home.user, &path("/events/edit", &event), &body).await.done();
        let after = whole(&api, &event).await;
        assert_eq!(after["Event"]["info"], "edited");
        let values: Vec<&str> = after["Event"]["Attribute"].as_array().unwrap().iter().map(|a| text(&a["value"])).collect();
        assert_eq!(values, ["edited", "moved?"]);
        assert_eq!(whole(&api, &target).await, before);
    }

    async fn bi_o4_groups_of_others(api: TestApi) {
        let group = foreign_group(&api).await;
        let event = small(&api, &api.home.org_admin).await;
        let before = whole(&api, &event).await;
        let sg = |level: i64| json!({"info": "x", "name": "x", "content": "x", "type": "text", "value": "grouped", "distribution": level, "sharing_group_id": group["id"]});
        let attribute = &event["Attribute"][0];
        let key = &api.home.org_admin;
        for path in ["/events/add".to_owned(), path("/events/edit", &event), path("/attributes/add", &event), path("/attributes/edit", attribute), path("/eventReports/add", &event)] {
            api.post(key, &path, &sg(4)).await.is_refusal();
            let missing = json!({"info": "x", "type": "text", "value": "grouped", "name": "x", "content": "x", "distribution": 4});
            api.post(key, &path, &missing).await.is_refusal();
        }
        let object = json!({"name": "file", "meta-category": "file", "template_version": 1, "template_uuid": NOWHERE, "distribution": 4,
            "sharing_group_id": group["id"], "Attribute": [{"object_relation": "filename", "type": "filename", "value": "x"}]});
        api.post(key, &path("/objects/add", &event), &object).await.is_refusal();
        assert_eq!(whole(&api, &event).await, before);
        // without level 4 the group is not read, and not stored either
        let added = api.event(key, &sg(0)).await;
        assert_eq!(added["sharing_group_id"], "0");
        let uuid = json!({"info": "x", "distribution": 4, "SharingGroup": {"uuid": group["uuid"], "name": "Not yours"}});
        api.post(key, "/events/add", &uuid).await.is_refusal();
        // inside an event nothing is lost: it stays with the organisation that sent it, a peer's as well
        let member = json!({"type": "text", "value": "grouped", "distribution": 4, "sharing_group_id": group["id"]});
        for key in [key, &api.home.sync] {
            let body = json!({"info": "x", "distribution": 3, "Attribute": [member], "Object": [{"name": "file", "meta-category": "file",
                "template_version": 1, "template_uuid": NOWHERE, "distribution": 4, "sharing_group_id": group["id"],
                "Attribute": [{"object_relation": "filename", "type": "filename", "value": "x"}]}]});
            let kept = api.event(key, &body).await;
            for element in [&kept["Attribute"][0], &kept["Object"][0]] {
                assert_eq!((text(&element["distribution"]), text(&element["sharing_group_id"])), ("0", "0"));
            }
        }
    }

    async fn bi_o5_levels_that_do_not_exist(api: TestApi) {
        let event = small(&api, &api.home.user).await;
        let before = (api.rows().await, whole(&api, &event).await);
        for level in [json!(6), json!(-1), json!("6"), json!("x"), json!("4x"), json!(true), json!([1]), json!({"a": 1}), json!(1.5), json!(i64::MAX)] {
            let body = json!({"info": "x", "type": "text", "value": "level", "name": "x", "content": "x", "distribution": level});
            let attribute = &event["Attribute"][0];
            for path in ["/events/add".to_owned(), path("/events/edit", &event), path("/attributes/add", &event), path("/attributes/edit", attribute), path("/eventReports/add", &event)] {
                let reply = api.post(&api.home.user, &path, &body).await;
                reply.is_refusal();
            }
        }
        api.post(&api.home.user, "/events/add", &json!({"info": "x", "distribution": 5})).await.is_refusal();
        assert_eq!((api.rows().await, whole(&api, &event).await), before);
    }

    async fn bi_o6_times_from_the_future(api: TestApi) {
        let far = 4_000_000_000_i64;
        let body = json!({"info": "future", "timestamp": far, "Attribute": [{"type": "text", "value": "future", "timestamp": far}]});
        let event = api.event(&api.home.sync, &body).await;
        let limit = (START + 300).to_string();
        assert_eq!((&event["timestamp"], &event["Attribute"][0]["timestamp"]), (&json!(limit), &json!(limit)));
        api.instance.advance(600);
        let edit = json!({"value": "later", "timestamp": far});
        let edited = api.post(&api.home.sync, &path("/attributes/edit", &event["Attribute"][0]), &edit).await.done();
        assert_eq!(edited["Attribute"]["timestamp"], json!((START + 900).to_string()));
        let edited = api.post(&api.home.sync, &path("/events/edit", &event), &json!({"info": "later", "timestamp": far})).await.done();
        assert_eq!(edited["Event"]["timestamp"], json!((START + 900).to_string()));
        for odd in [json!(-1), json!("x"), json!(i64::MAX), json!(1.5), json!([])] {
            api.post(&api.home.sync, "/events/add", &json!({"info": "odd", "timestamp": odd})).await.is_answered();
        }
    }

    async fn bi_o7_references(api: TestApi) {
        let hidden = private_event(&api).await;
        let objects: Vec<Value> = (0..200)
            .map(|n| json!({"name": "file", "meta-category": "file", "template_version": 1, "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                "uuid": format!("00000000-0000-4000-8000-{n:012}"),
                "Attribute": [{"object_relation": "filename", "type": "filename", "value": format!("f{n}")}],
                "ObjectReference": [{"referenced_uuid": format!("00000000-0000-4000-8000-{:012}", (n + 1) % 200), "relationship_type": "next"}]}))
            .collect();
        let event = api.event(&api.other.publisher, &json!({"info": "cycle", "Object": objects})).await;
        let first = text(&event["Object"][0]["uuid"]);
        let add = |target: &str| json!({"object_uuid": first, "referenced_uuid": target, "relationship_type": "related-to"});
        api.post(&api.other.publisher, "/objectReferences/add", &add(first)).await.is_answered();
        let before = api.rows().await;
        for target in [text(&hidden["Object"][0]["uuid"]), text(&hidden["Attribute"][0]["uuid"]), NOWHERE, "x"] {
            let reply = api.post(&api.other.publisher, "/objectReferences/add", &add(target)).await;
            reply.is_refusal();
        }
        let from_hidden = json!({"object_uuid": hidden["Object"][0]["uuid"], "referenced_uuid": first, "relationship_type": "x"});
        api.post(&api.other.publisher, "/objectReferences/add", &from_hidden).await.refuses(404);
        assert_eq!(api.rows().await, before);
        let view = api.get(&api.other.publisher, &path("/events/view", &event)).await.done();
        assert_eq!(view["Event"]["Object"].as_array().unwrap().len(), 200);
        for path in ["/objects/delete", "/objects/view"] {
            api.post(&api.other.publisher, &format!("{path}/{first}"), &Value::Null).await.done();
        }
    }

    async fn bi_o8_extension_cycles(api: TestApi) {
        let a = small(&api, &api.home.user).await;
        let b = api.event(&api.home.user, &json!({"info": "b", "extends_uuid": a["uuid"], "Attribute": [{"type": "text", "value": "b"}]})).await;
        api.post(&api.home.user, &path("/events/edit", &a), &json!({"extends_uuid": b["uuid"]})).await.done();
        api.post(&api.home.user, &path("/events/edit", &b), &json!({"extends_uuid": b["uuid"]})).await.is_answered();
        for event in [&a, &b] {
            for path in [format!("{}/extended:1", path("/events/view", event)), format!("{}/extensionDepth:1000/extended:1", path("/events/view", event))] {
                api.get(&api.home.user, &path).await.done();
            }
            let search = json!({"eventid": event["id"], "extensionList": 1, "includeExtendingEvents": true});
            api.post(&api.home.user, "/events/restSearch", &search).await.is_answered();
        }
    }

    async fn bi_o9_odd_tag_names(api: TestApi) {
        let event = small(&api, &api.home.publisher).await;
        let attach = |name: &str| json!({"uuid": event["uuid"], "tag": name});
        for name in ["t".repeat(10 << 10).as_str(), "a\nb", "<script>alert(1)</script>", "a\"b'c", "\u{202e}gat", "", " ", "a\u{0}b", "tag:\u{200b}x"] {
            api.post(&api.admin, "/tags/add", &json!({"name": name, "colour": "#ffffff"})).await.is_answered();
            api.post(&api.home.publisher, "/tags/attachTagToObject", &attach(name)).await.is_answered();
            api.post(&api.home.publisher, "/events/add", &json!({"info": "tagged", "Tag": [{"name": name}]})).await.is_answered();
        }
        for colour in ["red", "#fff\"onload=", "javascript:x", ""] {
            api.post(&api.admin, "/tags/add", &json!({"name": format!("colour {colour}"), "colour": colour})).await.is_answered();
        }
        // a tag that is reserved to another organisation is neither attached nor shown
        let reserved = json!({"name": "home:only", "colour": "#ffffff", "org_id": api.home.org.to_string()});
        api.post(&api.admin, "/tags/add", &reserved).await.done();
        let mine = small(&api, &api.other.publisher).await;
        api.post(&api.other.publisher, "/tags/attachTagToObject", &json!({"uuid": mine["uuid"], "tag": "home:only"})).await.is_refusal();
        let view = api.get(&api.other.publisher, &path("/events/view", &mine)).await;
        assert!(!view.text().contains("home:only"), "{}", view.text());
        assert!(view.header("content-type").starts_with("application/json"));
    }

    async fn bi_o10_too_many_attributes(api: TestApi) {
        let before = api.rows().await;
        let chunk = |n: usize| -> Bytes {
            let mut text = if n == 0 { "{\"info\":\"big\",\"Attribute\":[".to_owned() } else { ",".to_owned() };
            let elements: Vec<String> = (0..1_000).map(|m| format!("{{\"type\":\"text\",\"value\":\"{n}.{m}\"}}")).collect();
            text.push_str(&elements.join(","));
            text.into()
        };
        let chunks = (0..500).map(chunk).chain([Bytes::from_static(b",{\"type\":\"text\",\"value\":\"one too many\"}]}")]);
        let body = StreamBody::new(futures_util::stream::iter(chunks.map(|data| Ok::<_, std::io::Error>(http_body::Frame::data(data)))));
        let request = http::Request::post("/events/add")
            .header("authorization", &api.home.user.text)
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let started = Instant::now();
        let reply = api.serve(request, Some(ADDRESS)).await;
        assert!(reply.refuses(413).message().contains("500000"), "{}", reply.text());
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
        assert_eq!(api.rows().await, before);
    }

    async fn bi_o11_one_value_many_times(api: TestApi) {
        let attributes: Vec<Value> = (0..100_000).map(|_| json!({"type": "text", "value": "same"})).collect();
        let started = Instant::now();
        let event = api.event(&api.home.user, &json!({"info": "same", "Attribute": attributes})).await;
        assert_eq!(event["Attribute"].as_array().unwrap().len(), 1);
        assert_eq!(event["attribute_count"], "1");
        let added = api.post(&api.home.user, &path("/attributes/add", &event), &json!({"type": "text", "value": vec!["again"; 100_000]})).await;
        added.is_answered();
        // with optimisation it is under a second
        assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
        let whole = whole(&api, &event).await;
        assert_eq!(whole["Event"]["Attribute"].as_array().unwrap().len(), 2);
    }

    async fn bi_o14_names_of_organisations(api: TestApi) {
        for name in ["../../etc/passwd", "<svg onload=alert(1)>", &"o".repeat(4 << 10), "Ноme CERT", "", "  ", "a\u{0}b", "HOME CERT"] {
            let reply = api.post(&api.admin, "/admin/organisations/add", &json!({"name": name})).await;
            if reply.is_answered().status == 200 {
                assert!(!["", "HOME CERT"].contains(&name.trim()), "{name}");
                let id = text(&reply.json()["Organisation"]["id"]).to_owned();
                let seen = api.get(&api.admin, &format!("/organisations/view/{id}")).await.done();
                assert_eq!(seen["Organisation"]["name"], name.trim());
            } else {
                reply.is_refusal();
            }
        }
        api.get(&api.admin, "/organisations/index").await.done();
    }

    async fn bi_o17_proposals(api: TestApi) {
        let hidden = private_event(&api).await;
        let open = api.event(&api.home.publisher, &json!({"info": "open", "distribution": 3, "Attribute": [{"type": "text", "value": "open"}]})).await;
        let before = api.rows().await;
        let change = json!({"type": "text", "value": "proposed"});
        for path in [path("/shadowAttributes/add", &hidden), path("/shadowAttributes/edit", &hidden["Attribute"][0]), path("/shadowAttributes/delete", &hidden["Attribute"][0])] {
            api.post(&api.other.user, &path, &change).await.is_refusal();
        }
        assert_eq!(api.rows().await, before);
        let made = api.post(&api.other.user, &path("/shadowAttributes/edit", &open["Attribute"][0]), &change).await.done();
        let id = text(&made["ShadowAttribute"]["id"]).to_owned();
        let before = whole(&api, &open).await;
        for key in [&api.other.user, &api.other.org_admin, &api.home.reader] {
            for action in ["accept", "acceptSelected"] {
                api.post(key, &format!("/shadowAttributes/{action}/{id}"), &json!({"id": [id]})).await.is_refusal();
            }
        }
        api.post(&api.home.reader, &format!("/shadowAttributes/discard/{id}"), &Value::Null).await.is_refusal();
        assert_eq!(whole(&api, &open).await, before);
    }

    async fn bi_o18_sightings(api: TestApi) {
        let hidden = private_event(&api).await;
        let open = api.event(&api.other.publisher, &json!({"info": "open", "distribution": 3, "Attribute": [{"type": "text", "value": "open"}]})).await;
        let before = api.rows().await;
        let attribute = &open["Attribute"][0];
        for kind in [json!(9), json!(-1), json!("x"), json!([]), json!(3)] {
            let reply = api.post(&api.other.publisher, &path("/sightings/add", attribute), &json!({"type": kind})).await;
            // MISP's clients look for this text in an answer of 200
            assert!(reply.is_answered().message().starts_with("Could not add the Sighting."), "{kind}: {}", reply.text());
        }
        let (there, absent) = (json!({"value": "198.51.100.7"}), json!({"value": "198.51.100.8"}));
        let (there, absent) = (api.post(&api.other.publisher, "/sightings/add", &there).await, api.post(&api.other.publisher, "/sightings/add", &absent).await);
        assert_eq!((there.status, there.text()), (absent.status, absent.text()));
        let by_id = api.post(&api.other.publisher, &path("/sightings/add", &hidden["Attribute"][0]), &json!({"type": 0})).await;
        let none = api.post(&api.other.publisher, "/sightings/add/777", &json!({"type": 0})).await;
        assert_eq!((by_id.status, by_id.message()), (none.status, none.message()));
        let by_uuid = api.post(&api.other.publisher, "/sightings/add", &json!({"id": hidden["Attribute"][0]["uuid"]})).await;
        let none = api.post(&api.other.publisher, "/sightings/add", &json!({"id": NOWHERE})).await;
        assert_eq!((by_uuid.status, by_uuid.text()), (none.status, none.text()));
        let many: Vec<String> = (0..200_000).map(|n| format!("v{n}")).collect();
        let started = Instant::now();
        api.post(&api.other.publisher, "/sightings/add", &json!({"values": many})).await.is_refusal();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        assert_eq!(api.rows().await, before);
        for date in [json!(START + 86_400 * 365), json!("2099-01-01"), json!("nonsense"), json!(-5)] {
            api.post(&api.other.publisher, &path("/sightings/add", attribute), &json!({"type": 0, "timestamp": date, "date": date})).await.is_answered();
        }
    }

    async fn bi_o19_mass_deletion_is_all_or_nothing(api: TestApi) {
        let hidden = private_event(&api).await;
        let (mine, open) = (small(&api, &api.other.publisher).await, small(&api, &api.home.publisher).await);
        let before = api.rows().await;
        for foreign in [&hidden, &open] {
            api.post(&api.other.publisher, "/events/delete", &json!({"id": [mine["id"], foreign["id"]]})).await.is_refusal();
            let list = json!({"id": [mine["Attribute"][0]["id"], foreign["Attribute"][0]["id"]]});
            let reply = api.post(&api.other.publisher, &path("/attributes/deleteSelected", &mine), &list).await;
            reply.is_refusal();
            api.post(&api.other.publisher, &path("/attributes/deleteSelected", foreign), &list).await.is_refusal();
            api.post(&api.other.publisher, &path("/events/delete", foreign), &Value::Null).await.is_refusal();
        }
        for odd in [json!([]), json!("x"), json!(null), json!({"a": 1}), json!([null]), json!([[1]])] {
            api.post(&api.other.publisher, "/events/delete", &json!({"id": odd})).await.is_refusal();
        }
        assert_eq!(api.rows().await, before);
        whole(&api, &open).await;
    }

    async fn bi_o20_disguised_restrictions(api: TestApi) {
        api.post(&api.admin, "/servers/serverSettingsEdit/Entente.enforce_tlp", &json!({"value": true})).await.done();
        for (n, name) in ["tlp:red", "tlp:ｒｅｄ", "tlp:rеd", " TLP:RED ", "TLP:Red", "tlp:re\u{200b}d", "ｔlp:red"].into_iter().enumerate() {
            let body = json!({"info": format!("red {n}"), "distribution": 3, "Tag": [{"name": name}], "Attribute": [{"type": "text", "value": format!("red {n}")}]});
            // an administrator may make tags on the way
            let event = api.event(&api.admin, &body).await;
            let seen = api.get(&api.other.user, &path("/events/view", &event)).await;
            assert_eq!(seen.status, 404, "{name}: {}", seen.text());
            let body = json!({"info": format!("part {n}"), "distribution": 3, "Attribute": [{"type": "text", "value": format!("part {n}"), "Tag": [{"name": name}]}]});
            let event = api.event(&api.admin, &body).await;
            let seen = api.get(&api.other.user, &path("/events/view", &event)).await.done();
            assert_eq!(seen["Event"]["Attribute"], json!([]), "{name}: {seen}");
        }
    }

    async fn bi_o21_unreadable_release_lists(api: TestApi) {
        for (n, name) in ["entente:rel=\"<garbage>\"", "entente:rel=\"\"", "entente:rel=", "entente:rel=\"XX,YY\"", "entente:rel"].into_iter().enumerate() {
            let body = json!({"info": format!("rel {n}"), "distribution": 3, "Tag": [{"name": name}], "Attribute": [{"type": "text", "value": format!("rel {n}")}]});
            let event = api.event(&api.admin, &body).await;
            if event["Tag"].as_array().is_some_and(|tags| !tags.is_empty()) {
                let seen = api.get(&api.other.user, &path("/events/view", &event)).await;
                assert_eq!(seen.status, 404, "{name}: {}", seen.text());
            }
            api.get(&api.admin, &path("/events/view", &event)).await.done();
        }
    }
}
