//! Accounts: administration, one's own profile, and who may do what to whom.
use crate::{Client, text};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::{Value, json};

const DENIED: &str = "You do not have permission to use this functionality.";

instance_test! {
    async fn an_administrator_adds_a_user_that_acts_at_once(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Test Org").await;
        admin.done("/admin/roles/set_default/3", &json!({})).await;
        let body = json!({"email": "testusr@user.local", "org_id": org, "authkey": "x".repeat(40)});
        let added = admin.done("/admin/users/add", &body).await;
        let user = &added["User"];
        assert_eq!(user["role_id"], "3");
        assert_eq!(user["password"], "******");
        assert_eq!(user["change_pw"], true);
        assert_eq!(user["termsaccepted"], false);
        assert_eq!(user["org_id"], json!(org));
        let key = text(&user["authkey"]);
        assert_ne!(key, "x".repeat(40));
        let (status, me) = Client::new(&instance.app, &key).get("/users/view/me").await;
        assert_eq!(status, 200);
        assert_eq!(me["User"]["id"], user["id"]);
        assert_eq!(me["User"]["password"], "*****");
        assert_eq!(me["Role"]["perm_add"], true);
        assert_eq!(me["Role"]["perm_site_admin"], false);
        assert_eq!(me["Role"]["permission"], "2");
        assert_eq!(me["Organisation"]["name"], "Test Org");
        assert_eq!(me["UserSetting"], json!({}));
        assert!(me["User"].get("authkey").is_none());
    }

    async fn what_is_wrong_is_said_per_field(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let cases = [
            (json!({"email": "x"}), "email", "Please enter a valid email address."),
            (json!({}), "email", "Please enter a valid email address."),
            (json!({"email": "ADMIN@admin.test"}), "email", "An account with this email address already exists."),
            (json!({"email": "a@b.c", "org_id": 99}), "org_id", "Invalid organisation"),
            (json!({"email": "a@b.c", "role_id": 99}), "role_id", "Invalid role"),
        ];
        for (body, field, message) in cases {
            let (status, answer) = admin.post("/admin/users/add", &body).await;
            assert_eq!(status, 403, "{body}");
            assert_eq!(answer["saved"], false);
            assert_eq!(answer["name"], "Could not add User");
            assert_eq!(answer["url"], "/admin/users/add");
            assert_eq!(answer["errors"][field], json!([message]), "{body}: {answer}");
        }
        let (_, answer) = admin.post("/admin/users/add", &json!({"email": "a@b.c", "password": "short"})).await;
        assert!(answer["errors"]["password"].is_array(), "{answer}");
        // Without a default role one must be named.
        admin.done("/admin/roles/set_default", &json!({})).await;
        let (_, answer) = admin.post("/admin/users/add", &json!({"email": "a@b.c"})).await;
        assert_eq!(answer["errors"], json!({"role_id": ["Mandatory field not set."]}));
    }

    async fn an_edit_changes_what_was_given_and_logs_it(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, _) = admin.add_user("testusr@user.local", "1", "3").await;
        let path = format!("/admin/users/edit/{id}");
        // Clients send back what they have read, masks included.
        let (_, read) = admin.get(&format!("/users/view/{id}")).await;
        let mut body = read["User"].clone();
        body["email"] = json!("testusr-changed@user.local");
        let edited = admin.done(&path, &json!({ "User": body })).await;
        assert_eq!(edited["User"]["email"], "testusr-changed@user.local");
        assert_eq!(edited["User"]["password"], "******");
        admin.done(&path, &json!({"email": "testusr@user.local"})).await;
        let (action, title, change) = admin.last_log("User").await;
        assert_eq!(action, "edit");
        assert_eq!(title, format!("User ({id}): testusr@user.local"));
        assert_eq!(change.as_deref(), Some("email (testusr-changed@user.local) => (testusr@user.local)"));
        let (status, _) = admin.post("/admin/users/edit/999", &json!({})).await;
        assert_eq!(status, 404);
    }

    async fn a_role_change_counts_at_once(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, user) = admin.add_user("u@user.local", "1", "2").await;
        assert_eq!(user.get("/admin/users/index").await.0, 200);
        admin.done(&format!("/admin/users/edit/{id}"), &json!({"role_id": 6})).await;
        let (status, answer) = user.get("/admin/users/index").await;
        assert_eq!((status, answer["message"].as_str()), (403, Some(DENIED)));
        admin.done(&format!("/admin/users/edit/{id}"), &json!({"disabled": true})).await;
        let (status, answer) = user.get("/users/view/me").await;
        assert_eq!(status, 403);
        assert_eq!(answer["message"], "Authentication failed. Your user account has been disabled.");
    }

    async fn organisation_administrators_stay_in_their_organisation(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (own, other) = (admin.add_org("Own").await, admin.add_org("Other").await);
        let (chief_id, chief) = admin.add_user("chief@own.example", &own, "2").await;
        let (member, _) = admin.add_user("member@own.example", &own, "3").await;
        let (stranger, _) = admin.add_user("stranger@other.example", &other, "3").await;
        let (superuser, _) = admin.add_user("super@own.example", &own, "1").await;
        // Adding into a foreign organisation lands in the own one.
        let added = chief.done("/admin/users/add", &json!({"email": "new@own.example", "org_id": other, "role_id": 3})).await;
        assert_eq!(added["User"]["org_id"], json!(own));
        // Nobody is moved, and strangers do not exist.
        let edited = chief.done(&format!("/admin/users/edit/{member}"), &json!({"org_id": other, "autoalert": false})).await;
        assert_eq!(edited["User"]["org_id"], json!(own));
        assert_eq!(edited["User"]["autoalert"], false);
        for path in ["view", "edit", "delete"] {
            let method = if path == "view" { "GET" } else { "POST" };
            let (status, _) = chief.ask(method, &format!("/admin/users/{path}/{stranger}"), &json!({})).await;
            assert_eq!(status, 404, "{path}");
        }
        let (_, list) = chief.get("/admin/users/index").await;
        assert!(list.as_array().unwrap().iter().all(|row| row["Organisation"]["id"] == json!(own)));
        // Site administrators and roles beyond one organisation are out of reach.
        for role in [1, 5] {
            let (status, answer) = chief.post(&format!("/admin/users/edit/{member}"), &json!({"role_id": role})).await;
            assert_eq!(status, 403);
            assert_eq!(answer["message"], "You are not authorised to assign that role to a user.");
            let (status, _) = chief.post(&format!("/admin/users/edit/{chief_id}"), &json!({"role_id": role})).await;
            assert_eq!(status, 403);
            let (status, _) = chief.post("/admin/users/add", &json!({"email": "x@own.example", "role_id": role})).await;
            assert_eq!(status, 403);
        }
        for path in ["edit", "delete"] {
            let (status, _) = chief.post(&format!("/admin/users/{path}/{superuser}"), &json!({"disabled": true})).await;
            assert_eq!(status, 403, "{path}");
        }
        // The administrators of the organisation are named in its members' view.
        let (_, view) = chief.get(&format!("/admin/users/view/{member}")).await;
        assert_eq!(view["User"]["orgAdmins"][&chief_id], "chief@own.example");
    }

    async fn mail_domains_bind_organisation_administrators(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Harbour").await;
        admin.done(&format!("/admin/organisations/edit/{org}"), &json!({"restricted_to_domain": ["@harbour.example"]})).await;
        let (id, chief) = admin.add_user("chief@elsewhere.example", &org, "2").await;
        let (status, answer) = chief.post("/admin/users/add", &json!({"email": "a@elsewhere.example"})).await;
        assert_eq!(status, 403);
        assert!(answer["errors"]["email"].is_array());
        chief.done("/admin/users/add", &json!({"email": "a@ops.harbour.example"})).await;
        let (status, _) = chief.post(&format!("/users/edit/{id}"), &json!({"email": "b@elsewhere.example"})).await;
        assert_eq!(status, 403);
    }

    async fn one_site_administrator_remains(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let refused = [
            ("/admin/users/delete/1", json!({})),
            ("/admin/users/edit/1", json!({"role_id": 3})),
            ("/admin/users/edit/1", json!({"disabled": true})),
            ("/admin/users/edit/1", json!({"expiration": "2030-01-01"})),
            ("/users/edit/1", json!({"disabled": true})),
            ("/admin/users/massToggleField/disabled/1", json!({"User": {"user_ids": "[1]"}})),
            ("/admin/roles/edit/1", json!({"perm_site_admin": false})),
        ];
        for (path, body) in refused {
            let (status, answer) = admin.post(path, &body).await;
            assert_eq!(status, 403, "{path}");
            assert!(answer.to_string().contains("last site administrator"), "{path}: {answer}");
        }
        let (second, other) = admin.add_user("second@admin.test", "1", "1").await;
        other.done("/admin/users/delete/1", &json!({})).await;
        assert_eq!(other.post(&format!("/admin/users/delete/{second}"), &json!({})).await.0, 403);
    }

    async fn bi_a21_nobody_raises_themselves(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Own").await;
        let (id, user) = admin.add_user("u@own.example", &org, "3").await;
        let body = json!({
            "role_id": 1, "org_id": 1, "change_pw": false, "id": "1", "autoalert": false,
            "email": "moved@own.example", "external_auth_required": true,
        });
        let edited = user.done(&format!("/users/edit/{id}"), &json!({"User": body})).await;
        let shown = &edited["User"];
        assert_eq!((&shown["role_id"], &shown["org_id"], &shown["id"]), (&json!("3"), &json!(org), &json!(id)));
        assert_eq!(shown["change_pw"], true);
        assert_eq!(shown["external_auth_required"], false);
        assert_eq!(shown["autoalert"], false);
        assert_eq!(shown["email"], "moved@own.example");
        let (_, first) = admin.get("/users/view/1").await;
        assert_eq!(first["User"]["email"], "admin@admin.test");
        // bi_a22: another account is not there for them.
        assert_eq!(user.post("/users/edit/1", &json!({"autoalert": true})).await.0, 404);
        assert_eq!(user.get("/users/view/1").await.0, 404);
        assert_eq!(user.get("/admin/users/view/1").await.0, 403);
    }

    async fn passwords_change_within_the_policy(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, user) = admin.add_user("u@own.example", "1", "3").await;
        let changed = user.done("/users/change_pw", &json!({"password": "Password1234"})).await;
        assert_eq!(changed["message"], "Password Changed.");
        for body in [
            json!({"password": "Password1234"}),
            json!({"password": "short"}),
            json!({"password": ["x"]}),
            json!({}),
        ] {
            let (status, answer) = user.post("/users/change_pw", &body).await;
            assert_eq!(status, 403, "{body}");
            assert!(answer["errors"]["password"].is_array(), "{body}: {answer}");
        }
        let (status, _) = user.post("/users/change_pw", &json!({"password": "Password12345", "current_password": "wrong"})).await;
        assert_eq!(status, 403);
        user.done("/users/change_pw", &json!({"password": "Password12345", "current_password": "Password1234"})).await;
        let edited = admin.done(&format!("/admin/users/edit/{id}"), &json!({"password": "Password123456"})).await;
        assert_eq!(edited["User"]["password"], "******");
        let (_, _, change) = admin.last_log("User").await;
        assert_eq!(change.as_deref(), Some("password (*****) => (*****)"));
    }

    async fn settings_fix_addresses_and_passwords(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, user) = admin.add_user("u@own.example", "1", "2").await;
        for name in ["MISP.disable_user_login_change", "MISP.disable_user_password_change"] {
            admin.configure(name, &json!(true)).await;
        }
        for path in [format!("/users/edit/{id}"), format!("/admin/users/edit/{id}")] {
            let body = json!({"email": "new@own.example", "password": "Password1234 changed"});
            let edited = user.done(&path, &body).await;
            assert_eq!(edited["User"]["email"], "u@own.example");
        }
        let (_, _, change) = admin.last_log("User").await;
        assert_eq!(change, None);
        assert_eq!(user.post("/users/change_pw", &json!({"password": "Password1234"})).await.0, 403);
    }

    async fn lists_are_searched(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let org = admin.add_org("Harbour CERT").await;
        admin.add_user("anna@harbour.example", &org, "3").await;
        admin.add_user("bert@harbour.example", &org, "6").await;
        let emails = |path: String| {
            let admin = Client::admin(&instance.app);
            async move {
                let (status, answer) = admin.get(&path).await;
                assert_eq!(status, 200, "{path}");
                let rows = answer.as_array().cloned().unwrap_or_default();
                rows.iter().map(|row| text(&row["User"]["email"])).collect::<Vec<_>>()
            }
        };
        let (anna, bert) = ("anna@harbour.example", "bert@harbour.example");
        assert_eq!(emails("/admin/users/index/value:admin@admin.test".to_owned()).await, ["admin@admin.test"]);
        assert_eq!(emails("/admin/users/index/value:harbour+cert".to_owned()).await, [anna, bert]);
        assert_eq!(emails(format!("/admin/users/index/value:anna/searchorg:{org}")).await, [anna]);
        assert_eq!(emails("/admin/users/index/searchorg:1".to_owned()).await, ["admin@admin.test"]);
        assert_eq!(emails("/admin/users/index/searchrole:3%7C6".to_owned()).await, [anna, bert]);
        assert_eq!(emails("/admin/users/index/searchemail:!anna".to_owned()).await, ["admin@admin.test", bert]);
        assert_eq!(emails("/admin/users/index/limit:1/page:2".to_owned()).await, [anna]);
        let (_, rows) = admin.get("/admin/users/index/value:anna").await;
        let row = &rows[0];
        assert_eq!(row["Role"], json!({"id": "3", "name": "User", "perm_admin": false, "perm_site_admin": false, "perm_auth": true}));
        assert_eq!(row["Organisation"], json!({"id": org, "name": "Harbour CERT"}));
        assert!(row["User"].get("totp").is_none());
        assert_eq!(row["User"]["server_id"], "0");
    }

    async fn deleted_users_are_gone_with_their_keys(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (id, user) = admin.add_user("u@own.example", "1", "3").await;
        let (status, description) = admin.get(&format!("/admin/users/delete/{id}")).await;
        assert_eq!(status, 200);
        assert!(description["url"].is_string());
        assert_eq!(user.get("/users/view/me").await.0, 200);
        let deleted = admin.done(&format!("/admin/users/delete/{id}"), &json!({})).await;
        assert_eq!(deleted["message"], "User deleted.");
        assert_eq!(user.get("/users/view/me").await.0, 403);
        assert_eq!(admin.get(&format!("/admin/users/view/{id}")).await.0, 404);
    }

    async fn many_are_switched_together_or_not_at_all(instance: TestInstance) {
        let admin = Client::admin(&instance.app);
        let (org, other) = (admin.add_org("Own").await, admin.add_org("Other").await);
        let (_, chief) = admin.add_user("chief@own.example", &org, "2").await;
        let (one, _) = admin.add_user("one@own.example", &org, "3").await;
        let (two, _) = admin.add_user("two@own.example", &org, "3").await;
        let (foreign, _) = admin.add_user("x@other.example", &other, "3").await;
        let ids = |list: &[&String]| {
            let ids: Vec<Value> = list.iter().map(|id| json!(id.parse::<i64>().unwrap())).collect();
            json!({"User": {"user_ids": Value::from(ids).to_string()}})
        };
        let path = "/admin/users/massToggleField/disabled/1";
        assert_eq!(chief.post(path, &ids(&[&one, &foreign])).await.0, 404);
        let (_, view) = admin.get(&format!("/users/view/{one}")).await;
        assert_eq!(view["User"]["disabled"], false);
        chief.done(path, &ids(&[&one, &two])).await;
        let (_, view) = admin.get(&format!("/users/view/{two}")).await;
        assert_eq!(view["User"]["disabled"], true);
        assert_eq!(chief.post("/admin/users/massToggleField/role_id/1", &ids(&[&one])).await.0, 400);
    }
}
