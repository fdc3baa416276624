//! Asking for an account without one.
use crate::{Client, text};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::json;

instance_test! {
    async fn requests_wait_are_accepted_or_discarded(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.done("/admin/organisations/add", &json!({"name": "Test Org"})).await;
        let uuid = text(&org["Organisation"]["uuid"]);
        let stranger = Client::new(&instance.app, "");
        let first = json!({
            "email": "self_register@user.local", "org_uuid": uuid, "org_name": "Test Org", "org_id": null,
            "perm_sync": false, "perm_publish": false, "perm_admin": false, "misp_url": "dropped",
        });
        assert_eq!(stranger.post("/users/register", &first).await.0, 405);
        admin.configure("Security.allow_self_registration", &json!(true)).await;
        let kept = stranger.done("/users/register", &first).await;
        assert_eq!(kept["saved"], true);
        stranger.done("/users/register", &json!({"email": "discard@tesst.de"})).await;
        assert_eq!(stranger.post("/users/register", &json!({})).await.0, 400);
        let (status, answer) = stranger.post("/users/register", &json!({"email": "nobody"})).await;
        assert_eq!(status, 403);
        assert!(answer["errors"]["email"].is_array());
        let (_, waiting) = admin.get("/users/registrations/index").await;
        let (one, two) = (&waiting[0]["Inbox"], &waiting[1]["Inbox"]);
        assert_eq!(waiting.as_array().unwrap().len(), 2);
        assert_eq!(one["data"]["email"], "self_register@user.local");
        assert_eq!(one["data"]["org_name"], "Test Org");
        assert!(one["data"].get("misp_url").is_none());
        assert_eq!((&one["type"], &one["ip"]), (&json!("registration"), &json!("192.0.2.1")));
        let path = format!("/users/acceptRegistrations/{}", text(&one["uuid"]));
        let accepted = admin.done(&path, &json!({"User": {"org_id": uuid, "role_id": "3", "perm_sync": false}})).await;
        assert_eq!(accepted["saved"], true);
        let (_, users) = admin.get("/admin/users/index/value:self_register").await;
        assert_eq!(users[0]["User"]["change_pw"], true);
        assert_eq!(users[0]["Organisation"]["name"], "Test Org");
        let path = format!("/users/acceptRegistrations/{}", text(&two["uuid"]));
        let (status, answer) = admin.post(&path, &json!({"User": {"org_id": null, "role_id": "3"}})).await;
        assert_eq!(status, 400);
        assert_eq!(answer["message"], "No organisation selected. Supply an Organisation ID");
        let discarded = admin.done(&format!("/users/discardRegistrations/{}", text(&two["id"])), &json!({})).await;
        assert_eq!(discarded["name"], "1 registration(s) discarded.");
        assert_eq!(admin.get("/users/registrations/index").await.1, json!([]));
    }

    async fn only_site_administrators_answer(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (_, chief) = admin.add_user("chief@own.example", "1", "2").await;
        assert_eq!(chief.get("/users/registrations/index").await.0, 403);
        assert_eq!(chief.post("/users/acceptRegistrations/1", &json!({})).await.0, 403);
        assert_eq!(chief.post("/users/discardRegistrations/1", &json!({})).await.0, 403);
        assert_eq!(admin.post("/users/discardRegistrations/99", &json!({})).await.0, 404);
    }
}
