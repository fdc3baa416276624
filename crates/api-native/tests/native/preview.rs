//! Audiences of what is not stored. spec: 10#1.8
use crate::{World, add_event, get, names, preview};
use entente_engine::{setting, sharing_group};
use entente_model::draft::{OrgDraft, SharingGroupDraft};
use entente_model::id::Ref;
use entente_model::level::Distribution::{Community, Inherit};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn codes(seen: &Value) -> Vec<&str> {
    seen["lints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lint| lint["code"].as_str().unwrap())
        .collect()
}

/// A group of Harbour and Lake, made by Harbour.
async fn group(instance: &TestInstance, world: &World) -> Uuid {
    let member = |org: &entente_model::organisation::Organisation| {
        let draft = OrgDraft {
            uuid: Some(org.uuid),
            name: Some(org.name.clone()),
            ..OrgDraft::default()
        };
        (draft, false)
    };
    let draft = SharingGroupDraft {
        name: Some("Waterways".to_owned()),
        releasability: Some("Members".to_owned()),
        orgs: Some(vec![member(&world.harbour.org), member(&world.lake.org)]),
        ..SharingGroupDraft::default()
    };
    let made = instance.app.write(Arc::clone(&world.harbour), move |ctx| {
        let id = sharing_group::create(ctx, &draft, false)?;
        Ok(sharing_group::stored(ctx, Ref::Id(id.0))?.unwrap().uuid)
    });
    made.await.unwrap()
}

instance_test! {
    async fn a_draft_is_compared_with_its_change(instance: TestInstance) {
        instance.enforce_tlp().await.unwrap();
        let world = World::new(&instance).await;
        let ask = async |body: Value| preview(&instance, &world.harbour, &body).await;
        let seen = ask(json!({"event": {"distribution": 1, "tags": ["tlp:green"]}})).await;
        assert_eq!(seen.status, 200, "{}", seen.json);
        assert_eq!(names(&seen.json["audience"]), ["Harbour", "Lake", "ORGNAME", "Ridge"]);
        assert_eq!((&seen.json["added"], &seen.json["removed"]), (&json!([]), &json!([])));
        assert_eq!(seen.json["lints"], json!([]));

        let change = json!({"add_tags": [world.released_to_lake()]});
        let seen = ask(json!({"event": {"distribution": 1, "tags": ["tlp:green"]}, "change": change})).await;
        assert_eq!(names(&seen.json["audience"]), ["Harbour", "Lake"]);
        assert_eq!(names(&seen.json["removed"]), ["ORGNAME", "Ridge"]);

        let seen = ask(json!({"event": {"distribution": 0}, "change": {"distribution": 3}})).await;
        assert_eq!(names(&seen.json["added"]), ["Lake", "ORGNAME", "Ridge"]);
        assert_eq!(codes(&seen.json), ["lint.no_tlp"]);

        let seen = ask(json!({"event": {"distribution": 1, "tags": ["tlp:red"]}})).await;
        assert_eq!(names(&seen.json["audience"]), ["Harbour"]);
        assert_eq!(codes(&seen.json), ["lint.tlp_names_nobody"]);
        assert_eq!(seen.json["lints"][0]["severity"], "error");
    }

    async fn odd_tags_are_told(instance: TestInstance) {
        let world = World::new(&instance).await;
        let tags = ["tlp:green", "entente:rel=\"XX!\"", "tlp:purple", "nato:classification=\"NS\""];
        let seen = preview(&instance, &world.harbour, &json!({"event": {"distribution": 1, "tags": tags}})).await;
        let about: Vec<_> = seen.json["lints"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|lint| !lint["tag"].is_null())
            .map(|lint| (lint["code"].as_str().unwrap(), lint["tag"].as_str().unwrap()))
            .collect();
        assert_eq!(
            about,
            [
                ("marking.unreadable", tags[1]),
                ("marking.unknown", tags[2]),
                ("marking.classified", tags[3]),
            ]
        );
        assert_eq!(names(&seen.json["audience"]), ["Harbour"]);
    }

    async fn a_change_of_something_stored_changes_nothing(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (event, attribute) = add_event(&instance, &world.harbour, Community, &["tlp:green"], Inherit).await;
        let change = json!({"tags": ["tlp:green", "PAP:AMBER", world.released_to_lake()]});
        let seen = preview(&instance, &world.harbour, &json!({"uuid": event, "change": change})).await;
        assert_eq!(names(&seen.json["removed"]), ["ORGNAME", "Ridge"]);
        assert_eq!(codes(&seen.json), ["lint.detection_without_blocking"]);
        let seen = preview(&instance, &world.harbour, &json!({"uuid": attribute, "change": {"distribution": 0}})).await;
        assert_eq!(names(&seen.json["audience"]), ["Harbour"]);
        let seen = preview(&instance, &world.harbour, &json!({"uuid": attribute, "change": change})).await;
        assert_eq!(names(&seen.json["audience"]), ["Harbour", "Lake"]);
        let url = format!("/api/v1/policy/audience?uuid={attribute}");
        let seen = get(&instance, &world.harbour, &url).await;
        assert_eq!(seen.json["total"], 4);
        assert_eq!(preview(&instance, &world.lake, &json!({"uuid": event})).await.status, 403);
    }

    async fn groups_name_readers(instance: TestInstance) {
        let world = World::new(&instance).await;
        let group = group(&instance, &world).await;
        let draft = json!({"event": {"distribution": 4, "sharing_group": group, "tags": ["tlp:red"]}});
        let seen = preview(&instance, &world.harbour, &draft).await;
        assert_eq!(seen.status, 200, "{}", seen.json);
        assert_eq!(names(&seen.json["audience"]), ["Harbour", "Lake"]);
        assert_eq!(seen.json["lints"], json!([]));
        // To Ridge the group does not exist.
        let absent = json!({"event": {"distribution": 4, "sharing_group": Uuid::from_u128(7)}});
        let (hidden, absent) = (
            preview(&instance, &world.ridge, &draft).await,
            preview(&instance, &world.ridge, &absent).await,
        );
        assert_eq!((hidden.status.as_u16(), hidden.json), (422, absent.json));
        // Where members are hidden, their number does not come out here.
        let hide = |ctx: &mut entente_engine::Ctx<'_, '_>| {
            setting::edit(ctx, "Security.hide_organisations_in_sharing_groups", &json!(true), false)
        };
        instance.app.write(Arc::clone(&instance.admin), hide).await.unwrap();
        assert_eq!(preview(&instance, &world.lake, &draft).await.status, 403);
        let leaving = json!({"event": draft["event"], "change": {"distribution": 0}});
        assert_eq!(preview(&instance, &world.lake, &leaving).await.status, 403);
        assert_eq!(preview(&instance, &world.harbour, &draft).await.status, 200);
    }

    async fn outlines_that_make_no_sense_are_refused(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (event, attribute) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        for (status, field, body) in [
            (422, "distribution", json!({"event": {"distribution": 5}})),
            (422, "distribution", json!({"event": {"distribution": 9}})),
            (422, "sharing_group", json!({"event": {"distribution": 4}})),
            (422, "sharing_group", json!({"event": {"distribution": 1, "sharing_group": event}})),
            (422, "published", json!({"uuid": attribute, "change": {"published": true}})),
            (422, "event", json!({"uuid": event, "event": {}})),
            (422, "event", json!({})),
            (400, "action", json!({"uuid": event, "action": "destroy"})),
        ] {
            let seen = preview(&instance, &world.harbour, &body).await;
            assert_eq!(seen.status, status, "{body}: {}", seen.json);
            assert_eq!(seen.json["errors"][0]["field"], field, "{body}");
        }
        for body in [json!({"event": {"distributon": 1}}), json!({"event": {"distribution": "1"}}), json!([])] {
            let seen = preview(&instance, &world.harbour, &body).await;
            assert_eq!(seen.status, 400, "{body}: {}", seen.json);
        }
    }
}
