//! The library endpoints as clients call them, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod clusters;
mod contexts;
mod decay;
mod feeds;
#[path = "../support/mod.rs"]
mod support;
mod warninglists;

use entente_engine::knowledge::{self, Source};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{call, get, post};

async fn with_libraries(instance: &TestInstance) {
    let list = |name: &str, kind: &str, entries: Value| {
        json!({"name": name, "type": kind, "version": 3, "description": "d", "list": entries})
            .to_string()
            .into_bytes()
    };
    let files = vec![
        (
            "galaxies/weather.json".to_owned(),
            include_bytes!("../../../knowledge/cases/galaxies/weather.json").to_vec(),
        ),
        (
            "clusters/weather.json".to_owned(),
            include_bytes!("../../../knowledge/cases/galaxies/weather-clusters.json").to_vec(),
        ),
        (
            "objects/parcel/definition.json".to_owned(),
            include_bytes!("../../../knowledge/cases/templates/parcel.json").to_vec(),
        ),
        (
            "misp-warninglists/lists/a/list.json".to_owned(),
            list("DNS resolvers A", "cidr", json!(["192.0.2.0/24"])),
        ),
        (
            "misp-warninglists/lists/b/list.json".to_owned(),
            list("Hashes", "string", json!({"d41d8cd9": "empty"})),
        ),
    ];
    knowledge::import(&instance.app, vec![Source::Files(files)], |_| {})
        .await
        .unwrap();
    knowledge::import_shipped(&instance.app).await.unwrap();
}

instance_test! {
    async fn client_setup_calls_succeed(instance: TestInstance) {
        with_libraries(&instance).await;
        assert!(post(&instance, "/objectTemplates/update", json!({})).await.is_array());
        for (path, message) in [
            ("/galaxies/update", "Galaxies updated."),
            ("/noticelists/update", "All noticelists are up to date already."),
            ("/warninglists/update", "All warninglists are up to date already."),
            ("/feeds/loadDefaultFeeds", "Default feed metadata loaded."),
        ] {
            let answer = post(&instance, path, json!({})).await;
            assert_eq!((&answer["name"], &answer["success"]), (&json!(message), &json!(true)));
        }
        assert_eq!(post(&instance, "/decayingModel/update", json!({})).await["success"], true);
    }

    async fn templates_are_listed_viewed_and_switched(instance: TestInstance) {
        with_libraries(&instance).await;
        let list = get(&instance, "/objectTemplates/index").await;
        assert_eq!(list[0]["ObjectTemplate"]["name"], "parcel");
        let view = get(&instance, "/objectTemplates/view/7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e01").await;
        assert_eq!(view["ObjectTemplate"]["requirements"]["required"], json!(["tracking-number"]));
        assert_eq!(view["ObjectTemplateElement"][0]["ui-priority"], "3");
        assert_eq!(view["User"], json!({"id": null, "email": null}));
        let raw = get(&instance, "/objectTemplates/getRaw/parcel").await;
        assert_eq!(raw["attributes"]["sender"]["misp-attribute"], "email-src");
        let fits = post(&instance, "/objectTemplates/possibleObjectTemplates", json!({"attributeTypes": ["text", "email-src"]}));
        assert_eq!(fits.await[0]["name"], "parcel");
        let answer = post(&instance, "/objectTemplates/activate", json!({"ObjectTemplate": {"data": 1}})).await;
        assert_eq!(answer, json!({"saved": true, "success": "Template disabled."}));
        assert_eq!(get(&instance, "/objectTemplates/index").await, json!([]));
        assert_eq!(get(&instance, "/objectTemplates/index/all").await.as_array().unwrap().len(), 1);
        let (status, answer) = call(&instance, ADMIN_KEY, Method::GET, "/objectTemplates/getRaw/none", &Value::Null).await;
        assert_eq!((status, &answer["message"]), (StatusCode::NOT_FOUND, &json!("Template not found.")));
    }

    async fn warninglists_are_switched_and_asked(instance: TestInstance) {
        with_libraries(&instance).await;
        let list = get(&instance, "/warninglists/index").await;
        assert_eq!(list["Warninglists"][0]["Warninglist"]["name"], "Hashes", "newest first");
        assert_eq!(list["Warninglists"][0]["Warninglist"]["valid_attributes"], "ALL");
        let view = get(&instance, "/warninglists/view/2").await;
        assert_eq!(view["Warninglist"]["WarninglistEntry"][0]["comment"], "empty");
        assert_eq!(
            post(&instance, "/warninglists/toggleEnable", json!({"name": ["%dns resolv%"], "enabled": true})).await,
            json!({"saved": true, "success": "1 warninglist(s) enabled"})
        );
        assert_eq!(
            post(&instance, "/warninglists/toggleEnable", json!({"id": ["1", 2]})).await,
            json!({"saved": true, "success": "2 warninglist(s) toggled"})
        );
        assert_eq!(
            post(&instance, "/warninglists/toggleEnable", json!({"id": 99})).await,
            json!({"saved": false, "errors": "Warninglist not found."})
        );
        post(&instance, "/warninglists/enableWarninglist/1/1", json!({})).await;
        let found = post(&instance, "/warninglists/checkValue", json!(["192.0.2.9", "d41d8cd9", "other"])).await;
        assert_eq!(found, json!({
            "192.0.2.9": [{"id": "1", "name": "DNS resolvers A", "matched": "192.0.2.0/24"}],
            "d41d8cd9": [{"id": "2", "name": "Hashes", "matched": "d41d8cd9"}],
        }));
        assert_eq!(post(&instance, "/warninglists/checkValue", json!("other")).await, json!([]));
        let (status, answer) = call(&instance, ADMIN_KEY, Method::POST, "/warninglists/checkValue", &json!([])).await;
        assert_eq!((status, &answer["name"]), (StatusCode::NOT_FOUND, &json!("No valid data received.")));
        let (status, answer) = call(&instance, ADMIN_KEY, Method::GET, "/warninglists/view/99999999", &Value::Null).await;
        assert_eq!((status, &answer["name"]), (StatusCode::NOT_FOUND, &json!("Warninglist not found.")));
        assert_eq!(get(&instance, "/warninglists/export/2").await["list"], json!([{"value": "d41d8cd9", "comment": "empty"}]));
    }

    async fn noticelists_and_models_are_switched(instance: TestInstance) {
        with_libraries(&instance).await;
        assert_eq!(get(&instance, "/noticelists/index").await[0]["Noticelist"]["name"], "gdpr");
        let on = post(&instance, "/noticelists/enableNoticelist/1/true", json!({})).await;
        assert_eq!(on["Noticelist"]["enabled"], true);
        assert!(on["Noticelist"]["NoticelistEntry"][0]["data"]["message"]["en"].is_string());
        let off = post(&instance, "/noticelists/enableNoticelist/1", json!({})).await;
        assert_eq!(off["Noticelist"]["enabled"], false);
        let models = get(&instance, "/decayingModel/index").await;
        assert_eq!(models[0]["DecayingModel"]["name"], "NIDS Simple Decaying Model");
        assert_eq!(models[0]["DecayingModel"]["parameters"]["lifetime"], 120);
        let id = models[0]["DecayingModel"]["id"].as_str().unwrap();
        let enabled = post(&instance, &format!("/decayingModel/enable/{id}"), json!({})).await;
        assert_eq!((&enabled["success"], &enabled["data"]["enabled"]), (&json!(true), &json!(true)));
    }

    async fn ordinary_users_see_the_feeds_that_are_meant_for_them(instance: TestInstance) {
        with_libraries(&instance).await;
        let feeds = get(&instance, "/feeds/index").await;
        assert_eq!(feeds.as_array().unwrap().len(), 84);
        for feed in feeds.as_array().unwrap() {
            assert!(feed["Feed"]["settings"].as_str().unwrap().starts_with('{'), "{feed}");
        }
        let named = get(&instance, "/feeds/index/name:The+Botvrij.eu+Data").await;
        assert_eq!(named[0]["Feed"]["url"], "https://www.botvrij.eu/data/feed-osint");
        let user = instance.add_user("u@test.example", instance.admin.org_id(), role::USER).await.unwrap();
        let key = TestInstance::key_of(user.user_id());
        let (_, seen) = call(&instance, &key, Method::GET, "/feeds/index", &Value::Null).await;
        let seen = seen.as_array().unwrap();
        assert!(!seen.is_empty() && seen.len() < 84);
        assert!(seen.iter().all(|feed| feed["Feed"]["lookup_visible"] == true));
        assert!(seen.iter().all(|feed| feed["Feed"].get("headers").is_none()), "headers may hold secrets");
        assert!(feeds[0]["Feed"]["headers"].is_string());
        let hidden = feeds.as_array().unwrap().iter().find(|feed| feed["Feed"]["lookup_visible"] == false).unwrap();
        let path = format!("/feeds/view/{}", hidden["Feed"]["id"].as_str().unwrap());
        let (status, _) = call(&instance, &key, Method::GET, &path, &Value::Null).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }

    async fn a_get_changes_nothing(instance: TestInstance) {
        with_libraries(&instance).await;
        for path in ["/galaxies/disable/1", "/warninglists/toggleEnable", "/noticelists/toggleEnable/1", "/objectTemplates/delete/1"] {
            let answer = get(&instance, path).await;
            assert!(answer["description"].is_string(), "{path}: {answer}");
        }
        assert_eq!(get(&instance, "/galaxies/view/1").await["Galaxy"]["enabled"], true);
    }

    async fn clusters_attach_to_events_and_attributes(instance: TestInstance) {
        with_libraries(&instance).await;
        let galaxies = get(&instance, "/galaxies").await;
        let name = galaxies[0]["Galaxy"]["name"].as_str().unwrap();
        assert_eq!(post(&instance, "/galaxies", json!({"value": name})).await.as_array().unwrap().len(), 1);
        let galaxy = get(&instance, "/galaxies/view/1").await;
        let cluster = &galaxy["GalaxyCluster"][0];
        assert!(cluster.get("distribution").is_none());
        let event = post(&instance, "/events/add", json!({
            "info": "galaxies", "Attribute": [{"type": "text", "category": "Other", "value": "x"}],
            "Tag": [{"name": cluster["tag_name"]}],
        })).await;
        let shown = &event["Event"]["Galaxy"][0];
        assert_eq!((&shown["id"], &shown["GalaxyCluster"][0]["id"]), (&galaxy["Galaxy"]["id"], &cluster["id"]));
        assert_eq!(shown["GalaxyCluster"][0]["meta"]["synonyms"], json!(["Gale", "Tempest"]));
        let relation = &shown["GalaxyCluster"][0]["GalaxyClusterRelation"][0];
        assert_eq!(relation["Tag"][0]["name"], "estimative-language:likelihood-probability=\"likely\"");
        let (event_id, attribute) = (&event["Event"]["id"], &event["Event"]["Attribute"][0]["id"]);
        let path = format!("/galaxies/attachCluster/{}/event/local:0", event_id.as_str().unwrap());
        let body = json!({"Galaxy": {"target_id": cluster["id"]}});
        assert_eq!(post(&instance, &path, body).await["success"], "Cluster already attached.");
        let path = format!("/galaxies/attachCluster/{}/attribute/local:0", attribute.as_str().unwrap());
        let second = &galaxy["GalaxyCluster"][1];
        let body = json!({"Galaxy": {"target_id": second["id"]}});
        assert_eq!(
            post(&instance, &path, body).await,
            json!({"saved": true, "success": "Cluster attached.", "check_publish": true})
        );
        let event = get(&instance, &format!("/events/view/{}", event_id.as_str().unwrap())).await;
        let attribute = &event["Event"]["Attribute"][0];
        let attached = &attribute["Galaxy"][0]["GalaxyCluster"][0];
        assert_eq!(attached["id"], second["id"]);
        let view = get(&instance, &format!("/galaxy_clusters/view/{}", cluster["uuid"].as_str().unwrap())).await;
        assert_eq!((&view["GalaxyCluster"]["tag_count"], &view["GalaxyCluster"]["Galaxy"]["id"]), (&json!(1), &json!("1")));
        let found = post(&instance, "/galaxy_clusters/restSearch", json!({"eventid": event_id, "minimal": 1})).await;
        assert_eq!(found, json!([{"GalaxyCluster": {"uuid": cluster["uuid"], "version": cluster["version"]}}]));
        let path = format!(
            "/galaxy_clusters/detach/{}/attribute/{}", attribute["id"].as_str().unwrap(), attached["tag_id"].as_str().unwrap()
        );
        assert_eq!(post(&instance, &path, json!({})).await["success"], "Galaxy successfully detached.");
        let (status, answer) = call(&instance, ADMIN_KEY, Method::GET, "/galaxies/view/99999999", &Value::Null).await;
        assert_eq!((status, &answer["name"]), (StatusCode::NOT_FOUND, &json!("Invalid Galaxy.")));
        let (status, answer) = call(&instance, ADMIN_KEY, Method::GET, "/galaxy_clusters/view/99999999", &Value::Null).await;
        assert_eq!((status, &answer["name"]), (StatusCode::NOT_FOUND, &json!("Invalid galaxy cluster")));
    }

    async fn cluster_indexes_have_contexts(instance: TestInstance) {
        with_libraries(&instance).await;
        let list = post(&instance, "/galaxy_clusters/index/1", json!({"context": "all", "searchall": "gale"})).await;
        assert_eq!(list[0]["GalaxyCluster"]["value"], "Storm");
        assert_eq!(list[0]["GalaxyElement"][0]["key"], "kill_chain");
        for context in ["custom", "deleted", "org"] {
            let list = post(&instance, "/galaxy_clusters/index/1", json!({"context": context})).await;
            assert_eq!(list, json!([]), "{context}");
        }
    }
}
