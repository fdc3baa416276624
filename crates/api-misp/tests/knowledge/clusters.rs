//! Custom galaxy clusters: writing them, and who sees them. spec: 07#4.5, 07#4.7
use crate::support::{call, get, post};
use crate::with_libraries;
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const STORM: &str = "b1a3cf0a-9d4a-4c3c-8e0a-0d8a3a1f0003";
const CALM: &str = "b1a3cf0a-9d4a-4c3c-8e0a-0d8a3a1f0004";

fn fog() -> Value {
    json!({"value": "Fog", "description": "Low cloud.", "source": "Harbour", "authors": ["Harbour master"],
        "distribution": 1, "GalaxyElement": [{"key": "synonyms", "value": "Mist"}]})
}

async fn added(instance: &TestInstance, key: &str, body: &Value) -> Value {
    let (status, answer) = call(instance, key, Method::POST, "/galaxy_clusters/add/1", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["GalaxyCluster"].clone()
}

async fn status(
    instance: &TestInstance,
    key: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> (StatusCode, Value) {
    call(instance, key, method, path, body).await
}

fn path(action: &str, cluster: &Value) -> String {
    format!("/galaxy_clusters/{action}/{}", cluster["uuid"].as_str().unwrap())
}

/// An organisation with a member who may write clusters.
async fn member(instance: &TestInstance, name: &str) -> (entente_model::id::OrgId, String) {
    let org = instance.add_org(name).await.unwrap();
    let user = instance
        .add_user(&format!("{name}@test.example"), org, role::PUBLISHER)
        .await
        .unwrap();
    (org, TestInstance::key_of(user.user_id()))
}

/// What of a galaxy a caller finds in every way there is to look for clusters.
async fn found(instance: &TestInstance, key: &str, uuid: &Value) -> Vec<bool> {
    let holds = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .any(|item| item["GalaxyCluster"]["uuid"] == *uuid || item["uuid"] == *uuid)
    };
    let (_, index) = call(
        instance,
        key,
        Method::POST,
        "/galaxy_clusters/index/1",
        &json!({"context": "all"}),
    )
    .await;
    let (_, search) = call(
        instance,
        key,
        Method::POST,
        "/galaxy_clusters/restSearch",
        &json!({"uuid": uuid}),
    )
    .await;
    let (_, galaxy) = call(instance, key, Method::GET, "/galaxies/view/1", &Value::Null).await;
    let (_, export) = call(instance, key, Method::POST, "/galaxies/export/1", &json!({})).await;
    let path = format!("/galaxy_clusters/view/{}", uuid.as_str().unwrap());
    let (view, _) = call(instance, key, Method::GET, &path, &Value::Null).await;
    vec![
        holds(&index),
        holds(&search),
        holds(&galaxy["GalaxyCluster"]),
        holds(&export),
        view == StatusCode::OK,
    ]
}

instance_test! {
    async fn a_cluster_is_added_edited_published_deleted_and_restored(instance: TestInstance) {
        with_libraries(&instance).await;
        let cluster = added(&instance, ADMIN_KEY, &fog()).await;
        assert_eq!((&cluster["galaxy_id"], &cluster["default"], &cluster["published"]), (&json!("1"), &json!(false), &json!(false)));
        let uuid = cluster["uuid"].as_str().unwrap();
        assert_eq!(cluster["tag_name"], format!("misp-galaxy:weather=\"{uuid}\""));
        assert_eq!(cluster["GalaxyElement"][0]["value"], "Mist");
        let published = post(&instance, &path("publish", &cluster), json!({})).await;
        assert_eq!((&published["name"], &published["success"]), (&json!("GalaxyCluster published"), &json!(true)));
        let (again, _) = status(&instance, ADMIN_KEY, Method::POST, &path("publish", &cluster), &json!({})).await;
        assert_eq!(again, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(get(&instance, &path("view", &cluster)).await["GalaxyCluster"]["published"], true);
        // what is absent stays; elements that are sent replace all
        let edited = post(&instance, &path("edit", &cluster), json!({"GalaxyCluster": {"value": "Haze"}})).await;
        let edited = &edited["GalaxyCluster"];
        assert_eq!((&edited["value"], &edited["published"]), (&json!("Haze"), &json!(false)));
        assert_eq!(edited["GalaxyElement"][0]["value"], "Mist");
        let version = |cluster: &Value| cluster["version"].as_str().unwrap().parse::<i64>().unwrap();
        assert!(version(edited) > version(&cluster));
        let edited = post(&instance, &path("edit", &cluster), json!({"elements": {"refs": ["a", "b"], "synonyms": "Murk"}})).await;
        let keys: Vec<&Value> = edited["GalaxyCluster"]["GalaxyElement"].as_array().unwrap().iter().map(|e| &e["value"]).collect();
        assert_eq!(keys, ["a", "b", "Murk"]);
        post(&instance, &path("publish", &cluster), json!({})).await;
        post(&instance, &path("unpublish", &cluster), json!({})).await;
        // softly deleted it is still viewed, and no longer listed
        assert_eq!(post(&instance, &path("delete", &cluster), json!({})).await["success"], true);
        assert_eq!(get(&instance, &path("view", &cluster)).await["GalaxyCluster"]["deleted"], true);
        let deleted = post(&instance, "/galaxy_clusters/index/1", json!({"context": "deleted"})).await;
        assert_eq!(deleted[0]["GalaxyCluster"]["uuid"], cluster["uuid"]);
        assert_eq!(post(&instance, "/galaxy_clusters/index/1", json!({"context": "custom"})).await, json!([]));
        post(&instance, &path("restore", &cluster), json!({})).await;
        assert_eq!(post(&instance, "/galaxy_clusters/index/1", json!({"context": "custom"})).await.as_array().unwrap().len(), 1);
        assert_eq!(post(&instance, &path("delete", &cluster), json!({"hard": 1})).await["success"], true);
        let (gone, answer) = status(&instance, ADMIN_KEY, Method::GET, &path("view", &cluster), &Value::Null).await;
        assert_eq!((gone, &answer["name"]), (StatusCode::NOT_FOUND, &json!("Invalid galaxy cluster")));
        // and does not come back until somebody allows it
        let mut body = fog();
        body["uuid"] = cluster["uuid"].clone();
        let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_clusters/add/1", &body).await;
        assert_eq!((refused, &answer["message"]), (StatusCode::FORBIDDEN, &json!("Blocked by blocklist")));
        let list = get(&instance, "/galaxy_cluster_blocklists").await;
        assert_eq!(list[0]["GalaxyClusterBlocklist"]["cluster_uuid"], cluster["uuid"]);
        post(&instance, &format!("/galaxy_cluster_blocklists/delete/{uuid}"), json!({})).await;
        added(&instance, ADMIN_KEY, &body).await;
    }

    async fn what_cannot_be_a_cluster_is_refused_by_field(instance: TestInstance) {
        with_libraries(&instance).await;
        let cluster = added(&instance, ADMIN_KEY, &fog()).await;
        let bad = [
            ("value", json!("")), ("value", json!("a\nb")), ("value", json!("v".repeat(300))), ("distribution", json!(5)),
            ("distribution", json!(9)), ("distribution", json!(null)), ("distribution", json!("x")), ("uuid", json!("x")),
            ("authors", json!({"a": 1})), ("authors", json!([[1]])), ("source", json!("s".repeat(300))),
            ("GalaxyElement", json!("x")), ("GalaxyElement", json!([{"key": "a"}])), ("GalaxyElement", json!([{"key": "", "value": "x"}])),
            ("GalaxyElement", json!([{"key": "a", "value": "v".repeat(70_000)}])), ("description", json!("d".repeat(70_000))),
            ("extends_uuid", json!("x")), ("GalaxyClusterRelation", json!([1])), ("GalaxyClusterRelation", json!([{}])),
            ("GalaxyClusterRelation", json!([{"referenced_galaxy_cluster_uuid": STORM, "referenced_galaxy_cluster_type": ""}])),
        ];
        for (field, value) in bad {
            let mut body = fog();
            body[field] = value.clone();
            let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_clusters/add/1", &body).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{field} {value}: {answer}");
            assert!(answer["errors"][field].is_array(), "{field} {value}: {answer}");
            if field != "uuid" {
                let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, &path("edit", &cluster), &body).await;
                assert_eq!(refused, StatusCode::FORBIDDEN, "edit {field} {value}: {answer}");
            }
        }
        for (field, distribution) in [("sharing_group_id", json!(4)), ("description", json!(0))] {
            let body = json!({"value": "x", "distribution": distribution});
            let mut body = body;
            if field != "description" { body["description"] = json!(""); }
            let (_, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_clusters/add/1", &body).await;
            assert!(answer["errors"][field].is_array(), "{field}: {answer}");
        }
        let mut twice = fog();
        twice["uuid"] = cluster["uuid"].clone();
        let (_, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_clusters/add/1", &twice).await;
        assert!(answer["errors"]["uuid"].is_array(), "{answer}");
        let (unknown, _) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_clusters/add/99", &fog()).await;
        assert_eq!(unknown, StatusCode::NOT_FOUND);
        assert_eq!(post(&instance, "/galaxy_clusters/index/1", json!({"context": "custom"})).await.as_array().unwrap().len(), 1);
        assert_eq!(get(&instance, &path("view", &cluster)).await["GalaxyCluster"], cluster, "nothing was half done");
    }

    async fn a_published_cluster_of_the_library_cannot_be_changed(instance: TestInstance) {
        with_libraries(&instance).await;
        let before = get(&instance, &format!("/galaxy_clusters/view/{STORM}")).await;
        for action in ["edit", "delete", "publish", "unpublish", "restore"] {
            let path = format!("/galaxy_clusters/{action}/{STORM}");
            let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, &path, &json!({"value": "x", "hard": 1})).await;
            assert_eq!(refused, StatusCode::METHOD_NOT_ALLOWED, "{action}: {answer}");
            assert!(answer["message"].as_str().unwrap().starts_with("Default galaxy cluster cannot be "), "{answer}");
        }
        let relation = json!({"galaxy_cluster_uuid": STORM, "referenced_galaxy_cluster_uuid": CALM,
            "referenced_galaxy_cluster_type": "x", "distribution": 1});
        let (refused, _) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_cluster_relations/add", &relation).await;
        assert_eq!(refused, StatusCode::METHOD_NOT_ALLOWED);
        let id = before["GalaxyCluster"]["GalaxyClusterRelation"][0]["id"].as_str().unwrap();
        for action in ["edit", "delete"] {
            let path = format!("/galaxy_cluster_relations/{action}/{id}");
            let (refused, _) = status(&instance, ADMIN_KEY, Method::POST, &path, &relation).await;
            assert_eq!(refused, StatusCode::METHOD_NOT_ALLOWED, "{action}");
        }
        assert_eq!(get(&instance, &format!("/galaxy_clusters/view/{STORM}")).await, before);
    }

    async fn clusters_follow_their_organisation_into_another(instance: TestInstance) {
        with_libraries(&instance).await;
        let (home, ours) = member(&instance, "home").await;
        let (other, theirs) = member(&instance, "other").await;
        let mut body = fog();
        body["distribution"] = json!(0);
        body["GalaxyClusterRelation"] = json!([{"referenced_galaxy_cluster_uuid": STORM,
            "referenced_galaxy_cluster_type": "precedes", "distribution": 0}]);
        let cluster = added(&instance, &ours, &body).await;
        assert_eq!(found(&instance, &theirs, &cluster["uuid"]).await, [false; 5]);
        post(&instance, &format!("/admin/organisations/merge/{home}"), json!({"target": other.to_string()})).await;
        for key in [&ours, &theirs] {
            assert_eq!(found(&instance, key, &cluster["uuid"]).await, [true; 5]);
            let (_, view) = call(&instance, key, Method::GET, &path("view", &cluster), &Value::Null).await;
            assert_eq!(view["GalaxyCluster"]["orgc_id"], other.to_string());
            assert_eq!(view["GalaxyCluster"]["GalaxyClusterRelation"].as_array().unwrap().len(), 1, "{view}");
        }
    }

    async fn relations_are_written_with_their_cluster_and_by_themselves(instance: TestInstance) {
        with_libraries(&instance).await;
        let cluster = added(&instance, ADMIN_KEY, &fog()).await;
        let relation = json!({"galaxy_cluster_uuid": cluster["uuid"], "referenced_galaxy_cluster_uuid": STORM,
            "referenced_galaxy_cluster_type": "precedes", "distribution": 0});
        let body = json!({"GalaxyCluster": {"GalaxyClusterRelation": [relation]}});
        let view = post(&instance, &path("edit", &cluster), body).await;
        assert_eq!(view["GalaxyCluster"]["GalaxyClusterRelation"].as_array().unwrap().len(), 1);
        let mut tagged = relation.clone();
        tagged["Tag"] = json!([{"name": "tlp:amber"}]);
        let view = post(&instance, &path("edit", &cluster), json!({"GalaxyClusterRelation": [tagged]})).await;
        let stored = view["GalaxyCluster"]["GalaxyClusterRelation"].clone();
        assert_eq!((stored.as_array().unwrap().len(), &stored[0]["Tag"][0]["name"]), (1, &json!("tlp:amber")));
        assert_ne!(stored[0]["referenced_galaxy_cluster_id"], "0");
        let inbound = get(&instance, &format!("/galaxy_clusters/view/{STORM}")).await;
        assert_eq!(inbound["GalaxyCluster"]["TargetingClusterRelation"][0]["id"], stored[0]["id"]);
        // by itself
        let (_, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_cluster_relations/add", &relation).await;
        assert_eq!(answer["errors"]["referenced_galaxy_cluster_type"][0], "Relation already exists");
        for (field, value) in [
            ("referenced_galaxy_cluster_uuid", json!("5e3a1a0c-0000-4000-8000-000000000001")), ("distribution", json!(7)),
            ("referenced_galaxy_cluster_type", json!("")), ("referenced_galaxy_cluster_uuid", cluster["uuid"].clone()),
            ("galaxy_cluster_uuid", json!("x")), ("distribution", json!(4)),
        ] {
            let mut bad = relation.clone();
            bad["referenced_galaxy_cluster_type"] = json!("other");
            bad[field] = value.clone();
            let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, "/galaxy_cluster_relations/add", &bad).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{field} {value}: {answer}");
            let named = if value == json!(4) { "sharing_group_id" } else { field };
            assert!(answer["errors"][named].is_array(), "{field} {value}: {answer}");
        }
        let mut second = relation.clone();
        second["referenced_galaxy_cluster_type"] = json!("follows");
        second["tags"] = json!("tlp:green, weather:sea");
        let added = post(&instance, "/galaxy_cluster_relations/add/", json!({"GalaxyClusterRelation": second})).await;
        let id = added["id"].as_str().unwrap();
        let view = get(&instance, &format!("/galaxy_cluster_relations/view/{id}")).await;
        assert_eq!((&view["SourceCluster"]["value"], &view["TargetCluster"]["value"]), (&json!("Fog"), &json!("Storm")));
        assert_eq!(view["Tag"].as_array().unwrap().len(), 2);
        post(&instance, &format!("/galaxy_cluster_relations/edit/{id}"), json!({"referenced_galaxy_cluster_type": "ends"})).await;
        let index = get(&instance, "/galaxy_cluster_relations/index").await;
        assert_eq!(index.as_array().unwrap().len(), 3, "{index}");
        assert_eq!(index[2]["GalaxyClusterRelation"]["referenced_galaxy_cluster_type"], "ends");
        let part = get(&instance, "/galaxy_cluster_relations/index/limit:1/page:2").await;
        assert_eq!(part.as_array().unwrap().len(), 1);
        assert_eq!(part[0], index[1]);
        let before = get(&instance, &path("view", &cluster)).await["GalaxyCluster"]["version"].clone();
        assert_eq!(post(&instance, &format!("/galaxy_cluster_relations/delete/{id}"), json!({})).await["success"], true);
        let view = get(&instance, &path("view", &cluster)).await;
        assert_eq!(view["GalaxyCluster"]["GalaxyClusterRelation"].as_array().unwrap().len(), 1);
        assert_ne!(view["GalaxyCluster"]["version"], before);
    }

    async fn a_fork_takes_over_what_is_not_said(instance: TestInstance) {
        with_libraries(&instance).await;
        let url = format!("/galaxy_clusters/add/1/forkUUID:{STORM}");
        let fork = post(&instance, &url, json!({"value": "Our storm", "distribution": 0})).await["GalaxyCluster"].clone();
        assert_eq!((&fork["extends_uuid"], &fork["extends_version"]), (&json!(STORM), &json!("12")));
        assert_eq!((&fork["value"], &fork["description"]), (&json!("Our storm"), &json!("Strong wind.")));
        assert!(fork["GalaxyElement"].as_array().unwrap().len() > 2);
        let unknown = "/galaxy_clusters/add/1/forkUUID:5e3a1a0c-0000-4000-8000-000000000001";
        let (refused, answer) = status(&instance, ADMIN_KEY, Method::POST, unknown, &json!({"value": "x"})).await;
        assert_eq!(refused, StatusCode::FORBIDDEN, "{answer}");
        assert!(answer["errors"]["extends_uuid"].is_array());
    }

    async fn only_the_creator_with_the_right_changes_a_cluster(instance: TestInstance) {
        with_libraries(&instance).await;
        let (org, key) = member(&instance, "harbour").await;
        let (_, other) = member(&instance, "airport").await;
        let reader = instance.add_user("reader@test.example", org, role::READ_ONLY).await.unwrap();
        let reader = TestInstance::key_of(reader.user_id());
        let mut body = fog();
        body["GalaxyClusterRelation"] = json!([{"referenced_galaxy_cluster_uuid": STORM, "referenced_galaxy_cluster_type": "x"}]);
        let cluster = added(&instance, &key, &body).await;
        let relation = cluster["GalaxyClusterRelation"][0]["id"].as_str().unwrap();
        let relations = format!("/galaxy_cluster_relations/delete/{relation}");
        for key in [&other, &reader] {
            for path in [
                path("edit", &cluster), path("delete", &cluster), path("restore", &cluster), path("publish", &cluster),
                path("unpublish", &cluster), relations.clone(), format!("/galaxy_cluster_relations/edit/{relation}"),
            ] {
                let (refused, answer) = status(&instance, key, Method::POST, &path, &json!({"value": "x"})).await;
                assert_eq!(refused, StatusCode::FORBIDDEN, "{path}: {answer}");
            }
        }
        for path in ["/galaxy_clusters/add/1", "/galaxies/import", "/galaxy_cluster_relations/add"] {
            let (refused, _) = status(&instance, &reader, Method::POST, path, &fog()).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{path}");
        }
        for path in ["/galaxies/delete/1", "/galaxies/wipe_default", "/galaxy_cluster_blocklists"] {
            let (refused, _) = status(&instance, &key, Method::POST, path, &json!({})).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(get(&instance, &path("view", &cluster)).await["GalaxyCluster"]["value"], "Fog");
        let (ok, _) = status(&instance, &key, Method::POST, &path("publish", &cluster), &json!({})).await;
        assert_eq!(ok, StatusCode::OK);
    }

    async fn clusters_are_seen_by_level_and_group(instance: TestInstance) {
        with_libraries(&instance).await;
        let (_, owner) = member(&instance, "harbour").await;
        let (_, in_group) = member(&instance, "airport").await;
        let (_, outside) = member(&instance, "station").await;
        let group = post(&instance, "/sharing_groups/add", json!({"name": "Coast", "releasability": "r"})).await;
        let group = group["SharingGroup"]["id"].as_str().unwrap().to_owned();
        for org in ["harbour", "airport"] {
            post(&instance, &format!("/sharing_groups/addOrg/{group}/{org}"), json!({})).await;
        }
        for (distribution, seen_in_group, seen_outside) in [(0, false, false), (1, true, true), (3, true, true), (4, true, false)] {
            let mut body = fog();
            body["distribution"] = json!(distribution);
            body["sharing_group_id"] = json!(group);
            let cluster = added(&instance, &owner, &body).await;
            for (key, seen) in [(&owner, true), (&in_group, seen_in_group), (&outside, seen_outside), (&ADMIN_KEY.to_owned(), true)] {
                assert_eq!(found(&instance, key, &cluster["uuid"]).await, [seen; 5], "{distribution}");
            }
            // an event keeps the tag, and the cluster behind it is for who sees it
            let (_, event) = call(&instance, &owner, Method::POST, "/events/add", &json!({"info": "weather", "distribution": 1})).await;
            let id = event["Event"]["id"].as_str().unwrap();
            let attach = format!("/galaxies/attachCluster/{id}/event/local:0");
            let (_, attached) = call(&instance, &owner, Method::POST, &attach, &json!({"Galaxy": {"target_id": cluster["id"]}})).await;
            assert_eq!(attached["success"], "Cluster attached.");
            call(&instance, &owner, Method::POST, &format!("/events/publish/{id}"), &json!({})).await;
            let event = format!("/events/view/{id}");
            let (_, event) = call(&instance, &outside, Method::GET, &event, &Value::Null).await;
            assert_eq!(event["Event"]["Galaxy"].as_array().unwrap().len(), usize::from(seen_outside), "{distribution}");
            // a narrower level takes effect at once
            call(&instance, &owner, Method::POST, &path("edit", &cluster), &json!({"distribution": 0})).await;
            assert_eq!(found(&instance, &outside, &cluster["uuid"]).await, [false; 5]);
        }
    }

    async fn relations_are_seen_by_their_own_level_and_their_target(instance: TestInstance) {
        with_libraries(&instance).await;
        let (_, owner) = member(&instance, "harbour").await;
        let (_, outside) = member(&instance, "station").await;
        let mut hidden = fog();
        hidden["distribution"] = json!(0);
        let hidden = added(&instance, &owner, &hidden).await;
        let to = |uuid: &Value, kind: &str, level: i64| json!({"referenced_galaxy_cluster_uuid": uuid,
            "referenced_galaxy_cluster_type": kind, "distribution": level});
        let mut body = fog();
        body["GalaxyClusterRelation"] = json!([
            to(&json!(STORM), "open", 1), to(&json!(STORM), "closed", 0), to(&hidden["uuid"], "secret", 1),
            to(&json!("5e3a1a0c-0000-4000-8000-000000000001"), "unknown", 1),
        ]);
        let cluster = added(&instance, &owner, &body).await;
        let kinds = |list: &Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| one["referenced_galaxy_cluster_type"].as_str().unwrap().to_owned()).collect()
        };
        for (key, expected) in [
            (owner.as_str(), vec!["open", "closed", "secret", "unknown"]), (outside.as_str(), vec!["open", "unknown"]),
            (ADMIN_KEY, vec!["open", "closed", "secret", "unknown"]),
        ] {
            let (_, view) = call(&instance, key, Method::GET, &path("view", &cluster), &Value::Null).await;
            assert_eq!(kinds(&view["GalaxyCluster"]["GalaxyClusterRelation"]), expected);
            let (_, index) = call(&instance, key, Method::GET, "/galaxy_cluster_relations/index", &Value::Null).await;
            assert_eq!(index.as_array().unwrap().len(), expected.len() + 1, "{index}");
            let search = json!({"uuid": cluster["uuid"]});
            let (_, search) = call(&instance, key, Method::POST, "/galaxy_clusters/restSearch", &search).await;
            assert_eq!(kinds(&search[0]["GalaxyClusterRelation"]), expected);
            let (_, storm) = call(&instance, key, Method::GET, &format!("/galaxy_clusters/view/{STORM}"), &Value::Null).await;
            let inbound = kinds(&storm["GalaxyCluster"]["TargetingClusterRelation"]);
            assert_eq!(inbound.contains(&"closed".to_owned()), expected.contains(&"closed"));
        }
        for relation in cluster["GalaxyClusterRelation"].as_array().unwrap() {
            let kind = relation["referenced_galaxy_cluster_type"].as_str().unwrap();
            let path = format!("/galaxy_cluster_relations/view/{}", relation["id"].as_str().unwrap());
            let (seen, _) = call(&instance, &outside, Method::GET, &path, &Value::Null).await;
            assert_eq!(seen == StatusCode::OK, ["open", "unknown"].contains(&kind), "{kind}");
        }
        // a hidden cluster is no target for others
        let own = added(&instance, &outside, &fog()).await;
        let mut relation = to(&hidden["uuid"], "guess", 1);
        relation["galaxy_cluster_uuid"] = own["uuid"].clone();
        let (_, answer) = call(&instance, &outside, Method::POST, "/galaxy_cluster_relations/add", &relation).await;
        assert_eq!(answer["errors"]["referenced_galaxy_cluster_uuid"][0], "Invalid referenced galaxy cluster");
        // nor a parent
        let url = format!("/galaxy_clusters/add/1/forkUUID:{}", hidden["uuid"].as_str().unwrap());
        let (refused, _) = call(&instance, &outside, Method::POST, &url, &fog()).await;
        assert_eq!(refused, StatusCode::FORBIDDEN);
    }

    async fn clusters_travel_by_export_and_import(instance: TestInstance) {
        with_libraries(&instance).await;
        let cluster = added(&instance, ADMIN_KEY, &fog()).await;
        let export = post(&instance, "/galaxies/export/1", json!({"Galaxy": {"default": 0, "distribution": [1]}})).await;
        assert_eq!(export.as_array().unwrap().len(), 1);
        assert_eq!(post(&instance, "/galaxies/export/1", json!({"default": 0, "custom": 0})).await, json!([]));
        let library = post(&instance, "/galaxies/export/1", json!({"Galaxy": {"format": "misp-galaxy"}})).await;
        assert_eq!((&library["type"], library["values"].as_array().unwrap().len()), (&json!("weather"), 3));
        let value = get(&instance, &path("export_for_misp_galaxy", &cluster)).await;
        assert_eq!((&value["value"], &value["meta"]), (&json!("Fog"), &json!({"synonyms": ["Mist"]})));
        let same = post(&instance, "/galaxies/import", export.clone()).await;
        assert!(same["message"].as_str().unwrap().contains("0 imported, 1 ignored, 0 failed"), "{same}");
        let mut newer = export[0].clone();
        newer["GalaxyCluster"]["version"] = json!("9999999999");
        newer["GalaxyCluster"]["value"] = json!("Sea fog");
        let mut foreign = export[0].clone();
        foreign["GalaxyCluster"]["uuid"] = json!("5e3a1a0c-0000-4000-8000-000000000002");
        foreign["GalaxyCluster"]["Galaxy"] = json!({"uuid": "5e3a1a0c-0000-4000-8000-000000000003", "name": "Tides", "type": "tides"});
        let mut bad = foreign.clone();
        bad["GalaxyCluster"]["uuid"] = json!("5e3a1a0c-0000-4000-8000-000000000004");
        bad["GalaxyCluster"]["Galaxy"] = json!({"uuid": "5e3a1a0c-0000-4000-8000-000000000005", "name": "x", "type": "a=\"b"});
        let outcome = post(&instance, "/galaxies/import", json!([newer, foreign, bad])).await;
        assert!(outcome["message"].as_str().unwrap().contains("2 imported, 0 ignored, 1 failed"), "{outcome}");
        assert_eq!(get(&instance, &path("view", &cluster)).await["GalaxyCluster"]["value"], "Sea fog");
        let tides = get(&instance, "/galaxies/view/5e3a1a0c-0000-4000-8000-000000000003").await;
        assert_eq!(tides["GalaxyCluster"][0]["tag_name"], "misp-galaxy:tides=\"5e3a1a0c-0000-4000-8000-000000000002\"");
        // a galaxy goes with its clusters, and the published ones go without the custom ones
        post(&instance, "/galaxies/delete/5e3a1a0c-0000-4000-8000-000000000003", json!({})).await;
        post(&instance, "/galaxies/wipe_default", json!({})).await;
        let left = get(&instance, "/galaxies/view/1").await;
        assert_eq!(left["GalaxyCluster"].as_array().unwrap().len(), 1);
    }
}
