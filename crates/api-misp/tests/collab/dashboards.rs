//! Dashboards, their widgets, and the matrix of the statistics. spec: 08#9, 08#15
use super::{attack, text};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn widget(api: &TestApi, key: &Key, name: &str, config: Value) -> Value {
    let body = json!({"widget": name, "config": config});
    api.post(key, "/dashboards/renderWidget", &body).await.done()["data"].clone()
}

/// An event for everybody with a value of its owner's, and one that its owner keeps.
async fn events(api: &TestApi) {
    for name in ["common", "kept", attack::TECHNIQUE] {
        api.post(&api.admin, "/tags/add", &json!({"name": name}))
            .await
            .done();
    }
    let shared = json!({"info": "shared", "distribution": 1, "date": "2025-03-01", "Tag": [{"name": "common"}, {"name": attack::TECHNIQUE}],
    "Attribute": [
        {"type": "ip-dst", "value": "192.0.2.1", "Tag": [{"name": "common"}]},
        {"type": "domain", "value": "private.example", "distribution": 0, "Tag": [{"name": "kept"}]},
    ]});
    api.event(&api.home.publisher, &shared).await;
    let kept = json!({"info": "kept", "distribution": 0, "date": "2025-02-01", "Tag": [{"name": "kept"}],
        "Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]});
    api.event(&api.home.publisher, &kept).await;
}

api_test! {
    async fn widgets_show_what_their_reader_sees(api: TestApi) {
        attack::load(&api).await;
        events(&api).await;
        let (own, other) = (&api.home.reader, &api.other.reader);
        let tags = widget(&api, own, "TrendingTagsWidget", json!({"exclude": ["mitre"]})).await;
        assert_eq!(tags, json!({"data": {"common": 2, "kept": 2}}));
        let tags = widget(&api, other, "TrendingTagsWidget", json!({"include": "COMMON,kept"})).await;
        assert_eq!(tags, json!({"data": {"common": 2}}));
        let tags = widget(&api, own, "TrendingTags", json!({"filter_event_tags": true, "include": ["common", "kept"]})).await;
        assert_eq!(tags, json!({"data": {"common": 1, "kept": 1}}));
        let values = widget(&api, own, "TrendingAttributesWidget", json!({})).await;
        assert_eq!(values, json!({"data": {"192.0.2.1": 2, "private.example": 1}}));
        let values = widget(&api, other, "TrendingAttributesWidget", json!({"type": ["ip-dst", "domain"]})).await;
        assert_eq!(values, json!({"data": {"192.0.2.1": 1}}));
        let stream = widget(&api, other, "EventStreamWidget", json!({"fields": ["info", "orgc"]})).await;
        assert_eq!(stream, json!({"fields": ["orgc", "info"], "data": [{"info": "shared", "orgc": "Home CERT"}]}));
        let stream = widget(&api, own, "EventStreamWidget", json!({"tags": ["!common"], "fields": "info"})).await;
        assert_eq!(stream["data"], json!([{"info": "kept"}]));
        let months = widget(&api, own, "EventEvolutionLineWidget", json!({"cumulative": 1})).await;
        assert_eq!(months["data"], json!([{"date": "2025-02", "Events": 1}, {"date": "2025-03", "Events": 2}]));
        let months = widget(&api, other, "EventEvolutionLineWidget", json!({})).await;
        assert_eq!(months["data"], json!([{"date": "2025-03", "Events": 1}]));
        let top = widget(&api, other, "OrgContributionToplistWidget", json!({"month": "2025-03"})).await;
        assert_eq!(top, json!({"data": {"Home CERT": 1}}));
        let top = widget(&api, own, "OrgContributionToplistWidget", json!({"filter": {"id": "!99"}})).await;
        assert_eq!(top, json!({"data": {"Home CERT": 2}}));
        let matrix = widget(&api, other, "AttackWidget", json!({})).await;
        assert_eq!((&matrix["scores"][attack::TECHNIQUE], &matrix["maxScore"]), (&json!(1), &json!(1)));
        let matrix = widget(&api, other, "AttackWidget", json!({"published": 1})).await;
        assert_eq!(matrix["scores"], json!({}));
    }

    async fn every_widget_answers_or_is_for_administrators(api: TestApi) {
        events(&api).await;
        let all = api.get(&api.admin, "/dashboards/getForm").await.done();
        let names = |list: &Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| text(&one["widget"]).to_owned()).collect()
        };
        let offered = names(&api.get(&api.other.reader, "/dashboards/getForm").await.done());
        let all = names(&all);
        assert!(all.len() >= 20 && offered.len() < all.len());
        for name in &all {
            let body = json!({"widget": name, "config": {}});
            let answer = api.post(&api.admin, "/dashboards/renderWidget", &body).await.done();
            assert_eq!(&answer["widget"], name);
            let answer = api.post(&api.other.reader, "/dashboards/renderWidget", &body).await;
            if offered.contains(name) {
                answer.done();
            } else {
                answer.refuses(403);
            }
            let one = api.get(&api.other.reader, &format!("/dashboards/getEmptyWidget/{name}")).await.done();
            assert_eq!(&one["widget"], name);
        }
        let users = widget(&api, &api.admin, "NewUsersWidget", json!({"limit": 3})).await;
        assert_eq!(users["data"].as_array().unwrap().len(), 3);
        let top = widget(&api, &api.admin, "UserContributionToplistWidget", json!({})).await;
        assert_eq!(top["data"].as_object().unwrap().values().collect::<Vec<_>>(), [&json!(2)]);
    }

    async fn widgets_say_what_is_wrong(api: TestApi) {
        for (name, config) in [
            ("Odd", json!({})), ("TrendingTagsWidget", json!({"time_window": "soon"})),
            ("EventEvolutionLineWidget", json!({"start": "x"})), ("OrgContributionToplistWidget", json!({"month": "2025"})),
            ("ButtonWidget", json!({"url": "https://elsewhere.example/"})), ("ButtonWidget", json!({"url": "//elsewhere"})),
        ] {
            api.post(&api.home.reader, "/dashboards/renderWidget", &json!({"widget": name, "config": config})).await.is_refusal();
        }
        api.get(&api.home.reader, "/dashboards/getEmptyWidget/Odd").await.refuses(404);
    }

    async fn figures_are_exported(api: TestApi) {
        events(&api).await;
        let body = json!({"widget": "TrendingTagsWidget", "config": {"alias": "Mine", "include": ["common"]}});
        let shown = api.post(&api.home.reader, "/dashboards/renderWidget", &body).await.done();
        assert_eq!((&shown["title"], &shown["render"]), (&json!("Mine"), &json!("BarChart")));
        let table = api.post(&api.home.reader, "/dashboards/renderWidget/0/exportcsv:1", &body).await;
        assert_eq!((table.header("content-type"), table.text()), ("text/csv; charset=UTF-8", "\"name\",\"count\"\n\"common\",\"2\"\n".to_owned()));
        let data = api.post(&api.home.reader, "/dashboards/renderWidget/0/exportjson:1", &body).await.done();
        assert_eq!(data, json!({"data": {"common": 2}}));
    }

    async fn a_dashboard_is_kept_and_given_on(api: TestApi) {
        let own = async |key: &Key| api.get(key, "/dashboards/index").await.done();
        assert_eq!(own(&api.home.user).await[0]["widget"], "MispStatusWidget");
        let mine = json!([{"widget": "WhoamiWidget", "config": {}, "position": {"x": 0, "y": 0, "width": 2, "height": 2}}]);
        let body = json!({"Dashboard": {"value": mine}});
        api.post(&api.home.user, "/dashboards/updateSettings", &body).await.done();
        assert_eq!(own(&api.home.user).await, mine);
        assert_eq!(own(&api.home.publisher).await[0]["widget"], "MispStatusWidget");
        for bad in [json!({"value": "x"}), json!({"value": [{"widget": "Odd"}]}), json!({})] {
            api.post(&api.home.user, "/dashboards/import", &bad).await.refuses(403);
        }
        // templates: what others see by them is for administrators to say
        let saved = api.post(&api.home.user, "/dashboards/saveTemplate", &json!({"name": "Small", "selectable": 1})).await.done();
        let id = text(&saved["Dashboard"]["id"]).to_owned();
        assert_eq!((&saved["Dashboard"]["value"], &saved["Dashboard"]["selectable"]), (&mine, &json!(false)));
        assert_eq!(api.get(&api.other.reader, "/dashboards/listTemplates").await.done(), json!([]));
        let (edit, remove) = (format!("/dashboards/saveTemplate/{id}"), format!("/dashboards/deleteTemplate/{id}"));
        api.post(&api.other.user, &edit, &json!({"name": "x"})).await.refuses(404);
        let open = json!({"default": 1, "selectable": 1, "restrict_to_org_id": api.other.org.0});
        api.post(&api.admin, &edit, &open).await.done();
        assert_eq!(own(&api.other.reader).await, mine);
        assert_eq!(own(&api.home.publisher).await[0]["widget"], "MispStatusWidget");
        api.post(&api.other.user, &edit, &json!({"name": "x"})).await.refuses(403);
        api.post(&api.other.user, &remove, &json!({})).await.refuses(403);
        api.post(&api.home.user, &remove, &json!({})).await.done();
        assert_eq!(own(&api.other.reader).await[0]["widget"], "MispStatusWidget");
        for bad in [json!({}), json!({"name": "x", "value": []  , "restrict_to_permission_flag": "perm_odd"})] {
            api.post(&api.admin, "/dashboards/saveTemplate", &bad).await.refuses(403);
        }
    }

    async fn statistics_have_a_matrix_and_discussions(api: TestApi) {
        attack::load(&api).await;
        events(&api).await;
        let path = "/users/statistics/galaxyMatrix";
        let shown = api.get(&api.other.reader, path).await.done();
        assert_eq!(shown["scores"], json!({attack::TECHNIQUE: 1}));
        let none = api.post(&api.other.reader, path, &json!({"organisation": "Other CERT"})).await.done();
        assert_eq!(none["scores"], json!({}));
        let early = api.post(&api.other.reader, path, &json!({"dateTo": "2025-02-15"})).await.done();
        assert_eq!(early["scores"], json!({}));
        api.post(&api.other.reader, path, &json!({"dateTo": "soon"})).await.is_refusal();
        api.post(&api.home.user, "/posts/add", &json!({"title": "T", "message": "m"})).await.done();
        api.post(&api.home.user, "/posts/add", &json!({"title": "Own", "message": "m", "distribution": 0})).await.done();
        let data = api.get(&api.other.reader, "/users/statistics/data").await.done();
        assert_eq!((&data["stats"]["thread_count"], &data["stats"]["post_count"]), (&json!("1"), &json!("1")));
        let data = api.get(&api.home.reader, "/users/statistics/data").await.done();
        assert_eq!((&data["stats"]["thread_count"], &data["stats"]["post_count"]), (&json!("2"), &json!("2")));
    }
}
