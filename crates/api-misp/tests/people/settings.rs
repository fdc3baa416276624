//! What users set for themselves.
use crate::Client;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::json;

instance_test! {
    async fn settings_come_back_as_they_were_sent(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let access = admin.done("/userSettings/setSetting", &json!({"setting": "dashboard_access", "value": 1})).await;
        assert_eq!(access["UserSetting"]["value"], 1);
        let body = json!({"setting": "publish_alert_filter", "value": "{\"Tag.name\":\"x\"}"});
        let filter = admin.done("/user_settings/setSetting", &body).await;
        assert_eq!(filter["UserSetting"]["value"], json!({"Tag.name": "x"}));
        assert_eq!(filter["UserSetting"]["user_id"], "1");
        let body = json!({"setting": "publish_alert_filter", "value": {"Tag.name": "y"}});
        let again = admin.done("/userSettings/setSetting", &body).await;
        assert_eq!(again["UserSetting"]["id"], filter["UserSetting"]["id"]);
        let (status, got) = admin.post("/userSettings/getSetting", &json!({"setting": "publish_alert_filter"})).await;
        assert_eq!((status, &got["UserSetting"]["value"]), (200, &json!({"Tag.name": "y"})));
        let (_, list) = admin.get("/userSettings/index").await;
        assert_eq!(list.as_array().unwrap().len(), 2);
        let (_, list) = admin.get("/userSettings/index/setting:dashboard_access").await;
        assert_eq!(list.as_array().unwrap().len(), 1);
        let (_, me) = admin.get("/users/view/me").await;
        assert_eq!(me["UserSetting"]["publish_alert_filter"], json!({"Tag.name": "y"}));
        let gone = admin.done("/userSettings/delete", &json!({"setting": "publish_alert_filter"})).await;
        assert_eq!(gone["message"], "Setting deleted.");
        let (status, _) = admin.post("/userSettings/getSetting", &json!({"setting": "publish_alert_filter"})).await;
        assert_eq!(status, 404);
    }

    async fn names_are_fixed_and_home_pages_are_paths(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        for name in ["nonsense", "oidc", ""] {
            let (status, answer) = admin.post("/userSettings/setSetting", &json!({"setting": name, "value": 1})).await;
            assert_eq!(status, 403, "{name}");
            assert!(answer["errors"]["setting"].is_array());
        }
        admin.done("/userSettings/setHomePage", &json!({"path": "/events/index"})).await;
        let (_, me) = admin.get("/users/view/me").await;
        assert_eq!(me["UserSetting"]["homepage"], json!({"path": "/events/index"}));
        assert_eq!(admin.post("/userSettings/setHomePage", &json!({"path": "https://evil.example"})).await.0, 403);
        admin.done("/userSettings/eventIndexColumnToggle/tags", &json!({})).await;
        let toggled = admin.done("/userSettings/eventIndexColumnToggle/tags", &json!({})).await;
        assert_eq!(toggled["UserSetting"]["value"], json!([]));
    }

    async fn other_peoples_settings_are_theirs(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (_, chief) = admin.add_user("chief@own.example", &org, "2").await;
        let (member, user) = admin.add_user("u@own.example", &org, "3").await;
        let body = json!({"setting": "homepage", "value": {"path": "/x"}});
        let mine = admin.done("/userSettings/setSetting", &body).await;
        let id = crate::text(&mine["UserSetting"]["id"]);
        assert_eq!(user.post(&format!("/userSettings/delete/{id}"), &json!({})).await.0, 404);
        assert_eq!(user.get(&format!("/userSettings/view/{id}")).await.0, 404);
        let theirs = json!({"setting": "homepage", "value": {"path": "/x"}, "user_id": 1});
        assert_eq!(user.post("/userSettings/setSetting", &theirs).await.0, 404);
        assert_eq!(chief.post("/userSettings/setSetting", &theirs).await.0, 404);
        let members = json!({"setting": "homepage", "value": {"path": "/x"}, "user_id": member});
        chief.done("/userSettings/setSetting", &members).await;
        assert_eq!(user.get("/userSettings/index").await.1.as_array().unwrap().len(), 1);
        let access = json!({"setting": "dashboard_access", "value": 1});
        assert_eq!(user.post("/userSettings/setSetting", &access).await.0, 403);
    }
}
