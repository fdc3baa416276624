//! Two organisations become one: every row and every label follows. spec: 03#12
use super::derive::mistakes;
use entente_engine::Error;
use entente_policy::{Action, LabelFacts, decide};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use entente_testkit::instance::role;
use serde_json::{Value, json};

/// Every event, attribute, object and report with the facts that readers of it are judged by.
async fn items(api: &TestApi) -> Vec<(&'static str, String, LabelFacts)> {
    let rows = api.instance.app.read_system(|tx| {
        let mut rows = Vec::new();
        let events =
            "SELECT e.uuid, l.facts FROM event e JOIN policy_label l ON l.id = e.label ORDER BY e.no";
        let inside = |table: &str| {
            format!(
                "SELECT x.uuid, l.facts FROM {table} x JOIN event e ON e.no = x.id / 16777216 \
                 JOIN policy_label l ON l.id = COALESCE(x.label, e.label) ORDER BY x.id"
            )
        };
        for (route, sql) in [
            ("events", events.to_owned()),
            ("attributes", inside("attribute")),
            ("objects", inside("object")),
            ("eventReports", inside("event_report")),
        ] {
            rows.extend(tx.all(&sql, &[], |row| {
                let facts = LabelFacts::from_json(row.get_str(1)?).unwrap();
                Ok::<_, Error>((route, row.get_uuid(0)?.to_string(), facts))
            })?);
        }
        Ok(rows)
    });
    rows.await.unwrap()
}

/// Whether what the API shows to somebody is what `decide` allows.
async fn sees_as_decided(api: &TestApi, key: &Key) {
    let app = &api.instance.app;
    let (directory, settings) = (app.directory(), app.settings());
    let actor = api.instance.actor(key.user).await.unwrap();
    let snapshot = app.labels().snapshot(&directory, &settings, app.now());
    let viewer = app.labels().viewer(&directory, &settings, &actor, app.now());
    for (route, uuid, facts) in items(api).await {
        let allowed = decide(&snapshot, &viewer, &facts.clone().into(), Action::See).allow;
        let shown = api.get(key, &format!("/{route}/view/{uuid}")).await.status == 200;
        assert_eq!(
            shown, allowed,
            "{route} {uuid} to {}: {facts:?}",
            actor.user.email
        );
    }
}

async fn count(api: &TestApi, sql: &'static str) -> i64 {
    let counted = api.instance.app.read_system(move |tx| {
        Ok(tx
            .first(sql, &[], |row| Ok::<_, Error>(row.get_int(0)?))?
            .unwrap_or_default())
    });
    counted.await.unwrap()
}

async fn group(api: &TestApi, name: &str, members: &[(i64, bool)]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|(org, extend)| json!({"org_id": org, "extend": extend}))
        .collect();
    let body = json!({"name": name, "releasability": "x", "SharingGroupOrg": members});
    api.post(&api.admin, "/sharing_groups/add", &body).await.done()["SharingGroup"]["id"].clone()
}

/// An event of every level with an attribute of every level, an object and a report.
async fn publish_everything(api: &TestApi, key: &Key, groups: &[Value], what: &str) {
    for (level, group) in [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 1)] {
        let attributes: Vec<Value> = (0..=5)
            .map(|own| {
                json!({"type": "text", "value": format!("{what} {level} {group} {own}"), "distribution": own,
                    "sharing_group_id": groups[1], "Tag": [{"name": if own == 1 { "tlp:red" } else { "free:tag" }}]})
            })
            .collect();
        let object = json!({"name": "note", "meta-category": "misc", "template_version": 1, "description": "x",
            "template_uuid": "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01", "distribution": 0,
            "Attribute": [{"type": "text", "object_relation": "text", "value": "x"}]});
        let event = json!({"info": what, "distribution": level, "sharing_group_id": groups[group],
            "Attribute": attributes, "Object": [object],
            "EventReport": [{"name": "r", "content": "x", "distribution": 0}]});
        let event = api.event(key, &event).await;
        let id = event["id"].as_str().unwrap();
        if level == 3 {
            let proposal = json!({"type": "text", "value": "proposed"});
            api.post(key, &format!("/shadowAttributes/add/{id}"), &proposal)
                .await
                .done();
            let seen = event["Attribute"][5]["id"].as_str().unwrap();
            api.post(key, &format!("/sightings/add/{seen}"), &Value::Null)
                .await
                .done();
        }
        let note = json!({"note": what, "distribution": 0});
        let path = format!("/analyst_data/add/Note/{}/Event", event["uuid"].as_str().unwrap());
        api.post(key, &path, &note).await.done();
    }
}

async fn events(api: &TestApi) -> Vec<i64> {
    let rows = api.instance.app.read_system(|tx| {
        tx.all("SELECT no FROM event ORDER BY no", &[], |row| {
            Ok::<_, Error>(row.get_int(0)?)
        })
    });
    rows.await.unwrap()
}

api_test! {
    async fn a_merged_organisation_leaves_nothing_behind(api: TestApi) {
        let (home, other) = (api.home.org, api.other.org);
        let third = api.instance.add_org("Third CERT").await.unwrap();
        let outsider = api.instance.add_user("user@third.example", third, role::PUBLISHER).await.unwrap();
        let outsider = Key { user: outsider.user.id, text: entente_testkit::instance::TestInstance::key_of(outsider.user.id) };
        for name in ["MISP.unpublishedprivate", "Entente.enforce_tlp", "MISP.delegation"] {
            api.post(&api.admin, &format!("/servers/serverSettingsEdit/{name}"), &json!({"value": true})).await.done();
        }
        for name in ["tlp:red", "free:tag"] {
            api.post(&api.admin, "/tags/add", &json!({"name": name, "colour": "#ffffff"})).await.done();
        }
        let groups = [
            group(&api, "both", &[(home.0, true), (other.0, false), (1, false)]).await,
            group(&api, "home only", &[(home.0, false), (1, false)]).await,
            group(&api, "other and third", &[(other.0, false), (third.0, true), (1, false)]).await,
        ];
        for (key, own, what) in [(&api.home.sync, 1, "home"), (&api.other.sync, 2, "other"), (&api.admin, 1, "host")] {
            publish_everything(&api, key, &[groups[0].clone(), groups[own].clone()], what).await;
        }
        let owned = json!({"name": "home:tag", "colour": "#ffffff", "org_id": home.to_string()});
        let owned = api.post(&api.admin, "/tags/add", &owned).await.done()["Tag"]["id"].clone();
        let private = api.event(&api.home.publisher, &json!({"info": "handed over", "distribution": 0})).await;
        let delegated = api.event(&api.home.publisher, &json!({"info": "handed on", "distribution": 0})).await;
        for (event, recipient) in [(&private, other), (&delegated, third)] {
            let body = json!({"org_id": recipient.to_string(), "distribution": 1, "message": "x"});
            let path = format!("/eventDelegations/delegateEvent/{}", event["id"].as_str().unwrap());
            api.post(&api.home.publisher, &path, &body).await.done();
        }

        let rule = json!({"name": "own", "selector_type": "orgc_id", "selector_list": [home.to_string(), third.to_string()]});
        let rule = api.post(&api.admin, "/correlation_rules/add", &rule).await.done()["CorrelationRule"]["id"].clone();
        let path = format!("/admin/organisations/merge/{home}");
        for (key, body) in [(&api.home.org_admin, json!({"target": other.to_string()})), (&api.home.sync, json!({}))] {
            api.post(key, &path, &body).await.refuses(403);
        }
        for target in [json!({}), json!({"target": "nobody"}), json!({"target": home.to_string()})] {
            let refused = api.post(&api.admin, &path, &target).await;
            assert!(refused.refuses(403).json()["errors"]["target"].is_array(), "{}", refused.text());
        }
        let merged = api.post(&api.admin, &path, &json!({"Organisation": {"target": other.to_string()}})).await.done();
        assert_eq!((merged["message"].as_str(), merged["id"].as_str()), (Some("Organisation merged"), Some(other.to_string().as_str())));

        api.get(&api.admin, &format!("/organisations/view/{home}")).await.refuses(404);
        for event in events(&api).await {
            let mistakes = mistakes(&api, event).await;
            assert!(mistakes.is_empty(), "{mistakes:#?}");
        }
        for key in [&api.home.user, &api.home.publisher, &api.other.user, &api.other.reader, &outsider, &api.admin] {
            sees_as_decided(&api, key).await;
        }
        assert_eq!(api.get(&api.home.user, "/users/view/me").await.done()["User"]["org_id"], other.to_string());
        // who belonged to either sees what either had kept to itself
        for (key, what) in [(&api.home.user, "other"), (&api.other.user, "home")] {
            let found = api.post(key, "/events/index", &json!({"eventinfo": what})).await.done();
            assert_eq!(found.as_array().unwrap().len(), 6, "{what}: {found}");
            let notes = api.get(key, "/analyst_data/index/Note").await.done();
            assert_eq!(notes.as_array().unwrap().len(), 12, "{notes}");
        }
        let seen = api.get(&api.other.user, &format!("/tags/view/{}", owned.as_str().unwrap())).await.done();
        assert_eq!(seen["org_id"], other.to_string());
        let members = api.get(&api.admin, &format!("/sharing_groups/view/{}", groups[0].as_str().unwrap())).await.done();
        let members = members["SharingGroupOrg"].as_array().unwrap().clone();
        let own: Vec<_> = members.iter().filter(|row| row["org_id"] == other.to_string()).collect();
        assert_eq!((members.len(), own.len(), &own[0]["extend"]), (2, 1, &json!(true)));
        let rule = api.get(&api.admin, &format!("/correlation_rules/view/{}", rule.as_str().unwrap())).await.done();
        let listed = rule["CorrelationRule"]["selector_list"].to_string();
        assert!(!listed.contains(&format!("\"{home}")) && listed.contains(&other.to_string()), "{listed}");
        // a request to oneself is none, one to somebody else stands
        assert_eq!(count(&api, "SELECT COUNT(*) FROM event_delegation").await, 1);
        api.get(&outsider, &format!("/events/view/{}", delegated["uuid"].as_str().unwrap())).await.done();
        // what was edited by its creator's organisation is edited by the other's
        let path = format!("/events/edit/{}", private["uuid"].as_str().unwrap());
        api.post(&api.other.publisher, &path, &json!({"info": "ours"})).await.done();
        for (id, action) in [(other, "merge"), (home, "delete")] {
            let logged = api.post(&api.admin, "/admin/logs/index", &json!({"model": "Organisation", "model_id": id.to_string(), "limit": 1})).await.done();
            assert_eq!(logged[0]["Log"]["action"], action, "{logged}");
            let change = logged[0]["Log"]["change"].as_str().unwrap();
            assert!(change.contains(if action == "merge" { "Home CERT" } else { "Other CERT" }), "{change}");
        }
    }

    async fn collections_and_discussions_follow(api: TestApi) {
        let kept = json!({"name": "ours", "distribution": 0, "type": "campaign"});
        let kept = api.post(&api.home.user, "/collections/add", &kept).await.done()["Collection"]["id"].clone();
        let talk = json!({"message": "among us", "title": "t", "distribution": 0});
        let talk = api.post(&api.home.user, "/posts/add", &talk).await.done()["Thread"]["id"].clone();
        let seen = async |key: &Key| {
            let collection = api.get(key, &format!("/collections/view/{}", kept.as_str().unwrap())).await;
            let thread = api.get(key, &format!("/threads/view/{}", talk.as_str().unwrap())).await;
            (collection.status, thread.status)
        };
        assert_eq!(seen(&api.other.user).await, (404, 404));
        let path = format!("/admin/organisations/merge/{}/{}", api.home.org, api.other.org);
        api.post(&api.admin, &path, &Value::Null).await.done();
        for key in [&api.home.user, &api.other.user] {
            assert_eq!(seen(key).await, (200, 200));
        }
    }

    async fn the_host_organisation_can_be_merged(api: TestApi) {
        api.post(&api.admin, "/admin/organisations/merge/1/Home+CERT", &Value::Null).await.done();
        let setting = api.get(&api.admin, "/servers/getSetting/MISP.host_org_id").await.done();
        assert_eq!(setting["value"], api.home.org.0);
        assert_eq!(api.get(&api.admin, "/users/view/me").await.done()["Organisation"]["name"], "Home CERT");
    }

    async fn an_organisation_with_another_uuid_keeps_its_own(api: TestApi) {
        let event = api.event(&api.home.publisher, &json!({"info": "own", "distribution": 0,
            "Attribute": [{"type": "text", "value": "a", "distribution": 1}]})).await;
        let note = format!("/analyst_data/add/Note/{}/Event", event["uuid"].as_str().unwrap());
        let note = api.post(&api.home.publisher, &note, &json!({"note": "x", "distribution": 0})).await.done();
        let path = format!("/admin/organisations/edit/{}", api.home.org);
        api.post(&api.admin, &path, &json!({"uuid": "5f0c2d0e-9f0e-4b57-8d3b-41b1e0f9a7c2"})).await.done();
        for event in events(&api).await {
            assert!(mistakes(&api, event).await.is_empty());
        }
        api.get(&api.home.user, &format!("/events/view/{}", event["uuid"].as_str().unwrap())).await.done();
        api.get(&api.home.user, &format!("/analyst_data/view/Note/{}", note["Note"]["uuid"].as_str().unwrap())).await.done();
        sees_as_decided(&api, &api.other.user).await;
    }
}
