//! Import rules and values that are not exported. spec: 08#16
use super::text;
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn stored(api: &TestApi, kind: &str, value: &str) -> Result<String, u16> {
    let event = api.event(&api.home.user, &json!({"info": "x"})).await;
    let path = format!("/attributes/add/{}", text(&event["id"]));
    let reply = api
        .post(&api.home.user, &path, &json!({"type": kind, "value": value}))
        .await;
    if reply.status == 200 {
        Ok(text(&reply.json()["Attribute"]["value"]).to_owned())
    } else {
        Err(reply.status)
    }
}

api_test! {
    async fn import_rules_are_changed(api: TestApi) {
        let list = api.get(&api.home.reader, "/regexp/index").await.done();
        let shipped = list.as_array().unwrap().len();
        assert!(shipped > 10);
        assert_eq!(stored(&api, "filename", "C:\\Windows\\x.exe").await, Ok("%WINDIR%\\x.exe".to_owned()));
        for bad in [
            json!({"regexp": "x", "replacement": "y", "type": "ALL"}),
            json!({"regexp": "/(?=x)/", "replacement": "y"}),
            json!({"regexp": "/x/e", "replacement": "y"}),
            json!({"regexp": "/x/", "replacement": "y", "type": "odd"}),
        ] {
            api.post(&api.admin, "/admin/regexp/add", &bad).await.refuses(403);
        }
        api.post(&api.home.org_admin, "/admin/regexp/add", &json!({"regexp": "/x/", "replacement": "y"})).await.refuses(403);
        let rule = json!({"Regexp": {"regexp": "/^internal-/", "replacement": "", "type": "hostname"}});
        let added = api.post(&api.admin, "/admin/regexp/add", &rule).await.done();
        let id = text(&added["Regexp"]["id"]).to_owned();
        assert_eq!(stored(&api, "hostname", "internal-1.example.org").await, Err(403));
        assert_eq!(stored(&api, "text", "internal-1.example.org").await, Ok("internal-1.example.org".to_owned()));
        // the shipped ones are the instance's own now, and stay until they are removed
        assert_eq!(stored(&api, "filename", "C:\\Windows\\x.exe").await, Ok("%WINDIR%\\x.exe".to_owned()));
        let path = |action: &str, id: &str| format!("/admin/regexp/{action}/{id}");
        let changed = json!({"regexp": "/^internal-/", "replacement": "outer-", "type": "ALL"});
        api.post(&api.admin, &path("edit", &id), &changed).await.done();
        assert_eq!(stored(&api, "text", "internal-1").await, Ok("outer-1".to_owned()));
        let windir = list.as_array().unwrap().iter().find(|rule| rule["Regexp"]["replacement"] == "%WINDIR%\\").unwrap();
        api.post(&api.admin, &path("delete", text(&windir["Regexp"]["id"])), &Value::Null).await.done();
        assert_eq!(stored(&api, "filename", "C:\\Windows\\x.exe").await, Ok("C:\\Windows\\x.exe".to_owned()));
        api.post(&api.admin, &path("delete", "9999"), &Value::Null).await.refuses(404);
        assert_eq!(api.get(&api.admin, "/admin/regexp/index").await.done().as_array().unwrap().len(), shipped);
    }

    async fn allowed_values_leave_in_no_export(api: TestApi) {
        let event = api.event(&api.home.user, &json!({"info": "x", "Attribute": [
            {"type": "ip-dst", "value": "10.0.0.1", "to_ids": true},
            {"type": "ip-dst", "value": "192.0.2.1", "to_ids": true},
        ], "Object": [{"name": "file", "meta-category": "file", "template_version": 1, "description": "d",
            "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "Attribute": [{"object_relation": "filename", "type": "filename", "value": "10.exe"}]}]})).await;
        api.post(&api.home.org_admin, "/admin/allowedlists/add", &json!({"name": "/^10\\./"})).await.refuses(403);
        api.post(&api.admin, "/admin/allowedlists/add", &json!({"name": "10"})).await.refuses(403);
        let added = api.post(&api.admin, "/admin/allowedlists/add", &json!({"name": "/^10\\./"})).await.done();
        api.post(&api.admin, "/admin/allowedlists/add", &json!({"name": "/^10\\./"})).await.refuses(403);
        assert_eq!(api.get(&api.home.reader, "/allowedlists/index").await.done().as_array().unwrap().len(), 1);
        let export = async |scope: &str, format: &str| {
            let body = json!({"returnFormat": format, "to_ids": [0, 1], "published": [0, 1]});
            let reply = api.post(&api.home.user, &format!("/{scope}/restSearch"), &body).await;
            assert_eq!(reply.status, 200);
            reply.text()
        };
        for scope in ["attributes", "events"] {
            for format in ["json", "csv", "text", "xml", "netfilter"] {
                let text = export(scope, format).await;
                assert!(!text.contains("10.0.0.1") && !text.contains("10.exe"), "{scope} {format}: {text}");
                assert!(text.contains("192.0.2.1"), "{scope} {format}: {text}");
            }
        }
        // whoever looks at the event still sees them
        let shown = api.get(&api.home.user, &format!("/events/view/{}", text(&event["id"]))).await;
        assert!(shown.text().contains("10.0.0.1"));
        let path = format!("/admin/allowedlists/delete/{}", text(&added["Allowedlist"]["id"]));
        api.post(&api.admin, &path, &Value::Null).await.done();
        assert!(export("attributes", "text").await.contains("10.0.0.1"));
    }
}
