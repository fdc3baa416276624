//! Search results as the techniques, vocabularies and clusters behind their tags. spec: 04#6.12, 04#6.13
use entente_engine::knowledge::{self, Source};
use entente_testkit::api::{Key, Reply, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

const SHELL: &str = "misp-galaxy:mitre-attack-pattern=\"Shell - T1059\"";
const WIPE: &str = "misp-galaxy:mitre-attack-pattern=\"Wipe <all> - T1561\"";

async fn libraries(api: &TestApi) {
    let galaxy = json!({"uuid": "c4e851fa-775f-11e7-8163-b774922098cd", "name": "Attack Pattern", "type": "mitre-attack-pattern",
        "description": "Tactics", "version": 1, "icon": "map", "namespace": "mitre-attack",
        "kill_chain_order": {"windows": ["execution", "impact"], "linux": ["execution"]}});
    let clusters = json!({"name": "Attack Pattern", "type": "mitre-attack-pattern", "uuid": "dcb864dc-775f-11e7-9fbb-1f41b4996683",
    "description": "d", "source": "s", "authors": ["a"], "category": "c", "version": 1, "values": [
        {"value": "Shell - T1059", "uuid": "7385dfaf-6886-4229-9ecd-6fd678040830", "description": "Commands [x](y)",
         "meta": {"external_id": "T1059", "kill_chain": ["windows:execution", "linux:execution"]}},
        {"value": "Wipe <all> - T1561", "uuid": "1988cc35-ced8-4dad-b2d1-7628488fa967", "description": "w",
         "meta": {"external_id": "T1561", "kill_chain": ["windows:impact"]}},
    ]});
    let taxonomy = json!({"namespace": "door", "description": "Doors", "version": 1,
        "predicates": [{"value": "state", "expanded": "State"}],
        "values": [{"predicate": "state", "entry": [{"value": "open", "expanded": "Open", "numerical_value": 10}]}]});
    let files = vec![
        ("galaxies/attack.json".to_owned(), galaxy.to_string().into_bytes()),
        (
            "clusters/attack.json".to_owned(),
            clusters.to_string().into_bytes(),
        ),
        (
            "taxonomies/door/machinetag.json".to_owned(),
            taxonomy.to_string().into_bytes(),
        ),
    ];
    let report = knowledge::import(&api.instance.app, vec![Source::Files(files)], |_| {})
        .await
        .unwrap();
    assert!(
        report.kinds.values().all(|tally| tally.refused == 0),
        "{report:?}"
    );
}

/// Two events: one tagged as a whole, one whose attributes are.
async fn events(api: &TestApi) -> (Value, Value) {
    let first = json!({"info": "first", "distribution": 1, "timestamp": 1_700_000_000, "Tag": [{"name": SHELL}, {"name": "door:state=\"open\""}],
        "Attribute": [{"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "timestamp": 1_700_000_000}]});
    let second = json!({"info": "second", "distribution": 1, "timestamp": 1_700_000_000, "Attribute": [
        {"type": "md5", "category": "Payload delivery", "value": "d41d8cd98f00b204e9800998ecf8427e", "timestamp": 1_700_000_100,
         "Tag": [{"name": SHELL}, {"name": WIPE}, {"name": "mine"}]},
        {"type": "text", "category": "Other", "value": "hidden", "distribution": 0, "Tag": [{"name": "secret"}]}],
        "Object": [{"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "template_version": 1,
            "Attribute": [{"type": "sha1", "category": "Payload delivery", "object_relation": "sha1",
                "value": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "Tag": [{"name": WIPE}]}]}]});
    (
        api.event(&api.admin, &first).await,
        api.event(&api.admin, &second).await,
    )
}

async fn ask(api: &TestApi, key: &Key, format: &str, more: Value) -> Reply {
    let mut body = json!({"returnFormat": format});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let reply = api
        .ask("POST", "/events/restSearch")
        .key(key)
        .header("accept", "application/json")
        .json(&body);
    reply.send().await
}

api_test! {
    async fn techniques_are_counted_per_event(api: TestApi) {
        libraries(&api).await;
        events(&api).await;
        let reply = ask(&api, &api.home.reader, "attack", json!({})).await;
        let matrix = reply.done();
        assert_eq!(matrix["scores"], json!({SHELL: 2, WIPE: 1}), "{matrix}");
        assert_eq!((&matrix["maxScore"], &matrix["target_type"], &matrix["galaxyName"]), (&json!(2), &json!("event"), &json!("Attack Pattern")));
        assert_eq!(matrix["columnOrders"], json!({"windows": ["execution", "impact"], "linux": ["execution"]}));
        assert_eq!(matrix["tabs"]["linux"]["execution"][0]["external_id"], "T1059");
        assert_eq!(matrix["matrixGalaxies"][0]["type"], "mitre-attack-pattern");
        assert_eq!(reply.header("content-type"), "application/json; charset=UTF-8");
        assert_eq!((reply.header("x-result-count"), reply.header("content-disposition")), ("", ""));
        ask(&api, &api.admin, "attack", json!({"attackGalaxy": "nonsense"})).await.refuses(400);
        let none = ask(&api, &api.admin, "attack", json!({"eventinfo": "nothing"})).await.done();
        assert_eq!((&none["scores"], &none["maxScore"]), (&json!({}), &json!(0)));
    }

    async fn browsers_get_pages(api: TestApi) {
        libraries(&api).await;
        events(&api).await;
        for format in ["attack", "context"] {
            let body = json!({"returnFormat": format});
            let reply = api.ask("POST", "/events/restSearch").key(&api.admin).header("accept", "text/html,*/*").json(&body).send().await;
            assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=UTF-8"));
            assert!(reply.header("content-security-policy").contains("default-src 'none'"));
            let page = reply.text();
            assert!(page.contains("Wipe &lt;all&gt;") && !page.contains("Wipe <all>"), "{page}");
        }
        let body = json!({"returnFormat": "context-markdown"});
        let reply = api.ask("POST", "/events/restSearch").key(&api.admin).header("accept", "text/html").json(&body).send().await;
        assert_eq!(reply.header("content-type"), "text/plain; charset=UTF-8");
    }

    async fn contexts_tell_what_tags_mean(api: TestApi) {
        libraries(&api).await;
        events(&api).await;
        let context = ask(&api, &api.home.reader, "context", json!({})).await.done();
        let door = &context["tags"]["door"][0];
        assert_eq!((&door["Taxonomy"]["description"], &door["Tag"]["name"]), (&json!("Doors"), &json!("door:state=\"open\"")));
        assert_eq!((&door["TaxonomyPredicate"]["value"], &door["TaxonomyEntry"]["expanded"]), (&json!("state"), &json!("Open")));
        let custom = context["tags"]["Custom Tags"].as_array().unwrap();
        assert_eq!(custom.len(), 1, "the tag of a hidden attribute stays hidden: {custom:?}");
        assert_eq!(custom[0]["Tag"]["name"], "mine");
        let clusters = context["clusters"]["mitre-attack-pattern"].as_array().unwrap();
        assert_eq!(clusters.len(), 2);
        assert_eq!((&clusters[0]["GalaxyCluster"]["value"], &clusters[0]["Galaxy"]["name"]), (&json!("Shell - T1059"), &json!("Attack Pattern")));
        assert_eq!(context["attackData"]["maxScore"], 2);
        let all = ask(&api, &api.admin, "context", json!({})).await.done();
        assert_eq!(all["tags"]["Custom Tags"].as_array().unwrap().len(), 2);
        let empty = ask(&api, &api.admin, "context", json!({"eventinfo": "nothing"})).await.done();
        assert_eq!((&empty["tags"], &empty["clusters"]), (&json!({}), &json!({})));
    }

    async fn contexts_as_markdown(api: TestApi) {
        libraries(&api).await;
        events(&api).await;
        let reply = ask(&api, &api.home.reader, "context-markdown", json!({})).await;
        let text = reply.text();
        assert!(text.starts_with("# Aggregated context data\n## Tags and Taxonomies\n#### Custom Tags\n- **mine**\n#### door\n*Doors*\n"), "{text}");
        assert!(text.contains("State: Open") && text.contains("\n## Galaxy Clusters\n#### Attack Pattern\n"), "{text}");
        assert!(text.contains("Commands \\[x\\]\\(y\\)") && !text.contains("<all>"), "{text}");
        let none = ask(&api, &api.admin, "context-markdown", json!({"eventinfo": "nothing"})).await;
        assert_eq!(none.text(), "# Aggregated context data\n## Tags and Taxonomies\n\n## Galaxy Clusters\n");
    }

    async fn techniques_have_times(api: TestApi) {
        libraries(&api).await;
        let (first, second) = events(&api).await;
        let attribute = &first["Attribute"][0]["id"].as_str().unwrap();
        let sighting = json!({"timestamp": 1_700_000_500});
        api.post(&api.admin, &format!("/sightings/add/{attribute}"), &sighting).await.done();
        let reply = ask(&api, &api.admin, "attack-sightings", json!({})).await;
        assert_eq!(reply.header("x-export-module-used"), "attack-sightings");
        assert_eq!((reply.header("x-result-count"), reply.header("x-response-format")), ("2", "json"));
        let list = reply.done();
        let of = |uuid: &Value| list.as_array().unwrap().iter().find(|item| item["id"] == *uuid).cloned();
        let event = of(&first["uuid"]).unwrap();
        assert_eq!(event["techniques"], json!([{"techniqueID": "T1059"}]));
        assert_eq!((&event["startTime"], &event["endTime"]), (&json!("2023-11-14T22:13:20Z"), &json!("2023-11-14T22:21:40Z")));
        assert!(of(&first["Attribute"][0]["uuid"]).is_none() && of(&second["uuid"]).is_none(), "techniques stand where they are attached");
        let hash = of(&second["Attribute"][0]["uuid"]).unwrap();
        assert_eq!(hash["techniques"], json!([{"techniqueID": "T1059"}, {"techniqueID": "T1561"}]));
        assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
        let attributes = api.post(&api.admin, "/attributes/restSearch", &json!({"returnFormat": "attack-sightings"})).await.done();
        assert_eq!(attributes.as_array().unwrap().len(), 2, "{attributes}");
        for format in ["attack", "context", "context-markdown", "opendata"] {
            let refused = api.post(&api.admin, "/attributes/restSearch", &json!({"returnFormat": format})).await;
            assert_eq!(refused.refuses(404).message(), "Invalid output format.", "{format}");
        }
    }

    async fn tables_show_scores(api: TestApi) {
        knowledge::import_shipped(&api.instance.app).await.unwrap();
        events(&api).await;
        let ask = async |body: Value| api.post(&api.admin, "/attributes/restSearch", &body).await.text();
        let table = ask(json!({"returnFormat": "csv", "includeDecayScore": 1, "decayingModel": 1, "type": "ip-dst"})).await;
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].contains(",attribute_tag,decay_score_score,decay_score_decayed,object_uuid,"), "{table}");
        assert!(lines[1].contains(",0,1,\"\",\"\",\"\""), "{table}");
        assert!(!ask(json!({"returnFormat": "csv"})).await.contains("decay_score"));
    }
}
