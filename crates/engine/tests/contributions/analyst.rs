use super::{Scene, class};
use entente_engine::analyst::{self, Target};
use entente_engine::content::insert::Content as EventContent;
use entente_engine::{Actor, Class, Result, event};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::draft::{AnalystDraft, AnalystKind, EventDraft, Given};
use entente_model::id::Ref;
use entente_model::level::Distribution;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use std::sync::Arc;
use uuid::Uuid;

fn draft(kind: AnalystKind) -> AnalystDraft {
    AnalystDraft {
        kind,
        uuid: Given::Absent,
        object_uuid: None,
        object_type: None,
        authors: None,
        orgc_uuid: None,
        created: None,
        modified: None,
        distribution: Given::Value(Distribution::Community),
        sharing_group: None,
        note: None,
        language: None,
        opinion: Given::Absent,
        comment: None,
        relationship_type: None,
        related_object_uuid: None,
        related_object_type: None,
        children: Vec::new(),
    }
}

fn note(text: &str) -> AnalystDraft {
    AnalystDraft {
        note: Some(text.to_owned()),
        ..draft(AnalystKind::Note)
    }
}

fn opinion(value: i64) -> AnalystDraft {
    AnalystDraft {
        opinion: Given::Value(value),
        ..draft(AnalystKind::Opinion)
    }
}

fn on(uuid: Uuid, object_type: &str) -> Target {
    Target {
        uuid: Some(uuid),
        object_type: Some(object_type.to_owned()),
    }
}

async fn add(scene: &Scene, actor: &Arc<Actor>, draft: AnalystDraft, target: Target) -> Result<Analyst> {
    let kind = Some(draft.kind);
    let id = scene
        .write(actor, move |ctx| analyst::add(ctx, &draft, &target))
        .await?;
    scene
        .read(actor, move |ctx| analyst::find(ctx, kind, Some(Ref::Id(id))))
        .await
}

async fn sees(scene: &Scene, actor: &Arc<Actor>, uuid: Uuid) -> bool {
    let found = scene
        .read(actor, move |ctx| analyst::find(ctx, None, Some(Ref::Uuid(uuid))))
        .await;
    let listed = scene.read(actor, move |ctx| {
        let mut uuids = Vec::new();
        analyst::each(
            ctx,
            &analyst::Filter::default(),
            analyst::Page::default(),
            |_, rows| {
                uuids.extend(rows.iter().map(|row| row.uuid));
                Ok(())
            },
        )?;
        Ok(uuids)
    });
    let listed = listed.await.unwrap().contains(&uuid);
    assert_eq!(found.is_ok(), listed);
    listed
}

instance_test! {
    async fn a_note_needs_no_target_and_carries_opinions(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let fake = on(Uuid::from_u128(5), "Event");
        let made = add(&scene, &scene.reader, note("first"), fake).await.unwrap();
        assert_eq!(made.orgc_uuid, scene.reader.org.uuid);
        let named = Some(Ref::Uuid(made.uuid));
        let child = Uuid::from_u128(77);
        let change = AnalystDraft {
            note: Some("second".to_owned()),
            children: vec![AnalystDraft { uuid: Given::Value(child), ..opinion(42) }],
            ..draft(AnalystKind::Note)
        };
        scene.write(&scene.reader, move |ctx| analyst::edit(ctx, None, named, &change)).await.unwrap();
        let tree = scene.read(&scene.reader, move |ctx| {
            let row = analyst::find(ctx, None, named)?;
            analyst::annotated(ctx, row)
        });
        let tree = tree.await.unwrap();
        assert!(matches!(&tree.row.content, Content::Note { note, .. } if note == "second"));
        assert_eq!(tree.children[0].row.uuid, child);

        scene.write(&scene.reader, move |ctx| analyst::delete(ctx, None, named, true)).await.unwrap();
        assert!(sees(&scene, &scene.reader, child).await, "an annotation outlives what it is about");
        let again = AnalystDraft { uuid: Given::Value(made.uuid), ..note("back") };
        let event = scene.event.uuid;
        scene.write(&scene.reader, move |ctx| analyst::capture(ctx, &again, event, "Event")).await.unwrap();
        assert!(!sees(&scene, &scene.reader, made.uuid).await, "deleted ones are not taken in again");
    }

    async fn only_the_creator_changes_and_only_peers_speak_for_others(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let posing = AnalystDraft { orgc_uuid: Some(scene.other.org.uuid), ..note("x") };
        let made = add(&scene, &scene.reader, posing, on(scene.event.uuid, "Event")).await.unwrap();
        assert_eq!(made.orgc_uuid, scene.reader.org.uuid);
        let named = Some(Ref::Uuid(made.uuid));
        let edited = scene.write(&scene.other, move |ctx| analyst::edit(ctx, None, named, &note("y"))).await;
        assert_eq!(class(edited), Class::Denied);
        let deleted = scene.write(&scene.other, move |ctx| analyst::delete(ctx, None, named, true)).await;
        assert_eq!(class(deleted), Class::Denied);
    }

    async fn a_note_is_shown_with_its_target_only(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let open = add(&scene, &scene.admin, note("a"), on(scene.attributes[0].uuid, "Attribute")).await.unwrap();
        let hidden = add(&scene, &scene.admin, note("b"), on(scene.attributes[1].uuid, "Attribute")).await.unwrap();
        let on_hidden = add(&scene, &scene.admin, note("c"), on(hidden.uuid, "Note")).await.unwrap();
        let private = AnalystDraft { distribution: Given::Value(Distribution::Organisation), ..note("d") };
        let private = add(&scene, &scene.admin, private, on(scene.event.uuid, "Event")).await.unwrap();
        for (row, seen) in [(&open, true), (&hidden, false), (&on_hidden, false), (&private, false)] {
            assert_eq!(sees(&scene, &scene.reader, row.uuid).await, seen, "{:?}", row.content);
            assert!(sees(&scene, &scene.admin, row.uuid).await);
        }
        // A note of one's own on something that is hidden stays one's own, and tells nobody else.
        let own = add(&scene, &scene.reader, note("e"), on(scene.attributes[1].uuid, "Attribute")).await.unwrap();
        assert!(sees(&scene, &scene.reader, own.uuid).await);
        assert!(!sees(&scene, &scene.other, own.uuid).await);
        let guessed = Target { uuid: Some(scene.attributes[1].uuid), object_type: None };
        assert_eq!(class(add(&scene, &scene.reader, note("f"), guessed).await), Class::NotFound);
        let known = Target { uuid: Some(scene.attributes[0].uuid), object_type: None };
        let made = add(&scene, &scene.reader, note("g"), known).await.unwrap();
        assert_eq!(made.object_type.name(), "Attribute");
    }

    async fn a_uuid_given_to_something_else_opens_nothing(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let hidden = scene.attributes[1].uuid;
        let inherits = AnalystDraft { distribution: Given::Value(Distribution::Inherit), ..note("secret") };
        let secret = add(&scene, &scene.admin, inherits, on(hidden, "Attribute")).await.unwrap();
        // Whoever knows the uuid of the attribute makes an event of it.
        let decoy = EventDraft { info: Some("Decoy".to_owned()), uuid: Given::Value(hidden), ..EventDraft::default() };
        scene.write(&scene.other, move |ctx| event::add::add(ctx, &decoy, &mut EventContent::default())).await.unwrap();
        let shown = scene.read(&scene.other, move |ctx| {
            let head = event::view::head(ctx, Some(Ref::Uuid(hidden)), event::view::Options::default())?;
            Ok(head.analyst.len())
        });
        assert_eq!(shown.await.unwrap(), 0);
        assert!(!sees(&scene, &scene.other, secret.uuid).await);
        // Nor does the decoy take the note away when it goes.
        let decoy = Ref::Uuid(hidden);
        assert!(scene.write(&scene.other, move |ctx| event::delete::delete(ctx, &[decoy])).await.unwrap());
        assert!(sees(&scene, &scene.admin, secret.uuid).await);
    }

    async fn a_relationship_needs_both_its_ends(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let pointing = |to: Uuid| AnalystDraft {
            related_object_uuid: Some(to),
            related_object_type: Some("Attribute".to_owned()),
            relationship_type: Some("about".to_owned()),
            ..draft(AnalystKind::Relationship)
        };
        let event = scene.event.uuid;
        let open = add(&scene, &scene.admin, pointing(scene.attributes[0].uuid), on(event, "Event")).await.unwrap();
        let closed = add(&scene, &scene.admin, pointing(scene.attributes[1].uuid), on(event, "Event")).await.unwrap();
        let elsewhere = add(&scene, &scene.admin, pointing(Uuid::from_u128(5)), on(event, "Event")).await.unwrap();
        for (row, seen) in [(&open, true), (&closed, false), (&elsewhere, true)] {
            assert_eq!(sees(&scene, &scene.reader, row.uuid).await, seen, "{:?}", row.content);
            assert!(sees(&scene, &scene.admin, row.uuid).await);
        }
        let mut nodes = scene.read(&scene.reader, move |ctx| analyst::of_objects(ctx, &[(ObjectType::Event, event)])).await.unwrap();
        let shown: Vec<i64> = nodes.remove(&(ObjectType::Event, event)).unwrap().iter().map(|node| node.row.id).collect();
        assert_eq!(shown, [open.id, elsewhere.id]);
    }

    async fn annotations_go_with_what_they_are_about(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let hidden = scene.attributes[1].uuid;
        let on_hidden = add(&scene, &scene.admin, note("b"), on(hidden, "Attribute")).await.unwrap();
        let reply = add(&scene, &scene.admin, note("c"), on(on_hidden.uuid, "Note")).await.unwrap();
        let attribute = Some(Ref::Uuid(hidden));
        scene.write(&scene.admin, move |ctx| entente_engine::attribute::delete::delete(ctx, attribute, true)).await.unwrap();
        for row in [on_hidden, reply] {
            assert!(!sees(&scene, &scene.reader, row.uuid).await && !sees(&scene, &scene.admin, row.uuid).await);
        }
    }

    async fn deep_annotations_are_cut(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let mut above = (scene.event.uuid, "Event");
        for depth in 0..5 {
            let made = add(&scene, &scene.reader, note(&depth.to_string()), on(above.0, above.1)).await.unwrap();
            above = (made.uuid, "Note");
        }
        let event = scene.event.uuid;
        let mut nodes = scene.read(&scene.reader, move |ctx| analyst::of_objects(ctx, &[(ObjectType::Event, event)])).await.unwrap();
        let first = nodes.remove(&(ObjectType::Event, event)).unwrap().pop().unwrap();
        let third = &first.children[0].children[0];
        assert!(!first.cut && !first.children[0].cut && third.cut);
        assert!(third.children.is_empty());
    }

    async fn senseless_annotations_are_refused(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let event = scene.event.uuid;
        let itself = AnalystDraft {
            related_object_uuid: Some(event),
            related_object_type: Some("Event".to_owned()),
            ..draft(AnalystKind::Relationship)
        };
        for (bad, target) in [
            (itself, on(event, "Event")),
            (opinion(101), on(event, "Event")),
            (opinion(-1), on(event, "Event")),
            (note(""), on(event, "Event")),
            (note("x"), on(event, "Banana")),
        ] {
            assert_eq!(class(add(&scene, &scene.reader, bad, target).await), Class::Invalid);
        }
        let there = AnalystDraft {
            related_object_uuid: Some(scene.attributes[0].uuid),
            related_object_type: Some("Attribute".to_owned()),
            relationship_type: Some("about".to_owned()),
            ..draft(AnalystKind::Relationship)
        };
        let made = add(&scene, &scene.reader, there, on(event, "Event")).await.unwrap();
        let target = scene.attributes[0].uuid;
        let inbound = scene.read(&scene.other, move |ctx| analyst::inbound(ctx, &[(ObjectType::Attribute, target)])).await.unwrap();
        assert_eq!(inbound, [made]);
    }

    async fn annotations_go_with_their_event(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let on_event = add(&scene, &scene.reader, note("a"), on(scene.event.uuid, "Event")).await.unwrap();
        let hidden = scene.attributes[1].uuid;
        let on_hidden = add(&scene, &scene.admin, note("b"), on(hidden, "Attribute")).await.unwrap();
        let reply = add(&scene, &scene.admin, note("c"), on(on_hidden.uuid, "Note")).await.unwrap();
        let elsewhere = add(&scene, &scene.reader, note("d"), on(Uuid::from_u128(5), "Event")).await.unwrap();
        let event = Ref::Uuid(scene.event.uuid);
        assert!(scene.write(&scene.admin, move |ctx| event::delete::delete(ctx, &[event])).await.unwrap());
        for gone in [on_event, on_hidden, reply] {
            assert!(!sees(&scene, &scene.reader, gone.uuid).await, "{:?}", gone.content);
            assert!(!sees(&scene, &scene.admin, gone.uuid).await, "{:?}", gone.content);
        }
        assert!(sees(&scene, &scene.reader, elsewhere.uuid).await);
    }
}
