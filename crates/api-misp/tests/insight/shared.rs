//! Rules, limits, and the lists that administrators look at.
use super::{event, id, related_events, set};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn values(api: &TestApi, path: &str, model: &str, number: &str) -> Vec<(String, String, Value)> {
    let rows = api.get(&api.admin, path).await.done().as_array().unwrap().clone();
    rows.iter()
        .map(|row| {
            let text = |key: &str| row[model][key].as_str().unwrap().to_owned();
            (text("value"), text(number), row[model]["excluded"].clone())
        })
        .collect()
}

async fn rule(api: &TestApi, kind: &str, list: Value) -> String {
    let body = json!({"name": kind, "selector_type": kind, "selector_list": list});
    let made = api.post(&api.admin, "/correlation_rules/add", &body).await.done();
    id(&made["CorrelationRule"]).to_owned()
}

async fn without(api: &TestApi, key: &Key, event: &Value, kind: &str, list: Value, expected: &[&str]) {
    let rule = rule(api, kind, list).await;
    assert_eq!(related_events(api, key, id(event)).await, expected, "{kind}");
    let _ = api
        .post(
            &api.admin,
            &format!("/correlation_rules/delete/{rule}"),
            &json!({}),
        )
        .await
        .done();
}

api_test! {
    async fn rules_keep_members_of_a_list_apart(api: TestApi) {
        let key = &api.home.user;
        let value = [("domain", "evil.example")];
        let first = event(&api, key, "Feed 1", 1, &value).await;
        let second = event(&api, key, "feed 2", 1, &value).await;
        event(&api, &api.other.user, "case", 1, &value).await;
        let all = ["case", "feed 2"];
        assert_eq!(related_events(&api, key, id(&first)).await, all);
        let home = api.home.org.to_string();
        without(&api, key, &first, "orgc_id", json!([home]), &["case"]).await;
        without(&api, key, &first, "org_id", json!([home, api.other.org.to_string()]), &[]).await;
        without(&api, key, &first, "org_id", json!([api.other.org.to_string()]), &all).await;
        without(&api, key, &first, "event_id", json!([id(&first), id(&second)]), &["case"]).await;
        without(&api, key, &first, "event_info", json!("[\"feed%\"]"), &["case"]).await;
        assert_eq!(related_events(&api, key, id(&first)).await, all);
        // searches know the rules too, also over events of which one is a member and one is not
        rule(&api, "event_info", json!(["feed%"])).await;
        let body = json!({"value": "evil.example", "includeCorrelations": 1});
        let found = api.post(key, "/attributes/restSearch", &body).await.done();
        let counts: Vec<usize> = found["response"]["Attribute"].as_array().unwrap().iter()
            .map(|row| row["RelatedAttribute"].as_array().unwrap().len()).collect();
        assert_eq!(counts, [1, 1, 2]);
    }

    async fn rules_are_kept_like_other_lists(api: TestApi) {
        let body = json!({"CorrelationRule": {"name": "feeds", "comment": "c", "selector_type": "event_info", "selector_list": ["feed%"]}});
        let made = api.post(&api.admin, "/correlation_rules/add", &body).await.done();
        let made = &made["CorrelationRule"];
        let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "uuid", "name", "comment", "selector_type", "selector_list", "timestamp"]);
        assert_eq!(made["selector_list"], json!(["feed%"]));
        let path = |action: &str| format!("/correlationRules/{action}/{}", id(made));
        let edited = api.post(&api.admin, &path("edit"), &json!({"name": "all feeds"})).await.done();
        assert_eq!((&edited["CorrelationRule"]["name"], &edited["CorrelationRule"]["selector_list"]), (&json!("all feeds"), &json!(["feed%"])));
        let listed = api.get(&api.admin, "/correlation_rules/index").await.done();
        assert_eq!(listed, json!([edited]));
        assert_eq!(api.get(&api.admin, &path("view")).await.done(), edited);
        for wrong in [
            json!({}),
            json!({"name": "x", "selector_type": "colour", "selector_list": ["1"]}),
            json!({"name": "x", "selector_type": "event_id", "selector_list": ["one"]}),
            json!({"name": "x", "selector_type": "event_id", "selector_list": []}),
            json!({"name": "x", "selector_type": "event_info", "selector_list": ["%"]}),
            json!({"name": "", "selector_type": "org_id", "selector_list": ["1"]}),
        ] {
            api.post(&api.admin, "/correlation_rules/add", &wrong).await.refuses(403);
        }
        api.post(&api.home.org_admin, "/correlation_rules/add", &body).await.refuses(403);
        let gone = api.post(&api.admin, &path("delete"), &json!({})).await.done();
        assert_eq!(gone["success"], true);
        api.get(&api.admin, &path("view")).await.refuses(404);
    }

    async fn values_are_listed_by_how_many_share_them(api: TestApi) {
        let key = &api.home.user;
        for n in 0..5 {
            let own = format!("own{n}.example");
            let mut attributes = vec![("ip-dst|port", "192.0.2.1|443"), ("comment", "a remark"), ("domain", own.as_str())];
            if n < 3 {
                attributes.extend([("domain", "Pair.example"), ("domain|ip", "pair.example|203.0.113.1")]);
            }
            if n < 2 {
                attributes.push(("domain", "cdn.example"));
            }
            event(&api, key, "event", 0, &attributes).await;
        }
        let _ = api.post(&api.admin, "/correlation_exclusions/add", &json!({"value": "cdn.example"})).await.done();
        let top = values(&api, "/correlations/top", "Correlation", "count").await;
        let row = |value: &str, number: &str, excluded: bool| (value.to_owned(), number.to_owned(), json!(excluded));
        // 6 attributes in 3 events make 12 pairs; ports and remarks take no part
        assert_eq!(top, [row("pair.example", "12", false), row("192.0.2.1", "10", false), row("203.0.113.1", "3", false), row("cdn.example", "1", true)]);
        let over = "/correlations/overCorrelations";
        assert_eq!(values(&api, over, "OverCorrelatingValue", "occurrence").await, []);
        set(&api, "MISP.correlation_limit", json!(3)).await;
        assert_eq!(values(&api, over, "OverCorrelatingValue", "occurrence").await, [row("pair.example", "6", false), row("192.0.2.1", "5", false)]);
        let second = api.get(&api.admin, &format!("{over}/scope:over_correlating/limit:1/page:2")).await.done();
        assert_eq!(second, json!([{"OverCorrelatingValue": {"id": "2", "value": "192.0.2.1", "occurrence": "5", "over_correlation": true, "excluded": false}}]));
        let under = values(&api, &format!("{over}/scope:not_over_correlating"), "OverCorrelatingValue", "occurrence").await;
        assert_eq!(under, [row("203.0.113.1", "3", false), row("cdn.example", "2", true)]);
        assert_eq!(values(&api, "/correlations/top/limit:1", "Correlation", "count").await, [row("203.0.113.1", "3", false)]);
        api.get(&api.admin, &format!("{over}/scope:some")).await.refuses(400);
        api.get(&api.home.org_admin, over).await.refuses(403);
    }

    async fn a_value_that_everybody_has_hides_no_other(api: TestApi) {
        let key = &api.home.user;
        let everywhere: Vec<String> = (0..20_100).map(|n| format!("hot.example|10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255)).collect();
        let everywhere: Vec<(&str, &str)> = everywhere.iter().map(|value| ("domain|ip", value.as_str())).collect();
        event(&api, key, "everywhere", 1, &everywhere).await;
        event(&api, key, "rare", 1, &[("domain", "rare.example")]).await;
        let asked = event(&api, key, "asked", 1, &[("domain", "hot.example"), ("domain", "rare.example"), ("ip-src", "10.0.0.7")]).await;
        assert_eq!(related_events(&api, key, id(&asked)).await, ["rare", "everywhere"], "by its address");
        set(&api, "MISP.correlation_limit", json!(10_000)).await;
        let path = format!("/events/view/{}/includeGranularCorrelations:1", id(&asked));
        let view = api.get(key, &path).await.done();
        let over: Vec<bool> = view["Event"]["Attribute"].as_array().unwrap().iter().map(|row| row.get("over_correlation").is_some()).collect();
        assert_eq!(over, [true, false, false]);
    }

    async fn scripts_that_look_after_correlation_work(api: TestApi) {
        for path in ["generateOccurrences", "generateTopCorrelations", "truncate/NoAcl", "switchEngine/noacl"] {
            let done = api.post(&api.admin, &format!("/correlations/{path}"), &json!({})).await.done();
            assert_eq!(done["success"], true, "{path}");
        }
        let setting = api.get(&api.admin, "/servers/getSetting/MISP.correlation_engine").await.done();
        assert_eq!(setting["value"], "NoAcl");
        for path in ["truncate/Nothing", "switchEngine"] {
            api.post(&api.admin, &format!("/correlations/{path}"), &json!({})).await.refuses(400);
        }
        let key = &api.home.user;
        let kept = event(&api, key, "kept", 0, &[("domain", "evil.example")]).await;
        let path = format!("/attributes/generateCorrelation/{}", id(&kept));
        let job = api.post(&api.admin, &path, &json!({})).await.done();
        let job = job["id"].as_str().unwrap().to_owned();
        let mut row = Value::Null;
        for _ in 0..200 {
            let jobs = api.get(&api.admin, "/jobs/index").await.done();
            row = jobs.as_array().unwrap().iter().find(|row| row["Job"]["id"] == job.as_str()).unwrap()["Job"].clone();
            if row["status"] == "4" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(row["message"], "Job done. 0 attributes repaired, 0 stale entries removed.");
        assert_eq!((&row["job_type"], &row["progress"]), (&json!("generate correlation"), &json!("100")));
        api.post(&api.admin, "/attributes/generateCorrelation/999999", &json!({})).await.refuses(404);
        api.post(key, "/attributes/generateCorrelation", &json!({})).await.refuses(403);
        // an exclusion keeps its value when it is edited
        let made = api.post(&api.admin, "/correlation_exclusions/add", &json!({"value": "a", "comment": "b"})).await.done();
        let path = format!("/correlation_exclusions/edit/{}", id(&made["CorrelationExclusion"]));
        let edited = api.post(&api.admin, &path, &json!({"value": "x", "comment": "c"})).await.done();
        assert_eq!((&edited["CorrelationExclusion"]["value"], &edited["CorrelationExclusion"]["comment"]), (&json!("a"), &json!("c")));
    }
}
