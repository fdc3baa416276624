//! Pages over more events than one statement walks.
use crate::names::WorldNames;
use entente_db::{Db, DbError};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use entente_model::search::{Query, Range, Subject, Term};
use entente_policy::{Action, Distribution, LabelFacts, Link, Permissions, Scope};
use entente_store::hash::ValueHasher;
use entente_store::search::{Reader, Search};
use entente_testkit::db_test;
use entente_testkit::world::{Chance, Size, World};

db_test! {
    migrations = entente_store::MIGRATIONS;

    fn pages_over_many_events_are_the_whole(db: Db) {
        db.write_blocking(|tx| {
            let mut chance = Chance::new(3);
            let world = World::build(tx, &mut chance, &Size::tiny(), ValueHasher::new([7; 32]))?;
            let org = &world.people.orgs[0];
            let mut open = LabelFacts::event(org.uuid, org.uuid, Link::of(Distribution::Community));
            // Like no label of the random store, of which the reader sees nothing then.
            open.grants.insert(org.uuid);
            open.published = true;
            let label = entente_store::label::intern(tx, &open.digest().unwrap(), &open.to_canonical_json().unwrap())?;
            let mut expected = Vec::new();
            for number in 1_001..=1_150 {
                let event = Event { id: EventId(number), uuid: chance.uuid(), extends: None, label, ..world.events[0].clone() };
                entente_store::event::insert(tx, &event)?;
                let rows: Vec<Attribute> = (1..=chance.between(0, 3))
                    .map(|seq| Attribute {
                        id: ElementId::new(event.id, seq).unwrap(),
                        uuid: chance.uuid(),
                        object: ElementId::NONE,
                        label: None,
                        deleted: false,
                        ..world.attributes[0].clone()
                    })
                    .collect();
                expected.extend(rows.iter().map(|row| row.id.0));
                entente_store::attribute::insert(tx, world.poster(), rows.iter())?;
            }
            let viewer = entente_policy::Viewer::member(&world.snapshot, org.uuid, Permissions::NONE);
            let scope = Scope::build(&world.snapshot, &viewer, Action::See, [(entente_policy::LabelId(label.0), &open)]);
            let reader = Reader { scope: &scope, org: org.id, foreign_deleted: false };
            let query = Query::of(Subject::Attribute).with(Term::Date(Range::from(0)));
            let search = Search::prepare(tx, reader, &WorldNames(&world), &world.hasher, &query)?;
            assert!(expected.len() > 100);
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
