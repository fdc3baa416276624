//! Keys and what accounts may make of themselves: BI-A.
use super::{private_event, text};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

/// A further key of an account, made by the site administrator.
async fn new_key(api: &TestApi, of: &Key, options: Value) -> (String, Key) {
    let made = api
        .post(&api.admin, &format!("/auth_keys/add/{}", of.user), &options)
        .await
        .done();
    let raw = text(&made["AuthKey"]["authkey_raw"]).to_owned();
    (
        text(&made["AuthKey"]["id"]).to_owned(),
        Key {
            user: of.user,
            text: raw,
        },
    )
}

async fn refused(api: &TestApi, key: &Key) {
    api.get(key, "/users/view/me").await.refuses(403);
}

async fn works(api: &TestApi, key: &Key) {
    api.get(key, "/users/view/me").await.done();
}

api_test! {
    async fn bi_a1_malformed_keys(api: TestApi) {
        let right = api.home.user.text.as_str();
        let middle = format!("{}{}{}", &right[..4], "x".repeat(32), &right[36..]);
        let bytes = [
            Vec::new(), b"abc".to_vec(), b"z".repeat(40), middle.into_bytes(), format!("{right}x").into_bytes(),
            b"a".repeat(10 << 10), "ключ".repeat(10).into_bytes(), b"null".to_vec(), b"[]".to_vec(), b"\xff".repeat(40),
            format!("[\"{right}\"]").into_bytes(), b"Bearer".to_vec(), b"Bearer ".to_vec(), b"Basic dXNlcjpwYXNz".to_vec(),
            format!("' OR '1'='1{}", &right[..29]).into_bytes(),
        ];
        let mut bodies = Vec::new();
        for key in bytes {
            let reply = api.ask("GET", "/events/index").header("authorization", key).send().await;
            bodies.push(reply.refuses(403).text());
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        let in_url = api.ask("GET", &format!("/events/index/apikey:{right}")).send().await;
        assert_eq!(in_url.refuses(403).message(), api.ask("GET", "/events/index").send().await.message());
    }

    async fn bi_a2_long_lists_of_keys(api: TestApi) {
        let wrong = "z".repeat(40);
        let list = |before: usize| format!("{}{}", format!("{wrong},").repeat(before), api.home.user.text);
        let ask = async |header: String| api.ask("GET", "/users/view/me").header("authorization", header).send().await;
        ask(list(3)).await.done();
        ask(list(4)).await.refuses(403);
        ask(list(1_000)).await.refuses(403);
    }

    async fn bi_a3_keys_that_no_longer_count(api: TestApi) {
        let (_, expiring) = new_key(&api, &api.home.user, json!({"expiration": "2025-03-06"})).await;
        let (id, deleted) = new_key(&api, &api.home.user, json!({})).await;
        works(&api, &expiring).await;
        works(&api, &deleted).await;
        api.post(&api.admin, &format!("/auth_keys/delete/{id}"), &Value::Null).await.done();
        refused(&api, &deleted).await;
        api.instance.advance(3 * 86_400);
        refused(&api, &expiring).await;

        works(&api, &api.home.publisher).await;
        let account = format!("/admin/users/edit/{}", api.home.publisher.user);
        api.post(&api.admin, &account, &json!({"disabled": true})).await.done();
        refused(&api, &api.home.publisher).await;
        api.post(&api.admin, &account, &json!({"disabled": false})).await.done();
        works(&api, &api.home.publisher).await;
        let role = api.post(&api.admin, "/admin/roles/add", &json!({"name": "No API", "perm_add": true, "perm_auth": false})).await;
        let role = role.done()["Role"]["id"].clone();
        api.post(&api.admin, &account, &json!({"role_id": role})).await.done();
        refused(&api, &api.home.publisher).await;
    }

    async fn bi_a4_keys_for_some_addresses(api: TestApi) {
        let (_, key) = new_key(&api, &api.home.user, json!({"allowed_ips": ["203.0.113.0/24"]})).await;
        refused(&api, &key).await;
        for header in ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip"] {
            let asking = api.ask("GET", "/users/view/me").key(&key).header(header, "203.0.113.5");
            asking.send().await.refuses(403);
        }
        api.ask("GET", "/users/view/me").key(&key).from(None).send().await.refuses(403);
        api.ask("GET", "/users/view/me").key(&key).from(Some([203, 0, 113, 5].into())).send().await.done();
    }

    async fn bi_a6_a_client_cannot_choose_its_key(api: TestApi) {
        let chosen = "ChosenKeyChosenKeyChosenKeyChosenKeyChos";
        let body = json!({"authkey": chosen, "authkey_raw": chosen, "key": chosen, "AuthKey": {"authkey": chosen}});
        let path = format!("/auth_keys/add/{}", api.home.user.user);
        for key in [&api.admin, &api.home.user] {
            let made = api.post(key, &path, &body).await;
            assert!(!made.is_answered().text().contains(chosen), "{}", made.text());
        }
        refused(&api, &Key { user: api.home.user.user, text: chosen.to_owned() }).await;
    }

    async fn bi_a21_nobody_promotes_himself(api: TestApi) {
        let wanted = json!({"role_id": "1", "org_id": "1", "perm_site_admin": true, "disabled": false, "invited_by": "1",
            "Role": {"perm_site_admin": true}, "User": {"role_id": "1", "org_id": "1"}});
        for key in [&api.home.user, &api.home.reader, &api.home.org_admin] {
            let before = api.get(key, "/users/view/me").await.done();
            for path in ["/users/edit".to_owned(), format!("/users/edit/{}", key.user), format!("/admin/users/edit/{}", key.user)] {
                api.post(key, &path, &wanted).await.is_answered();
                let flat = json!({"role_id": "1", "org_id": "1"});
                api.post(key, &path, &flat).await.is_answered();
            }
            let after = api.get(key, "/users/view/me").await.done();
            assert_eq!(after["User"]["role_id"], before["User"]["role_id"]);
            assert_eq!(after["User"]["org_id"], before["User"]["org_id"]);
            api.post(key, "/admin/organisations/add", &json!({"name": "Mine"})).await.refuses(403);
        }
        // an organisation admin neither makes site admins nor reaches into other organisations
        let target = |key: &Key| format!("/admin/users/edit/{}", key.user);
        api.post(&api.home.org_admin, &target(&api.home.user), &json!({"role_id": "1"})).await.is_answered();
        api.post(&api.home.org_admin, &target(&api.home.user), &json!({"org_id": "1"})).await.is_answered();
        api.post(&api.home.org_admin, &target(&api.other.user), &json!({"email": "taken@evil.example"})).await.is_refusal();
        api.post(&api.home.org_admin, &target(&api.admin), &json!({"disabled": true})).await.is_refusal();
        let added = json!({"email": "new@home.example", "role_id": "1", "org_id": "1"});
        api.post(&api.home.org_admin, "/admin/users/add", &added).await.is_answered();
        for user in api.get(&api.admin, "/admin/users/index").await.done().as_array().unwrap() {
            let admin = text(&user["User"]["email"]) == "admin@admin.test";
            assert_eq!(user["Role"]["perm_site_admin"] == json!(true), admin, "{user}");
            assert_eq!(text(&user["User"]["org_id"]) == "1", admin, "{user}");
            assert!(!text(&user["User"]["email"]).contains("evil"), "{user}");
        }
        works(&api, &api.admin).await;
    }

    async fn bi_a22_the_account_is_that_of_the_key(api: TestApi) {
        let victim = api.get(&api.other.user, "/users/view/me").await.done();
        let id = &victim["User"]["id"];
        let body = json!({"id": id, "User": {"id": id, "email": "stolen@home.example"}, "email": "stolen@home.example"});
        api.post(&api.home.user, "/users/edit", &body).await.is_answered();
        let password = json!({"id": id, "User": {"id": id}, "password": "Password1234 changed by somebody"});
        api.post(&api.home.user, "/users/change_pw", &password).await.is_answered();
        for path in ["/users/view", "/users/edit", "/users/resetauthkey", "/auth_keys/add", "/admin/users/edit"] {
            let path = format!("{path}/{}", text(id));
            api.post(&api.home.user, &path, &json!({"user_id": id, "email": "stolen@home.example"})).await.is_answered();
        }
        api.post(&api.home.user, "/auth_keys/add", &json!({"user_id": id})).await.is_answered();
        assert_eq!(api.get(&api.other.user, "/users/view/me").await.done()["User"]["email"], victim["User"]["email"]);
        let keys = api.get(&api.other.user, "/auth_keys/index").await.done();
        assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
    }

    async fn a_refused_caller_learns_nothing_of_the_object(api: TestApi) {
        let event = private_event(&api).await;
        let there = api.get(&api.other.user, &format!("/events/view/{}", text(&event["id"]))).await;
        let absent = api.get(&api.other.user, "/events/view/777").await;
        assert_eq!((there.status, there.message()), (absent.status, absent.message()));
        let by_uuid = api.get(&api.other.user, &format!("/events/view/{}", text(&event["uuid"]))).await;
        assert_eq!((by_uuid.status, by_uuid.message()), (absent.status, absent.message()));
    }
}
