//! Making, changing, listing, finding and counting tags.
use super::{add_event, add_tag, attach, named, request};
use entente_engine::Class;
use entente_engine::tag::{self, Listing, Pattern};
use entente_model::tag::TagInput;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

instance_test! {
    async fn an_existing_name_is_answered_whatever_its_case(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let first = add_tag(&instance, &admin, named("This is a test tag")).await.unwrap();
        let again = add_tag(&instance, &admin, named(" this IS a test tag ")).await.unwrap();
        assert_eq!(first, again);
        let tag = instance.app.tags().get(first).cloned().unwrap();
        assert_eq!((tag.name.as_str(), tag.exportable, tag.hidden), ("This is a test tag", true, false));
        assert!(entente_engine::content::tags::is_colour(&tag.colour));
        let user = instance.add_user("u@host.example", admin.org_id(), role::USER).await.unwrap();
        assert_eq!(add_tag(&instance, &user, named("x")).await.unwrap_err().class(), Class::Denied);
        for bad in [
            TagInput::default(),
            named(""),
            named(&"x".repeat(256)),
            TagInput { colour: Some("red".to_owned()), ..named("y") },
            TagInput { org: Some(4_711), ..named("y") },
        ] {
            assert_eq!(add_tag(&instance, &admin, bad).await.unwrap_err().class(), Class::Invalid);
        }
    }

    async fn an_edit_changes_what_it_names_and_is_logged(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let id = add_tag(&instance, &admin, named("a")).await.unwrap();
        add_tag(&instance, &admin, named("b")).await.unwrap();
        let edit = |input: TagInput| instance.app.write(Arc::clone(&admin), move |ctx| tag::edit(ctx, id, &input));
        edit(TagInput { hidden: Some(true), ..TagInput::default() }).await.unwrap();
        let tag = instance.app.tags().get(id).cloned().unwrap();
        assert_eq!((tag.name.as_str(), tag.hidden), ("a", true));
        assert_eq!(edit(named("B")).await.unwrap_err().class(), Class::Invalid);
        edit(named("misp-galaxy:tool=\"X\"")).await.unwrap();
        assert!(instance.app.tags().get(id).unwrap().is_galaxy);
        let user = instance.add_user("u@host.example", admin.org_id(), role::ORG_ADMIN).await.unwrap();
        let refused = instance.app.write(Arc::clone(&user), move |ctx| tag::delete(ctx, id)).await;
        assert_eq!(refused.unwrap_err().class(), Class::Denied);
        instance.app.write(Arc::clone(&admin), move |ctx| tag::delete(ctx, id)).await.unwrap();
        assert!(instance.app.tags().get(id).is_none());
        let gone = instance.app.write(Arc::clone(&admin), move |ctx| tag::delete(ctx, id)).await;
        assert_eq!(gone.unwrap_err().class(), Class::NotFound);
    }

    async fn counts_are_of_what_the_caller_sees(instance: TestInstance) {
        instance.enforce_tlp().await.unwrap();
        let admin = Arc::clone(&instance.admin);
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let reader = instance.add_user("r@harbour.example", org, role::READ_ONLY).await.unwrap();
        for (number, name) in ["seen", "seen", "tlp:red"].into_iter().enumerate() {
            let (event, attribute) = add_event(&instance, &admin).await;
            attach(&instance, &admin, request(event.uuid, name, false)).await.unwrap();
            if number == 0 {
                attach(&instance, &admin, request(attribute.uuid, "seen", false)).await.unwrap();
            }
        }
        let listing = Listing { names: vec![Pattern::new("%")], favourites_only: false, counted: true };
        let rows = |actor| {
            let listing = listing.clone();
            instance.app.read(actor, move |ctx| {
                let usage = |item: &tag::Listed| item.usage.map(|usage| (usage.events, usage.attributes));
                Ok(tag::list(ctx, &listing)?
                    .iter()
                    .map(|item| (item.tag.name.clone(), usage(item).unwrap()))
                    .collect::<Vec<_>>())
            })
        };
        let all = vec![("seen".to_owned(), (2, 1)), ("tlp:red".to_owned(), (1, 0))];
        assert_eq!(rows(Arc::clone(&admin)).await.unwrap(), all);
        let seen = vec![("seen".to_owned(), (2, 1)), ("tlp:red".to_owned(), (0, 0))];
        assert_eq!(rows(Arc::clone(&reader)).await.unwrap(), seen);
        let counted = instance.app.read(reader, tag::statistics).await.unwrap();
        let counted: Vec<_> = counted.tags.iter().map(|(tag, _, count)| (tag.name.as_str(), *count)).collect();
        assert_eq!(counted, [("seen", 2)]);
    }

    async fn searches_put_exact_names_first(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        for name in ["boat", "a boat", "rowing_boat"] {
            add_tag(&instance, &admin, named(name)).await.unwrap();
        }
        let search = |text: &str| {
            let wanted = vec![text.to_owned(), "BOAT".to_owned()];
            instance.app.read(Arc::clone(&admin), move |ctx| {
                Ok(tag::search(ctx, &wanted, false)?.iter().map(|found| found.tag.name.clone()).collect::<Vec<_>>())
            })
        };
        assert_eq!(search("%boat").await.unwrap(), ["boat", "a boat", "rowing_boat"]);
        assert_eq!(search("not a tag").await.unwrap(), ["boat"]);
    }

    async fn favourites_are_everybodys_own(instance: TestInstance) {
        let admin = Arc::clone(&instance.admin);
        let user = instance.add_user("u@host.example", admin.org_id(), role::READ_ONLY).await.unwrap();
        let id = add_tag(&instance, &admin, named("a")).await.unwrap();
        instance.app.write(Arc::clone(&user), move |ctx| tag::set_favourite(ctx, id, true)).await.unwrap();
        assert_eq!(instance.app.read(user, tag::favourites).await.unwrap(), [id]);
        assert_eq!(instance.app.read(Arc::clone(&admin), tag::favourites).await.unwrap(), []);
        instance.app.write(Arc::clone(&admin), move |ctx| tag::delete(ctx, id)).await.unwrap();
    }
}
