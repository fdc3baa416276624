//! How answers look, whatever was asked: representation, headers, descriptions.
use crate::{Client, text};
use entente_testkit::api::TestApi;
use entente_testkit::instance::TestInstance;
use entente_testkit::{api_test, instance_test};
use serde_json::{Value, json};

api_test! {
    async fn answers_and_refusals_come_as_xml(api: TestApi) {
        let asked = async |path: &str, accept: &str| {
            api.ask("GET", path).key(&api.home.user).header("accept", accept).send().await
        };
        for (path, accept) in [("/roles/view/6.xml", "application/json"), ("/roles/view/6", "application/xml")] {
            let role = asked(path, accept).await;
            assert_eq!(role.header("content-type"), "application/xml; charset=UTF-8", "{path}");
            assert!(role.text().contains("<response><Role><id>6</id><name>Read Only</name>"), "{}", role.text());
        }
        let list = asked("/organisations/index", "text/xml").await.text();
        assert_eq!(list.matches("<Organisation>").count(), 3, "{list}");
        let absent = asked("/roles/view/99", "application/xml").await;
        assert_eq!((absent.status, absent.header("content-type")), (404, "application/xml; charset=UTF-8"));
        assert!(absent.text().ends_with("<response><name>Invalid role</name><message>Invalid role</message><url>/roles/view/99</url></response>\n"), "{}", absent.text());
        let both = asked("/roles/view/6", "application/json, application/xml").await;
        assert_eq!(both.header("content-type"), "application/json; charset=UTF-8");
        // a search is written as its own parameter says
        let search = api.ask("POST", "/events/restSearch").key(&api.home.user).header("accept", "application/xml").json(&json!({"returnFormat": "json"}));
        assert_eq!(search.send().await.done(), json!({"response": []}));
    }

    async fn callers_are_named_where_the_instance_says_so(api: TestApi) {
        let headers = async || {
            let reply = api.get(&api.home.user, "/users/view/me").await;
            (reply.header("x-username").to_owned(), reply.header("x-userorguuid").to_owned())
        };
        assert_eq!(headers().await, (String::new(), String::new()));
        for name in ["username", "user_org_uuid"] {
            api.post(&api.admin, &format!("/servers/serverSettingsEdit/Security.{name}_in_response_header"), &json!({"value": true})).await.done();
        }
        let org = api.get(&api.home.user, "/users/view/me").await.done()["Organisation"]["uuid"].clone();
        let (user, uuid) = headers().await;
        assert!(user.starts_with("user@home.example/API/"), "{user}");
        assert_eq!(json!(uuid), org);
    }

    async fn pages_of_other_sites_change_nothing(api: TestApi) {
        let from = async |site: &str| {
            let asking = api.ask("POST", "/events/add").key(&api.home.user).header("sec-fetch-site", site);
            asking.header("origin", "https://a.example").json(&json!({"info": "x"})).send().await
        };
        from("cross-site").await.refuses(403);
        assert_eq!(api.rows().await["event"], 0);
        from("same-origin").await.done();
        for (name, value) in [("allow_cors", json!(true)), ("cors_origins", json!("https://a.example"))] {
            api.post(&api.admin, &format!("/servers/serverSettingsEdit/Security.{name}"), &json!({"value": value})).await.done();
        }
        let asked = api.ask("OPTIONS", "/events/add").header("origin", "https://a.example").header("access-control-request-method", "POST");
        let asked = asked.send().await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, "https://a.example"));
        let reply = from("cross-site").await;
        reply.done();
        assert_eq!((reply.header("access-control-allow-origin"), reply.header("access-control-allow-credentials")), ("https://a.example", ""));
    }
}

instance_test! {
    async fn endpoints_describe_themselves(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (_, described) = admin.get("/events/add").await;
        assert_eq!(described["mandatory_fields"], json!(["info"]));
        assert!(described["optional_fields"].as_array().unwrap().contains(&json!("distribution")));
        let (status, document) = admin.get("/api/openapi.json").await;
        assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
        let paths: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        assert!(paths.len() > 200, "{}", paths.len());
        for path in paths {
            let (status, answer) = admin.get(&path).await;
            assert!(status < 500 && answer["name"] != "Not Found", "{path}: {status} {answer}");
        }
    }

    async fn what_is_missing_is_named(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (status, answer) = admin.post("/sharing_groups/add", &json!({})).await;
        assert_eq!((status, text(&answer["errors"]).is_empty()), (403, false), "{answer}");
        let logs = admin.done("/admin/logs/search", &json!({"limit": 1})).await;
        assert!(logs.is_array(), "{logs}");
        let event = admin.done("/events/add", &json!({"info": "x", "Attribute": [{"type": "text", "value": "x"}]})).await;
        let path = format!("/events/publish/{}", text(&event["Event"]["id"]));
        assert_eq!(admin.done(&path, &Value::Null).await["message"], "Job queued");
        let at_once = format!("{path}/disable_background_processing:1");
        assert_eq!(admin.done(&at_once, &Value::Null).await["message"], "Event published without alerts");
    }
}
