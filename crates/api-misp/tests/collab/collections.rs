//! Collections of events and clusters, and of tags. spec: 08#6.2, 08#6.3
use super::text;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn elements(api: &TestApi, key: &Key, id: &str) -> Vec<String> {
    let shown = api.get(key, &format!("/collections/view/{id}")).await.done();
    let elements = shown["Collection"]["CollectionElement"]
        .as_array()
        .unwrap()
        .clone();
    elements
        .iter()
        .map(|element| text(&element["element_uuid"]).to_owned())
        .collect()
}

async fn tags_of(api: &TestApi, key: &Key, event: &Value) -> Vec<String> {
    let shown = api
        .get(key, &format!("/events/view/{}", text(&event["id"])))
        .await
        .done();
    let tags = shown["Event"]["Tag"].as_array().cloned().unwrap_or_default();
    tags.iter().map(|tag| text(&tag["name"]).to_owned()).collect()
}

api_test! {
    async fn collections_hold_what_each_reader_sees(api: TestApi) {
        let open = api.event(&api.home.user, &json!({"info": "open", "distribution": 1})).await;
        let closed = api.event(&api.home.user, &json!({"info": "closed", "distribution": 0})).await;
        let body = json!({"Collection": {"name": "C", "type": "campaign", "description": "d", "distribution": 1,
            "CollectionElement": [
                {"element_uuid": open["uuid"], "element_type": "Event", "description": "one"},
                {"element_uuid": closed["uuid"]},
            ]}});
        let added = api.post(&api.home.user, "/collections/add", &body).await.done();
        let id = text(&added["Collection"]["id"]).to_owned();
        assert_eq!(added["Collection"]["Orgc"]["name"], "Home CERT");
        let (open, closed) = (text(&open["uuid"]).to_owned(), text(&closed["uuid"]).to_owned());
        assert_eq!(elements(&api, &api.home.reader, &id).await, [open.clone(), closed.clone()]);
        assert_eq!(elements(&api, &api.other.reader, &id).await, std::slice::from_ref(&open));
        let listed = api.get(&api.other.reader, &format!("/collectionElements/index/{id}")).await.done();
        assert_eq!(listed.as_array().unwrap().len(), 1);
        // a hidden event is as good as none
        let theirs = api.post(&api.other.user, "/collections/add", &json!({"name": "T", "distribution": 0})).await.done();
        let theirs = text(&theirs["Collection"]["id"]).to_owned();
        let put = |uuid: &str| json!({"element_uuid": uuid, "element_type": "Event"});
        let path = format!("/collectionElements/add/{theirs}");
        let hidden = api.post(&api.other.user, &path, &put(&closed)).await;
        let absent = api.post(&api.other.user, &path, &put("3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01")).await;
        assert_eq!(hidden.refuses(403).text().replace(&closed, "X"), absent.text().replace("3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01", "X"));
        api.post(&api.other.user, &path, &put(&open)).await.done();
        api.post(&api.other.user, &path, &put(&open)).await.refuses(403);
        // elements go with their event
        api.post(&api.home.user, &format!("/events/delete/{open}"), &Value::Null).await.done();
        assert_eq!(elements(&api, &api.other.user, &theirs).await.len(), 0);
        assert_eq!(elements(&api, &api.home.user, &id).await, [closed]);
    }

    async fn bi_o2_collections_follow_their_level(api: TestApi) {
        let add = async |body: Value| api.post(&api.home.user, "/collections/add", &body).await.done()["Collection"].clone();
        let own = add(json!({"name": "own", "distribution": 0})).await;
        let group = api.post(&api.home.sync, "/sharing_groups/add", &json!({
            "name": "G", "releasability": "x", "SharingGroupOrg": [{"org_id": api.home.org.0}],
        })).await.done();
        let group = text(&group["SharingGroup"]["id"]).to_owned();
        let grouped = add(json!({"name": "grouped", "distribution": 4, "sharing_group_id": group})).await;
        let all = add(json!({"name": "all", "distribution": 3})).await;
        let names = async |key: &Key, path: &str| -> Vec<String> {
            let rows = api.get(key, path).await.done();
            rows.as_array().unwrap().iter().map(|row| text(&row["Collection"]["name"]).to_owned()).collect()
        };
        assert_eq!(names(&api.home.reader, "/collections/index").await, ["own", "grouped", "all"]);
        assert_eq!(names(&api.other.reader, "/collections/index").await, ["all"]);
        assert_eq!(names(&api.home.reader, "/collections/index/my_collections").await.len(), 0);
        assert_eq!(names(&api.home.reader, "/collections/index/org_collections").await.len(), 3);
        assert_eq!(names(&api.home.reader, "/collections/index/name:gr%25").await, ["grouped"]);
        for hidden in [&own, &grouped] {
            api.get(&api.other.user, &format!("/collections/view/{}", text(&hidden["uuid"]))).await.refuses(404);
            api.post(&api.other.user, &format!("/collections/edit/{}", text(&hidden["id"])), &json!({"name": "x"})).await.refuses(404);
        }
        let path = |action: &str| format!("/collections/{action}/{}", text(&all["id"]));
        api.post(&api.other.user, &path("edit"), &json!({"name": "x"})).await.refuses(403);
        api.post(&api.other.user, &path("delete"), &Value::Null).await.refuses(403);
        api.post(&api.home.reader, &path("edit"), &json!({"name": "x"})).await.refuses(403);
        // the other organisation joins the group, and a group in use stays
        api.post(&api.home.sync, &format!("/sharing_groups/addOrg/{group}/{}", api.other.org), &Value::Null).await.done();
        assert_eq!(names(&api.other.reader, "/collections/index").await, ["grouped", "all"]);
        api.post(&api.home.sync, &format!("/sharing_groups/delete/{group}"), &Value::Null).await.refuses(403);
        api.post(&api.other.user, "/collections/add", &json!({"name": "x", "distribution": 4, "sharing_group_id": "77"})).await.refuses(403);
        for bad in [json!({}), json!({"name": "x", "type": "odd"}), json!({"name": "x", "distribution": 5})] {
            api.post(&api.home.user, "/collections/add", &bad).await.refuses(403);
        }
        api.post(&api.home.user, &path("delete"), &Value::Null).await.done();
        assert_eq!(names(&api.other.reader, "/collections/index").await, ["grouped"]);
    }

    async fn an_update_has_to_be_newer_and_lists_everything(api: TestApi) {
        let event = |n: i32| json!({"info": format!("e{n}"), "distribution": 1});
        let (one, two) = (api.event(&api.home.user, &event(1)).await, api.event(&api.home.user, &event(2)).await);
        let added = api.post(&api.home.user, "/collections/add", &json!({
            "name": "C", "distribution": 1, "CollectionElement": [{"element_uuid": one["uuid"]}],
        })).await.done();
        let (id, modified) = (text(&added["Collection"]["id"]).to_owned(), text(&added["Collection"]["modified"]).to_owned());
        let path = format!("/collections/edit/{id}");
        api.post(&api.home.user, &path, &json!({"name": "D", "modified": modified})).await.refuses(403);
        api.instance.advance(60);
        let newer = json!({"name": "D", "modified": "2025-03-04 10:00:30", "CollectionElement": [{"element_uuid": two["uuid"]}]});
        let edited = api.post(&api.home.user, &path, &newer).await.done();
        assert_eq!((text(&edited["Collection"]["name"]), text(&edited["Collection"]["modified"])), ("D", "2025-03-04 10:00:30"));
        assert_eq!(elements(&api, &api.home.user, &id).await, [text(&two["uuid"])]);
        // without a list the elements stay
        api.post(&api.home.user, &path, &json!({"description": "only that"})).await.done();
        assert_eq!(elements(&api, &api.home.user, &id).await, [text(&two["uuid"])]);
        let other = format!("/collectionElements/addElementToCollection/Event/{}", text(&one["uuid"]));
        let element = api.post(&api.home.user, &other, &json!({"collection_id": id, "description": "why"})).await.done();
        let element = text(&element["CollectionElement"]["id"]).to_owned();
        let remove = format!("/collectionElements/delete/{element}");
        api.post(&api.other.user, &remove, &Value::Null).await.refuses(403);
        api.post(&api.home.user, &remove, &Value::Null).await.done();
        api.post(&api.home.user, &remove, &Value::Null).await.refuses(404);
    }

    async fn tags_are_attached_together(api: TestApi) {
        for name in ["a:one", "a:two"] {
            api.post(&api.admin, "/tags/add", &json!({"name": name})).await.done();
        }
        api.post(&api.admin, "/tags/add", &json!({"name": "a:fixed", "org_id": api.home.org.0})).await.done();
        let body = json!({"TagCollection": {"name": "Usual", "description": "d", "all_orgs": false}, "Tag": [{"name": "a:one"}]});
        api.post(&api.home.user, "/tag_collections/add", &body).await.refuses(403);
        let added = api.post(&api.home.org_admin, "/tag_collections/add", &body).await.done();
        let id = text(&added["TagCollection"]["id"]).to_owned();
        assert_eq!(added["TagCollection"]["TagCollectionTag"][0]["Tag"]["name"], "a:one");
        api.post(&api.home.org_admin, "/tag_collections/add", &json!({"name": "USUAL"})).await.refuses(403);
        let add = async |key: &Key, tag: &str| {
            api.post(key, &format!("/tag_collections/addTag/{id}/{tag}"), &json!({})).await.done()["saved"].clone()
        };
        assert_eq!(add(&api.home.org_admin, "a%3Atwo").await, json!(false)); // a named parameter, not a tag
        let two = api.post(&api.home.org_admin, &format!("/tag_collections/addTag/{id}"), &json!({"tag": ["a:two", "a:fixed"]})).await.done();
        assert_eq!(two["saved"], json!(true));
        assert_eq!(add(&api.home.org_admin, "nowhere").await, json!(false));
        // not for others until all may use it
        api.get(&api.other.reader, &format!("/tag_collections/view/{id}")).await.refuses(404);
        let event = api.event(&api.other.user, &json!({"info": "x"})).await;
        let attach = |event: &Value| format!("/events/addTag/{}/collection_{id}", text(&event["id"]));
        assert_eq!(api.post(&api.other.user, &attach(&event), &json!({})).await.done()["saved"], json!(false));
        api.post(&api.home.org_admin, &format!("/tag_collections/edit/{id}"), &json!({"all_orgs": true})).await.done();
        api.post(&api.other.org_admin, &format!("/tag_collections/edit/{id}"), &json!({"name": "Mine"})).await.refuses(403);
        // each takes what it may use
        assert_eq!(api.post(&api.other.user, &attach(&event), &json!({})).await.done()["saved"], json!(true));
        assert_eq!(tags_of(&api, &api.other.user, &event).await, ["a:one", "a:two"]);
        let own = api.event(&api.home.user, &json!({"info": "x"})).await;
        api.post(&api.home.user, "/tags/attachTagToObject", &json!({"uuid": own["uuid"], "tag": format!("collection_{id}")})).await.done();
        assert_eq!(tags_of(&api, &api.home.user, &own).await, ["a:one", "a:two", "a:fixed"]);

        let listed = api.get(&api.other.reader, "/tag_collections/index").await.done();
        assert_eq!(listed[0]["TagCollection"]["TagCollectionTag"].as_array().unwrap().len(), 3);
        let removed = api.post(&api.home.org_admin, &format!("/tag_collections/removeTag/{id}"), &json!({"tag": "a:two"})).await.done();
        assert_eq!(removed["saved"], json!(true));
        api.post(&api.home.org_admin, &format!("/tag_collections/delete/{id}"), &Value::Null).await.done();
        // what one instance answers another takes in
        let said = api.post(&api.home.org_admin, "/tag_collections/import", &listed).await.done();
        assert_eq!(said["message"], "1 tag collections added, 0 updated, 0 failed.");
        let said = api.post(&api.home.org_admin, "/tag_collections/import", &listed).await.done();
        assert_eq!(said["message"], "0 tag collections added, 1 updated, 0 failed.");
        let said = api.post(&api.other.org_admin, "/tag_collections/import", &listed).await.done();
        assert_eq!(said["message"], "0 tag collections added, 0 updated, 1 failed.");
    }

    async fn new_events_take_the_default_tags(api: TestApi) {
        api.post(&api.admin, "/tags/add", &json!({"name": "tlp:amber"})).await.done();
        let body = json!({"name": "Default", "tags": ["tlp:amber"]});
        let added = api.post(&api.admin, "/tag_collections/add", &body).await.done();
        let id = text(&added["TagCollection"]["id"]).to_owned();
        let setting = "/servers/serverSettingsEdit/MISP.default_event_tag_collection";
        api.post(&api.admin, setting, &json!({"value": id})).await.done();
        let event = api.event(&api.home.user, &json!({"info": "x", "Tag": [{"name": "tlp:amber"}]})).await;
        assert_eq!(tags_of(&api, &api.home.user, &event).await, ["tlp:amber"]);
        let event = api.event(&api.home.user, &json!({"info": "y"})).await;
        assert_eq!(tags_of(&api, &api.home.user, &event).await, ["tlp:amber"]);
    }
}
