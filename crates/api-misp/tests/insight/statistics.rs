use super::{event, id};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn page(api: &TestApi, key: &Key, page: &str) -> Value {
    api.get(key, &format!("/users/statistics/{page}")).await.done()
}

fn keys(of: &Value) -> Vec<&str> {
    of.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Two events of one organisation: one for all with a private attribute, and one that it keeps.
async fn filled(api: &TestApi) {
    let _ = api
        .post(&api.admin, "/tags/add", &json!({"name": "seen by all"}))
        .await
        .done();
    let shared = json!({"Event": {"info": "shared", "distribution": "1", "Tag": [{"name": "seen by all"}], "Attribute": [
        {"type": "ip-dst", "value": "192.0.2.1"},
        {"type": "ip-dst", "value": "192.0.2.2"},
        {"type": "text", "value": "private", "distribution": "0"},
    ]}});
    api.event(&api.home.user, &shared).await;
    event(api, &api.home.user, "kept", 0, &[("domain", "kept.example")]).await;
}

api_test! {
    async fn figures_count_what_the_caller_sees(api: TestApi) {
        filled(&api).await;
        for (key, events, attributes, per_event) in [(&api.home.reader, "2", "4", "2"), (&api.other.reader, "1", "2", "2"), (&api.admin, "2", "4", "2")] {
            let stats = page(&api, key, "data").await["stats"].clone();
            for (figure, expected) in [
                ("event_count", events), ("event_count_month", events), ("attribute_count", attributes),
                ("attribute_count_month", attributes), ("attributes_per_event", per_event), ("proposal_count", "0"),
                ("user_count", "11"), ("org_count", "3"), ("local_org_count", "3"), ("contributing_org_count", "1"),
                ("average_user_per_org", "3.7"),
            ] {
                assert_eq!(stats[figure], expected, "{figure}");
            }
        }
        let orgs = page(&api, &api.other.reader, "orgs").await;
        let home = &orgs["Home CERT"];
        assert_eq!(keys(home).join(","), "id,name,description,local,contacts,type,sector,nationality,userCount,\
            eventCount,attributeCount,orgActivity");
        assert_eq!((&home["eventCount"], &home["attributeCount"]), (&json!(1), &json!(2)));
        assert!(home["orgActivity"].as_str().unwrap().ends_with(",0,1"), "{home}");
        let own = page(&api, &api.home.reader, "orgs/scope:all").await;
        assert_eq!((&own["Home CERT"]["eventCount"], &own["Home CERT"]["attributeCount"]), (&json!(2), &json!(4)));
        assert_eq!(page(&api, &api.admin, "orgs").await["Home CERT"]["userCount"], 5);
        assert_eq!(page(&api, &api.admin, "orgs/scope:external").await, json!({}));
    }

    async fn deleted_attributes_and_closed_proposals_do_not_count(api: TestApi) {
        let body = [("ip-dst", "192.0.2.1"), ("ip-dst", "192.0.2.2")];
        let event = event(&api, &api.home.user, "one", 1, &body).await;
        let (first, second) = (id(&event["Attribute"][0]), id(&event["Attribute"][1]));
        let _ = api.post(&api.home.user, &format!("/attributes/delete/{first}"), &json!({})).await.done();
        let proposed = json!({"value": "192.0.2.3"});
        let _ = api.post(&api.other.user, &format!("/shadow_attributes/edit/{second}"), &proposed).await.done();
        for key in [&api.home.user, &api.admin] {
            let stats = page(&api, key, "data").await["stats"].clone();
            assert_eq!((&stats["attribute_count"], &stats["attribute_count_month"]), (&json!("1"), &json!("1")));
            assert_eq!(stats["proposal_count"], "1");
            let all = &page(&api, key, "attributehistogram").await[0];
            assert_eq!(all["total"], 1);
        }
    }

    async fn histograms_tags_and_users(api: TestApi) {
        filled(&api).await;
        let seen = page(&api, &api.other.reader, "attributehistogram").await;
        let of = |org: &str| json!({"data": {"ip-dst": "2"}, "org_name": org, "total": 2});
        assert_eq!(seen, json!([of("All organisations"), of("Home CERT")]));
        assert_eq!(page(&api, &api.home.reader, "attributehistogram").await[0]["total"], 4);
        let tags = page(&api, &api.other.reader, "tags").await;
        assert_eq!(keys(&tags), ["flatData", "treemap"]);
        assert_eq!(tags["flatData"]["custom"]["seen by all"], json!({"name": "seen by all", "size": 1}));
        let users = page(&api, &api.other.reader, "users").await;
        assert_eq!(keys(&users), ["user", "org_local", "org_external"]);
        assert_eq!(users["user"]["data"], json!({"total": 11, "month": 11, "year": 11}));
        assert_eq!(users["org_external"]["data"]["total"], 0);
        api.get(&api.admin, "/users/statistics/nothing").await.refuses(404);
        api.get(&api.admin, "/users/statistics/orgs/scope:nowhere").await.refuses(400);
    }

    async fn sightings_are_those_of_the_own_organisation(api: TestApi) {
        filled(&api).await;
        for key in [&api.home.user, &api.other.user] {
            let body = json!({"value": "192.0.2.1", "source": "sensor"});
            let _ = api.post(key, "/sightings/add", &body).await.done();
        }
        let seen = page(&api, &api.other.reader, "sightings").await;
        assert_eq!(keys(&seen), ["toplist", "eventids"]);
        assert_eq!(seen["toplist"], json!({"sensor": 1}));
        assert_eq!(seen["eventids"]["sensor"].as_object().unwrap().len(), 1);
        assert_eq!(page(&api, &api.admin, "sightings").await, json!({"toplist": {}, "eventids": {}}));
    }
}
