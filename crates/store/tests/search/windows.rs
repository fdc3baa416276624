//! Pages over more events than one statement walks.
use crate::chance::Chance;
use crate::world::{Viewer, World};
use entente_db::{Db, DbError};
use entente_model::id::{ElementId, EventId, LabelId};
use entente_model::search::{Query, Range, Subject, Term};
use entente_policy::{Permission, Permissions};
use entente_store::search::{Reader, Search};
use entente_testkit::db_test;

db_test! {
    migrations = entente_store::MIGRATIONS;

    fn pages_over_many_events_are_the_whole(db: Db) {
        let mut chance = Chance::new(3);
        let mut world = World::random(&mut chance);
        let (event, attribute) = (world.events[0].clone(), world.attributes[0].clone());
        world.events.clear();
        world.attributes.clear();
        world.objects.clear();
        world.event_tags.clear();
        world.attribute_tags.clear();
        for number in 1..=150 {
            let mut event = event.clone();
            (event.id, event.uuid, event.extends, event.label) = (EventId(number), chance.uuid(), None, LabelId(1));
            world.events.push(event);
            for seq in 1..=chance.between(0, 3) {
                let mut attribute = attribute.clone();
                (attribute.id, attribute.uuid) = (ElementId::new(EventId(number), seq).unwrap(), chance.uuid());
                (attribute.object, attribute.label, attribute.deleted) = (ElementId::NONE, None, false);
                world.attributes.push(attribute);
            }
        }
        let admin = Permissions::NONE.with(Permission::SiteAdmin);
        let (org, uuid) = world.orgs[0];
        let viewer = Viewer { org, sync: false, policy: entente_policy::Viewer::member(&world.snapshot, uuid, admin) };
        let (world, viewer) = (std::sync::Arc::new(world), std::sync::Arc::new(viewer));
        db.write_blocking(move |tx| {
            world.store(tx)?;
            let scope = world.scope(&viewer);
            let reader = Reader { scope: &scope, org: viewer.org, foreign_deleted: false };
            let query = Query::of(Subject::Attribute).with(Term::Date(Range::from(0)));
            let search = Search::prepare(tx, reader, &*world, &world.hasher, &query)?;
            let expected: Vec<i64> = world.attributes.iter().map(|a| a.id.0).collect();
            assert!(scope.sees(entente_policy::LabelId(1)) && expected.len() > 100);
            assert_eq!(search.ids(tx)?, expected);
            for size in [7, 64, 1_000] {
                let (mut walked, mut after) = (Vec::new(), ElementId::NONE);
                loop {
                    let rows = search.attributes(tx, after, size, 0)?;
                    let Some(last) = rows.last() else { break };
                    after = last.id;
                    walked.extend(rows.iter().map(|a| a.id.0));
                }
                assert_eq!(walked, expected, "pages of {size}");
            }
            Ok::<_, DbError>(())
        })
        .unwrap();
    }
}
