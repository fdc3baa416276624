//! Figures: of tags, of organisations, of types.
use crate::Look;
use entente_db::{DbError, Tx};
use entente_model::attribute::Attribute;
use entente_model::id::{EventId, OrgId};
use entente_model::time::Day;
use entente_store::{attribute, organisation, statistics, tag};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    tags(tx, look)?;
    events(tx, look)?;
    attributes(tx, look)?;
    rest(tx, look)
}

/// The live attributes that the viewer sees.
pub fn live<'a>(look: &'a Look<'_>) -> impl Iterator<Item = &'a Attribute> {
    let rows = look.world.attributes.iter();
    rows.filter(|row| !row.deleted && look.oracle.attribute(row))
}

pub fn tally<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, i64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn sorted<K: Ord>(counts: HashMap<K, i64>) -> BTreeMap<K, i64> {
    counts.into_iter().collect()
}

fn tags(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let world = look.world;
    let found = sorted(tag::count_events(tx, &look.scope, None)?);
    let links = world
        .event_tags
        .keys()
        .filter(|(event, _)| look.oracle.event_no(EventId(*event)));
    look.same(
        "tag::count_events",
        &found,
        &tally(links.map(|(_, tag)| entente_model::id::TagId(*tag))),
    );
    let found = sorted(tag::count_attributes(tx, &look.scope, None)?);
    let seen: BTreeSet<i64> = live(look).map(|row| row.id.0).collect();
    let links = world
        .attribute_tags
        .keys()
        .filter(|(attribute, _)| seen.contains(attribute));
    look.same(
        "tag::count_attributes",
        &found,
        &tally(links.map(|(_, tag)| entente_model::id::TagId(*tag))),
    );
    let one = world.tags[0].id;
    let found = tag::count_events(tx, &look.scope, Some(&[one.0]))?;
    assert!(found.keys().all(|tag| *tag == one));
    Ok(())
}

fn events(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let world = look.world;
    let seen: Vec<_> = world
        .events
        .iter()
        .filter(|event| look.oracle.event(event))
        .collect();
    let count = |n: usize| i64::try_from(n).unwrap();
    let recent = seen.iter().filter(|event| event.timestamp >= 300_000).count();
    let found = statistics::events(tx, &look.scope, 300_000)?;
    look.same("statistics::events", &found, &(count(seen.len()), count(recent)));
    let found = sorted(statistics::events_by_creator(tx, &look.scope)?);
    look.same(
        "statistics::events_by_creator",
        &found,
        &tally(seen.iter().map(|event| event.orgc)),
    );
    let mut found = statistics::events_by_creator_and_day(tx, &look.scope, Day(12))?;
    found.sort_unstable();
    let days = seen.iter().filter(|event| event.date >= Day(12));
    let expected = tally(days.map(|event| (event.orgc, event.date)));
    let expected = expected.into_iter().map(|((org, day), n)| (org, day, n));
    look.same(
        "statistics::events_by_creator_and_day",
        &found,
        &expected.collect(),
    );
    let found: BTreeSet<OrgId> = organisation::with_visible_events(tx, &look.scope)?
        .into_iter()
        .collect();
    let expected = seen.iter().flat_map(|event| [event.org, event.orgc]);
    look.same("organisation::with_visible_events", &found, &expected.collect());
    let numbers: Vec<i64> = seen.iter().map(|event| event.id.0).collect();
    let found = sorted(attribute::hidden_counts(tx, &look.scope, &numbers)?);
    let expected = seen.iter().filter_map(|event| {
        let rows = || world.attributes_of(event.id).iter().filter(|row| !row.deleted);
        let visible = rows().filter(|row| look.oracle.attribute(row)).count();
        (visible < rows().count()).then_some((event.id, count(visible)))
    });
    let found: BTreeMap<_, _> = found
        .into_iter()
        .filter(|(event, n)| world.event(*event).attribute_count != *n)
        .collect();
    look.same("attribute::hidden_counts", &found, &expected.collect());
    Ok(())
}

fn attributes(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let creator = |row: &Attribute| look.world.event(row.event()).orgc;
    let mut found = sorted(statistics::attributes_by_creator(tx, &look.scope)?);
    found.retain(|_, count| *count > 0);
    look.same(
        "statistics::attributes_by_creator",
        &found,
        &tally(live(look).map(creator)),
    );
    let mut found = statistics::kinds_by_creator(tx, &look.scope)?;
    found.sort_unstable();
    let expected = tally(live(look).map(|row| (creator(row), i64::from(row.kind))));
    let expected = expected.into_iter().map(|((org, kind), n)| (org, kind, n));
    look.same("statistics::kinds_by_creator", &found, &expected.collect());
    let found = statistics::attributes_since(tx, &look.scope, 300_000)?;
    let recent = live(look).filter(|row| row.timestamp >= 300_000).count();
    look.same(
        "statistics::attributes_since",
        &found,
        &i64::try_from(recent).unwrap(),
    );
    Ok(())
}

fn rest(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let world = look.world;
    let found = statistics::proposals(tx, &look.scope)?;
    let open = world
        .proposals
        .iter()
        .filter(|row| !row.deleted && look.oracle.proposal(row))
        .count();
    look.same("statistics::proposals", &found, &i64::try_from(open).unwrap());
    let mut found = statistics::sightings_of(tx, &look.scope, look.org)?;
    found.sort_unstable();
    let seen: BTreeSet<_> = live(look).map(|row| row.id).collect();
    let own = world
        .sightings
        .iter()
        .filter(|row| row.org == look.org && seen.contains(&row.attribute));
    let expected = tally(own.map(|row| (row.source.clone(), row.attribute.event())));
    let expected = expected
        .into_iter()
        .map(|((source, event), n)| (source, event, n));
    look.same("statistics::sightings_of", &found, &expected.collect());
    Ok(())
}
