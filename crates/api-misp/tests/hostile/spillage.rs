//! Tags that name a real classification, inside bodies: BI-O22.
use super::{NOWHERE, text};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const SECRET: &str = "nato:classification=\"NS\"";

fn attribute(value: &str, tag: &Value) -> Value {
    json!({"type": "text", "value": value, "Tag": [tag]})
}

fn object(value: &str, tag: &Value) -> Value {
    let member = json!({"object_relation": "text", "type": "text", "value": value, "Tag": [tag]});
    json!({"name": "note", "meta-category": "misc", "template_version": 1, "description": "x",
        "template_uuid": NOWHERE, "Attribute": [member]})
}

/// Everything that a body can carry the tag in, on an event with an attribute and an object.
fn bodies(event: &Value, tag: &Value) -> Vec<(String, Value)> {
    let id = text(&event["id"]);
    let (inside, object_id) = (
        text(&event["Attribute"][0]["id"]),
        text(&event["Object"][0]["id"]),
    );
    let known = json!({"uuid": event["Attribute"][0]["uuid"], "comment": "changed", "Tag": [tag]});
    let mut whole = object("b", tag);
    whole["uuid"] = event["Object"][0]["uuid"].clone();
    vec![
        ("/events/add".to_owned(), json!({"info": "x", "Tag": [tag]})),
        (
            "/events/add".to_owned(),
            json!({"info": "x", "Attribute": [attribute("a", tag)]}),
        ),
        (
            "/events/add".to_owned(),
            json!({"info": "x", "Object": [object("a", tag)]}),
        ),
        (
            format!("/events/edit/{id}"),
            json!({"info": "changed", "Tag": [tag]}),
        ),
        (
            format!("/events/edit/{id}"),
            json!({"info": "changed", "Attribute": [attribute("b", tag)]}),
        ),
        (
            format!("/events/edit/{id}"),
            json!({"info": "changed", "Attribute": [known]}),
        ),
        (
            format!("/events/edit/{id}"),
            json!({"info": "changed", "Object": [object("c", tag)]}),
        ),
        (
            format!("/events/edit/{id}"),
            json!({"info": "changed", "Object": [whole.clone()]}),
        ),
        (format!("/attributes/add/{id}"), attribute("d", tag)),
        (
            format!("/attributes/add/{id}"),
            json!([attribute("e", &json!({"name": "free:tag"})), attribute("f", tag)]),
        ),
        (
            format!("/attributes/edit/{inside}"),
            json!({"comment": "changed", "Tag": [tag]}),
        ),
        (format!("/objects/add/{id}"), object("g", tag)),
        (format!("/objects/edit/{object_id}"), whole),
    ]
}

/// What is stored, but for the log and the counters behind ids.
async fn content(api: &TestApi) -> Vec<(String, i64)> {
    let rows = api.rows().await;
    rows.into_iter().filter(|(table, _)| table != "log").collect()
}

async fn event(api: &TestApi, key: &Key, info: &str) -> Value {
    let plain = json!({"name": "free:tag"});
    let body = json!({"info": info, "distribution": 3, "Attribute": [attribute("x", &plain)], "Object": [object("y", &plain)]});
    api.event(key, &body).await
}

/// Somebody of the organisation that runs the server who works the quarantine.
async fn officer(api: &TestApi) -> Key {
    let role = json!({"name": "Officer", "permission": 3, "perm_site_admin": true, "perm_auth": true, "perm_release": true});
    let role = api.post(&api.admin, "/admin/roles/add", &role).await.done()["Role"]["id"].clone();
    let user = json!({"email": "officer@admin.test", "org_id": "1", "role_id": role});
    let user = api.post(&api.admin, "/admin/users/add", &user).await.done()["User"].clone();
    Key {
        user: entente_model::id::UserId(text(&user["id"]).parse().unwrap()),
        text: text(&user["authkey"]).to_owned(),
    }
}

async fn last_log(api: &TestApi) -> Value {
    let rows = api
        .post(&api.admin, "/admin/logs/index", &json!({"limit": 1}))
        .await;
    rows.done()[0]["Log"].clone()
}

api_test! {
    async fn bi_o22_classified_data_is_not_entered_by_hand(api: TestApi) {
        let event = event(&api, &api.home.publisher, "open").await;
        let untagging = json!({"name": "No tags", "perm_add": true, "perm_modify": true, "perm_modify_org": true, "perm_auth": true, "permission": 2});
        let role = api.post(&api.admin, "/admin/roles/add", &untagging).await.done()["Role"]["id"].clone();
        let before = content(&api).await;
        let names = [SECRET, "n\u{430}to:classification=\"NS\"", " NATO:classification=\"NS\"", "euci:TS-UE/EU-TS"];
        for key in [&api.home.publisher, &api.admin] {
            for name in names {
                for (path, body) in bodies(&event, &json!({"name": name})) {
                    let refused = api.post(key, &path, &body).await;
                    assert!(refused.refuses(403).message().contains("unclassified data only"), "{path} {body}: {}", refused.text());
                    assert_eq!(last_log(&api).await["action"], "spillage");
                }
            }
        }
        assert_eq!(content(&api).await, before);
        // whoever may not tag may no more send it along than others
        api.post(&api.admin, &format!("/admin/users/edit/{}", api.home.user.user), &json!({"role_id": role})).await.done();
        let before = content(&api).await;
        for (path, body) in bodies(&event, &json!({"name": SECRET})) {
            api.post(&api.home.user, &path, &body).await.refuses(403);
        }
        assert_eq!(content(&api).await, before);
        // what says that it is not classified passes
        api.event(&api.admin, &json!({"info": "x", "Tag": [{"name": "nato:classification=\"NU\""}]})).await;
    }

    async fn bi_o22_classified_data_of_peers_is_kept_in_quarantine(api: TestApi) {
        let tag = json!({"name": SECRET});
        let body = json!({"info": "spilt", "uuid": NOWHERE, "distribution": 3, "locked": true, "Tag": [tag],
            "Attribute": [{"type": "text", "value": "spilt value", "distribution": 1}]});
        let officer = officer(&api).await;
        let told = api.post(&api.home.sync, "/events/add", &body).await;
        assert!(told.refuses(403).message().contains("was taken, but it is withheld"), "{}", told.text());
        let asked = json!({"action": "quarantine"});
        let log = api.post(&officer, "/admin/logs/index", &asked).await.done();
        assert_eq!(log[0]["Log"]["title"], "Event (1): spilt", "{log}");
        // the row tells of the event, so who may not see that does not see the row
        assert_eq!(api.post(&api.admin, "/admin/logs/index", &asked).await.done(), json!([]));
        let path = format!("/events/view/{NOWHERE}");
        let search = json!({"value": "spilt value"});
        let found = |found: Value| found["response"]["Attribute"].as_array().map(Vec::len);
        for (_, key) in api.home.members().chain(api.other.members()).chain([("site admin", &api.admin)]) {
            api.get(key, &path).await.refuses(404);
            assert_eq!(found(api.post(key, "/attributes/restSearch", &search).await.done()), Some(0));
        }
        api.post(&api.home.sync, "/events/edit/", &body).await.refuses(404);
        let seen = api.get(&officer, &path).await.done();
        assert_eq!(seen["Event"]["Tag"][0]["name"], SECRET);
        // the tag is known now, and is refused by its id too
        let known = json!({"id": seen["Event"]["Tag"][0]["id"]});
        api.post(&api.home.publisher, "/events/add", &json!({"info": "x", "Tag": [known]})).await.refuses(403);
        // taking the tag off releases
        let release = json!({"uuid": NOWHERE, "tag": SECRET});
        api.post(&api.admin, "/tags/removeTagFromObject", &release).await.refuses(404);
        api.post(&officer, "/tags/removeTagFromObject", &release).await.done();
        api.get(&api.other.user, &path).await.done();
        assert_eq!(found(api.post(&api.other.user, "/attributes/restSearch", &search).await.done()), Some(1));
    }

    async fn bi_o22_one_classified_attribute_is_withheld_alone(api: TestApi) {
        let (tag, officer) = (json!({"name": SECRET}), officer(&api).await);
        let open = event(&api, &api.home.sync, "open").await;
        let body = json!({"Attribute": [attribute("spilt", &tag), attribute("open", &json!({"name": "free:tag"}))],
            "Object": [object("spilt", &tag)]});
        let path = format!("/events/edit/{}", text(&open["id"]));
        let answer = api.post(&api.home.sync, &path, &body).await.done();
        let values = |event: &Value| {
            let inside = |of: &Value| of["Attribute"].as_array().unwrap().iter().map(|a| text(&a["value"]).to_owned()).collect::<Vec<_>>();
            let members = event["Object"].as_array().unwrap().iter().flat_map(inside);
            let mut all: Vec<String> = inside(event).into_iter().chain(members).collect();
            all.sort();
            all
        };
        assert_eq!(values(&answer["Event"]), ["open", "x", "y"]);
        assert_eq!(last_log(&api).await["action"], "edit");
        let view = format!("/events/view/{}", text(&open["id"]));
        assert_eq!(values(&api.get(&api.admin, &view).await.done()["Event"]), ["open", "x", "y"]);
        assert_eq!(values(&api.get(&officer, &view).await.done()["Event"]), ["open", "spilt", "spilt", "x", "y"]);
        let log = api.post(&api.admin, "/admin/logs/index", &json!({"action": "quarantine"})).await.done();
        assert_eq!(log[0]["Log"]["change"], "2 attributes: a tag names a real classification");
        // publishing and unpublishing moves labels, and the quarantine with them
        api.post(&api.admin, &format!("/events/publish/{}", text(&open["id"])), &Value::Null).await.done();
        api.post(&api.admin, &path, &json!({"distribution": 1})).await.done();
        assert_eq!(values(&api.get(&api.other.user, &view).await.done()["Event"]), ["open", "x", "y"]);
        // without the tag nothing is classified any more
        let id = api.get(&api.admin, "/tags/index").await.done()["Tag"].as_array().unwrap().iter()
            .find(|row| row["name"] == SECRET).unwrap()["id"].clone();
        api.post(&api.admin, &format!("/tags/delete/{}", text(&id)), &Value::Null).await.done();
        assert_eq!(values(&api.get(&api.other.user, &view).await.done()["Event"]), ["open", "spilt", "spilt", "x", "y"]);
    }
}
