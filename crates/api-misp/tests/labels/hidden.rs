//! What stands around something hidden does not tell of it: counts, references, pages, refusals. spec: 10#1.9, 11#SR-AZ-7
use entente_model::id::OrgId;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use entente_testkit::instance::{TestInstance, role};
use serde_json::{Value, json};

/// An event for everybody with an attribute for everybody and one for its owner.
async fn event(api: &TestApi) -> Value {
    let body = json!({"info": "Boats", "distribution": 1, "Attribute": [
        {"type": "ip-dst", "value": "198.51.100.7"},
        {"type": "ip-dst", "value": "198.51.100.8", "distribution": 0},
    ]});
    api.event(&api.home.publisher, &body).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

api_test! {
    async fn hidden_attributes_do_not_count(api: TestApi) {
        let id = event(&api).await["id"].as_str().unwrap().to_owned();
        for (key, count) in [(&api.home.reader, "2"), (&api.other.reader, "1"), (&api.other.sync, "1"), (&api.admin, "2")] {
            let index = api.get(key, "/events/index").await.done();
            assert_eq!(index[0]["attribute_count"], count);
            let view = api.get(key, &format!("/events/view/{id}")).await.done();
            assert_eq!(view["Event"]["attribute_count"], count);
            let found = api.post(key, "/events/restSearch", &json!({"eventid": id})).await.done();
            assert_eq!(found["response"][0]["Event"]["attribute_count"], count);
        }
        // Whoever changes the event keeps the count right.
        api.post(&api.home.publisher, &format!("/events/publish/{id}"), &Value::Null).await.done();
        assert_eq!(api.get(&api.home.reader, "/events/index").await.done()[0]["attribute_count"], "2");
    }

    async fn a_proposal_on_a_hidden_attribute_is_not_searched_for(api: TestApi) {
        let event = event(&api).await;
        let hidden = text(&event["Attribute"][1]["id"]);
        api.post(&api.home.user, &format!("/shadow_attributes/edit/{hidden}"), &json!({"comment": "seen it"})).await.done();
        let wanted = json!({"hasproposal": 1});
        assert_eq!(api.post(&api.home.reader, "/events/index", &wanted).await.done().as_array().unwrap().len(), 1);
        assert_eq!(api.post(&api.other.reader, "/events/index", &wanted).await.done(), json!([]));
        let shown = api.get(&api.other.reader, "/events/index").await.done();
        assert_eq!(shown[0]["proposal_email_lock"], false);
    }

    async fn a_reference_needs_both_its_ends(api: TestApi) {
        let event = event(&api).await;
        let (id, hidden) = (text(&event["id"]), text(&event["Attribute"][1]["uuid"]));
        let object = json!({"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "template_version": "1", "description": "A file", "Attribute": [{"object_relation": "filename", "type": "filename", "value": "a.txt"}]});
        let object = api.post(&api.home.publisher, &format!("/objects/add/{id}"), &object).await.done();
        let body = json!({"object_uuid": object["Object"]["uuid"], "referenced_uuid": hidden, "relationship_type": "drops"});
        let made = api.post(&api.home.publisher, "/objectReferences/add", &body).await.done();
        let reference = text(&made["ObjectReference"]["id"]).to_owned();
        for (key, count) in [(&api.home.reader, 1), (&api.other.reader, 0)] {
            let view = api.get(key, &format!("/events/view/{id}")).await.done();
            assert_eq!(view["Event"]["Object"][0]["ObjectReference"].as_array().unwrap().len(), count);
        }
        api.get(&api.home.reader, &format!("/objectReferences/view/{reference}")).await.done();
        api.get(&api.other.reader, &format!("/objectReferences/view/{reference}")).await.refuses(404);
    }

    async fn a_page_of_hidden_objects_does_not_end_the_view(api: TestApi) {
        let object = |number: usize, level: u8| json!({"name": "file", "meta-category": "file", "distribution": level,
            "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "template_version": "1",
            "Attribute": [{"object_relation": "filename", "type": "filename", "value": format!("{number}.txt")}]});
        let mut objects: Vec<Value> = (0..501).map(|number| object(number, 0)).collect();
        objects.push(object(501, 5));
        let event = api.event(&api.home.publisher, &json!({"info": "many", "distribution": 1, "Object": objects})).await;
        let view = api.get(&api.other.reader, &format!("/events/view/{}", text(&event["id"]))).await.done();
        let shown = view["Event"]["Object"].as_array().unwrap();
        assert_eq!(shown.iter().map(|object| text(&object["Attribute"][0]["value"])).collect::<Vec<_>>(), ["501.txt"]);
    }

    async fn a_refused_uuid_tells_the_number_to_readers_only(api: TestApi) {
        let private = api.event(&api.home.publisher, &json!({"info": "private", "distribution": 0})).await;
        let again = json!({"info": "again", "uuid": private["uuid"]});
        let known = api.post(&api.home.publisher, "/events/add", &again).await;
        assert!(known.header("location").ends_with(text(&private["id"])));
        let hidden = api.post(&api.other.publisher, "/events/add", &again).await;
        assert_eq!((known.status, known.message()), (hidden.status, hidden.message()));
        assert_eq!(hidden.header("location"), "");
    }

    async fn groups_are_named_to_those_who_may_know_them(api: TestApi) {
        let group = json!({"name": "Pilots", "SharingGroupOrg": [{"org_id": api.other.org.to_string(), "extend": false}],
            "organisation_uuid": null, "org_id": api.other.org.to_string()});
        let group = api.post(&api.other.org_admin, "/sharing_groups/add", &group).await.done();
        let body = json!({"info": "for pilots", "distribution": 4, "sharing_group_id": group["SharingGroup"]["id"]});
        api.event(&api.admin, &body).await;
        // Of the organisation that holds the event, but not in the group.
        let holder = api.instance.add_user("holder@admin.test", OrgId(1), role::USER).await.unwrap();
        let holder = Key { user: holder.user.id, text: TestInstance::key_of(holder.user.id) };
        let index = api.get(&holder, "/events/index").await.done();
        assert!(index[0]["SharingGroup"].is_null() && index[0]["sharing_group_id"] == group["SharingGroup"]["id"], "{index}");
        let index = api.get(&api.other.reader, "/events/index").await.done();
        assert_eq!(index[0]["SharingGroup"]["name"], "Pilots");
    }

    async fn who_made_an_event_does_not_open_what_its_holder_keeps(api: TestApi) {
        // A peer brought it: one organisation made it, another holds it.
        let maker = api.get(&api.other.reader, &format!("/organisations/view/{}", api.other.org)).await.done();
        let maker = json!({"uuid": maker["Organisation"]["uuid"], "name": maker["Organisation"]["name"]});
        let event = api.event(&api.home.sync, &json!({"info": "brought", "distribution": 1, "Orgc": maker})).await;
        let id = text(&event["id"]).to_owned();
        let private = json!({"type": "ip-dst", "value": "198.51.100.9", "distribution": 0});
        let private = api.post(&api.admin, &format!("/attributes/add/{id}"), &private).await.done();
        let view = format!("/events/view/{id}");
        let shown = async |key: &Key| api.get(key, &view).await.done()["Event"]["Attribute"].as_array().unwrap().len();
        assert_eq!((shown(&api.home.reader).await, shown(&api.other.publisher).await), (1, 0));
        let opened = json!({"Attribute": [{"uuid": private["Attribute"]["uuid"], "distribution": 1}]});
        api.post(&api.other.publisher, &format!("/events/edit/{id}"), &opened).await.done();
        assert_eq!((shown(&api.home.reader).await, shown(&api.other.publisher).await), (1, 0));
        // An equal value is no reason to refuse another, which would tell that it is there.
        let equal = json!({"type": "ip-dst", "value": "198.51.100.9"});
        api.post(&api.other.publisher, &format!("/attributes/add/{id}"), &equal).await.done();
        api.post(&api.other.publisher, &format!("/attributes/add/{id}"), &equal).await.refuses(403);
        assert_eq!((shown(&api.home.reader).await, shown(&api.other.publisher).await), (2, 1));
    }
}
