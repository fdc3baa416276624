//! Tags in the words that clients compare. spec: 03#20
use crate::{call, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// An event with one attribute; both as answered.
async fn add_event(instance: &TestInstance) -> (Value, Value) {
    let body = json!({"info": "Boats", "distribution": "3",
        "Attribute": [{"type": "text", "value": "boat"}]});
    let event = post(instance, "/events/add", body).await["Event"].clone();
    let attribute = event["Attribute"][0].clone();
    (event, attribute)
}

fn message(answer: &Value) -> &str {
    answer["message"].as_str().unwrap()
}

instance_test! {
    async fn a_tag_lives_from_add_to_delete(instance: TestInstance) {
        let added = post(&instance, "/tags/add", json!({"name": "this is a test tag"})).await;
        let tag = &added["Tag"];
        assert_eq!((&tag["name"], &tag["exportable"]), (&json!("this is a test tag"), &json!(true)));
        assert_eq!((&tag["org_id"], &tag["numerical_value"]), (&json!("0"), &Value::Null));
        let id = tag["id"].as_str().unwrap();
        let again = post(&instance, "/tags/add", json!({"Tag": {"name": "This is a TEST tag"}})).await;
        assert_eq!(again["Tag"]["id"], id);
        let edited = post(&instance, &format!("/tags/edit/{id}"), json!({"hide_tag": true})).await;
        assert_eq!((&edited["Tag"]["hide_tag"], &edited["Tag"]["name"]), (&json!(true), &json!("this is a test tag")));
        let viewed = get(&instance, &format!("/tags/view/{id}")).await;
        assert_eq!((&viewed["count"], &viewed["attribute_count"]), (&json!(0), &json!(0)));
        let found = post(&instance, "/tags/search", json!({"tagname": "this %", "strict_tagname": false})).await;
        assert_eq!(found[0]["Tag"]["name"], "this is a test tag");
        assert_eq!(post(&instance, "/tags/search", json!({"tagname": "not a tag"})).await, json!([]));
        let (status, described) =
            call(&instance, ADMIN_KEY, Method::GET, &format!("/tags/delete/{id}"), &Value::Null).await;
        assert_eq!((status, &described["name"]), (StatusCode::OK, &json!("tags/delete")));
        let deleted = post(&instance, &format!("/tags/delete/{id}"), json!({})).await;
        let wanted = json!({"name": "Tag deleted.", "message": "Tag deleted.", "url": format!("/tags/delete/{id}")});
        assert_eq!(deleted, wanted);
        let (status, gone) = call(&instance, ADMIN_KEY, Method::GET, &format!("/tags/view/{id}"), &Value::Null).await;
        assert_eq!((status, message(&gone)), (StatusCode::METHOD_NOT_ALLOWED, "Invalid Tag"));
        assert_eq!(get(&instance, "/tags/index").await, json!({"Tag": []}));
    }

    async fn bi_o9_a_bad_tag_is_refused_with_field_and_reason(instance: TestInstance) {
        for (body, field) in [
            (json!({"name": "x".repeat(10 << 10)}), "name"),
            (json!({"name": "a\nb"}), "name"),
            (json!({"name": "a", "colour": "red"}), "colour"),
        ] {
            let (status, answer) = call(&instance, ADMIN_KEY, Method::POST, "/tags/add", &body).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
            assert!(message(&answer).contains(&format!("{field}: ")), "{answer}");
        }
    }

    async fn attaching_and_removing_say_so(instance: TestInstance) {
        let (event, attribute) = add_event(&instance).await;
        let id = event["id"].as_str().unwrap();
        let ask = |target: &Value, tag: &str, local: bool| json!({"uuid": target["uuid"], "tag": tag, "local": local});
        const ATTACH: &str = "/tags/attachTagToObject";
        const REMOVE: &str = "/tags/removeTagFromObject";
        let answer = post(&instance, ATTACH, ask(&event, "generic", false)).await;
        assert!(message(&answer).starts_with("Global tag generic("), "{answer}");
        assert!(message(&answer).ends_with(&format!("successfully attached to Event({id}).")), "{answer}");
        let answer = post(&instance, ATTACH, ask(&event, "generic", false)).await;
        assert!(message(&answer).contains("already has the requested tag attached"), "{answer}");
        let answer = post(&instance, ATTACH, ask(&event, "here", true)).await;
        assert!(message(&answer).starts_with("Local tag here("), "{answer}");
        let both = json!({"uuid": attribute["uuid"], "tag": ["a", "b"]});
        let answer = post(&instance, ATTACH, both).await;
        let attribute_id = attribute["id"].as_str().unwrap();
        assert_eq!(message(&answer), format!("Successfully attached 2 tags to Attribute ({attribute_id})"));
        let answer = post(&instance, REMOVE, json!({"uuid": event["uuid"], "tag": "here"})).await;
        assert!(message(&answer).ends_with(&format!("successfully removed from Event({id}).")), "{answer}");
        let answer = post(&instance, REMOVE, json!({"uuid": attribute["uuid"], "tag": "a"})).await;
        let end = format!("successfully removed from Attribute({attribute_id}).");
        assert!(message(&answer).ends_with(&end), "{answer}");
        let refused = |path: &'static str, body: Value| {
            let instance = &instance;
            async move { call(instance, ADMIN_KEY, Method::POST, path, &body).await }
        };
        let (status, answer) = refused(REMOVE, ask(&event, "here", false)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{answer}");
        let (status, answer) = refused(REMOVE, ask(&event, "unknown", false)).await;
        assert_eq!((status, message(&answer)), (StatusCode::METHOD_NOT_ALLOWED, "Invalid Tag."));
        let nowhere = json!({"uuid": "0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11"});
        let (status, answer) = refused(ATTACH, ask(&nowhere, "generic", false)).await;
        assert_eq!((status, message(&answer)), (StatusCode::NOT_FOUND, "Invalid Target."));
    }

    async fn a_tag_for_somebody_else_fails_with_the_reason(instance: TestInstance) {
        let org = instance.admin.org_id();
        let user = instance.add_user("u@host.example", org, role::ORG_ADMIN).await.unwrap();
        let body = json!({"name": "for one", "org_id": org.0, "user_id": instance.admin.user_id().0});
        post(&instance, "/tags/add", body).await;
        let (_, attribute) = add_event(&instance).await;
        let key = TestInstance::key_of(user.user_id());
        let body = json!({"uuid": attribute["uuid"], "tag": "for one", "local": false});
        let (status, answer) = call(&instance, &key, Method::POST, "/tags/attachTagToObject", &body).await;
        assert_eq!((status, &answer["saved"]), (StatusCode::FORBIDDEN, &json!(false)));
        let reason = "Failed to attach 1 tags. Reasons: \
                      {\"0\":\"Invalid Tag. This tag can only be set by a fixed user.\"}";
        assert_eq!(answer["errors"], reason);
        let other = instance.add_org("Harbour CERT").await.unwrap();
        let other = instance.add_user("h@harbour.example", other, role::ORG_ADMIN).await.unwrap();
        let key = TestInstance::key_of(other.user_id());
        let (status, answer) = call(&instance, &key, Method::POST, "/tags/attachTagToObject", &body).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(message(&answer).starts_with("Cannot alter the tags of this data"), "{answer}");
    }

    async fn the_calls_of_the_web_pages_always_answer_200(instance: TestInstance) {
        let (event, attribute) = add_event(&instance).await;
        let tag = post(&instance, "/tags/add", json!({"name": "t"})).await["Tag"]["id"].clone();
        let (id, tag) = (event["id"].as_str().unwrap(), tag.as_str().unwrap());
        let added = json!({"saved": true, "success": "Tag added.", "check_publish": true});
        assert_eq!(post(&instance, &format!("/events/addTag/{id}/{tag}"), json!({})).await, added);
        let again = post(&instance, &format!("/events/addTag/{id}/{tag}"), json!({})).await;
        assert_eq!(again, json!({"saved": false, "errors": "Tag is already attached to this event."}));
        let body = json!({"attribute": attribute["id"], "tag": format!("[{tag}]")});
        assert_eq!(post(&instance, "/attributes/addTag", body).await, added);
        let unknown = post(&instance, &format!("/events/addTag/{id}/nothing"), json!({})).await;
        assert_eq!(unknown["errors"], "Invalid Tag.");
        let unknown = post(&instance, "/events/addTag/4711/t", json!({})).await;
        assert_eq!(unknown["errors"], "Invalid event.");
        let removed = post(&instance, &format!("/events/removeTag/{id}/t"), json!({})).await;
        assert_eq!(removed, json!({"saved": true, "success": "Tag removed.", "check_publish": true}));
        let again = post(&instance, &format!("/events/removeTag/{id}/t"), json!({})).await;
        assert_eq!(again["saved"], false);
    }

    async fn statistics_and_index_count(instance: TestInstance) {
        let (event, attribute) = add_event(&instance).await;
        for (target, tag) in [(&event, "tlp:white___test"), (&attribute, "only here")] {
            post(&instance, "/tags/attachTagToObject", json!({"uuid": target["uuid"], "tag": tag})).await;
        }
        let plain = get(&instance, "/tags/tagStatistics/false/false").await;
        assert_eq!(plain, json!({"tags": {"tlp:white___test": "1"}, "taxonomies": []}));
        let shares = get(&instance, "/tags/tagStatistics/true/true").await;
        assert_eq!(shares, json!({"tags": {"tlp:white___test": "100%"}, "taxonomies": []}));
        let rows = get(&instance, "/tags/index").await;
        let counts: Vec<_> =
            rows["Tag"].as_array().unwrap().iter().map(|row| (&row["count"], &row["attribute_count"])).collect();
        assert_eq!(counts, [(&json!(0), &json!(1)), (&json!(1), &json!(0))]);
        assert_eq!(rows["Tag"][0]["favourite"], false);
        let id = rows["Tag"][0]["id"].clone();
        post(&instance, "/favouriteTags/toggle", json!({"FavouriteTag": {"data": id}})).await;
        let favourites = get(&instance, "/tags/index/favouritesOnly:1/exclude_statistics:1").await;
        assert_eq!(favourites["Tag"].as_array().unwrap().len(), 1);
        assert_eq!((&favourites["Tag"][0]["favourite"], &favourites["Tag"][0]["count"]), (&json!(true), &Value::Null));
        let found = get(&instance, "/tags/index/searchall:WHITE").await;
        assert_eq!(found["Tag"][0]["name"], "tlp:white___test");
    }
}
