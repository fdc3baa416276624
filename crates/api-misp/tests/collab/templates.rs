//! Object templates that are written here. spec: 03#5.6, 07#3.2
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

fn parcel() -> Value {
    json!({
        "name": "parcel-seen", "meta-category": "misc", "description": "A parcel",
        "required": ["number"],
        "attributes": {
            "number": {"misp-attribute": "text", "ui-priority": 1, "description": "d"},
            "sender": {"misp-attribute": "email", "ui-priority": 0, "description": "d", "multiple": true},
        },
    })
}

api_test! {
    async fn a_template_is_added_used_and_changed(api: TestApi) {
        let added = api.post(&api.admin, "/objectTemplates/add", &parcel()).await.done();
        let template = &added["ObjectTemplate"];
        assert_eq!((&template["version"], &template["fixed"], &template["active"]), (&json!("1"), &json!(false), &json!(true)));
        assert_eq!(template["requirements"], json!({"required": ["number"]}));
        assert_eq!(added["ObjectTemplateElement"].as_array().unwrap().len(), 2);

        // objects are checked against it
        let event = api.event(&api.home.user, &json!({"info": "x"})).await;
        let path = format!("/objects/add/{}/{}", event["id"].as_str().unwrap(), template["id"].as_str().unwrap());
        let attribute = |relation: &str| json!({"Attribute": [{"object_relation": relation, "type": "text", "value": "7"}]});
        api.post(&api.home.user, &path, &attribute("sender")).await.refuses(403);
        let object = api.post(&api.home.user, &path, &attribute("number")).await.done();
        assert_eq!(object["Object"]["template_uuid"], template["uuid"]);

        // a change is a new version; what it leaves out stays
        let uuid = template["uuid"].as_str().unwrap();
        let raw = api.get(&api.admin, &format!("/objectTemplates/getRaw/{uuid}")).await.done();
        let changed = api
            .post(&api.admin, &format!("/objectTemplates/edit/{uuid}"), &json!({"ObjectTemplate": {"description": "Parcels"}}))
            .await
            .done();
        assert_eq!(changed["ObjectTemplate"]["version"], "2");
        assert_eq!(changed["ObjectTemplate"]["description"], "Parcels");
        assert_eq!(changed["ObjectTemplateElement"].as_array().unwrap().len(), 2);
        let before = api.get(&api.admin, &format!("/objectTemplates/view/{}", template["id"].as_str().unwrap())).await.done();
        assert_eq!(before["ObjectTemplate"]["active"], json!(false));

        // an older version is no change
        api.post(&api.admin, &format!("/objectTemplates/edit/{uuid}"), &raw).await.refuses(403);
        // the copy of a template is another one
        api.post(&api.admin, "/objectTemplates/add", &raw).await.refuses(403);
    }

    async fn what_is_wrong_is_named(api: TestApi) {
        let refused = async |change: Value| {
            let mut body = parcel();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let reply = api.post(&api.admin, "/objectTemplates/add", &body).await;
            reply.is_refusal();
            reply.text()
        };
        assert!(refused(json!({"required": ["nowhere"]})).await.contains("required[0]"));
        assert!(refused(json!({"attributes": {"a": {"misp-attribute": "no-type"}}})).await.contains("no-type"));
        assert!(refused(json!({"attributes": {"a": {"misp-attribute": "text", "categories": ["Odd"]}}})).await.contains("Odd"));
        assert!(refused(json!({"attributes": {"a": {}}})).await.contains("attributes.a"));
        assert!(refused(json!({"attributes": {}})).await.contains("at least one"));
        assert!(refused(json!({"attributes": 7})).await.contains("attributes is missing"));
        assert!(refused(json!({"uuid": "x"})).await.contains("uuid"));
        let before = api.rows().await;
        assert!(refused(json!({"name": " "})).await.contains("name"));
        assert_eq!(api.rows().await, before);
    }

    async fn only_their_editors_change_templates(api: TestApi) {
        let added = api.post(&api.admin, "/objectTemplates/add", &parcel()).await.done();
        let id = added["ObjectTemplate"]["id"].as_str().unwrap();
        for key in [&api.home.org_admin, &api.other.sync] {
            api.post(key, "/objectTemplates/add", &parcel()).await.refuses(403);
            api.post(key, &format!("/objectTemplates/edit/{id}"), &json!({"description": "x"})).await.refuses(403);
            api.post(key, &format!("/objectTemplates/delete/{id}"), &Value::Null).await.refuses(403);
        }
        // everybody reads them
        api.get(&api.other.reader, &format!("/objectTemplates/view/{id}")).await.done();
        api.post(&api.admin, &format!("/objectTemplates/delete/{id}"), &Value::Null).await.done();
        api.get(&api.admin, &format!("/objectTemplates/view/{id}")).await.refuses(404);
    }
}
