//! Blocklists, excluded values, bookmarks and news.
use entente_engine::blocklist::{self, List, Query};
use entente_engine::{Class, Error, bookmark, correlation_exclusion, news};
use entente_model::draft::Given;
use entente_model::id::Ref;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use uuid::Uuid;

instance_test! {
    async fn refused_uuids_are_counted_and_forgotten(instance: TestInstance) {
        let admin = instance.admin.clone();
        let uuid = Uuid::from_u128(0x6a1c_9b0e_3f52_4d7a_9c1e_5b7f_2d4e_8a10);
        let draft = blocklist::Draft {
            uuids: vec![uuid.to_string(), "nonsense".to_owned(), uuid.to_string()],
            name: Some("an event".to_owned()),
            ..blocklist::Draft::default()
        };
        let added = instance.app.write(admin.clone(), move |ctx| blocklist::add(ctx, List::Event, &draft)).await.unwrap();
        assert_eq!(added.successes, [uuid.to_string()]);
        assert_eq!(added.fails, ["nonsense".to_owned(), uuid.to_string()]);
        assert!(instance.app.read(admin.clone(), move |ctx| blocklist::event_blocked(ctx.tx, uuid)).await.unwrap());
        assert!(!instance.app.read(admin.clone(), move |ctx| blocklist::org_blocked(ctx.tx, uuid)).await.unwrap());
        let change = blocklist::Draft { comment: Some("why".to_owned()), ..blocklist::Draft::default() };
        instance.app.write(admin.clone(), move |ctx| blocklist::edit(ctx, List::Event, Some(Ref::Uuid(uuid)), &change)).await.unwrap();
        let rows = instance.app.read(admin.clone(), |ctx| blocklist::search(ctx, List::Event, &Query {
            anywhere: vec![entente_engine::log::Term::containing("WHY")],
            ..Query::default()
        })).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.name.as_str(), row.comment.as_deref())).collect::<Vec<_>>(), [("an event", Some("why"))]);
        instance.app.write(admin.clone(), move |ctx| blocklist::remove(ctx, List::Event, Some(Ref::Uuid(uuid)))).await.unwrap();
        assert!(!instance.app.read(admin, move |ctx| blocklist::event_blocked(ctx.tx, uuid)).await.unwrap());
    }

    async fn seeding_twice_is_seeding_once(instance: TestInstance) {
        for _ in 0..2 {
            instance.app.write_system(|tx| blocklist::seed(tx, 7)).await.unwrap();
        }
        let rows = instance.app.read(instance.admin.clone(), |ctx| blocklist::search(ctx, List::Org, &Query::default())).await.unwrap();
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["Setec Astrononomy", "Acme Finance"]);
    }

    async fn excluded_values_are_unique(instance: TestInstance) {
        let admin = instance.admin.clone();
        let draft = |value: &str| correlation_exclusion::Draft { value: Some(value.to_owned()), comment: None };
        let id = instance.app.write(admin.clone(), move |ctx| correlation_exclusion::add(ctx, &draft("example.org"))).await.unwrap();
        for bad in ["EXAMPLE.org", "%", ""] {
            let error = instance.app.write(admin.clone(), move |ctx| correlation_exclusion::add(ctx, &draft(bad))).await.unwrap_err();
            assert!(matches!(error, Error::Fields(_)), "{bad}");
        }
        instance.app.write(admin.clone(), move |ctx| correlation_exclusion::remove(ctx, Some(id))).await.unwrap();
        instance.app.write(admin, move |ctx| correlation_exclusion::add(ctx, &draft("example.org"))).await.unwrap();
    }

    async fn bookmarks_are_own_or_shown_to_colleagues(instance: TestInstance) {
        let (own, other) = (instance.add_org("Own").await.unwrap(), instance.add_org("Other").await.unwrap());
        let owner = instance.add_user("a@own.example", own, role::USER).await.unwrap();
        let colleague = instance.add_user("b@own.example", own, role::USER).await.unwrap();
        let stranger = instance.add_user("c@other.example", other, role::USER).await.unwrap();
        let draft = |exposed| bookmark::Draft {
            name: Some("list".to_owned()),
            url: Some("/events/index".to_owned()),
            exposed_to_org: Given::Value(exposed),
            comment: None,
        };
        let id = instance.app.write(owner.clone(), move |ctx| bookmark::add(ctx, &draft(false))).await.unwrap();
        assert!(instance.app.read(colleague.clone(), move |ctx| bookmark::find(ctx, Some(id))).await.is_err());
        instance.app.write(owner.clone(), move |ctx| bookmark::edit(ctx, Some(id), &draft(true))).await.unwrap();
        assert!(instance.app.read(colleague.clone(), move |ctx| bookmark::find(ctx, Some(id))).await.is_ok());
        let refused = instance.app.write(colleague, move |ctx| bookmark::remove(ctx, Some(id))).await.unwrap_err();
        assert_eq!(refused.class(), Class::Denied);
        let hidden = instance.app.write(stranger, move |ctx| bookmark::remove(ctx, Some(id))).await.unwrap_err();
        assert_eq!(hidden.class(), Class::NotFound);
        instance.app.write(owner, move |ctx| bookmark::remove(ctx, Some(id))).await.unwrap();
    }

    async fn news_come_newest_first(instance: TestInstance) {
        for title in ["old", "new"] {
            let draft = news::Draft { title: Some(title.to_owned()), message: Some("text".to_owned()), anonymise: true };
            instance.app.write(instance.admin.clone(), move |ctx| news::add(ctx, &draft)).await.unwrap();
        }
        let rows = instance.app.read(instance.admin.clone(), |ctx| news::search(ctx, &[], None)).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["new", "old"]);
        assert!(rows.iter().all(|row| row.user.is_none()));
    }
}
