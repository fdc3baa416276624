//! Every function of the store that reads labelled rows through a scope delivers exactly what the policy
//! allows: for random stores and viewers, on both engines. The naive side asks [`Oracle`] about each thing by
//! itself, so it knows neither labels nor SQL. Searches have their own test beside this one; what services make
//! of these reads is in `crates/engine/tests/equivalence`. spec: 10#1.5, 10#1.9
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod around;
mod collaboration;
mod counts;
mod elements;
mod library;
mod windows;

use entente_db::{Db, DbError, Tx};
use entente_model::id::OrgId;
use entente_policy::{Permission, Permissions, Scope, Viewer};
use entente_store::hash::ValueHasher;
use entente_testkit::db_test;
use entente_testkit::world::{Chance, Oracle, Size, World};

const WORLDS: u64 = 6;
const VIEWERS: usize = 10;

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

/// One viewer looking at one world.
struct Look<'a> {
    world: &'a World,
    oracle: Oracle<'a>,
    scope: Scope,
    org: OrgId,
    about: String,
}

impl Look<'_> {
    /// What a path delivers against what the oracle allows.
    #[track_caller]
    fn same<T: PartialEq + std::fmt::Debug>(&self, path: &str, found: &T, expected: &T) {
        assert!(
            found == expected,
            "{path}\n   found {found:?}\nexpected {expected:?}\nfor {}",
            self.about
        );
    }
}

fn size() -> Size {
    Size {
        orgs: 6,
        groups: 4,
        events: (8, 14),
        sightings: 60,
        annotations: 80,
        clusters: 14,
        collaboration: 10,
        ..Size::tiny()
    }
}

fn viewer(chance: &mut Chance, world: &World) -> (OrgId, Viewer) {
    let org = chance.pick(&world.people.orgs);
    let role = match chance.below(4) {
        0 => Permissions::NONE.with(Permission::SiteAdmin),
        1 => Permissions::NONE
            .with(Permission::Release)
            .with(Permission::BreakGlass),
        2 => Permissions::NONE.with(Permission::Sync),
        _ => Permissions::NONE,
    };
    let mut viewer = Viewer::member(&world.snapshot, org.uuid, role);
    viewer.read_only = chance.one_in(6);
    viewer.break_glass = chance.one_in(5).then(|| chance.uuid());
    if chance.one_in(6) {
        viewer.purposes.remove("defence");
    }
    if chance.one_in(12) {
        "exercise".clone_into(&mut viewer.realm);
    }
    if chance.one_in(12) {
        viewer.org = None;
    }
    (org.id, viewer)
}

/// How many events the viewers of this world see together.
fn try_world(tx: &mut Tx<'_>, seed: u64) -> Result<usize, Undo> {
    let mut chance = Chance::new(seed);
    let world = World::build(tx, &mut chance, &size(), ValueHasher::new([7; 32]))?;
    let mut seen = 0;
    for _ in 0..VIEWERS {
        let (org, viewer) = viewer(&mut chance, &world);
        let look = Look {
            world: &world,
            scope: world.scope(&viewer),
            about: format!("seed {seed}, {viewer:?}"),
            oracle: Oracle::new(&world, viewer),
            org,
        };
        elements::check(tx, &look)?;
        around::check(tx, &look)?;
        counts::check(tx, &look)?;
        library::check(tx, &look)?;
        collaboration::check(tx, &look)?;
        windows::check(tx, &look)?;
        seen += world
            .events
            .iter()
            .filter(|event| look.oracle.event(event))
            .count();
    }
    Ok(seen)
}

db_test! {
    migrations = entente_store::MIGRATIONS;

    fn reads_are_what_the_policy_allows(db: Db) {
        let mut seen = 0;
        for seed in 0..WORLDS {
            let outcome = db.write_blocking(move |tx| Err::<(), Undo>(Undo::Done(try_world(tx, seed)?)));
            match outcome {
                Err(Undo::Done(more)) => seen += more,
                Ok(()) => {}
                Err(Undo::Db(error)) => panic!("seed {seed}: {error}"),
            }
        }
        assert!(seen > 100, "the viewers see next to nothing: {seen} events");
    }
}
