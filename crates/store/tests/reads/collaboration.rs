//! Collections and discussions.
use crate::Look;
use entente_db::{DbError, Tx};
use entente_model::id::Ref;
use entente_store::{collection, discussion};

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    collections(tx, look)?;
    discussions(tx, look)
}

fn collections(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    for one in &world.collections {
        let expected = look.oracle.collection(one).then_some(one.row.id);
        for named in [Ref::Id(one.row.id), Ref::Uuid(one.row.uuid)] {
            let found = collection::find(tx, scope, named)?.map(|row| row.id);
            look.same("collection::find", &found, &expected);
        }
    }
    let found: Vec<i64> = collection::search(tx, scope, &collection::Query::default())?
        .iter()
        .map(|row| row.id)
        .collect();
    let all = world.collections.iter();
    let expected = all
        .filter(|one| look.oracle.collection(one))
        .map(|one| one.row.id);
    look.same("collection::search", &found, &expected.collect());
    Ok(())
}

fn discussions(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    for one in &world.discussions {
        let expected = look.oracle.discussion(one).then_some(one.row.id);
        let found = discussion::find(tx, scope, one.row.id)?.map(|row| row.id);
        look.same("discussion::find", &found, &expected);
        if let Some(event) = one.row.event {
            let found = discussion::of_event(tx, scope, event)?.map(|row| row.id);
            look.same("discussion::of_event", &found, &expected);
        }
    }
    let mut found: Vec<i64> = discussion::search(tx, scope, &[], None)?
        .iter()
        .map(|row| row.id)
        .collect();
    found.sort_unstable();
    let all = world.discussions.iter();
    let expected = all
        .filter(|one| look.oracle.discussion(one))
        .map(|one| one.row.id);
    look.same("discussion::search", &found, &expected.collect());
    Ok(())
}
