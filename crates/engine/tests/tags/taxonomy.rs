//! Loading taxonomies, and what they do to tags.
use super::{add_event, add_tag, attach, named, new_tag, reason};
use entente_engine::tag::{Attach, TagChoice, TargetChoice};
use entente_engine::taxonomy::{self, Imported, Listing};
use entente_engine::{Class, Error, event};
use entente_knowledge::taxonomy::Taxonomy;
use entente_model::id::Ref;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

fn door(version: i64, colour: &str) -> Taxonomy {
    let text = format!(
        r#"{{"namespace":"door","description":"Doors","version":{version},"exclusive":true,"predicates":[
        {{"value":"state","expanded":"State","exclusive":true}},{{"value":"painted","colour":"{colour}"}},
        {{"value":"glazed"}}],"values":[{{"predicate":"state","entry":[{{"value":"open","expanded":"Open",
        "numerical_value":10}},{{"value":"shut"}}]}}]}}"#
    );
    entente_knowledge::taxonomy::parse(text.as_bytes()).unwrap().0
}

async fn import(instance: &TestInstance, file: Taxonomy) -> Imported {
    instance
        .app
        .write(Arc::clone(&instance.admin), move |ctx| {
            taxonomy::import(ctx, &file)
        })
        .await
        .unwrap()
}

async fn choose(
    instance: &TestInstance,
    choice: impl Fn(&mut entente_engine::Ctx<'_, '_>) -> Result<(), Error> + Send + 'static,
) {
    instance
        .app
        .write(Arc::clone(&instance.admin), choice)
        .await
        .unwrap();
}

instance_test! {
    async fn a_newer_file_replaces_and_keeps_what_was_decided(instance: TestInstance) {
        let tag = add_tag(&instance, &instance.admin, named("DOOR:painted")).await.unwrap();
        let Imported::Added(id) = import(&instance, door(2, "#00aa00")).await else { unreachable!() };
        assert_eq!(instance.app.tags().get(tag).unwrap().colour, "#00aa00", "an existing tag is repainted");
        choose(&instance, |ctx| taxonomy::set_enabled(ctx, "door", true)).await;
        choose(&instance, |ctx| taxonomy::set_required(ctx, "DOOR", true)).await;
        assert_eq!(import(&instance, door(2, "#00bb00")).await, Imported::Unchanged(id));
        assert_eq!(import(&instance, door(3, "#00cc00")).await, Imported::Replaced(id));
        assert_eq!(instance.app.tags().get(tag).unwrap().colour, "#00cc00");
        let listing = Listing { value: Some("doo".to_owned()), enabled: Some(true) };
        let listed = instance.app.read(Arc::clone(&instance.admin), move |ctx| taxonomy::list(ctx, &listing));
        let listed = listed.await.unwrap();
        let found = &listed[0];
        assert_eq!((found.taxonomy.version, found.taxonomy.enabled, found.taxonomy.required), (3, true, true));
        assert_eq!((found.tags.total, found.tags.current), (4, 1));
        let mut other = door(9, "#000000");
        other.types = vec!["org".to_owned()];
        assert_eq!(import(&instance, other).await, Imported::NotForEvents);
        let updated = instance.app.write(Arc::clone(&instance.admin), taxonomy::update).await.unwrap();
        assert_eq!(updated, 0, "everything is up to date");
        let file = instance.app.read(Arc::clone(&instance.admin), |ctx| taxonomy::file(ctx, "door")).await.unwrap();
        assert_eq!(entente_knowledge::taxonomy::parse(file.to_string().as_bytes()).unwrap().0, door(3, "#00cc00"));
    }

    async fn tags_are_made_shown_and_hidden(instance: TestInstance) {
        import(&instance, door(1, "#00aa00")).await;
        let open = "door:state=\"open\"";
        choose(&instance, move |ctx| taxonomy::show_tags(ctx, "door", Some(&[open.to_owned()])).map(drop)).await;
        let tag = instance.app.tags().by_name(open).cloned().unwrap();
        assert_eq!((tag.numerical_value, tag.hidden), (Some(10), false));
        choose(&instance, |ctx| taxonomy::set_tags_hidden(ctx, "door", None, true)).await;
        assert!(instance.app.tags().get(tag.id).unwrap().hidden);
        choose(&instance, |ctx| taxonomy::show_tags(ctx, "door", None).map(drop)).await;
        assert!(!instance.app.tags().get(tag.id).unwrap().hidden);
        let viewed = instance.app.read(Arc::clone(&instance.admin), |ctx| taxonomy::view(ctx, "door", None, true));
        let viewed = viewed.await.unwrap();
        assert_eq!(viewed.entries.len(), 4);
        assert!(viewed.entries.iter().all(|entry| entry.tag.is_some()));
        choose(&instance, |ctx| taxonomy::set_enabled(ctx, "door", false)).await;
        assert!(instance.app.tags().get(tag.id).unwrap().hidden, "disabling hides");
        let unknown = instance.app.write(Arc::clone(&instance.admin), |ctx| {
            taxonomy::show_tags(ctx, "door", Some(&["tlp:red".to_owned()]))
        });
        assert_eq!(unknown.await.unwrap_err().class(), Class::NotFound);
        let user = instance.add_user("u@host.example", instance.admin.org_id(), role::USER).await.unwrap();
        let refused = instance.app.write(user, |ctx| taxonomy::set_enabled(ctx, "door", true)).await;
        assert_eq!(refused.unwrap_err().class(), Class::Denied);
        choose(&instance, |ctx| taxonomy::delete(ctx, "door")).await;
        assert!(instance.app.tags().get(tag.id).is_some(), "its tags stay");
    }

    async fn strict_calls_keep_to_exclusivity(instance: TestInstance) {
        import(&instance, door(1, "#00aa00")).await;
        choose(&instance, |ctx| taxonomy::show_tags(ctx, "door", None).map(drop)).await;
        let (stored, _) = add_event(&instance, &instance.admin).await;
        let ask = |name: &str, local: bool, strict: bool| Attach {
            target: TargetChoice::Event(Some(Ref::Id(stored.id.0))),
            tags: vec![TagChoice::Name(name.to_owned())],
            local,
            relationship: None,
            strict,
        };
        let admin = &instance.admin;
        attach(&instance, admin, ask("door:state=\"open\"", false, true)).await.unwrap();
        let refused = attach(&instance, admin, ask("door:state=\"shut\"", false, true)).await.unwrap();
        assert_eq!(reason(&refused), "Tag is not allowed due to taxonomy exclusivity settings");
        let local = attach(&instance, admin, ask("door:state=\"shut\"", true, true)).await.unwrap();
        assert_eq!(new_tag(&local).name, "door:state=\"shut\"", "local and global tags are judged apart");
        attach(&instance, admin, ask("door:painted", false, true)).await.unwrap();
        let lenient = attach(&instance, admin, ask("door:glazed", false, false)).await.unwrap();
        assert_eq!(new_tag(&lenient).name, "door:glazed");
        let unknown = attach(&instance, admin, ask("door:new", false, true)).await.unwrap();
        assert_eq!(reason(&unknown), "Invalid Tag.");
    }

    async fn an_event_without_a_required_tag_is_not_published(instance: TestInstance) {
        import(&instance, door(1, "#00aa00")).await;
        choose(&instance, |ctx| taxonomy::set_required(ctx, "door", true)).await;
        let (stored, _) = add_event(&instance, &instance.admin).await;
        let missing = || {
            instance.app.read(Arc::clone(&instance.admin), |ctx| taxonomy::missing_required(ctx, &[]))
        };
        assert_eq!(missing().await.unwrap(), Vec::<String>::new(), "required counts only while enabled");
        choose(&instance, |ctx| taxonomy::set_enabled(ctx, "door", true)).await;
        assert_eq!(missing().await.unwrap(), ["door"]);
        let publish = || {
            instance.app.write(Arc::clone(&instance.admin), move |ctx| {
                event::publish::publish(ctx, Some(Ref::Id(stored.id.0))).map(drop)
            })
        };
        assert!(publish().await.unwrap_err().to_string().contains("door"));
        attach(&instance, &instance.admin, crate::request(stored.uuid, "door:painted", false)).await.unwrap();
        publish().await.unwrap();
    }
}
