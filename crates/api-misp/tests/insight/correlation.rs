use super::{event, id, related_events, searched, set};
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::json;

api_test! {
    async fn equal_halves_correlate_across_events_types_and_case(api: TestApi) {
        let key = &api.home.user;
        let one = event(&api, key, "one", 1, &[("domain", "Evil.example"), ("ip-dst|port", "192.0.2.1|80"), ("domain", "lonely.example")]).await;
        let two = event(&api, key, "two", 1, &[("domain|ip", "evil.EXAMPLE|192.0.2.1"), ("text", "80")]).await;
        let seen = searched(&api, key, "evil.example").await;
        // the composite value has a half in common with each of two attributes
        let composite = ("evil.example|192.0.2.1".to_owned(), vec!["one".to_owned(), "one".to_owned()]);
        assert_eq!(seen, [("evil.example".to_owned(), vec!["two".to_owned()]), composite]);
        assert_eq!(searched(&api, key, "lonely.example").await, [("lonely.example".to_owned(), vec![])]);
        // two shared values are one correlation, a port is none
        assert_eq!(searched(&api, key, "80").await.last().unwrap().1, Vec::<String>::new());
        assert_eq!(related_events(&api, key, id(&one)).await, ["two"]);
        assert_eq!(related_events(&api, key, id(&two)).await, ["one"]);
        let path = format!("/events/view/{}/includeEventCorrelations:0", id(&two));
        assert!(api.get(key, &path).await.done()["Event"].get("RelatedEvent").is_none());
        let body = json!({"value": "evil.example", "type": "domain", "includeCorrelations": 1});
        let found = api.post(key, "/attributes/restSearch", &body).await.done();
        let related = &found["response"]["Attribute"][0]["RelatedAttribute"][0];
        let keys: Vec<&str> = related.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(","), "id,event_id,object_id,object_relation,category,type,value,uuid,timestamp,\
            distribution,sharing_group_id,to_ids,comment,Event");
        assert_eq!(related["Event"]["uuid"], two["uuid"]);
        let plain = api.post(key, "/attributes/restSearch", &json!({"value": "evil.example"})).await.done();
        assert!(plain["response"]["Attribute"][0].get("RelatedAttribute").is_none());
    }

    async fn nobody_is_related_to_what_they_do_not_see(api: TestApi) {
        let shared = event(&api, &api.home.user, "shared", 1, &[("domain", "evil.example"), ("domain", "part.example")]).await;
        event(&api, &api.home.user, "kept", 0, &[("domain", "evil.example")]).await;
        let partly = json!({"Event": {"info": "partly", "distribution": "1", "Attribute": [
            {"type": "domain", "value": "part.example", "distribution": "0"},
            {"type": "domain", "value": "harmless.example"},
        ]}});
        api.event(&api.home.user, &partly).await;
        assert_eq!(related_events(&api, &api.home.reader, id(&shared)).await, ["partly", "kept"]);
        assert_eq!(related_events(&api, &api.other.user, id(&shared)).await, Vec::<String>::new());
        for value in ["evil.example", "part.example"] {
            assert_eq!(searched(&api, &api.other.user, value).await, [(value.to_owned(), vec![])]);
        }
        // what others keep does not count towards the limit either
        set(&api, "MISP.correlation_limit", json!(1)).await;
        event(&api, &api.other.user, "theirs", 1, &[("domain", "evil.example")]).await;
        assert_eq!(related_events(&api, &api.other.user, id(&shared)).await, ["theirs"]);
        assert_eq!(related_events(&api, &api.home.user, id(&shared)).await, ["partly"], "two others are too many");
    }

    async fn flags_types_exclusions_and_settings_switch_it_off(api: TestApi) {
        let key = &api.home.user;
        let silent = |kind: &str, value: &str, flag: bool| json!({"type": kind, "value": value, "disable_correlation": flag});
        set(&api, "MISP.allow_disabling_correlation", json!(true)).await;
        let first = json!({"Event": {"info": "first", "distribution": "1", "Attribute": [
            silent("comment", "a comment", false), silent("domain", "flagged.example", true),
            silent("domain", "deleted.example", false), silent("domain", "cdn.example", false),
            silent("domain", "left.example", false),
        ]}});
        let first = api.event(key, &first).await;
        let deleted = first["Attribute"].as_array().unwrap().iter().find(|row| row["value"] == "deleted.example").unwrap();
        let path = format!("/attributes/delete/{}", id(deleted));
        let _ = api.post(key, &path, &json!({})).await.done();
        let admin = &api.admin;
        let _ = api.post(admin, "/correlation_exclusions/add", &json!({"value": "%CDN.example"})).await.done();
        let same = [("comment", "a comment"), ("domain", "flagged.example"), ("domain", "deleted.example"), ("domain", "cdn.example")];
        let second = event(&api, key, "second", 1, &same).await;
        assert_eq!(related_events(&api, key, id(&second)).await, Vec::<String>::new());
        assert_eq!(related_events(&api, key, id(&first)).await, Vec::<String>::new());
        for (_, value) in same {
            assert!(searched(&api, key, value).await.iter().all(|(_, titles)| titles.is_empty()), "{value}");
        }
        let third = event(&api, key, "third", 1, &[("domain", "left.example")]).await;
        assert_eq!(related_events(&api, key, id(&third)).await, ["first"]);
        // an event whose correlation is off is neither related nor has any
        let body = json!({"Event": {"uuid": first["uuid"], "disable_correlation": true}});
        let _ = api.post(key, &format!("/events/edit/{}", id(&first)), &body).await.done();
        for event in [&first, &third] {
            assert_eq!(related_events(&api, key, id(event)).await, Vec::<String>::new());
        }
        assert!(searched(&api, key, "left.example").await.iter().all(|(_, titles)| titles.is_empty()));
        let fourth = event(&api, key, "fourth", 1, &[("domain", "left.example")]).await;
        assert_eq!(related_events(&api, key, id(&fourth)).await, ["third"]);
        set(&api, "MISP.completely_disable_correlation", json!(true)).await;
        assert_eq!(related_events(&api, key, id(&fourth)).await, Vec::<String>::new());
        assert!(searched(&api, key, "left.example").await.iter().all(|(_, titles)| titles.is_empty()));
    }
}
