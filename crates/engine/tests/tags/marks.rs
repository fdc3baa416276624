//! Tags that restrict.
use super::{add_event, attach, new_tag, reason, request, sees, stored};
use entente_engine::tag::{self, TagChoice, TargetChoice};
use entente_model::tag::TagInput;
use entente_policy::MarkFindingKind;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

instance_test! {
    async fn bi_o20_look_alikes_of_control_tags_restrict_and_are_flagged(instance: TestInstance) {
        instance.enforce_tlp().await.unwrap();
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let reader = instance.add_user("r@harbour.example", org, role::READ_ONLY).await.unwrap();
        for (name, flagged) in [
            ("tlp:\u{ff52}\u{ff45}\u{ff44}", false),
            ("tlp:r\u{435}d", true),
            (" TLP:RED ", false),
        ] {
            let (event, _) = add_event(&instance, &admin).await;
            assert!(sees(&instance, &reader, event.id).await, "before {name}");
            let attached = attach(&instance, &admin, request(event.uuid, name, false)).await.unwrap();
            assert!(!sees(&instance, &reader, event.id).await, "{name} counts as red");
            assert!(sees(&instance, &admin, event.id).await);
            let confusable = |f: &entente_policy::MarkFinding| f.kind == MarkFindingKind::Confusable;
            assert_eq!(attached.findings.iter().any(confusable), flagged, "{name}");
        }
    }

    async fn bi_o21_an_unreadable_release_list_leaves_it_to_the_creator(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let reader = instance.add_user("r@harbour.example", org, role::READ_ONLY).await.unwrap();
        let (event, attribute) = add_event(&instance, &admin).await;
        let garbage = "entente:rel=\"&&//\"";
        let attached = attach(&instance, &admin, request(attribute.uuid, garbage, false)).await.unwrap();
        assert_eq!(attached.findings[0].kind, MarkFindingKind::Unreadable);
        assert!(sees(&instance, &reader, event.id).await, "the event itself carries no list");
        assert!(stored(&instance, &reader, event.id).await.is_none(), "its attribute does");
        assert!(stored(&instance, &admin, event.id).await.is_some());
    }

    async fn bi_o22_classified_markings_are_refused_on_entry(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let (event, _) = add_event(&instance, &admin).await;
        let secret = "nato:classification=\"NS\"";
        let refused = attach(&instance, &admin, request(event.uuid, secret, false)).await.unwrap();
        assert!(reason(&refused).contains("unclassified data only"), "{}", reason(&refused));
        let made = crate::add_tag(&instance, &admin, crate::named(secret)).await;
        assert!(made.unwrap_err().to_string().contains("unclassified data only"));
        let open = "nato:classification=\"NU\"";
        let attached = attach(&instance, &admin, request(event.uuid, open, false)).await.unwrap();
        assert_eq!(new_tag(&attached).name, open);
    }

    async fn labels_follow_a_tag_that_is_renamed_taken_off_or_deleted(instance: TestInstance) {
        instance.enforce_tlp().await.unwrap();
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let reader = instance.add_user("r@harbour.example", org, role::READ_ONLY).await.unwrap();
        let (event, attribute) = add_event(&instance, &admin).await;
        let free = attach(&instance, &admin, request(event.uuid, "free", false)).await.unwrap();
        attach(&instance, &admin, request(attribute.uuid, "free", true)).await.unwrap();
        let id = new_tag(&free).id;
        assert!(stored(&instance, &reader, event.id).await.is_some());
        let rename = |name: &'static str| {
            let input = TagInput { name: Some(name.to_owned()), ..TagInput::default() };
            instance.app.write(Arc::clone(&admin), move |ctx| tag::edit(ctx, id, &input))
        };
        rename("tlp:red").await.unwrap();
        assert!(!sees(&instance, &reader, event.id).await);
        rename("free again").await.unwrap();
        assert!(stored(&instance, &reader, event.id).await.is_some());
        rename("tlp:red").await.unwrap();
        instance
            .app
            .write(Arc::clone(&admin), move |ctx| {
                tag::detach(ctx, TargetChoice::Any(Some(event.uuid)), &TagChoice::Id(id.0))
            })
            .await
            .unwrap();
        assert!(sees(&instance, &reader, event.id).await);
        assert!(stored(&instance, &reader, event.id).await.is_none(), "the attribute is red by itself");
        instance.app.write(Arc::clone(&admin), move |ctx| tag::delete(ctx, id)).await.unwrap();
        assert!(stored(&instance, &reader, event.id).await.is_some());
    }
}
