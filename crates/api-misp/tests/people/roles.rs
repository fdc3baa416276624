//! Roles.
use crate::{Client, text};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::json;

instance_test! {
    async fn roles_are_made_changed_and_removed(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let default = admin.done("/admin/roles/set_default/4", &json!({})).await;
        assert_eq!(default["message"], "Default role set.");
        let (_, roles) = admin.get("/roles/index").await;
        let defaults: Vec<_> = roles.as_array().unwrap().iter().filter(|row| row["Role"]["default"] == true).collect();
        assert_eq!(defaults.len(), 1);
        assert_eq!(defaults[0]["Role"]["id"], "4");
        assert_eq!(roles[0]["Role"]["permission"], "3");
        assert_eq!(roles[0]["Role"]["perm_site_admin"], true);
        let added = admin.done("/admin/roles/add", &json!({"name": "testrole"})).await;
        let role = &added["Role"];
        assert_eq!((&role["perm_sighting"], &role["perm_add"], &role["permission"]), (&json!(false), &json!(false), &json!("0")));
        let mut body = role.clone();
        body["perm_sighting"] = json!(true);
        body["max_execution_time"] = json!(1234);
        let path = format!("/admin/roles/edit/{}", text(&role["id"]));
        let edited = admin.done(&path, &body).await;
        assert_eq!(edited["Role"]["perm_sighting"], true);
        assert_eq!(edited["Role"]["max_execution_time"], "1234");
        // A level decides the writing flags; an edit without one strips nothing.
        admin.done(&path, &json!({"permission": "publish"})).await;
        let renamed = admin.done(&path, &json!({"name": "renamed"})).await;
        assert_eq!(renamed["Role"]["permission"], "3");
        assert_eq!(renamed["Role"]["perm_publish"], true);
        let deleted = admin.done(&format!("/admin/roles/delete/{}", text(&role["id"])), &json!({})).await;
        assert_eq!(deleted["message"], "Role deleted.");
    }

    async fn roles_in_use_and_taken_names_are_refused(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (status, answer) = admin.post("/admin/roles/delete/1", &json!({})).await;
        assert_eq!(status, 403);
        assert_eq!(answer["message"], "It is not possible to delete role that is assigned to users.");
        for body in [json!({"name": "ADMIN"}), json!({"name": " "}), json!({})] {
            let (status, answer) = admin.post("/admin/roles/add", &body).await;
            assert_eq!(status, 403);
            assert!(answer["errors"]["name"].is_array(), "{body}: {answer}");
        }
        let (_, reader) = admin.add_user("r@own.example", "1", "6").await;
        assert_eq!(reader.get("/roles/view/1").await.0, 200);
        assert_eq!(reader.post("/admin/roles/add", &json!({"name": "x"})).await.0, 403);
        assert_eq!(admin.get("/roles/view/99").await.0, 404);
    }

    async fn a_role_without_api_access_has_no_keys(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let role = admin.done("/admin/roles/add", &json!({"name": "ui only"})).await;
        let id = text(&role["Role"]["id"]);
        let (_, user) = admin.add_user("u@own.example", "1", &id).await;
        assert_eq!(user.get("/users/view/me").await.0, 403);
        admin.done(&format!("/admin/roles/edit/{id}"), &json!({"perm_auth": true})).await;
        assert_eq!(user.get("/users/view/me").await.0, 200);
    }
}
