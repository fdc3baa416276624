//! Lists made here, and what hits on lists do to answers. spec: 05#2
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

async fn list(api: &TestApi, body: Value) -> String {
    let added = api.post(&api.admin, "/warninglists/add", &body).await.done();
    let id = added["Warninglist"]["id"].as_str().unwrap().to_owned();
    let switched = json!({"id": id, "enabled": true});
    api.post(&api.admin, "/warninglists/toggleEnable", &switched)
        .await
        .done();
    id
}

/// A list of networks with a remark, and an event with a listed address for detection and one not for detection.
async fn filled(api: &TestApi) -> String {
    let id = list(
        api,
        json!({"name": "Ours", "description": "d", "type": "cidr", "category": "known",
        "matching_attributes": ["ip-dst", "ip-dst|port"], "entries": "192.0.2.0/25 # the lab\n198.51.100.1"}),
    )
    .await;
    let event = json!({"info": "warned", "distribution": 1, "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "value": "192.0.2.7", "to_ids": true},
        {"type": "ip-dst", "category": "Network activity", "value": "192.0.2.8", "to_ids": false},
        {"type": "ip-dst|port", "category": "Network activity", "value": "203.0.113.9|80", "to_ids": true},
    ], "Object": [{"name": "x", "meta-category": "network", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "template_version": 1,
        "Attribute": [{"type": "ip-dst", "category": "Network activity", "object_relation": "ip", "value": "198.51.100.1", "to_ids": true}]}]});
    api.event(&api.admin, &event).await;
    id
}

async fn found(api: &TestApi, key: &Key, mut body: Value) -> Vec<Value> {
    body["returnFormat"] = json!("json");
    let answer = api.post(key, "/attributes/restSearch", &body).await.done();
    answer["response"]["Attribute"].as_array().unwrap().clone()
}

api_test! {
    async fn hits_stand_on_what_is_for_detection(api: TestApi) {
        let id = filled(&api).await;
        let viewed = api.get(&api.home.reader, "/events/view/1").await.done();
        let attributes = &viewed["Event"]["Attribute"];
        assert_eq!(attributes[0]["warnings"], json!([{"match": "192.0.2.0/25", "value": "192.0.2.7", "warninglist_id": id,
            "warninglist_name": "Ours", "warninglist_category": "known", "comment": "the lab"}]));
        assert!(attributes[1].get("warnings").is_none(), "not for detection");
        assert_eq!(viewed["Event"]["Object"][0]["Attribute"][0]["warnings"][0]["match"], "198.51.100.1/32");
        assert!(viewed["Event"]["Object"][0]["Attribute"][0]["warnings"][0].get("comment").is_none());
        let without = api.get(&api.home.reader, "/events/view/1/includeWarninglistHits:0").await;
        assert!(!without.text().contains("warnings"));
        let rows = found(&api, &api.home.reader, json!({"includeWarninglistHits": 1})).await;
        let warned: Vec<bool> = rows.iter().map(|row| row.get("warnings").is_some()).collect();
        assert_eq!(warned, [true, false, false, true]);
        api.post(&api.admin, "/servers/serverSettingsEdit/MISP.warning_for_all", &json!({"value": true})).await.done();
        let rows = found(&api, &api.home.reader, json!({"includeWarninglistHits": 1})).await;
        assert_eq!(rows[1]["warnings"][0]["value"], "192.0.2.8");
    }

    async fn listed_values_can_be_left_out(api: TestApi) {
        filled(&api).await;
        let kept = |rows: Vec<Value>| rows.iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(kept(found(&api, &api.home.reader, json!({"enforceWarninglist": 1})).await), ["203.0.113.9|80"]);
        let events = api.post(&api.home.reader, "/events/restSearch", &json!({"enforceWarninglist": 1})).await.done();
        let event = &events["response"][0]["Event"];
        let values: Vec<&Value> = event["Attribute"].as_array().unwrap().iter().map(|row| &row["value"]).collect();
        assert_eq!(values, ["192.0.2.8", "203.0.113.9|80"], "on events only what carries a warning");
        assert_eq!(event["Object"], json!([]));
        let objects = api.post(&api.home.reader, "/objects/restSearch", &json!({"enforceWarninglist": 1})).await.done();
        assert_eq!(objects["response"][0]["Object"]["Attribute"], json!([]));
        let attribute = json!({"type": "ip-dst", "value": "192.0.2.9", "enforceWarninglist": true, "to_ids": false});
        let refused = api.post(&api.admin, "/attributes/add/1", &attribute).await;
        assert!(refused.refuses(403).text().contains("trips over a warninglist and enforceWarninglist is enforced"), "{}", refused.text());
    }

    async fn proposals_carry_warnings(api: TestApi) {
        filled(&api).await;
        let proposal = json!({"type": "ip-dst", "category": "Network activity", "value": "192.0.2.99", "to_ids": true});
        api.post(&api.home.user, "/shadowAttributes/add/1", &proposal).await.done();
        let viewed = api.get(&api.admin, "/events/view/1").await.done();
        assert_eq!(viewed["Event"]["ShadowAttribute"][0]["warnings"][0]["comment"], "the lab", "{viewed}");
    }

    async fn lists_are_made_and_changed(api: TestApi) {
        let body = json!({"Warninglist": {"name": "Ours", "type": "hostname", "entries": ["Example.org", {"value": "intern.test", "comment": "lab"}]}});
        api.post(&api.home.user, "/warninglists/add", &body).await.refuses(403);
        let added = api.post(&api.admin, "/warninglists/add", &body).await.done();
        let added = &added["Warninglist"];
        assert_eq!((&added["default"], &added["enabled"], &added["category"]), (&json!(false), &json!(false), &json!("false_positive")));
        assert_eq!(added["WarninglistEntry"][1], json!({"id": "2", "value": "intern.test", "warninglist_id": added["id"], "comment": "lab"}));
        assert_eq!(added["WarninglistType"][0]["type"], "ALL");
        let id = added["id"].as_str().unwrap();
        api.post(&api.admin, "/warninglists/toggleEnable", &json!({"id": id, "enabled": 1})).await.done();
        let check = async |value: &str| api.post(&api.home.reader, "/warninglists/checkValue", &json!([value])).await.done();
        assert_eq!(check("https://www.example.org/x").await["https://www.example.org/x"][0]["matched"], "example.org");

        let edit = format!("/warninglists/edit/{id}");
        let edited = api.post(&api.admin, &edit, &json!({"entries": "other.test\n", "category": "known"})).await.done();
        assert_eq!((&edited["Warninglist"]["version"], &edited["Warninglist"]["enabled"]), (&json!("2"), &json!(true)));
        assert_eq!(edited["Warninglist"]["name"], "Ours");
        assert_eq!(check("www.example.org").await, json!([]));
        assert_eq!(check("www.other.test").await["www.other.test"][0]["name"], "Ours");
        let again = api.post(&api.admin, "/warninglists/add", &body).await;
        assert!(again.refuses(403).json()["errors"]["name"].is_array());
        api.post(&api.admin, &edit, &json!({"type": "cidr"})).await.refuses(403);
        api.post(&api.admin, "/warninglists/edit/999", &json!({})).await.refuses(404);
        api.post(&api.home.user, &format!("/warninglists/delete/{id}"), &Value::Null).await.refuses(403);
        api.post(&api.admin, &format!("/warninglists/delete/{id}"), &Value::Null).await.done();
        assert_eq!(check("www.other.test").await, json!([]));
    }

    async fn senseless_lists_are_refused(api: TestApi) {
        let good = json!({"name": "n", "type": "string", "entries": ["x"]});
        for (field, kind, value) in [
            ("name", "string", json!(" ")),
            ("type", "glob", json!("glob")),
            ("category", "string", json!("harmless")),
            ("matching_attributes", "string", json!(["nonsense"])),
            ("entries", "string", json!([])),
            ("entries", "string", json!(["two\nlines"])),
            ("entries", "cidr", json!(["10.0.0.0/8", "nonsense"])),
            ("entries", "regex", json!(["/(a)\\1/"])),
            ("entries", "regex", json!(["no delimiters"])),
        ] {
            let mut bad = good.clone();
            bad["type"] = json!(kind);
            bad[field] = value;
            let refused = api.post(&api.admin, "/warninglists/add", &bad).await;
            assert!(refused.refuses(403).json()["errors"][field].is_array(), "{bad}: {}", refused.text());
        }
        for odd in [json!(7), json!([{"no": "value"}]), json!([[]])] {
            let mut bad = good.clone();
            bad["entries"] = odd;
            api.post(&api.admin, "/warninglists/add", &bad).await.refuses(400);
        }
        api.post(&api.admin, "/warninglists/add", &good).await.done();
    }

    async fn exported_lists_can_be_imported(api: TestApi) {
        let id = list(&api, json!({"name": "Ours", "description": "d", "type": "regex", "matching_attributes": ["email-src"],
            "entries": [{"value": "/^abuse@/i", "comment": "desk"}, "/^noc@/"]})).await;
        let mut file = api.get(&api.home.reader, &format!("/warninglists/export/{id}")).await.done();
        let same = api.post(&api.admin, "/warninglists/import", &file).await.done();
        assert_eq!(same["message"], "The warninglist here is up to date already");
        file["version"] = json!(9);
        file["list"] = json!(["/^soc@/"]);
        let updated = api.post(&api.admin, "/warninglists/import", &file).await.done();
        assert_eq!((&updated["message"], &updated["id"]), (&json!("Warninglist updated"), &json!(id)));
        let checked = api.post(&api.admin, "/warninglists/checkValue", &json!(["soc@x.example", "ABUSE@x.example"])).await.done();
        assert_eq!(checked, json!({"soc@x.example": [{"id": id, "name": "Ours", "matched": "/^soc@/"}]}), "still enabled");
        file["name"] = json!("Copy");
        let copied = api.post(&api.admin, "/warninglists/import", &file).await.done();
        let copy = api.get(&api.admin, &format!("/warninglists/export/{}", copied["id"].as_str().unwrap())).await.done();
        assert_eq!(copy, file);
        for missing in ["name", "type", "version", "description", "matching_attributes", "list"] {
            let mut bad = file.clone();
            bad.as_object_mut().unwrap().remove(missing);
            let refused = api.post(&api.admin, "/warninglists/import", &bad).await;
            assert!(refused.refuses(400).message().contains(missing));
        }
        api.post(&api.home.user, "/warninglists/import", &file).await.refuses(403);
    }

    async fn lists_of_the_library_stay_as_they_are(api: TestApi) {
        let file = json!({"name": "Library", "type": "string", "version": 3, "description": "d", "list": ["x"], "matching_attributes": ["md5"]});
        let source = vec![("misp-warninglists/lists/a/list.json".to_owned(), file.to_string().into_bytes())];
        entente_engine::knowledge::import(&api.instance.app, vec![entente_engine::knowledge::Source::Files(source)], |_| {}).await.unwrap();
        api.post(&api.admin, "/warninglists/edit/1", &json!({"description": "mine"})).await.refuses(403);
        let mut newer = file.clone();
        newer["version"] = json!(4);
        api.post(&api.admin, "/warninglists/import", &newer).await.refuses(403);
    }

    async fn noticelists_are_removed_and_brought_back(api: TestApi) {
        entente_engine::knowledge::import_shipped(&api.instance.app).await.unwrap();
        api.post(&api.home.org_admin, "/noticelists/delete/1", &Value::Null).await.refuses(403);
        api.post(&api.admin, "/noticelists/delete/1", &Value::Null).await.done();
        api.get(&api.admin, "/noticelists/view/1").await.refuses(404);
        let update = api.post(&api.admin, "/noticelists/update", &Value::Null).await.done();
        assert_eq!(update["message"], "Successfully updated 1 noticelists.");
    }
}
