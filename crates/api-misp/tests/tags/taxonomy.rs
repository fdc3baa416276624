//! Taxonomies as PyMISP uses them. spec: 07#2.4
use crate::{call, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn door() -> Value {
    json!({"namespace": "door", "description": "Doors", "version": 2, "predicates": [
        {"value": "state", "expanded": "State"}, {"value": "painted"}],
        "values": [{"predicate": "state", "entry": [{"value": "open", "expanded": "Open"}]}]})
}

instance_test! {
    async fn a_taxonomy_is_enabled_tagged_required_and_disabled(instance: TestInstance) {
        let viewed = post(&instance, "/taxonomies/import", door()).await;
        let id = viewed["Taxonomy"]["id"].as_str().unwrap().to_owned();
        assert_eq!(viewed["entries"][0]["expanded"], "State: Open");
        assert_eq!(viewed["entries"][0]["existing_tag"], false);
        let row = &get(&instance, "/taxonomies/index").await[0];
        assert_eq!((&row["total_count"], &row["current_count"]), (&json!(2), &json!(0)));
        assert_eq!(get(&instance, "/taxonomies/view/door").await["Taxonomy"]["namespace"], "door");
        let path = |action: &str| format!("/taxonomies/{action}/{id}");
        let enabled = post(&instance, &path("enable"), json!({})).await;
        assert_eq!(enabled["message"], "Taxonomy enabled");
        let tagged = post(&instance, &path("addTag"), Value::Null).await;
        assert_eq!(tagged["name"], "The tag(s) has been saved.");
        let tags = get(&instance, "/tags/index").await;
        let open = tags["Tag"].as_array().unwrap().iter().find(|tag| tag["name"] == "door:state=\"open\"").unwrap();
        assert_eq!(open["Taxonomy"]["expanded"], "State: Open");
        let found = post(&instance, "/tags/search", json!({"tag": "%State: Op%"})).await;
        assert_eq!(found[0]["TaxonomyPredicate"]["TaxonomyEntry"][0]["value"], "open");
        let body = json!({"Taxonomy": {"required": true}});
        let required = post(&instance, &path("toggleRequired"), body).await;
        assert_eq!(required["message"], "Taxonomy toggleRequireded");
        assert_eq!(get(&instance, &path("view")).await["Taxonomy"]["required"], true);
        post(&instance, &path("disableTag"), json!({})).await;
        let disabled = post(&instance, &path("disable"), json!({})).await;
        assert_eq!(disabled["message"], "Taxonomy disabled");
        let one = json!({"Taxonomy": {"taxonomy_id": id, "name": "door:painted"}});
        post(&instance, "/taxonomies/unhideTag", one).await;
        let counted = get(&instance, &path("taxonomy_tags")).await;
        let hidden = |index: usize| counted["entries"][index]["existing_tag"]["Tag"]["hide_tag"].clone();
        assert_eq!((hidden(0), hidden(1)), (json!(true), json!(false)));
        assert_eq!(counted["entries"][0]["events"], 0);
        let updated = post(&instance, "/taxonomies/update", json!({})).await;
        assert_eq!(updated["name"], "All taxonomy libraries are up to date already.");
        let file = get(&instance, "/taxonomies/export/door").await;
        assert_eq!((&file["namespace"], &file["version"]), (&json!("door"), &json!(2)));
        post(&instance, &path("delete"), json!({})).await;
        assert_eq!(get(&instance, "/taxonomies/index").await, json!([]));
    }

    async fn bad_files_and_strangers_are_refused(instance: TestInstance) {
        let broken = json!({"namespace": "door"});
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, "/taxonomies/import", &broken).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        post(&instance, "/taxonomies/import", door()).await;
        let (status, _) = call(&instance, ADMIN_KEY, Method::POST, "/taxonomies/import", &door()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "the version is not newer");
        let user = instance.add_user("u@host.example", instance.admin.org_id(), role::USER).await.unwrap();
        let key = TestInstance::key_of(user.user_id());
        let (status, _) = call(&instance, &key, Method::POST, "/taxonomies/enable/1", &json!({})).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = call(&instance, &key, Method::GET, "/taxonomies/view/none", &Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
