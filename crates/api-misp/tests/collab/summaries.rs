//! Periodic summaries. spec: 08#8.2
use super::{attack, text};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn published(api: &TestApi, body: Value) -> Value {
    let event = api.event(&api.home.publisher, &body).await;
    let path = format!("/events/publish/{}", text(&event["id"]));
    api.post(&api.home.publisher, &path, &Value::Null).await.done();
    event
}

async fn summary(api: &TestApi, key: &Key, period: &str) -> Value {
    api.get(key, &format!("/users/viewPeriodicSummary/{period}"))
        .await
        .done()
}

fn infos(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["Event"]["info"]))
        .collect()
}

api_test! {
    async fn a_summary_tells_what_its_reader_may_see(api: TestApi) {
        attack::load(&api).await;
        for name in ["common", "kept", attack::TECHNIQUE] {
            api.post(&api.admin, "/tags/add", &json!({"name": name})).await.done();
        }
        published(&api, json!({"info": "old", "distribution": 1, "Tag": [{"name": "common"}],
            "Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]})).await;
        api.instance.advance(3 * 86_400);
        published(&api, json!({"info": "new", "distribution": 1, "Tag": [{"name": "common"}, {"name": attack::TECHNIQUE}],
            "Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]})).await;
        published(&api, json!({"info": "own", "distribution": 0, "Tag": [{"name": "kept"}]})).await;
        api.event(&api.home.user, &json!({"info": "draft", "distribution": 1})).await;
        api.instance.advance(60);
        let seen = summary(&api, &api.other.reader, "daily").await;
        assert_eq!((infos(&seen["events"]), &seen["event_count"]), (vec!["new"], &json!(1)));
        assert_eq!(seen["tags"], json!({"common": 1, attack::TECHNIQUE: 1}));
        assert_eq!(seen["attack"], json!({attack::TECHNIQUE: 1}));
        assert_eq!(seen["courses_of_action"][0]["GalaxyCluster"]["value"], "Say no");
        assert_eq!(seen["courses_of_action"][0]["mitigates"], json!([attack::TECHNIQUE]));
        assert_eq!(seen["correlated_events"], json!([]));
        let mut of_home = infos(&summary(&api, &api.home.reader, "daily").await["events"])
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        of_home.sort();
        assert_eq!(of_home, ["new", "own"]);
        assert_eq!(summary(&api, &api.other.reader, "weekly").await["event_count"], 2);
        assert_eq!(summary(&api, &api.other.reader, "custom/lastdays:2").await["event_count"], 1);
        api.get(&api.home.user, "/users/viewPeriodicSummary/yearly").await.refuses(400);
        api.get(&api.home.user, "/users/viewPeriodicSummary/custom").await.refuses(400);
    }

    async fn readers_choose_what_they_read(api: TestApi) {
        let path = "/users/notificationSettings";
        for name in ["common", "kept"] {
            api.post(&api.admin, "/tags/add", &json!({"name": name})).await.done();
        }
        published(&api, json!({"info": "old", "distribution": 1, "Tag": [{"name": "common"}],
            "Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]})).await;
        api.instance.advance(2 * 86_400);
        published(&api, json!({"info": "one of us", "distribution": 1, "Tag": [{"name": "common"}],
            "Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]})).await;
        published(&api, json!({"info": "one more", "distribution": 1, "Tag": [{"name": "common"}, {"name": "kept"}]})).await;
        published(&api, json!({"info": "another", "distribution": 1})).await;
        api.instance.advance(60);
        let body = json!({"User": {"notification_daily": 1}, "periodic_settings": {
            "orgc_id": [api.home.org.0], "event_info": "one", "tags": ["common", "!kept"], "include_correlations": 1,
            "trending_for_tags": ["COMMON"], "trending_period_amount": 3,
        }});
        let kept = api.post(&api.other.user, path, &body).await.done();
        assert_eq!((&kept["User"]["notification_daily"], &kept["User"]["notification_weekly"]), (&json!(true), &json!(false)));
        assert_eq!(api.get(&api.other.user, path).await.done(), kept);
        let seen = summary(&api, &api.other.user, "daily").await;
        assert_eq!(infos(&seen["events"]), ["one of us"]);
        assert_eq!(infos(&seen["correlated_events"]), ["old"]);
        assert_eq!(seen["trends"], json!([{"tag": "common", "counts": [2, 0, 1, 0], "change": 2}]));
        assert_eq!(summary(&api, &api.home.user, "daily").await["event_count"], 3);
        api.post(&api.other.user, path, &json!({"periodic_settings": {"odd": 1}})).await.refuses(403);
    }
}
