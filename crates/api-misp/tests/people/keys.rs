//! API keys: made by the server, shown once, limited.
use crate::{Client, text};
use entente_testkit::instance::{START, TestInstance};
use entente_testkit::instance_test;
use serde_json::{Value, json};

const REFUSED: &str =
    "Invalid user or insufficient privileges to interact with an authkey for the given user.";

instance_test! {
    async fn a_key_is_shown_once(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, user) = admin.add_user("u@own.example", "1", "3").await;
        let added = user.done("/auth_keys/add/me", &json!({})).await;
        let raw = text(&added["AuthKey"]["authkey_raw"]);
        assert_eq!(raw.len(), 40);
        assert_eq!(added["AuthKey"]["user_id"], json!(id));
        assert_eq!(added["AuthKey"]["allowed_ips"], Value::Null);
        assert!(raw.starts_with(&text(&added["AuthKey"]["authkey_start"])));
        assert_eq!(Client::new(&instance.app, &raw).get("/users/view/me").await.0, 200);
        let key = text(&added["AuthKey"]["id"]);
        for path in [format!("/auth_keys/view/{key}"), "/auth_keys/index".to_owned()] {
            let (status, answer) = user.get(&path).await;
            assert_eq!(status, 200);
            assert!(!answer.to_string().contains(&raw) && !answer.to_string().contains("hash"), "{answer}");
        }
        let chosen = json!({"authkey": "a".repeat(40), "comment": "mine"});
        let added = user.done("/authKeys/add", &json!({"AuthKey": chosen})).await;
        assert_ne!(text(&added["AuthKey"]["authkey_raw"]), "a".repeat(40));
        let deleted = user.done(&format!("/auth_keys/delete/{key}"), &json!({})).await;
        assert_eq!(deleted["message"], "AuthKey deleted.");
        assert_eq!(Client::new(&instance.app, &raw).get("/users/view/me").await.0, 403);
    }

    async fn keys_belong_to_whom_they_concern(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (chief_id, chief) = admin.add_user("chief@own.example", &org, "2").await;
        let (peer_id, _) = admin.add_user("peer@own.example", &org, "2").await;
        let (member, user) = admin.add_user("u@own.example", &org, "3").await;
        let (superuser, _) = admin.add_user("s@own.example", &org, "1").await;
        chief.done(&format!("/auth_keys/add/{member}"), &json!({})).await;
        chief.done(&format!("/auth_keys/add/{chief_id}"), &json!({})).await;
        for (who, target) in [(&chief, "1"), (&chief, &peer_id), (&chief, &superuser), (&user, &chief_id), (&admin, "999")] {
            let (status, answer) = who.post(&format!("/auth_keys/add/{target}"), &json!({})).await;
            assert_eq!((status, answer["message"].as_str()), (405, Some(REFUSED)), "{target}");
            assert_eq!(answer["errors"]["user_id"], json!([REFUSED]));
        }
        let (_, all) = admin.get("/auth_keys/index/1").await;
        let first = text(&all[0]["AuthKey"]["id"]);
        for (method, path) in [("GET", "view"), ("POST", "edit"), ("POST", "delete")] {
            assert_eq!(chief.ask(method, &format!("/auth_keys/{path}/{first}"), &json!({})).await.0, 404, "{path}");
        }
        let (_, seen) = user.get("/auth_keys/index").await;
        assert!(seen.as_array().unwrap().iter().all(|row| row["User"]["id"] == json!(member)));
        let (_, seen) = chief.get("/auth_keys/index").await;
        assert!(seen.as_array().unwrap().iter().all(|row| row["User"]["id"] != json!(superuser)));
    }

    async fn bi_a5_a_read_only_key_cannot_grow(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let added = admin.done("/auth_keys/add", &json!({"read_only": true})).await;
        let id = text(&added["AuthKey"]["id"]);
        let reader = Client::new(&instance.app, &text(&added["AuthKey"]["authkey_raw"]));
        assert_eq!(reader.get("/users/view/me").await.0, 200);
        let writes = [
            "/auth_keys/add".to_owned(),
            format!("/auth_keys/edit/{id}"),
            format!("/auth_keys/delete/{id}"),
            "/users/resetauthkey/me".to_owned(),
            "/users/edit/1".to_owned(),
            "/users/change_pw".to_owned(),
            "/userSettings/setSetting".to_owned(),
            "/userSettings/eventIndexColumnToggle/tags".to_owned(),
            "/admin/users/add".to_owned(),
            "/admin/organisations/add".to_owned(),
        ];
        for path in writes {
            let body = json!({"read_only": false, "password": "Password1234 new", "setting": "homepage", "value": {"path": "/"}});
            assert_eq!(reader.post(&path, &body).await.0, 403, "{path}");
        }
    }

    async fn keys_end_and_are_bound_to_addresses(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        for (body, field) in [
            (json!({"expiration": "__nonsense__"}), "expiration"),
            (json!({"allowed_ips": "192.0.2.1, nowhere"}), "allowed_ips"),
            (json!({"uuid": "x"}), "uuid"),
        ] {
            let (status, answer) = admin.post("/auth_keys/add", &body).await;
            assert_eq!(status, 403);
            assert!(answer["errors"][field].is_array(), "{body}: {answer}");
        }
        let bound = admin.done("/auth_keys/add", &json!({"allowed_ips": ["198.51.100.0/24"], "comment": "bound"})).await;
        let elsewhere = Client::new(&instance.app, &text(&bound["AuthKey"]["authkey_raw"]));
        let (status, answer) = elsewhere.get("/users/view/me").await;
        assert_eq!(status, 403);
        assert_eq!(answer["message"], "It is not possible to use this Auth key from your IP address");
        let path = format!("/auth_keys/edit/{}", text(&bound["AuthKey"]["id"]));
        let edited = admin.done(&path, &json!({"allowed_ips": []})).await;
        assert_eq!(edited["AuthKey"]["allowed_ips"], Value::Null);
        assert_eq!(edited["AuthKey"]["comment"], "bound");
        assert_eq!(elsewhere.get("/users/view/me").await.0, 200);
        admin.done(&path, &json!({"expiration": START + 60})).await;
        assert_eq!(elsewhere.get("/users/view/me").await.0, 200);
        instance.advance(61);
        assert_eq!(elsewhere.get("/users/view/me").await.0, 403);
    }

    async fn validity_may_be_limited(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        admin.configure("Security.advanced_authkeys_validity", &json!(10)).await;
        let end = |answer: &Value| text(&answer["AuthKey"]["expiration"]);
        let latest = START + 10 * 86_400;
        assert_eq!(end(&admin.done("/auth_keys/add", &json!({})).await), latest.to_string());
        let within = (START + 86_400).to_string();
        assert_eq!(end(&admin.done("/auth_keys/add", &json!({ "expiration": within })).await), within);
        let (status, answer) = admin.post("/auth_keys/add", &json!({"expiration": latest + 1})).await;
        assert_eq!(status, 403);
        assert!(answer["errors"]["expiration"].is_array());
    }

    async fn a_reset_replaces_the_key_in_use(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (_, chief) = admin.add_user("chief@own.example", &org, "2").await;
        let (member, user) = admin.add_user("u@own.example", &org, "3").await;
        let second = user.done("/auth_keys/add", &json!({})).await;
        let second = Client::new(&instance.app, &text(&second["AuthKey"]["authkey_raw"]));
        let key = |answer: &Value| text(&answer["message"]).replace("Authkey updated: ", "");
        let fresh = Client::new(&instance.app, &key(&user.done("/users/resetauthkey/me", &json!({})).await));
        assert_eq!(user.get("/users/view/me").await.0, 403);
        assert_eq!(second.get("/users/view/me").await.0, 200);
        assert_eq!(fresh.get("/users/view/me").await.0, 200);
        assert_eq!(fresh.post("/users/resetauthkey/1", &json!({})).await.0, 404);
        let by_chief = chief.done(&format!("/users/resetauthkey/{member}"), &json!({})).await;
        assert_eq!(second.get("/users/view/me").await.0, 403);
        assert_eq!(fresh.get("/users/view/me").await.0, 403);
        assert_eq!(Client::new(&instance.app, &key(&by_chief)).get("/users/view/me").await.0, 200);
    }

    async fn the_use_of_keys_is_written_down_where_the_instance_says_so(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let added = admin.done("/auth_keys/add", &json!({})).await;
        let view = format!("/auth_keys/view/{}", text(&added["AuthKey"]["id"]));
        let client = Client::new(&instance.app, &text(&added["AuthKey"]["authkey_raw"]));
        client.get("/users/view/me").await;
        instance.app.write_key_log().await.unwrap();
        let (_, key) = admin.get(&view).await;
        assert_eq!((&key["AuthKey"]["unique_ips"], key["AuthKey"].get("last_used")), (&json!([]), None), "{key}");
        for name in ["MISP.log_user_ips_authkeys", "MISP.store_api_access_time"] {
            admin.configure(name, &json!(true)).await;
        }
        instance.advance(60);
        client.get("/users/view/me").await;
        client.get("/events/index").await;
        // known at once, stored with the next write
        let used = (START + 60).to_string();
        for _ in 0..2 {
            let (_, key) = admin.get(&view).await;
            assert_eq!((&key["AuthKey"]["unique_ips"], &key["AuthKey"]["last_used"]), (&json!(["192.0.2.1"]), &json!(used)), "{key}");
            let (_, list) = admin.get("/auth_keys/index").await;
            assert!(list.as_array().unwrap().iter().any(|row| row["AuthKey"]["last_used"] == used), "{list}");
            instance.app.write_key_log().await.unwrap();
        }
        assert_eq!(admin.get("/users/view/me").await.1["User"]["last_api_access"], used);
        // an address that was seen can be pinned, others cannot
        let id = text(&added["AuthKey"]["id"]);
        assert_eq!(admin.post(&format!("/auth_keys/pin/{id}/192.0.2.9"), &json!({})).await.0, 403);
        let pinned = admin.done(&format!("/auth_keys/pin/{id}/192.0.2.1"), &json!({})).await;
        assert_eq!(pinned["AuthKey"]["allowed_ips"], json!(["192.0.2.1"]));
        admin.configure("MISP.disable_seen_ips_authkeys", &json!(true)).await;
        let fresh = admin.done("/auth_keys/add", &json!({})).await;
        Client::new(&instance.app, &text(&fresh["AuthKey"]["authkey_raw"])).get("/users/view/me").await;
        let (_, key) = admin.get(&format!("/auth_keys/view/{}", text(&fresh["AuthKey"]["id"]))).await;
        assert_eq!((&key["AuthKey"]["unique_ips"], &key["AuthKey"]["last_used"]), (&json!([]), &json!(used)), "{key}");
    }

    async fn authentications_are_logged(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (id, user) = admin.add_user("u@own.example", &org, "3").await;
        let (_, chief) = admin.add_user("chief@own.example", &org, "2").await;
        let rows = async |client: &Client, action: &str| {
            instance.app.write_key_log().await.unwrap();
            client.done("/logs/index", &json!({"action": action})).await.as_array().unwrap().clone()
        };
        user.get("/events/index").await;
        assert_eq!(rows(&admin, "auth").await, [json!(null); 0]);
        let wrong = Client::new(&instance.app, &format!("abcd{}wxyz", "0".repeat(32)));
        for _ in 0..3 {
            assert_eq!(wrong.get("/events/index").await.0, 403);
        }
        for malformed in ["short", "Basic dTpw"] {
            Client::new(&instance.app, malformed).get("/events/index").await;
        }
        // the same failure again says nothing new, within an hour
        let failed = rows(&admin, "auth_fail").await;
        assert_eq!(failed.len(), 2, "{failed:?}");
        let row = &failed[0]["Log"];
        assert_eq!(row["title"], "Failed authentication using API key (abcd…wxyz)");
        assert_eq!((&row["model"], &row["email"], &row["change"]), (&json!("User"), &json!("SYSTEM"), &json!("GET /events/index")));
        assert_eq!(failed[1]["Log"]["title"], "Failed authentication using an API key");
        admin.configure("Security.log_each_individual_auth_fail", &json!(true)).await;
        admin.configure("Security.do_not_log_authkeys", &json!(true)).await;
        wrong.get("/events/index").await;
        wrong.get("/events/index").await;
        let failed = rows(&admin, "auth_fail").await;
        assert_eq!(failed.len(), 4, "{failed:?}");
        assert!(!failed[3].to_string().contains("wxyz"), "{}", failed[3]);
        // whose key it is, its owner and the administrators of the organisation learn
        admin.done(&format!("/admin/users/edit/{id}"), &json!({"disabled": true})).await;
        user.get("/events/index").await;
        let failed = rows(&chief, "auth_fail").await;
        assert_eq!(failed.len(), 1, "{failed:?}");
        let row = &failed[0]["Log"];
        assert_eq!((&row["user_id"], &row["email"], &row["description"]), (&json!(id), &json!("u@own.example"), &json!("The account is disabled.")));
        admin.done(&format!("/admin/users/edit/{id}"), &json!({"disabled": false})).await;
        admin.configure("MISP.log_auth", &json!(true)).await;
        user.get("/events/index/limit:1").await;
        let good = rows(&chief, "auth").await;
        let own: Vec<_> = good.iter().filter(|row| row["Log"]["user_id"] == json!(id)).collect();
        assert_eq!((own.len(), &own[0]["Log"]["change"]), (1, &json!("GET /events/index")));
        assert_eq!(own[0]["Log"]["ip"], "192.0.2.1");
    }
}
