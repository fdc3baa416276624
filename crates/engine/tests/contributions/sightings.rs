use super::{EMPTY_MD5, Scene, class};
use entente_engine::sighting::{self, Added, Filter, MAX_VALUES, Request, Targets};
use entente_engine::{Actor, Class};
use entente_model::draft::{Given, SightingDraft};
use entente_model::id::Ref;
use entente_model::level::SightingKind;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use std::sync::Arc;

fn seen(targets: Targets) -> Request {
    Request {
        targets,
        kind: Given::Absent,
        date: Given::Absent,
        source: None,
    }
}

fn values(values: &[&str]) -> Request {
    seen(Targets::Values(
        values.iter().map(|value| (*value).to_owned()).collect(),
    ))
}

async fn add(scene: &Scene, actor: &Arc<Actor>, request: Request) -> entente_engine::Result<Added> {
    scene.write(actor, move |ctx| sighting::add(ctx, &request)).await
}

/// Organisations whose sightings an actor is shown, in the index and on the event's attributes alike.
async fn orgs(scene: &Scene, actor: &Arc<Actor>) -> Vec<i64> {
    let event = scene.event.clone();
    let (first, last) = (scene.attributes[0].id, scene.attributes[2].id);
    let read = scene.read(actor, move |ctx| {
        let mut listed = Vec::new();
        sighting::each(ctx, &Filter::default(), |_, rows| {
            listed.extend(rows.iter().map(|row| row.sighting.org.0));
            Ok(())
        })?;
        let mut on_event: Vec<i64> = sighting::of_attributes(ctx, &event, first, last)?
            .iter()
            .map(|sighting| sighting.org.0)
            .collect();
        listed.sort_unstable();
        on_event.sort_unstable();
        assert_eq!(listed, on_event);
        Ok(listed)
    });
    read.await.unwrap()
}

instance_test! {
    async fn values_find_every_visible_attribute(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let file = format!("A.TXT|{EMPTY_MD5}");
        for value in ["198.51.100.7", "a.txt", EMPTY_MD5, file.as_str()] {
            let added = add(&scene, &scene.reader, values(&[value])).await.unwrap();
            assert!(matches!(added, Added::Last(_)), "{value}");
        }
        let one = seen(Targets::Attribute(scene.attribute_ref(0)));
        let added = add(&scene, &scene.reader, one).await.unwrap();
        let Added::Last(last) = added else { panic!("{added:?}") };
        let id = last.id;
        let row = scene.read(&scene.reader, move |ctx| sighting::find(ctx, Some(Ref::Id(id)))).await.unwrap();
        assert_eq!(row.attribute_uuid, scene.attributes[0].uuid);
        assert!(scene.now().await.timestamp == scene.event.timestamp, "a sighting is no edit");
    }

    async fn sightings_without_a_name_are_not_found_by_it(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        scene.set("Plugin.Sightings_policy", "2").await;
        scene.set("Plugin.Sightings_anonymise", "true").await;
        add(&scene, &scene.other, values(&["198.51.100.7"])).await.unwrap();
        let of = |org: i64| Filter { any_org: Some(vec![org]), ..Filter::default() };
        let count = async |filter: Filter| {
            let read = scene.read(&scene.reader, move |ctx| {
                let mut count = 0;
                sighting::each(ctx, &filter, |_, rows| {
                    count += rows.len();
                    Ok(())
                })?;
                Ok(count)
            });
            read.await.unwrap()
        };
        let author = scene.other.org_id().0;
        assert_eq!((count(of(author)).await, count(of(0)).await), (0, 1));
        let without = Filter { no_org: vec![author], ..Filter::default() };
        assert_eq!(count(without).await, 1);
    }

    async fn bi_o18_odd_sightings_are_refused_and_tell_nothing(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let future = Request { date: Given::Value(scene.instance.app.now() + 3_600), ..values(&["198.51.100.7"]) };
        assert!(matches!(add(&scene, &scene.reader, future).await.unwrap(), Added::Nothing(_)));
        let odd = Request { kind: Given::Invalid, ..values(&["198.51.100.7"]) };
        assert!(matches!(add(&scene, &scene.reader, odd).await.unwrap(), Added::Nothing(_)));
        let many: Vec<String> = (0..=MAX_VALUES).map(|n| n.to_string()).collect();
        assert_eq!(class(add(&scene, &scene.reader, seen(Targets::Values(many))).await), Class::TooLarge);
        let hidden = add(&scene, &scene.reader, values(&["198.51.100.8"])).await.unwrap();
        let absent = add(&scene, &scene.reader, values(&["192.0.2.99"])).await.unwrap();
        assert_eq!(hidden, absent);
        let hidden = class(add(&scene, &scene.reader, seen(Targets::Attribute(scene.attribute_ref(1)))).await);
        assert_eq!(hidden, Class::NotFound);
        assert_eq!(orgs(&scene, &scene.admin).await, Vec::<i64>::new());
    }

    async fn the_policy_says_whose_sightings_are_shown(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let (host, own, third) = (scene.admin.org_id().0, scene.reader.org_id().0, scene.other.org_id().0);
        add(&scene, &scene.other, values(&["198.51.100.7"])).await.unwrap();
        add(&scene, &scene.admin, values(&["198.51.100.7"])).await.unwrap();
        assert_eq!(orgs(&scene, &scene.admin).await, [host, third]);
        assert_eq!(orgs(&scene, &scene.reader).await, Vec::<i64>::new());
        scene.set("Plugin.Sightings_policy", "1").await;
        assert_eq!(orgs(&scene, &scene.reader).await, Vec::<i64>::new());
        add(&scene, &scene.reader, values(&["198.51.100.7"])).await.unwrap();
        assert_eq!(orgs(&scene, &scene.reader).await, [host, own, third]);
        scene.set("Plugin.Sightings_policy", "0").await;
        assert_eq!(orgs(&scene, &scene.reader).await, [own]);
        scene.set("Plugin.Sightings_policy", "3").await;
        assert_eq!(orgs(&scene, &scene.reader).await, [host, own]);
        scene.set("Plugin.Sightings_policy", "2").await;
        assert_eq!(orgs(&scene, &scene.reader).await, [host, own, third]);
        scene.set("Plugin.Sightings_anonymise", "true").await;
        assert_eq!(orgs(&scene, &scene.reader).await, [0, 0, own]);
        assert_eq!(orgs(&scene, &scene.admin).await, [host, own, third]);
    }

    async fn an_expiration_takes_the_place_of_the_one_before(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        for _ in 0..3 {
            let expired = Request { kind: Given::Value(SightingKind::Expiration), ..values(&["198.51.100.7"]) };
            add(&scene, &scene.reader, expired).await.unwrap();
            scene.instance.advance(10);
        }
        add(&scene, &scene.reader, values(&["198.51.100.7"])).await.unwrap();
        let rows = scene.read(&scene.reader, |ctx| sighting::newest_first(ctx, &Filter::default())).await.unwrap();
        let kinds: Vec<_> = rows.iter().map(|row| row.sighting.kind).collect();
        assert_eq!(kinds, [SightingKind::Sighting, SightingKind::Expiration]);
        assert_eq!(rows[1].sighting.date, rows[0].sighting.date - 10);
    }

    async fn only_the_own_organisation_deletes(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        scene.set("Plugin.Sightings_policy", "2").await;
        scene.set("Plugin.Sightings_anonymise", "true").await;
        let added = add(&scene, &scene.reader, values(&["198.51.100.7"])).await.unwrap();
        let Added::Last(last) = added else { panic!("{added:?}") };
        let id = last.id;
        let named = Some(Ref::Id(id));
        assert_eq!(class(scene.write(&scene.other, move |ctx| sighting::delete(ctx, named)).await), Class::Denied);
        scene.write(&scene.reader, move |ctx| sighting::delete(ctx, named)).await.unwrap();
        assert_eq!(class(scene.write(&scene.reader, move |ctx| sighting::delete(ctx, named)).await), Class::NotFound);
    }

    async fn captured_sightings_count_once(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let draft = SightingDraft { uuid: Some(uuid::Uuid::from_u128(9)), ..SightingDraft::default() };
        let both = [(scene.attributes[0].uuid, draft.clone()), (uuid::Uuid::from_u128(1), draft)];
        let event = scene.event.clone();
        let bulk = move |ctx: &mut entente_engine::Ctx<'_, '_>| sighting::bulk(ctx, &event, &both);
        assert_eq!(scene.write(&scene.reader, bulk.clone()).await.unwrap(), 1);
        assert_eq!(scene.write(&scene.reader, bulk).await.unwrap(), 0);
    }
}
