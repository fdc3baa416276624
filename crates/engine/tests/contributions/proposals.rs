use super::{Scene, attribute, class};
use entente_engine::proposal::{self, Accepted, Edited};
use entente_engine::{Class, attribute as attributes, event};
use entente_model::draft::{AttributeDraft, Given};
use entente_model::id::{ElementId, Ref};
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use std::ops::ControlFlow;

fn named(id: ElementId) -> Option<Ref> {
    Some(Ref::Id(id.0))
}

async fn listed(scene: &Scene, filter: proposal::Filter) -> Vec<String> {
    let read = scene.read(&scene.reader, move |ctx| {
        let mut values = Vec::new();
        proposal::each(ctx, &filter, |_, proposal| {
            values.push(proposal.value().into_owned());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(values)
    });
    read.await.unwrap()
}

instance_test! {
    async fn a_new_attribute_is_proposed_and_accepted(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.event_ref();
        let add = move |ctx: &mut entente_engine::Ctx<'_, '_>| proposal::add(ctx, target, attribute("ip-dst", "203.0.113.9"));
        let id = scene.write(&scene.reader, add).await.unwrap();
        assert_eq!(scene.write(&scene.reader, add).await.unwrap(), id, "the same proposal counts once");
        assert!(scene.now().await.proposal_email_lock);
        scene.write(&scene.admin, move |ctx| event::publish::publish(ctx, target)).await.unwrap();

        assert_eq!(class(scene.write(&scene.reader, move |ctx| proposal::accept(ctx, named(id))).await), Class::NotFound);
        let (done, _) = scene.write(&scene.admin, move |ctx| proposal::accept(ctx, named(id))).await.unwrap();
        assert_eq!(done, Accepted::Added);
        let now = scene.now().await;
        assert_eq!((now.published, now.proposal_email_lock, now.attribute_count), (false, false, 4));
        let (stored, _) = scene.read(&scene.reader, move |ctx| proposal::visible(ctx, named(id))).await.unwrap();
        assert!(stored.deleted);
        let uuid = stored.uuid;
        let (added, _) =
            scene.read(&scene.reader, move |ctx| attributes::visible(ctx, Some(Ref::Uuid(uuid)))).await.unwrap();
        assert_eq!(added.value1, "203.0.113.9");
        assert_eq!(class(scene.write(&scene.admin, move |ctx| proposal::accept(ctx, named(id))).await), Class::NotFound);
    }

    async fn a_change_and_a_deletion_are_proposed_and_accepted(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.attribute_ref(0);
        let nothing = scene.write(&scene.reader, move |ctx| proposal::edit(ctx, target, &AttributeDraft::default()));
        assert_eq!(nothing.await.unwrap(), Edited::NothingGiven);
        let change = AttributeDraft { to_ids: Given::Value(false), ..AttributeDraft::default() };
        let edited = scene.write(&scene.reader, move |ctx| proposal::edit(ctx, target, &change)).await.unwrap();
        let Edited::Proposal(id) = edited else { panic!("{edited:?}") };
        let (done, _) = scene.write(&scene.admin, move |ctx| proposal::accept(ctx, named(id))).await.unwrap();
        assert_eq!(done, Accepted::Changed);
        let (after, _) = scene.read(&scene.reader, move |ctx| attributes::visible(ctx, target)).await.unwrap();
        assert_eq!((after.to_ids, after.value1.as_str()), (false, "198.51.100.7"));

        let id = scene.write(&scene.reader, move |ctx| proposal::delete(ctx, target)).await.unwrap();
        let spare = scene.write(&scene.other, move |ctx| proposal::delete(ctx, target)).await.unwrap();
        scene.write(&scene.admin, move |ctx| proposal::accept(ctx, named(id))).await.unwrap();
        assert_eq!(class(scene.read(&scene.reader, move |ctx| attributes::visible(ctx, target)).await), Class::NotFound);
        let (spare, _) = scene.read(&scene.admin, move |ctx| proposal::visible(ctx, named(spare))).await.unwrap();
        assert!(spare.deleted, "what else was proposed about it is moot");
    }

    async fn an_author_or_an_owner_discards(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.event_ref();
        let mut ids = Vec::new();
        for value in ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"] {
            let add = scene.write(&scene.reader, move |ctx| proposal::add(ctx, target, attribute("ip-dst", value)));
            ids.push(add.await.unwrap());
        }
        let first = ids[0];
        assert_eq!(class(scene.write(&scene.other, move |ctx| proposal::discard(ctx, named(first))).await), Class::NotFound);
        scene.write(&scene.reader, move |ctx| proposal::discard(ctx, named(first))).await.unwrap();
        let two = vec![Ref::Id(ids[1].0), Ref::Id(ids[2].0)];
        let mixed = vec![Ref::Id(ids[3].0), Ref::Id(first.0)];
        let refused = scene.write(&scene.admin, move |ctx| proposal::accept_selected(ctx, target, &mixed)).await;
        assert_eq!(class(refused), Class::NotFound);
        scene.write(&scene.admin, move |ctx| proposal::discard_selected(ctx, target, &two)).await.unwrap();
        let open = proposal::Filter { deleted: Some(false), ..proposal::Filter::default() };
        assert_eq!(listed(&scene, open).await, ["203.0.113.4"]);
        assert_eq!(listed(&scene, proposal::Filter::default()).await.len(), 4);
    }

    async fn bi_o17_a_hidden_attribute_has_no_proposals(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let hidden = scene.attribute_ref(1);
        assert_eq!(class(scene.write(&scene.reader, move |ctx| proposal::delete(ctx, hidden)).await), Class::NotFound);
        let change = AttributeDraft { comment: Some("x".to_owned()), ..AttributeDraft::default() };
        assert_eq!(class(scene.write(&scene.reader, move |ctx| proposal::edit(ctx, hidden, &change)).await), Class::NotFound);
        // The owner's proposal holds a copy of the value.
        let id = scene.write(&scene.admin, move |ctx| proposal::delete(ctx, hidden)).await.unwrap();
        assert_eq!(class(scene.read(&scene.reader, move |ctx| proposal::visible(ctx, named(id))).await), Class::NotFound);
        assert_eq!(class(scene.write(&scene.reader, move |ctx| proposal::accept(ctx, named(id))).await), Class::NotFound);
        assert_eq!(listed(&scene, proposal::Filter::default()).await, Vec::<String>::new());
        let searched = proposal::Filter {
            text: Some(entente_model::search::Pattern::containing("100.8")),
            ..proposal::Filter::default()
        };
        assert_eq!(listed(&scene, searched).await, Vec::<String>::new());
        let event = scene.event.clone();
        let (fresh, about) = scene.read(&scene.reader, move |ctx| proposal::of_event(ctx, &event)).await.unwrap();
        assert!(fresh.is_empty() && about.is_empty());
    }
}
