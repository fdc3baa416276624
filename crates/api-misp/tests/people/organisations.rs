//! Organisations.
use crate::{Client, text};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::{Value, json};

const UUID: &str = "5f0c2d0e-9f0e-4b57-8d3b-41b1e0f9a7c2";

instance_test! {
    async fn organisations_are_managed(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let added = admin.done("/admin/organisations/add", &json!({"Organisation": {"name": "Test Org", "uuid": UUID}})).await;
        let org = &added["Organisation"];
        assert_eq!((&org["uuid"], &org["local"], &org["created_by"]), (&json!(UUID), &json!(true), &json!("1")));
        let id = text(&org["id"]);
        for name in [id.as_str(), UUID, "test+org"] {
            let (status, view) = admin.get(&format!("/organisations/view/{name}")).await;
            assert_eq!((status, &view["Organisation"]["name"]), (200, &json!("Test Org")), "{name}");
        }
        let edited = admin.done(&format!("/admin/organisations/edit/{UUID}"), &json!({"name": "blah", "local": "0"})).await;
        assert_eq!((&edited["Organisation"]["name"], &edited["Organisation"]["local"]), (&json!("blah"), &json!(false)));
        assert_eq!(admin.last_log("Organisation").await.2.as_deref(), Some("name (Test Org) => (blah), local (1) => (0)"));
        let cases = [
            (json!({"name": "BLAH"}), "name", "An organisation with this name already exists."),
            (json!({"name": "x", "uuid": UUID}), "uuid", "An organisation with this UUID already exists."),
        ];
        for (body, field, message) in cases {
            let (status, answer) = admin.post("/admin/organisations/add", &body).await;
            assert_eq!((status, &answer["errors"]), (403, &json!({field: [message]})));
        }
        let deleted = admin.done(&format!("/admin/organisations/delete/{id}"), &json!({})).await;
        assert_eq!(deleted["message"], "Organisation deleted");
        let (status, answer) = admin.get(&format!("/organisations/view/{id}")).await;
        assert_eq!((status, answer["message"].as_str()), (404, Some("Invalid organisation")));
        assert_eq!(admin.ask("HEAD", &format!("/organisations/view/{UUID}"), &Value::Null).await.0, 404);
        assert_eq!(admin.ask("HEAD", "/organisations/view/1", &Value::Null).await.0, 200);
    }

    async fn organisations_with_users_stay(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (user, _) = admin.add_user("u@own.example", &org, "3").await;
        let path = format!("/admin/organisations/delete/{org}");
        let (status, answer) = admin.post(&path, &json!({})).await;
        assert_eq!((status, &answer["saved"]), (403, &json!(false)));
        admin.done(&format!("/admin/users/delete/{user}"), &json!({})).await;
        admin.done(&path, &json!({})).await;
    }

    async fn lists_are_searched(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Harbour CERT").await;
        admin.done("/admin/organisations/add", &json!({"name": "Far away", "local": false, "sector": "maritime"})).await;
        let (_, user) = admin.add_user("u@own.example", &org, "3").await;
        let names = |path: &'static str| {
            let admin = Client::admin(&instance.app);
            async move {
                let (_, list) = admin.get(path).await;
                list.as_array().unwrap().iter().map(|row| text(&row["Organisation"]["name"])).collect::<Vec<_>>()
            }
        };
        assert_eq!(names("/organisations/index").await, ["ORGNAME", "Harbour CERT"]);
        assert_eq!(names("/organisations/index/scope:external").await, ["Far away"]);
        assert_eq!(names("/organisations/index/scope:all/searchall:MARITIME").await, ["Far away"]);
        assert_eq!(names("/organisations/index/scope:local/searchall:ORGNAME").await, ["ORGNAME"]);
        let (_, list) = admin.get("/organisations/index").await;
        assert_eq!(list[1]["Organisation"]["user_count"], 1);
        assert_eq!(list[1]["Organisation"]["created_by_email"], "admin@admin.test");
        let (_, list) = user.get("/organisations/index").await;
        assert!(list[1]["Organisation"].get("created_by_email").is_none());
        assert!(list[1]["Organisation"].get("created_by").is_none());
        assert_eq!(user.get("/organisations/getUUIDs").await.0, 403);
        assert_eq!(admin.get("/organisations/getUUIDs").await.1.as_array().unwrap().len(), 2);
    }

    async fn creators_are_named_to_those_concerned(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (own, other) = (admin.add_org("Own").await, admin.add_org("Other").await);
        let (_, chief) = admin.add_user("chief@own.example", &own, "2").await;
        let (_, user) = admin.add_user("u@own.example", &own, "3").await;
        let creator = |answer: &Value| answer["Organisation"].get("created_by_email").is_some();
        assert!(creator(&chief.get(&format!("/organisations/view/{own}")).await.1));
        assert!(!creator(&chief.get(&format!("/organisations/view/{other}")).await.1));
        assert!(!creator(&user.get(&format!("/organisations/view/{own}")).await.1));
    }

    async fn a_hidden_index_hides_strangers(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (own, other) = (admin.add_org("Own").await, admin.add_org("Other").await);
        let (_, user) = admin.add_user("u@own.example", &own, "3").await;
        admin.configure("Security.hide_organisation_index_from_users", &json!(true)).await;
        assert_eq!(user.get("/organisations/index").await.0, 403);
        assert_eq!(user.get(&format!("/organisations/view/{own}")).await.0, 200);
        assert_eq!(user.get(&format!("/organisations/view/{other}")).await.0, 404);
        assert_eq!(admin.get(&format!("/organisations/view/{other}")).await.0, 200);
    }
}
