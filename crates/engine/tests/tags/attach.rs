//! Attaching and detaching: rights, versions, publication.
use super::{add_event, add_tag, attach, named, new_tag, reason, request, stored};
use entente_engine::tag::{self, AttachedTag, LinkKind, TagChoice, TargetChoice};
use entente_engine::{Class, Error};
use entente_model::id::Ref;
use entente_model::tag::TagInput;
use entente_store::tag::Target;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

instance_test! {
    async fn a_global_tag_makes_a_new_version_and_a_local_one_does_not(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let (event, attribute) = add_event(&instance, &admin).await;
        let published = instance.app.write(Arc::clone(&admin), move |ctx| {
            entente_engine::event::publish::publish(ctx, Some(Ref::Id(event.id.0)))
        });
        assert!(published.await.unwrap().published);
        instance.advance(60);
        let attached = attach(&instance, &admin, request(event.uuid, "here only", true)).await.unwrap();
        assert_eq!(attached.place.to_string(), format!("Event({})", event.id));
        let (after, _) = stored(&instance, &admin, event.id).await.unwrap();
        assert_eq!((after.timestamp, after.published), (event.timestamp, true));

        attach(&instance, &admin, request(attribute.uuid, "everywhere", false)).await.unwrap();
        let (after, tagged) = stored(&instance, &admin, event.id).await.unwrap();
        assert_eq!((after.timestamp, after.published), (event.timestamp + 60, false));
        assert_eq!(tagged.timestamp, attribute.timestamp + 60);

        instance.advance(60);
        let again = attach(&instance, &admin, request(attribute.uuid, "EVERYWHERE", false)).await.unwrap();
        assert!(matches!(again.tags[0], AttachedTag::Already(_)));
        let (after, _) = stored(&instance, &admin, event.id).await.unwrap();
        assert_eq!(after.timestamp, event.timestamp + 60, "nothing has changed");
    }

    async fn bi_o9_reserved_and_local_tags_stay_where_they_belong(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let analyst = instance.add_user("a@harbour.example", org, role::ORG_ADMIN).await.unwrap();
        let colleague = instance.add_user("b@harbour.example", org, role::ORG_ADMIN).await.unwrap();
        let (event, _) = add_event(&instance, &analyst).await;
        let reserve = |name: &str, org: i64, user: i64, local_only: bool| TagInput {
            org: Some(org),
            user: Some(user),
            local_only: Some(local_only),
            ..named(name)
        };
        for input in [
            reserve("for org 1", 1, 0, false),
            reserve("for a", org.0, analyst.user_id().0, false),
            reserve("local", 0, 0, true),
        ] {
            add_tag(&instance, &admin, input).await.unwrap();
        }
        let refused = attach(&instance, &analyst, request(event.uuid, "for org 1", false)).await.unwrap();
        assert_eq!(reason(&refused), "Invalid Tag. This tag can only be set by a fixed organisation.");
        let refused = attach(&instance, &colleague, request(event.uuid, "for a", false)).await.unwrap();
        assert_eq!(reason(&refused), "Invalid Tag. This tag can only be set by a fixed user.");
        let refused = attach(&instance, &analyst, request(event.uuid, "local", false)).await.unwrap();
        assert!(reason(&refused).contains("local tag"));
        let attached = attach(&instance, &analyst, request(event.uuid, "for a", false)).await.unwrap();
        assert_eq!(new_tag(&attached).name, "for a");
        for (name, part) in [("x".repeat(10 << 10), "255 bytes"), ("a\nb".to_owned(), "control")] {
            let refused = attach(&instance, &admin, request(event.uuid, &name, false)).await.unwrap();
            assert!(reason(&refused).starts_with("Invalid Tag."), "{}", reason(&refused));
            assert!(reason(&refused).contains(part), "{}", reason(&refused));
        }
        let odd = "<img src=x> \"quoted\" \u{202e}gnp.exe";
        let attached = attach(&instance, &admin, request(event.uuid, odd, false)).await.unwrap();
        assert_eq!(new_tag(&attached).name, odd, "it is kept as text");
    }

    async fn who_may_not_change_an_event_may_not_tag_it(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let other = instance.add_user("a@harbour.example", org, role::USER).await.unwrap();
        let own = instance.add_user("u@host.example", admin.org_id(), role::USER).await.unwrap();
        let (event, _) = add_event(&instance, &admin).await;
        let denied = attach(&instance, &other, request(event.uuid, "t", false)).await.unwrap_err();
        assert_eq!(denied.class(), Class::Denied);
        assert!(denied.to_string().starts_with("Cannot alter the tags of this data"));
        let denied = attach(&instance, &other, request(event.uuid, "t", true)).await.unwrap_err();
        assert_eq!(denied.class(), Class::Denied, "local tags are for the host organisation");
        let refused = attach(&instance, &own, request(event.uuid, "t", true)).await.unwrap();
        assert!(reason(&refused).contains("may not make tags"));
        add_tag(&instance, &admin, named("t")).await.unwrap();
        attach(&instance, &own, request(event.uuid, "t", true)).await.unwrap();
        let absent = attach(&instance, &admin, request(uuid::Uuid::from_u128(7), "t", false)).await.unwrap_err();
        assert_eq!((absent.class(), absent.to_string().as_str()), (Class::NotFound, "Invalid Target."));
    }

    async fn tags_come_off_and_relate(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let (event, attribute) = add_event(&instance, &admin).await;
        attach(&instance, &admin, request(attribute.uuid, "t", false)).await.unwrap();
        let target = Target::Attribute(attribute.id);
        let links = instance
            .app
            .read(Arc::clone(&admin), move |ctx| Ok(entente_store::tag::links_unscoped(ctx.tx, target)?))
            .await
            .unwrap();
        let link = links[0].id;
        let related = instance.app.write(Arc::clone(&admin), move |ctx| {
            tag::relate(ctx, LinkKind::Attribute, link, Some("causes"))?;
            Ok(entente_store::tag::links_unscoped(ctx.tx, target)?)
        });
        assert_eq!(related.await.unwrap()[0].relationship_type.as_deref(), Some("causes"));

        let detach = |uuid: uuid::Uuid, name: &'static str| {
            instance.app.write(Arc::clone(&admin), move |ctx| {
                tag::detach(ctx, TargetChoice::Any(Some(uuid)), &TagChoice::Name(name.to_owned()))
            })
        };
        let detached = detach(attribute.uuid, "t").await.unwrap().unwrap();
        assert_eq!((detached.place.to_string(), detached.local), (format!("Attribute({})", attribute.id), false));
        let class = |error: Error| error.class();
        assert!(detach(attribute.uuid, "t").await.unwrap().is_none(), "it is off already");
        assert_eq!(detach(event.uuid, "unknown").await.map_err(class).unwrap_err(), Class::Invalid);
    }
}
