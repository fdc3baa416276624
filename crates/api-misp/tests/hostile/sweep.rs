//! Every route against callers and bodies that it must withstand.
use super::{CANARY, NOWHERE, private_event, text};
use entente_api_misp::routes::{ALL, Route};
use entente_policy::Permissions;
use entente_policy::endpoint::{Condition, Needs, endpoint_rule};
use entente_testkit::api::{Key, Reply, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const DENIED: &str = "You do not have permission to use this functionality.";

fn routes() -> impl Iterator<Item = &'static Route> {
    ALL.iter().flat_map(|list| list.iter())
}

fn path(route: &Route) -> String {
    match route.action.strip_prefix("admin_") {
        Some(action) => format!("/admin/{}/{action}", route.controller),
        None => format!("/{}/{}", route.controller, route.action),
    }
}

/// Open to everybody: registration, when it is on, and the sign of life.
fn is_open(route: &Route) -> bool {
    route.controller == "users" && matches!(route.action, "register" | "heartbeat")
}

/// Loads the shipped libraries, which takes seconds and is tested elsewhere.
fn is_slow(route: &Route) -> bool {
    route.action == "update" || route.action.starts_with("loaddefault")
}

/// The rights of an account.
async fn permissions(api: &TestApi, key: &Key) -> Permissions {
    let actor = api.instance.actor(key.user).await.unwrap();
    Permissions::from_bits(actor.role.permissions)
}

async fn with_body(api: &TestApi, key: &Key, path: &str, body: &'static str) -> Reply {
    api.post_bytes(key, path, body).await
}

api_test! {
    async fn nobody_gets_in_without_a_key(api: TestApi) {
        let before = api.rows().await;
        for route in routes().filter(|route| !is_open(route)) {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let reply = api.ask(method, &path(route)).json(&json!({})).send().await;
                reply.refuses(403);
                assert!(reply.message().starts_with("Authentication failed."), "{}", reply.text());
            }
        }
        assert_eq!(api.rows().await, before);
    }

    async fn a_role_without_the_flag_is_refused(api: TestApi) {
        let before = api.rows().await;
        let mut refused = 0;
        for (role, key) in api.other.members() {
            let rights = permissions(&api, key).await;
            for route in routes() {
                let rule = endpoint_rule(route.controller, route.action).unwrap();
                if rule.needs_met_by(rights) || is_open(route) {
                    continue;
                }
                let reply = api.post(key, &format!("{}/1", path(route)), &json!({})).await;
                assert_eq!(reply.message(), DENIED, "{role} {}", path(route));
                reply.refuses(403);
                refused += 1;
            }
        }
        assert!(refused > 500, "{refused}");
        assert_eq!(api.rows().await, before);
    }

    async fn bi_a5_read_only_keys_change_nothing(api: TestApi) {
        let key = api
            .post(&api.admin, &format!("/auth_keys/add/{}", api.home.publisher.user), &json!({"read_only": true}))
            .await
            .done();
        let key = Key { user: api.home.publisher.user, text: text(&key["AuthKey"]["authkey_raw"]).to_owned() };
        let event = private_event(&api).await;
        let id = text(&event["id"]);
        let before = api.rows().await;
        for route in routes().filter(|route| !is_open(route) && !is_slow(route)) {
            let rule = endpoint_rule(route.controller, route.action).unwrap();
            for body in [json!({}), json!({"info": "x", "value": "x", "type": "text", "read_only": false, "name": "x"})] {
                let reply = api.post(&key, &format!("{}/{id}", path(route)), &body).await;
                reply.is_answered();
                if rule.conditions.contains(&Condition::ReadWriteKey) {
                    assert_eq!(reply.message(), DENIED, "{}", path(route));
                    reply.refuses(403);
                }
            }
        }
        let after = api.rows().await;
        assert_eq!(after["change"], before["change"]);
        for (table, count) in before.iter().filter(|(table, _)| *table != "log") {
            assert_eq!(&after[table], count, "{table}");
        }
        // the key is as limited as before
        api.post(&key, "/events/add", &json!({"info": "x"})).await.refuses(403);
    }

    async fn reading_never_writes(api: TestApi) {
        let event = private_event(&api).await;
        let (id, uuid) = (text(&event["id"]), text(&event["uuid"]));
        let before = api.rows().await;
        for route in routes().filter(|route| !is_slow(route)) {
            for argument in ["", &format!("/{id}"), &format!("/{uuid}")] {
                for method in ["GET", "HEAD"] {
                    let target = format!("{}{argument}", path(route));
                    api.ask(method, &target).key(&api.admin).send().await.is_answered();
                }
            }
            let rule = endpoint_rule(route.controller, route.action).unwrap();
            if rule.needs != Needs::Any {
                assert_eq!(api.rows().await, before, "{}", path(route));
            }
        }
        assert_eq!(api.rows().await, before);
    }

    async fn odd_bodies_and_ids_are_answered(api: TestApi) {
        // a caller that resets its key has a new one
        for route in routes().filter(|route| !is_slow(route) && route.action != "resetauthkey") {
            let base = path(route);
            for argument in ["", "/0", "/x", "/-1", "/99999999999999999999", &format!("/{NOWHERE}")] {
                check(&with_body(&api, &api.admin, &format!("{base}{argument}"), "{}").await);
            }
            for body in ["[]", "\"x\"", "null", "7", "[[1]]", "{\"request\": []}", ""] {
                check(&with_body(&api, &api.admin, &base, body).await);
                check(&with_body(&api, &api.admin, &format!("{base}/{NOWHERE}"), body).await);
            }
        }
        // whatever of this has succeeded, the instance and its administrator still work
        api.event(&api.admin, &json!({"info": "still here"})).await;
    }

    async fn another_organisation_sees_and_changes_nothing(api: TestApi) {
        let event = private_event(&api).await;
        let ids: Vec<(&str, String)> = vec![
            ("id", text(&event["id"]).to_owned()),
            ("uuid", text(&event["uuid"]).to_owned()),
            ("id", text(&event["Attribute"][0]["id"]).to_owned()),
            ("uuid", text(&event["Attribute"][0]["uuid"]).to_owned()),
            ("id", text(&event["Object"][0]["id"]).to_owned()),
            ("uuid", text(&event["Object"][0]["uuid"]).to_owned()),
            ("uuid", text(&event["EventReport"][0]["uuid"]).to_owned()),
        ];
        let whole = format!("/events/view/{}", text(&event["id"]));
        let before = api.get(&api.home.publisher, &whole).await.done();
        // an echo tells nothing that its caller does not know
        for route in routes().filter(|route| !is_slow(route) && !matches!(route.action, "posttest" | "resetauthkey")) {
            for (kind, id) in &ids {
                let body = json!({
                    *kind: id, "event_id": text(&event["id"]), "eventid": id, "object_uuid": id, "value": "198.51.100.7",
                    "type": "ip-dst", "tag": "tlp:white", "referenced_uuid": id, "uuid": NOWHERE, "info": "taken",
                });
                for key in [&api.other.org_admin, &api.other.sync] {
                    let target = format!("{}/{id}", path(route));
                    keeps_quiet(&api.get(key, &target).await);
                    keeps_quiet(&api.post(key, &target, &body).await);
                    if key.user == api.other.org_admin.user {
                        keeps_quiet(&api.post(key, &format!("{target}/1"), &Value::Null).await);
                        keeps_quiet(&api.post(key, &path(route), &body).await);
                    }
                }
            }
        }
        assert_eq!(api.get(&api.home.publisher, &whole).await.done(), before);
    }
}

#[track_caller]
fn check(reply: &Reply) {
    if reply.is_answered().status >= 400 {
        reply.is_refusal();
    }
}

#[track_caller]
fn keeps_quiet(reply: &Reply) {
    let answer = reply.is_answered().text();
    assert!(!answer.contains(CANARY), "{answer}");
    assert!(!answer.contains("198.51.100.7\""), "{answer}");
}
