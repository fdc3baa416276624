//! Clusters behind tags.
use crate::{CLUSTERS, WEATHER, changed, file, import};
use entente_engine::galaxy::{self, ClusterFilter, Page};
use entente_engine::tag;
use entente_model::id::TagId;
use entente_model::tag::TagInput;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::json;
use std::sync::Arc;

async fn add_tag(instance: &TestInstance, name: &str) -> TagId {
    let input = TagInput {
        name: Some(name.to_owned()),
        ..TagInput::default()
    };
    instance
        .app
        .write(Arc::clone(&instance.admin), move |ctx| tag::add(ctx, &input))
        .await
        .unwrap()
}

instance_test! {
    async fn tags_lead_to_clusters_whatever_their_case(instance: TestInstance) {
        import(&instance, vec![file("clusters/w.json", CLUSTERS), file("galaxies/w.json", WEATHER)]).await;
        let storm = add_tag(&instance, "misp-galaxy:weather=\"STORM\"").await;
        add_tag(&instance, "misp-galaxy:weather=\"Unknown\"").await;
        add_tag(&instance, "tlp:red").await;
        let found = instance
            .app
            .read(Arc::clone(&instance.admin), |ctx| {
                let tags = ctx.tags.sorted();
                galaxy::of_tags(ctx, &tags)
            })
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        let placed = &found[&storm];
        assert_eq!(placed.galaxy.name, "Weather");
        assert_eq!(placed.cluster.cluster.value, "Storm");
        assert_eq!(placed.cluster.elements.len(), 4);
        assert_eq!(placed.cluster.relations.len(), 1);
    }

    async fn relations_bring_their_tags(instance: TestInstance) {
        import(&instance, vec![file("clusters/w.json", CLUSTERS), file("galaxies/w.json", WEATHER)]).await;
        let name = "estimative-language:likelihood-probability=\"likely\"";
        assert!(instance.app.tags().by_name(name).is_some());
    }

    async fn clusters_are_found_by_what_they_hold(instance: TestInstance) {
        let twin = json!({"type": "other", "uuid": "b1a3cf0a-9d4a-4c3c-8e0a-0d8a3a1f0009", "name": "Other"});
        import(&instance, vec![
            file("galaxies/a.json", WEATHER),
            file("galaxies/b.json", &changed(WEATHER, &twin)),
            file("clusters/a.json", CLUSTERS),
            // The same uuids in another collection are other clusters.
            file("clusters/b.json", &changed(CLUSTERS, &json!({"type": "other"}))),
        ]).await;
        let count = async |filter: ClusterFilter, page: Page| {
            instance
                .app
                .read(Arc::clone(&instance.admin), move |ctx| {
                    let mut values = Vec::new();
                    galaxy::each_cluster(ctx, &filter, page, |placed| {
                        values.push(placed.cluster.cluster.value.clone());
                        Ok(())
                    })?;
                    Ok(values)
                })
                .await
                .unwrap()
        };
        let all = Page::default();
        assert_eq!(count(ClusterFilter::default(), all).await.len(), 4);
        let text = |text: &str| ClusterFilter { text: Some(text.to_owned()), ..ClusterFilter::default() };
        assert_eq!(count(text("tempes"), all).await, ["Storm", "Storm"]);
        assert_eq!(count(text("100%"), all).await, Vec::<String>::new());
        let elements = ClusterFilter {
            elements: vec![("force".to_owned(), "10".to_owned())],
            types: Some(vec!["other".to_owned()]),
            default: Some(true),
            ..ClusterFilter::default()
        };
        assert_eq!(count(elements, all).await, ["Storm"]);
        let none = ClusterFilter { galaxies: Some(vec![]), ..ClusterFilter::default() };
        assert_eq!(count(none, all).await.len(), 0);
        let page = Page { skip: 1, limit: Some(2) };
        assert_eq!(count(ClusterFilter::default(), page).await, ["Calm", "Storm"]);
    }
}
