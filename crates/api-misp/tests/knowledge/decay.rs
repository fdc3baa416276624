//! Decaying models and what they say about attributes and events. spec: 05#5
use entente_engine::knowledge;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

async fn models(api: &TestApi) {
    knowledge::import_shipped(&api.instance.app).await.unwrap();
}

async fn model_called(api: &TestApi, name: &str) -> String {
    let models = api.get(&api.admin, "/decayingModel/index").await.done();
    let model = models
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["DecayingModel"]["name"] == name)
        .unwrap();
    model["DecayingModel"]["id"].as_str().unwrap().to_owned()
}

async fn search(api: &TestApi, key: &Key, mut body: Value) -> Vec<Value> {
    body["returnFormat"] = json!("json");
    let answer = api.post(key, "/attributes/restSearch", &body).await.done();
    answer["response"]["Attribute"].as_array().unwrap().clone()
}

/// An event with an address and a remark, both changed so many days ago.
async fn sample(api: &TestApi, days: i64) -> Value {
    let at = api.instance.app.now() - days * DAY;
    let event = json!({"info": "decaying", "distribution": 1, "timestamp": at, "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": true, "timestamp": at},
        {"type": "text", "category": "Other", "value": "a remark", "timestamp": at},
    ]});
    let event = api.event(&api.admin, &event).await;
    assert_eq!(event["Attribute"][0]["timestamp"], at.to_string(), "{event}");
    event
}

fn close(value: &Value, expected: f64) -> bool {
    (value.as_f64().unwrap() - expected).abs() < 1e-3
}

api_test! {
    async fn scores_follow_the_formula(api: TestApi) {
        models(&api).await;
        sample(&api, 30).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let asked = json!({"includeDecayScore": 1});
        assert!(search(&api, &api.admin, asked.clone()).await[0].get("decay_score").is_none(), "no model is enabled");
        api.post(&api.admin, &format!("/decayingModel/enable/{nids}"), &Value::Null).await.done();
        let rows = search(&api, &api.admin, asked).await;
        assert_eq!(rows[0]["decay_score"].as_array().unwrap().len(), 1, "{}", rows[0]);
        let score = &rows[0]["decay_score"][0];
        // 80×(1−(30/120)^(1/2))
        assert!(close(&score["score"], 40.0), "{score}");
        assert_eq!((&score["base_score"], &score["decayed"]), (&json!(80), &json!(false)));
        assert_eq!(score["DecayingModel"], json!({"id": nids, "name": "NIDS Simple Decaying Model"}));
        assert!(rows[1].get("decay_score").is_none(), "the model is not for text");
        let whole = search(&api, &api.admin, json!({"includeDecayScore": 1, "includeFullModel": 1})).await;
        assert_eq!(whole[0]["decay_score"][0]["DecayingModel"]["parameters"]["lifetime"], 120);
    }

    async fn overrides_and_named_models(api: TestApi) {
        models(&api).await;
        sample(&api, 30).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let phishing = model_called(&api, "Phishing model").await;
        let score = async |body: Value| search(&api, &api.home.reader, body).await[0]["decay_score"].clone();
        let named = score(json!({"includeDecayScore": 1, "decayingModel": [nids, phishing]})).await;
        assert_eq!(named.as_array().unwrap().len(), 2, "{named}");
        assert_eq!((&named[1]["score"], &named[1]["decayed"]), (&json!(0), &json!(true)));
        let above = score(json!({"decayingModel": nids, "score": 41})).await;
        assert_eq!(above[0]["decayed"], true, "a threshold above the score");
        let slower = score(json!({"includeDecayScore": 1, "decayingModel": nids, "modelOverrides": {"lifetime": 480, "decay_speed": "1"}})).await;
        assert!(close(&slower[0]["score"], 80.0 * (1.0 - 30.0 / 480.0)), "{slower}");
        let odd = score(json!({"includeDecayScore": 1, "decayingModel": nids, "modelOverrides": "no", "score": "x"})).await;
        assert!(close(&odd[0]["score"], 40.0), "what is no number changes nothing");
    }

    async fn what_has_decayed_can_be_left_out(api: TestApi) {
        models(&api).await;
        sample(&api, 30).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let phishing = model_called(&api, "Phishing model").await;
        let ask = async |body: Value| {
            let reply = api.post(&api.admin, "/attributes/restSearch", &body).await;
            reply.done();
            (reply.text(), reply.header("x-skipped-elements-count").to_owned())
        };
        let (text, skipped) = ask(json!({"excludeDecayed": 1, "decayingModel": phishing})).await;
        assert!(!text.contains("198.51.100.7") && !text.contains("a remark"), "a named model judges every type");
        assert_eq!(skipped, "2");
        let (text, skipped) = ask(json!({"excludeDecayed": 1, "decayingModel": [phishing, nids]})).await;
        assert!(text.contains("198.51.100.7") && skipped == "0", "one model still trusts it");
        api.post(&api.admin, &format!("/decayingModel/enable/{phishing}"), &Value::Null).await.done();
        let (text, _) = ask(json!({"excludeDecayed": 1})).await;
        assert!(!text.contains("198.51.100.7") && text.contains("a remark"), "no model speaks about text");
        let (csv, _) = ask(json!({"excludeDecayed": 1, "returnFormat": "csv"})).await;
        assert!(!csv.contains("198.51.100.7") && csv.contains("a remark"));
    }

    async fn sightings_that_the_caller_sees_reset_the_score(api: TestApi) {
        models(&api).await;
        let event = sample(&api, 30).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        api.post(&api.admin, &format!("/decayingModel/enable/{nids}"), &Value::Null).await.done();
        let attribute = event["Attribute"][0]["id"].as_str().unwrap();
        let sight = async |key: &Key, kind: &str| {
            api.post(key, &format!("/sightings/add/{attribute}"), &json!({"type": kind})).await.done();
        };
        let score = async |key: &Key| {
            search(&api, key, json!({"includeDecayScore": 1})).await[0]["decay_score"][0]["score"].clone()
        };
        sight(&api.home.user, "1").await;
        assert!(close(&score(&api.home.user).await, 40.0), "a false positive confirms nothing");
        sight(&api.home.user, "0").await;
        assert!(close(&score(&api.home.user).await, 80.0));
        assert!(close(&score(&api.admin).await, 80.0));
        assert!(close(&score(&api.other.reader).await, 40.0), "foreign sightings stay hidden");
        api.instance.advance(30 * DAY);
        assert!(close(&score(&api.home.user).await, 40.0));
    }

    async fn tags_make_the_base_score(api: TestApi) {
        models(&api).await;
        let event = sample(&api, 0).await;
        for (name, number) in [("priority-level:high", 90), ("retention:expired", 0), ("priority-level:low", 10)] {
            api.post(&api.admin, "/tags/add", &json!({"name": name, "numerical_value": number})).await.done();
        }
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let tag = async |uuid: &Value, tag: &str| {
            api.post(&api.admin, "/tags/attachTagToObject", &json!({"uuid": uuid, "tag": tag})).await.done();
        };
        let ask = json!({"includeDecayScore": 1, "decayingModel": nids});
        let base = async |key: &Key| search(&api, key, ask.clone()).await[0]["decay_score"][0]["base_score"].clone();
        tag(&event["uuid"], "priority-level:high").await;
        assert!(close(&base(&api.home.user).await, 90.0));
        tag(&event["uuid"], "retention:expired").await;
        assert!(close(&base(&api.home.user).await, 45.0), "equal weights");
        tag(&event["Attribute"][0]["uuid"], "priority-level:low").await;
        assert!(close(&base(&api.home.user).await, 5.0), "the attribute's tag replaces that of its event");
        let own = json!({"value": {"priority-level:low": 70}});
        api.post(&api.home.user, "/userSettings/setSetting/me/tag_numerical_value_override", &own).await.done();
        assert!(close(&base(&api.home.user).await, 35.0), "the user's own number");
        assert!(close(&base(&api.home.reader).await, 5.0));
    }

    async fn events_carry_scores_too(api: TestApi) {
        models(&api).await;
        let event = sample(&api, 30).await;
        let id = event["id"].as_str().unwrap();
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        api.post(&api.admin, &format!("/decayingModel/enable/{nids}"), &Value::Null).await.done();
        api.post(&api.admin, &format!("/events/publish/{id}"), &Value::Null).await.done();
        api.instance.advance(30 * DAY);
        let body = json!({"includeDecayScore": 1, "includeScoresOnEvent": 1});
        let found = api.post(&api.admin, "/events/restSearch", &body).await.done();
        let found = &found["response"][0]["Event"];
        assert!(close(&found["event_scores"][0]["score"], 40.0), "{found}");
        let half = 80.0 * (1.0 - 0.5_f64.sqrt());
        assert!(close(&found["Attribute"][0]["decay_score"][0]["score"], half), "{found}");
        assert!(found["Attribute"][1].get("decay_score").is_none());
        let plain = api.get(&api.admin, &format!("/events/view/{id}")).await.done();
        assert!(plain["Event"].get("event_scores").is_none());
        assert!(plain["Event"]["Attribute"][0].get("decay_score").is_none());
        let viewed = api.get(&api.admin, &format!("/events/view/{id}/includeDecayScore:1/decayingModel:{nids}")).await.done();
        assert!(close(&viewed["Event"]["Attribute"][0]["decay_score"][0]["score"], half), "{viewed}");
        assert!(viewed["Event"].get("event_scores").is_none());
        let pruned = api.post(&api.admin, "/events/restSearch", &json!({"excludeDecayed": 1})).await.done();
        let left = pruned["response"][0]["Event"]["Attribute"].as_array().unwrap();
        assert_eq!(left.len(), 1, "{pruned}");
    }

    async fn models_are_made_changed_and_shared(api: TestApi) {
        models(&api).await;
        let body = json!({"DecayingModel": {"name": "Ours", "description": "d", "formula": "polynomial", "all_orgs": 0,
            "parameters": {"lifetime": 3, "decay_speed": 1.23456, "threshold": 10, "default_base_score": 60,
                "base_score_config": {"retention": 1}}}});
        api.post(&api.home.reader, "/decayingModel/add", &body).await.refuses(403);
        let added = api.post(&api.home.user, "/decayingModel/add", &body).await.done();
        assert_eq!(added["action"], "add");
        let model = &added["data"]["DecayingModel"];
        assert_eq!((&model["parameters"]["decay_speed"], &model["isEditable"]), (&json!(1.2346), &json!(true)));
        assert_eq!((&model["formula"], &model["enabled"], &model["default"]), (&json!("Polynomial"), &json!(false), &json!(false)));
        let id = model["id"].as_str().unwrap();
        let view = format!("/decayingModel/view/{id}");
        api.get(&api.other.user, &view).await.refuses(404);
        api.post(&api.other.user, &format!("/decayingModel/edit/{id}"), &json!({"name": "x"})).await.refuses(404);
        let link = format!("/decayingModelMapping/linkAttributeTypeToModel/{id}");
        let types = json!({"DecayingModelMapping": {"attributetypes": "[\"md5\",\"ip-dst\",\"md5\"]"}});
        api.post(&api.home.user, &link, &types).await.done();
        let types = api.get(&api.home.reader, &format!("/decayingModelMapping/viewAssociatedTypes/{id}")).await.done();
        assert_eq!(types, json!(["md5", "ip-dst"]));
        let refused = api.post(&api.home.user, &link, &json!({"attributetypes": ["nonsense"]})).await;
        assert!(refused.refuses(403).text().contains("nonsense"));
        let edited = api.post(&api.home.user, &format!("/decayingModel/edit/{id}"), &json!({"all_orgs": 1, "enabled": true})).await.done();
        assert_eq!((&edited["action"], &edited["data"]["DecayingModel"]["enabled"]), (&json!("edit"), &json!(true)));
        assert_eq!(edited["data"]["DecayingModelMapping"][1]["attribute_type"], "ip-dst");
        let seen = api.get(&api.other.user, &view).await.done();
        assert_eq!(seen["DecayingModel"]["isEditable"], false);
        api.post(&api.other.user, &format!("/decayingModel/delete/{id}"), &Value::Null).await.refuses(403);

        let exported = api.get(&api.other.user, &format!("/decayingModel/export/{id}")).await.done();
        assert!(exported.get("uuid").is_none() && exported.get("org_id").is_none(), "{exported}");
        let imported = api.post(&api.other.user, "/decayingModel/import", &exported).await.done();
        let copy = &imported["data"];
        for same in ["name", "parameters", "attribute_types", "formula"] {
            assert_eq!(copy[same], exported[same], "{same}");
        }
        let text = json!({"DecayingModel": {"json": exported.to_string()}});
        api.post(&api.other.user, "/decayingModel/import", &text).await.done();
        api.post(&api.home.user, &format!("/decayingModel/delete/{id}"), &Value::Null).await.done();
        api.get(&api.home.user, &view).await.refuses(404);
        let mine = api.get(&api.other.user, "/decayingModel/index/my_models:1").await.done();
        assert_eq!(mine.as_array().unwrap().len(), 2);
        let page = api.get(&api.other.user, "/decayingModel/index/limit:2/page:2").await.done();
        assert_eq!(page.as_array().unwrap().len(), 2, "five models in all");
    }

    async fn senseless_models_are_refused(api: TestApi) {
        let good = json!({"name": "m", "parameters": {"lifetime": 3, "decay_speed": 1, "threshold": 10, "default_base_score": 60}});
        for (field, value) in [
            ("name", json!("")),
            ("formula", json!("linear")),
            ("parameters", json!({"lifetime": 3})),
            ("parameters", json!({"lifetime": 0, "decay_speed": 1, "threshold": 10, "default_base_score": 60})),
            ("parameters", json!({"lifetime": "soon", "decay_speed": 1, "threshold": 10, "default_base_score": 60})),
            ("parameters", json!({"lifetime": 3, "decay_speed": 1, "threshold": 1000, "default_base_score": 60})),
            ("attribute_types", json!(["nonsense"])),
        ] {
            let mut bad = good.clone();
            bad[field] = value.clone();
            let refused = api.post(&api.admin, "/decayingModel/add", &bad).await;
            assert!(refused.refuses(403).json()["errors"][field].is_array(), "{field} {value}: {}", refused.text());
        }
        api.post(&api.admin, "/decayingModel/add", &good).await.done();
    }

    async fn models_of_the_library_are_only_switched(api: TestApi) {
        models(&api).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let edit = format!("/decayingModel/edit/{nids}");
        api.post(&api.home.org_admin, &edit, &json!({"enabled": 1})).await.refuses(403);
        api.post(&api.admin, &edit, &json!({"enabled": 1})).await.done();
        api.post(&api.admin, &edit, &json!({"name": "NIDS"})).await.refuses(403);
        let whole = api.get(&api.admin, &format!("/decayingModel/view/{nids}")).await.done();
        let again = api.post(&api.admin, &edit, &whole).await.done();
        assert_eq!(again["data"]["DecayingModel"]["version"], whole["DecayingModel"]["version"]);
        api.post(&api.home.org_admin, "/decayingModel/update", &Value::Null).await.refuses(403);
        let update = api.post(&api.admin, "/decayingModel/update/force", &Value::Null).await.done();
        assert_eq!(update["message"], "Successfully updated 3 default decaying models.");
        assert_eq!(api.get(&api.admin, &format!("/decayingModel/view/{nids}")).await.done(), whole, "still enabled");
    }

    async fn a_model_is_tried_out_on_an_attribute(api: TestApi) {
        models(&api).await;
        let event = sample(&api, 30).await;
        let nids = model_called(&api, "NIDS Simple Decaying Model").await;
        let attribute = event["Attribute"][0]["id"].as_str().unwrap();
        let path = format!("/decayingModel/decayingToolComputeSimulation/{nids}/{attribute}");
        let plain = api.get(&api.home.reader, &path).await.done();
        assert!(close(&plain["current_score"], 40.0), "{plain}");
        let csv = plain["csv"].as_str().unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!((lines[0], lines.len()), ("date,value", 120 * 24 + 2));
        assert!(lines[1].ends_with("+00:00,80") && lines.last().unwrap().ends_with(",0"), "{} {:?}", lines[1], lines.last());
        assert_eq!(plain["base_score_config"]["base_score"], 80);
        assert_eq!(plain["Model"]["id"], nids);
        let shorter = api.get(&api.home.reader, &format!("{path}/modelOverride:%7B%22lifetime%22:60%7D/score:5")).await.done();
        assert_eq!((&shorter["Model"]["parameters"]["lifetime"], &shorter["Model"]["parameters"]["threshold"]), (&json!(60), &json!(5)));
        api.get(&api.home.reader, "/decayingModel/decayingToolComputeSimulation/99/1").await.refuses(404);
        let body = json!({"id": attribute, "decayingModel": nids});
        let found = api.post(&api.home.reader, "/decayingModel/decayingToolRestSearch", &body).await.done();
        let rows = found["response"]["Attribute"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["id"]), (1, &json!(attribute)), "{found}");
        assert!(close(&rows[0]["decay_score"][0]["score"], 40.0));
        let found = api.post(&api.home.reader, "/decayingModel/decayingToolRestSearch", &json!({"type": "text"})).await.done();
        assert_eq!(found["response"]["Attribute"].as_array().unwrap().len(), 1);
    }

    async fn a_foreign_event_cannot_be_tried_out(api: TestApi) {
        models(&api).await;
        let event = json!({"info": "kept", "distribution": 0, "Attribute": [
            {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.8"}]});
        let event = api.event(&api.home.user, &event).await;
        let attribute = event["Attribute"][0]["id"].as_str().unwrap();
        api.get(&api.other.user, &format!("/decayingModel/decayingToolComputeSimulation/1/{attribute}")).await.refuses(404);
        api.post(&api.other.user, "/decayingModel/decayingToolRestSearch", &json!({"id": attribute})).await.refuses(404);
    }
}
