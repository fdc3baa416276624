//! `search = naive filter`: what the statements of the store find is what a plain reading of the rules finds,
//! for random stores, readers and searches, on both engines. The naive side decides visibility with
//! `entente_policy::allows`, so this is also the test that SQL and policy agree. spec: 10#1.9, 04#2, 04#3
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure is the test's outcome"
)]

mod naive;
mod names;
mod queries;
mod viewer;
mod windows;

use entente_db::{Db, DbError, Tx};
use entente_model::id::{ElementId, EventId};
use entente_model::search::{Key, Order, Page, Query, Subject};
use entente_store::hash::ValueHasher;
use entente_store::search::{Reader, Search};
use entente_testkit::db_test;
use entente_testkit::world::{Chance, Oracle, Size, World};
use names::WorldNames;
use viewer::Viewer;

const WORLDS: u64 = 60;
const QUERIES: usize = 30;

/// How one world ends: always undone.
enum Undo {
    Done(usize),
    Db(DbError),
}

impl From<DbError> for Undo {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// How many searches in this world found something.
fn try_world(tx: &mut Tx<'_>, seed: u64) -> Result<usize, Undo> {
    let mut chance = Chance::new(seed);
    let world = World::build(tx, &mut chance, &Size::tiny(), ValueHasher::new([7; 32]))?;
    let names = WorldNames(&world);
    let mut hits = 0;
    for _ in 0..QUERIES {
        let viewer = Viewer::random(&mut chance, &world);
        let oracle = Oracle::new(&world, viewer.policy.clone());
        let scope = world.scope(&viewer.policy);
        let reader = Reader {
            scope: &scope,
            org: viewer.org,
            foreign_deleted: viewer.sync,
        };
        let query = queries::random(&mut chance, &world);
        let search = Search::prepare(tx, reader, &names, &world.hasher, &query)?;
        let found = search.ids(tx)?;
        let expected = naive::find(&world, &oracle, &viewer, &query);
        let context = || format!("seed {seed}: {query:#?}\nfor {viewer:?}");
        if query.order.is_empty() {
            assert_eq!(found, expected, "{}", context());
        } else {
            let mut sorted = found.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, expected, "{}", context());
            check_count_order(&world, &oracle, &query, &found);
        }
        let count = usize::try_from(search.count(tx)?).unwrap_or(usize::MAX);
        assert_eq!(count, expected.len(), "{}", context());
        hits += usize::from(!found.is_empty());
        check_pages(tx, &search, &query, &found)?;
    }
    Ok(hits)
}

/// Sorting by the number of attributes tells nothing about those that the reader does not see. spec: 11#SR-AZ-7
fn check_count_order(world: &World, oracle: &Oracle<'_>, query: &Query, found: &[i64]) {
    let [
        Order {
            key: Key::AttributeCount,
            descending,
        },
    ] = query.order[..]
    else {
        return;
    };
    if query.subject != Subject::Event {
        return;
    }
    let count = |event: &i64| {
        let rows = world.attributes_of(EventId(*event)).iter();
        rows.filter(|row| !row.deleted && oracle.attribute(row)).count()
    };
    let mut counts: Vec<usize> = found.iter().map(count).collect();
    if descending {
        counts.reverse();
    }
    assert!(counts.is_sorted(), "{counts:?}: {query:#?}");
}

/// Pages put together are the whole, in order.
fn check_pages(tx: &mut Tx<'_>, search: &Search<'_>, query: &Query, found: &[i64]) -> Result<(), DbError> {
    if query.subject != Subject::Attribute {
        return Ok(());
    }
    let page = Page {
        limit: Some(3),
        number: 2,
    };
    let second: Vec<i64> = search
        .attributes(tx, ElementId::NONE, 3, page.offset())?
        .iter()
        .map(|a| a.id.0)
        .collect();
    let expected: Vec<i64> = found.iter().copied().skip(3).take(3).collect();
    assert_eq!(second, expected);
    if query.in_id_order() {
        let mut walked = Vec::new();
        let mut after = ElementId::NONE;
        loop {
            let rows = search.attributes(tx, after, 2, 0)?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            walked.extend(rows.iter().map(|a| a.id.0));
        }
        assert_eq!(walked, found);
    }
    let fetched: Vec<i64> = search
        .attributes_by_ids(tx, found)?
        .iter()
        .map(|a| a.id.0)
        .collect();
    assert_eq!(fetched, found);
    Ok(())
}

db_test! {
    migrations = entente_store::MIGRATIONS;

    fn search_is_a_naive_filter(db: Db) {
        let mut hits = 0;
        for seed in 0..WORLDS {
            let outcome = db.write_blocking(move |tx| Err::<(), Undo>(Undo::Done(try_world(tx, seed)?)));
            match outcome {
                Err(Undo::Done(more)) => hits += more,
                Ok(()) => {}
                Err(Undo::Db(error)) => panic!("seed {seed}: {error}"),
            }
        }
        assert!(hits > 600, "too few searches find anything: {hits}");
    }
}
