//! Who may do what, and why. spec: 10#1.8
use crate::{World, add_event, get, names, preview};
use entente_engine::{report, setting};
use entente_model::draft::{Given, ReportDraft};
use entente_model::id::Ref;
use entente_model::level::Distribution::{Community, Inherit, Organisation};
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

fn explain(item: Uuid) -> String {
    format!("/api/v1/policy/explain?uuid={item}")
}

fn audience(item: Uuid) -> String {
    format!("/api/v1/policy/audience?uuid={item}")
}

instance_test! {
    async fn the_creator_learns_who_sees_what(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (open, part) = add_event(&instance, &world.harbour, Community, &["tlp:green"], Organisation).await;
        let seen = get(&instance, &world.harbour, &audience(open)).await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.json["item"], json!({"uuid": open, "kind": "event"}));
        assert_eq!(names(&seen.json["organisations"]), ["Harbour", "Lake", "ORGNAME", "Ridge"]);
        assert_eq!(seen.json["total"], 4);
        assert_eq!(seen.json["complete"], true);
        assert!(seen.json["next_cursor"].is_null());
        let seen = get(&instance, &world.harbour, &audience(part)).await;
        assert_eq!(seen.json["item"]["kind"], "attribute");
        assert_eq!(names(&seen.json["organisations"]), ["Harbour"]);

        let rel = world.released_to_lake();
        let (listed, _) = add_event(&instance, &world.harbour, Community, &[&rel, "PAP:AMBER"], Inherit).await;
        let seen = get(&instance, &world.harbour, &audience(listed)).await;
        assert_eq!(names(&seen.json["organisations"]), ["Harbour", "Lake"]);
        let seen = get(&instance, &world.harbour, &format!("{}&action=export.rpz", audience(listed))).await;
        assert_eq!(names(&seen.json["organisations"]), ["Harbour"]);
    }

    async fn reports_have_audiences_of_their_own(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (event, _) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        let draft = ReportDraft {
            name: Some("Findings".to_owned()),
            content: Some("What we know".to_owned()),
            distribution: Given::Value(Organisation),
            ..ReportDraft::default()
        };
        let added = instance.app.write(Arc::clone(&world.harbour), move |ctx| {
            let id = report::add(ctx, Some(Ref::Uuid(event)), &draft)?;
            Ok(report::visible(ctx, Some(Ref::Id(id.0)))?.0.uuid)
        });
        let report = added.await.unwrap();
        let seen = get(&instance, &world.harbour, &audience(report)).await;
        assert_eq!(seen.json["item"], json!({"uuid": report, "kind": "report"}));
        assert_eq!(names(&seen.json["organisations"]), ["Harbour"]);
        assert_eq!(get(&instance, &world.lake, &explain(report)).await.status, 404);
        let wider = json!({"uuid": report, "change": {"distribution": 5}});
        let seen = preview(&instance, &world.harbour, &wider).await;
        assert_eq!(names(&seen.json["added"]), ["Lake", "ORGNAME", "Ridge"]);
        let tagged = json!({"uuid": report, "change": {"add_tags": ["tlp:red"]}});
        assert_eq!(preview(&instance, &world.harbour, &tagged).await.json["errors"][0]["field"], "tags");
    }

    async fn a_denial_names_its_layer(instance: TestInstance) {
        let world = World::new(&instance).await;
        let rel = world.released_to_lake();
        let (event, _) = add_event(&instance, &world.harbour, Community, &[&rel], Inherit).await;
        let about = |org: Uuid| format!("{}&org={org}", explain(event));
        let seen = get(&instance, &world.harbour, &about(world.ridge.org.uuid)).await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.json["allowed"], false);
        assert_eq!(seen.json["subject"]["organisation"]["name"], "Ridge");
        assert_eq!(seen.json["subject"]["caller"], false);
        assert_eq!(
            seen.json["explanation"][1],
            json!({
                "text": "A releasability list does not name the organisation.",
                "layer": "L3",
                "code": "rel.not_listed",
            })
        );
        let trace = seen.json["trace"].as_array().unwrap();
        assert_eq!(trace.len(), 9);
        let denying: Vec<_> = trace.iter().filter(|step| step["verdict"] == "deny").collect();
        assert_eq!(denying.len(), 1);
        assert_eq!(denying[0]["codes"], json!(["rel.not_listed"]));
        let seen = get(&instance, &world.harbour, &about(world.lake.org.uuid)).await;
        assert_eq!(seen.json["allowed"], true);
        let seen = get(&instance, &world.harbour, &about(Uuid::from_u128(7))).await;
        assert_eq!(seen.status, 404);
    }

    async fn readers_ask_about_themselves_only(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (event, _) = add_event(&instance, &world.harbour, Community, &["PAP:AMBER"], Inherit).await;
        let seen = get(&instance, &world.lake, &explain(event)).await;
        assert_eq!((seen.status.as_u16(), &seen.json["allowed"]), (200, &json!(true)));
        assert_eq!(seen.json["subject"]["caller"], true);
        let seen = get(&instance, &world.lake, &format!("{}&action=use.block", explain(event))).await;
        assert_eq!(seen.json["explanation"][1]["code"], "use.pap");
        let seen = get(&instance, &world.lake, &format!("{}&action=edit", explain(event))).await;
        assert_eq!(seen.json["allowed"], false);
        for url in [
            format!("{}&org={}", explain(event), world.ridge.org.uuid),
            format!("{}&org={}", explain(event), Uuid::from_u128(7)),
            audience(event),
        ] {
            assert_eq!(get(&instance, &world.lake, &url).await.status, 403, "{url}");
        }
        let host = world.host_admin(&instance).await;
        assert_eq!(get(&instance, &host, &audience(event)).await.status, 200);
        let url = format!("{}&org={}", explain(event), world.ridge.org.uuid);
        assert_eq!(get(&instance, &host, &url).await.status, 200);
    }

    async fn what_is_hidden_is_absent(instance: TestInstance) {
        let world = World::new(&instance).await;
        let rel = world.released_to_lake();
        let (event, _) = add_event(&instance, &world.harbour, Community, &[&rel], Inherit).await;
        let (_, own) = add_event(&instance, &world.harbour, Community, &[], Organisation).await;
        for url in [explain as fn(Uuid) -> String, audience] {
            let absent = get(&instance, &world.ridge, &url(Uuid::from_u128(7))).await;
            assert_eq!(absent.status, 404);
            for hidden in [event, own] {
                let seen = get(&instance, &world.ridge, &url(hidden)).await;
                assert_eq!((seen.status, &seen.json), (absent.status, &absent.json));
            }
        }
    }

    async fn audiences_come_in_pages(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (event, _) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        let all = get(&instance, &world.harbour, &audience(event)).await.json["organisations"].clone();
        let (mut collected, mut cursor) = (Vec::new(), String::new());
        loop {
            let url = format!("{}&limit=3&cursor={cursor}", audience(event));
            let page = get(&instance, &world.harbour, &url).await.json;
            assert_eq!(page["total"], 4);
            collected.extend(page["organisations"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(json!(collected), all);
        let seen = get(&instance, &world.harbour, &format!("{}&limit=0", audience(event))).await;
        assert_eq!(seen.status, 400);
    }

    async fn organisations_that_may_not_be_listed_stay_hidden(instance: TestInstance) {
        let world = World::new(&instance).await;
        let publisher = instance.add_user("c@harbour.example", world.harbour.org.id, role::PUBLISHER).await.unwrap();
        let (event, _) = add_event(&instance, &publisher, Community, &[], Inherit).await;
        let hide = |ctx: &mut entente_engine::Ctx<'_, '_>| {
            setting::edit(ctx, "Security.hide_organisation_index_from_users", &json!(true), false)
        };
        instance.app.write(Arc::clone(&instance.admin), hide).await.unwrap();
        let seen = get(&instance, &publisher, &audience(event)).await;
        assert_eq!(names(&seen.json["organisations"]), ["Harbour"]);
        assert_eq!(seen.json["complete"], false);
        let about = |org: Uuid| format!("{}&org={org}", explain(event));
        let hidden = get(&instance, &publisher, &about(world.ridge.org.uuid)).await;
        let absent = get(&instance, &publisher, &about(Uuid::from_u128(7))).await;
        assert_eq!((hidden.status.as_u16(), hidden.json), (404, absent.json));
    }
}
