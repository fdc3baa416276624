//! What one attribute correlates with, page by page.
use crate::{World, add_event, get};
use entente_engine::content::insert::Content;
use entente_engine::content::prepare::{self, Defaults};
use entente_engine::event::add;
use entente_engine::setting;
use entente_model::draft::{AttributeDraft, EventDraft, Given};
use entente_model::level::Distribution::{Community, Inherit, Organisation};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

async fn page(
    instance: &TestInstance,
    who: &Arc<entente_engine::Actor>,
    attribute: Uuid,
    rest: &str,
) -> Value {
    let seen = get(
        instance,
        who,
        &format!("/api/v1/correlations?uuid={attribute}{rest}"),
    )
    .await;
    assert_eq!(seen.status, 200, "{}", seen.json);
    seen.json
}

/// Adds one event whose attributes all share a half with the value of the others.
async fn many(instance: &TestInstance, who: &Arc<entente_engine::Actor>, count: usize) {
    let added = instance.app.write(Arc::clone(who), move |ctx| {
        let defaults = Defaults {
            distribution: Inherit,
            rules: ctx.app.import_rules(),
            now: ctx.now(),
        };
        let prepared = |n: usize| {
            let draft = AttributeDraft {
                kind: Some("domain|ip".to_owned()),
                value: Some(format!("evil.example|10.0.{}.{}", n / 256, n % 256)),
                ..AttributeDraft::default()
            };
            let mut prepared = prepare::attribute(draft, &defaults)?;
            prepared.row.uuid = ctx.new_uuid()?;
            Ok::<_, entente_engine::Error>(prepared)
        };
        let mut content = Content {
            attributes: (0..count).map(prepared).collect::<Result<_, _>>()?,
            objects: Vec::new(),
        };
        let header = EventDraft {
            info: Some("many".to_owned()),
            distribution: Given::Value(Community),
            ..EventDraft::default()
        };
        add::add(ctx, &header, &mut content).map(|_| ())
    });
    added.await.unwrap();
}

instance_test! {
    async fn correlations_come_in_pages_newest_first(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (_, asked) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        let (older, _) = add_event(&instance, &world.lake, Community, &[], Inherit).await;
        let (newer, shared) = add_event(&instance, &world.lake, Community, &[], Inherit).await;
        let first = page(&instance, &world.harbour, asked, "&limit=1").await;
        assert_eq!((&first["over_correlating"], &first["excluded"]), (&json!(false), &json!(false)));
        assert_eq!(first["attribute"], json!({"uuid": asked, "type": "domain", "value": "evil.example"}));
        let row = &first["correlations"][0];
        assert_eq!((&row["attribute"]["uuid"], &row["shared"]), (&json!(shared), &json!("evil.example")));
        assert_eq!((&row["event"]["uuid"], &row["event"]["creator"]["name"]), (&json!(newer), &json!("Lake")));
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = page(&instance, &world.harbour, asked, &format!("&limit=1&cursor={cursor}")).await;
        assert_eq!(second["correlations"][0]["event"]["uuid"], json!(older));
        let cursor = second["next_cursor"].as_str().unwrap_or("0").to_owned();
        let third = page(&instance, &world.harbour, asked, &format!("&limit=1&cursor={cursor}")).await;
        assert_eq!((&third["correlations"], &third["next_cursor"]), (&json!([]), &Value::Null));
    }

    async fn every_row_comes_once_however_many_there_are(instance: TestInstance) {
        let world = World::new(&instance).await;
        many(&instance, &world.lake, 1_300).await;
        let (_, asked) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = page(&instance, &world.harbour, asked, &format!("&limit=400{cursor}")).await;
            assert_eq!(page["over_correlating"], true);
            let rows = page["correlations"].as_array().unwrap();
            assert!(rows.len() <= 400);
            seen.extend(rows.iter().map(|row| row["attribute"]["uuid"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 1_300);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1_300);
        // none of them is a correlation inside their own event
        let of_one = page(&instance, &world.lake, seen[0].parse().unwrap(), "").await;
        assert_eq!(of_one["correlations"].as_array().unwrap().len(), 1);
    }

    async fn only_what_the_caller_sees_is_there(instance: TestInstance) {
        let world = World::new(&instance).await;
        let (_, asked) = add_event(&instance, &world.harbour, Community, &[], Inherit).await;
        let (_, own) = add_event(&instance, &world.lake, Community, &[], Organisation).await;
        add_event(&instance, &world.lake, Organisation, &[], Inherit).await;
        assert_eq!(page(&instance, &world.harbour, asked, "").await["correlations"], json!([]));
        assert_eq!(page(&instance, &world.lake, asked, "").await["correlations"].as_array().unwrap().len(), 2);
        let url = |uuid: Uuid| format!("/api/v1/correlations?uuid={uuid}");
        assert_eq!(get(&instance, &world.harbour, &url(own)).await.status, 404);
        for bad in ["", "?uuid=x", "?uuid=5c8d1b4a-0000-4000-8000-000000000001&limit=0", "?uuid=5c8d1b4a-0000-4000-8000-000000000001&cursor=x"] {
            assert_eq!(get(&instance, &world.harbour, &format!("/api/v1/correlations{bad}")).await.status, 400, "{bad}");
        }
        let off = json!(true);
        let admin = instance.admin.clone();
        instance.app.write(admin, move |ctx| setting::edit(ctx, "MISP.completely_disable_correlation", &off, false)).await.unwrap();
        assert_eq!(page(&instance, &world.lake, asked, "").await["correlations"], json!([]));
    }
}
