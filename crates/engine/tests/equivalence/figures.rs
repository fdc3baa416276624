//! Counts: of the instance, of organisations, of types, of tags.
use crate::Look;
use entente_engine::organisation::Place;
use entente_engine::tag::{self, Listing};
use entente_engine::{Ctx, statistics};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{EventId, OrgId};
use entente_model::time::Day;
use entente_testkit::instance::START;
use std::collections::BTreeMap;

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let seen: Vec<&Event> = look
        .world
        .events
        .iter()
        .filter(|event| look.oracle.event(event))
        .collect();
    let rows = look.world.attributes.iter();
    let live: Vec<&Attribute> = rows
        .filter(|row| !row.deleted && look.oracle.attribute(row))
        .collect();
    totals(ctx, look, &seen, &live);
    organisations(ctx, look, &seen, &live);
    histograms(ctx, look, &live);
    tags(ctx, look, &live);
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap()
}

fn totals(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, seen: &[&Event], live: &[&Attribute]) {
    // The month in which the clock stands.
    let month = Day::parse("2025-03-01").unwrap().start();
    let found = statistics::totals(ctx).unwrap();
    let recent = seen.iter().filter(|event| event.timestamp >= month).count();
    look.same(
        "totals: events",
        &found.events,
        &(count(seen.len()), count(recent)),
    );
    let recent = live.iter().filter(|row| row.timestamp >= month).count();
    look.same(
        "totals: attributes",
        &found.attributes,
        &(count(live.len()), count(recent)),
    );
    let open = look
        .world
        .proposals
        .iter()
        .filter(|row| !row.deleted && look.oracle.proposal(row));
    look.same("totals: proposals", &found.proposals, &count(open.count()));
    let creators: std::collections::BTreeSet<OrgId> = seen.iter().map(|event| event.orgc).collect();
    look.same(
        "totals: contributing",
        &found.contributing_orgs,
        &count(creators.len()),
    );
    let mut found = statistics::sightings(ctx).unwrap();
    found.sort_unstable();
    let own = look
        .world
        .sightings
        .iter()
        .filter(|row| row.org == look.caller.actor.org_id());
    let own = own.filter(|row| live.binary_search_by_key(&row.attribute, |row| row.id).is_ok());
    let mut expected: BTreeMap<(String, EventId), i64> = BTreeMap::new();
    for row in own {
        *expected
            .entry((row.source.clone(), row.attribute.event()))
            .or_default() += 1;
    }
    let expected = expected
        .into_iter()
        .map(|((source, event), n)| (source, event, n));
    look.same("statistics::sightings", &found, &expected.collect());
}

/// Year and month of a day.
fn month(day: Day) -> String {
    day.to_string()[..7].to_owned()
}

fn organisations(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, seen: &[&Event], live: &[&Attribute]) {
    let mut months: Vec<String> = Vec::new();
    let mut day = Day::of(START);
    while months.len() < 12 {
        if months.last() != Some(&month(day)) {
            months.push(month(day));
        }
        day = Day(day.0 - 1);
    }
    months.reverse();
    for found in statistics::contributions(ctx, Place::All).unwrap() {
        let of = found.org.id;
        let events: Vec<_> = seen.iter().filter(|event| event.orgc == of).collect();
        let attributes = live
            .iter()
            .filter(|row| look.world.event(row.event()).orgc == of)
            .count();
        let in_month = |wanted: &String| events.iter().filter(|event| month(event.date) == *wanted).count();
        let expected = (
            count(events.len()),
            count(attributes),
            months
                .iter()
                .map(|wanted| count(in_month(wanted)))
                .collect::<Vec<_>>(),
        );
        look.same(
            "statistics::contributions",
            &(found.events, found.attributes, found.months),
            &expected,
        );
    }
}

fn histograms(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, live: &[&Attribute]) {
    for found in statistics::histograms(ctx).unwrap() {
        let of = found.org.as_ref().map(|org| org.id);
        let mut expected: BTreeMap<i64, i64> = BTreeMap::new();
        for row in live {
            if of.is_none_or(|of| look.world.event(row.event()).orgc == of) {
                *expected.entry(i64::from(row.kind)).or_default() += 1;
            }
        }
        look.same("statistics::histograms", &found.kinds, &expected);
    }
}

fn tags(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, live: &[&Attribute]) {
    let world = look.world;
    let mut used: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let events = world.event_tags.keys();
    for (_, tag) in events.filter(|(event, _)| look.oracle.event_no(EventId(*event))) {
        used.entry(*tag).or_default().0 += 1;
    }
    let attributes = world.attribute_tags.keys();
    for (_, tag) in attributes.filter(|(id, _)| live.binary_search_by_key(id, |row| row.id.0).is_ok()) {
        used.entry(*tag).or_default().1 += 1;
    }
    let usage = |tag: i64| used.get(&tag).copied().unwrap_or_default();
    let listing = Listing {
        counted: true,
        ..Listing::default()
    };
    for listed in tag::list(ctx, &listing).unwrap() {
        let found = listed.usage.map(|usage| (usage.events, usage.attributes));
        look.same("tag::list", &found, &Some(usage(listed.tag.id.0)));
    }
    let found: BTreeMap<i64, i64> = tag::statistics(ctx)
        .unwrap()
        .tags
        .iter()
        .map(|(tag, _, events)| (tag.id.0, *events))
        .collect();
    let expected = world.tags.iter().map(|tag| (tag.id.0, usage(tag.id.0).0));
    look.same(
        "tag::statistics",
        &found,
        &expected.filter(|(_, events)| *events > 0).collect(),
    );
    for wanted in look.sampled(&world.tags) {
        let viewed = tag::view(ctx, wanted.id).unwrap().usage.unwrap();
        look.same(
            "tag::view",
            &(viewed.events, viewed.attributes),
            &usage(wanted.id.0),
        );
        let found = tag::search(ctx, std::slice::from_ref(&wanted.name), false).unwrap();
        for one in found {
            let cluster = world
                .clusters
                .iter()
                .find(|cluster| cluster.row.tag_name == one.tag.name);
            let seen = cluster.is_some_and(|cluster| !cluster.row.deleted && look.oracle.cluster(cluster));
            look.same("tag::search: cluster", &one.cluster.is_some(), &seen);
        }
    }
    // A hidden cluster's other names lead nowhere.
    for cluster in look.sampled(&world.clusters) {
        let alias = cluster.row.value.replace("Actor", "Alias");
        let found = !tag::search(ctx, &[alias], false).unwrap().is_empty();
        let tagged = world.tag_named(&cluster.row.tag_name).is_some();
        let expected = tagged && !cluster.row.deleted && look.oracle.cluster(cluster);
        look.same("tag::search by synonym", &found, &expected);
    }
}
