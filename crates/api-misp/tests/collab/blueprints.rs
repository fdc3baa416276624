//! Sharing groups whose members are found by rules. spec: 08#6.1
use super::text;
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn members(api: &TestApi, group: &str) -> Vec<String> {
    let shown = api
        .get(&api.admin, &format!("/sharing_groups/view/{group}"))
        .await
        .done();
    let orgs = shown["SharingGroupOrg"].as_array().unwrap().clone();
    orgs.iter()
        .map(|member| text(&member["Organisation"]["name"]).to_owned())
        .collect()
}

async fn org(api: &TestApi, name: &str, sector: &str) -> String {
    let body = json!({"name": name, "sector": sector, "nationality": "Luxembourg"});
    let added = api
        .post(&api.admin, "/admin/organisations/add", &body)
        .await
        .done();
    text(&added["Organisation"]["id"]).to_owned()
}

api_test! {
    async fn groups_follow_their_rules(api: TestApi) {
        org(&api, "Bank One", "Finance").await;
        let two = org(&api, "Bank Two", "finance").await;
        org(&api, "Plant", "Energy").await;
        let body = json!({"name": "Banks", "rules": {"OR": {"org_sector": "Finance", "org_id": [api.home.org.0]}}});
        let added = api.post(&api.home.sync, "/sharingGroupBlueprints/add", &body).await.done();
        let id = text(&added["SharingGroupBlueprint"]["id"]).to_owned();
        assert_eq!(added["SharingGroupBlueprint"]["rules"], body["rules"]);
        assert_eq!(added["SharingGroupBlueprint"]["sharing_group_id"], "0");
        let picked = api.get(&api.home.sync, &format!("/sharingGroupBlueprints/viewOrgs/{id}")).await.done();
        let names: Vec<&str> = picked.as_array().unwrap().iter().map(|one| text(&one["Organisation"]["name"])).collect();
        assert_eq!(names, ["Home CERT", "Bank One", "Bank Two"]);
        let list = api.get(&api.home.sync, &format!("/sharingGroupBlueprints/generateUuidList/{id}")).await.done();
        assert_eq!(list.as_array().unwrap().len(), 3);

        let execute = format!("/sharingGroupBlueprints/execute/{id}");
        let said = api.post(&api.home.sync, &execute, &json!({})).await.done();
        assert_eq!(said["message"], "Matched 1 blueprints: 1 sharing groups created, 0 updated, 0 failed.");
        let view = format!("/sharingGroupBlueprints/view/{id}");
        let group = text(&api.get(&api.home.sync, &view).await.done()["SharingGroup"]["id"]).to_owned();
        assert_eq!(members(&api, &group).await, ["Home CERT", "Bank One", "Bank Two"]);
        let event = api.event(&api.home.user, &json!({"info": "x", "distribution": 4, "sharing_group_id": group})).await;

        // what would change is told before it does
        api.post(&api.admin, &format!("/admin/organisations/edit/{two}"), &json!({"sector": "Energy"})).await.done();
        let rules = json!({"rules": {"OR": {"org_sector": "Finance", "org_id": [api.home.org.0, api.other.org.0]}}});
        api.post(&api.home.sync, &format!("/sharingGroupBlueprints/edit/{id}"), &rules).await.done();
        let would = api.post(&api.home.sync, &execute, &json!({"dry_run": true})).await.done();
        assert_eq!((&would["gains"][0]["name"], &would["loses"][0]["name"]), (&json!("Other CERT"), &json!("Bank Two")));
        assert_eq!((&would["event_count"], &would["events"]), (&json!(1), &json!([event["uuid"]])));
        api.get(&api.other.user, &format!("/events/view/{}", text(&event["id"]))).await.refuses(404);
        let said = api.post(&api.home.sync, "/sharingGroupBlueprints/execute/all", &json!({})).await.done();
        assert_eq!(said["message"], "Matched 1 blueprints: 0 sharing groups created, 1 updated, 0 failed.");
        assert_eq!(members(&api, &group).await, ["Home CERT", "Bank One", "Other CERT"]);
        api.get(&api.other.user, &format!("/events/view/{}", text(&event["id"]))).await.done();

        // detached, the group goes its own way, and its name is taken
        api.post(&api.home.sync, &format!("/sharingGroupBlueprints/detach/{id}"), &json!({})).await.done();
        api.post(&api.home.sync, &format!("/sharingGroupBlueprints/detach/{id}"), &json!({})).await.refuses(403);
        api.post(&api.home.sync, &execute, &json!({})).await.refuses(403);
        api.post(&api.home.sync, &format!("/sharingGroupBlueprints/delete/{id}"), &Value::Null).await.done();
        assert_eq!(members(&api, &group).await.len(), 3);
    }

    async fn bi_o2_blueprints_are_their_organisations(api: TestApi) {
        let hidden = api.post(&api.other.sync, "/sharing_groups/add", &json!({
            "name": "H", "releasability": "x", "SharingGroupOrg": [{"org_id": api.other.org.0}],
        })).await.done();
        let rules = json!({"sharing_group_id": hidden["SharingGroup"]["id"], "org_id": 1});
        let added = api.post(&api.home.sync, "/sharingGroupBlueprints/add", &json!({"name": "B", "rules": rules})).await.done();
        let id = text(&added["SharingGroupBlueprint"]["id"]).to_owned();
        // a group that the organisation does not see gives nobody
        let picked = api.get(&api.home.sync, &format!("/sharingGroupBlueprints/viewOrgs/{id}")).await.done();
        assert_eq!(picked.as_array().unwrap().len(), 1);
        for action in ["view", "viewOrgs", "generateUuidList"] {
            api.get(&api.other.sync, &format!("/sharingGroupBlueprints/{action}/{id}")).await.refuses(404);
        }
        for action in ["edit", "execute", "detach", "delete"] {
            api.post(&api.other.sync, &format!("/sharingGroupBlueprints/{action}/{id}"), &json!({"name": "x"})).await.refuses(404);
        }
        assert_eq!(api.get(&api.other.sync, "/sharingGroupBlueprints/index").await.done(), json!([]));
        api.post(&api.home.user, "/sharingGroupBlueprints/add", &json!({})).await.refuses(403);
        for bad in [json!({"name": "x"}), json!({"name": "x", "rules": "no"}), json!({"name": "x", "rules": {"NOT": {"AND": {}}}})] {
            let reply = api.post(&api.home.sync, "/sharingGroupBlueprints/add", &bad).await;
            assert!(reply.refuses(403).text().contains("rules"), "{}", reply.text());
        }
    }
}
