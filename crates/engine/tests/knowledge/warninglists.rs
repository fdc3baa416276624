//! Checking values against the enabled lists.
use crate::{file, import, tally, updated, warninglist};
use entente_engine::warninglist::{self as lists, Toggle, Toggled};
use entente_knowledge::library::Kind;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use serde_json::json;
use std::sync::Arc;

async fn toggle(instance: &TestInstance, request: Toggle) -> Option<Toggled> {
    instance
        .app
        .write(Arc::clone(&instance.admin), move |ctx| {
            lists::toggle(ctx, &request)
        })
        .await
        .unwrap()
}

fn named(name: &str, enabled: Option<bool>) -> Toggle {
    Toggle {
        ids: vec![],
        names: vec![name.to_owned()],
        enabled,
    }
}

async fn hits(instance: &TestInstance, kind: &'static str, value: &'static str) -> Vec<String> {
    instance
        .app
        .read(Arc::clone(&instance.admin), move |ctx| {
            lists::hits(ctx, kind, value)
        })
        .await
        .unwrap()
        .into_iter()
        .map(|hit| hit.matched)
        .collect()
}

instance_test! {
    async fn only_enabled_lists_are_checked_and_held(instance: TestInstance) {
        import(&instance, vec![file("misp-warninglists/lists/a/list.json", &warninglist(1, &["192.0.2.0/24"]))]).await;
        assert_eq!(hits(&instance, "ip-dst", "192.0.2.7").await, Vec::<String>::new());
        let one = Some(Toggled { lists: 1, enabled: Some(true) });
        assert_eq!(toggle(&instance, named("%PUBLIC res%", Some(true))).await, one);
        assert_eq!(hits(&instance, "ip-dst", "192.0.2.7").await, ["192.0.2.0/24"]);
        assert_eq!(hits(&instance, "text", "192.0.2.7").await, Vec::<String>::new());
        assert_eq!(hits(&instance, "ip-dst|port", "192.0.2.7|80").await, Vec::<String>::new());
        let off = Some(Toggled { lists: 1, enabled: Some(false) });
        assert_eq!(toggle(&instance, Toggle { ids: vec![1], ..Toggle::default() }).await, off);
        assert_eq!(hits(&instance, "ip-dst", "192.0.2.7").await, Vec::<String>::new());
        assert_eq!(toggle(&instance, named("nothing", None)).await, None);
    }

    async fn an_update_is_in_force_at_once_and_keeps_the_switch(instance: TestInstance) {
        let path = "misp-warninglists/lists/a/list.json";
        import(&instance, vec![file(path, &warninglist(1, &["192.0.2.0/24"]))]).await;
        toggle(&instance, named("Public resolvers", Some(true))).await;
        assert_eq!(hits(&instance, "ip-src", "192.0.2.7").await, ["192.0.2.0/24"]);
        instance.advance(1);
        let report = import(&instance, vec![file(path, &warninglist(2, &["198.51.100.1"]))]).await;
        assert_eq!(tally(&report, Kind::Warninglist), updated(1));
        assert_eq!(hits(&instance, "ip-src", "192.0.2.7").await, Vec::<String>::new());
        assert_eq!(hits(&instance, "ip-src", "198.51.100.1").await, ["198.51.100.1/32"]);
    }

    async fn entries_keep_their_order_and_comments_over_many_chunks(instance: TestInstance) {
        let entries: Vec<_> = (0..40_000).map(|n| json!({"value": format!("value-{n}"), "comment": "why"})).collect();
        let mut list = json!({"name": "n", "version": 1, "type": "string", "list": entries});
        list["list"][7] = json!("two\nlines");
        let report = import(&instance, vec![file("misp-warninglists/lists/a/list.json", &list.to_string())]).await;
        assert_eq!(report.findings.len(), 1, "an entry that no line can hold is told");
        let reader = instance.add_user("r@test.example", instance.admin.org_id(), role::READ_ONLY).await.unwrap();
        let (first, last, count) = instance
            .app
            .read(reader, |ctx| {
                let (mut first, mut last, mut count) = (None, None, 0);
                lists::each_entry(ctx, 1, |value, comment| {
                    let entry = Some((value.to_owned(), comment.map(str::to_owned)));
                    first = first.take().or_else(|| entry.clone());
                    last = entry;
                    count += 1;
                    Ok(())
                })?;
                Ok((first, last, count))
            })
            .await
            .unwrap();
        assert_eq!(count, 39_999);
        assert_eq!(first, Some(("value-0".to_owned(), Some("why".to_owned()))));
        assert_eq!(last, Some(("value-39999".to_owned(), Some("why".to_owned()))));
    }
}
