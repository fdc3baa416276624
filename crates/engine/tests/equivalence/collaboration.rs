//! Collections, discussions, kept graphs, summaries, and what reports speak of.
use crate::Look;
use crate::elements::found;
use entente_engine::periodic::{self, Period};
use entente_engine::report::{self, What};
use entente_engine::{Ctx, collection, discussion, event_graph, statistics};
use entente_indicator::fold;
use entente_model::id::{EventId, Ref};
use entente_testkit::instance::START;
use entente_testkit::world::VALUES;
use std::collections::BTreeMap;

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    collections(ctx, look);
    discussions(ctx, look);
    graphs(ctx, look);
    extractions(ctx, look);
    if look.sample.0 == 0 {
        summaries(ctx, look);
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap()
}

fn collections(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let all = &look.world.collections;
    let listed = collection::search(ctx, collection::Reach::Visible, &collection::Query::default()).unwrap();
    let listed: Vec<i64> = listed.iter().map(|row| row.id).collect();
    let seen: Vec<_> = all.iter().filter(|one| look.oracle.collection(one)).collect();
    let expected = seen.iter().map(|one| one.row.id);
    look.same("collection::search", &listed, &expected.collect());
    for one in look.sampled(all) {
        let seen = look.oracle.collection(one);
        for named in [Ref::Id(one.row.id), Ref::Uuid(one.row.uuid)] {
            found(look, "collection::find", collection::find(ctx, Some(named)), seen);
        }
    }
    let inside = collection::elements(ctx, &listed).unwrap();
    let inside: Vec<i64> = inside.iter().map(|row| row.id).collect();
    let expected = seen.iter().flat_map(|one| look.oracle.collected(one));
    let mut expected: Vec<i64> = expected.map(|element| element.id).collect();
    expected.sort_unstable();
    look.same("collection::elements", &inside, &expected);
}

fn discussions(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let all = &look.world.discussions;
    let mut listed: Vec<i64> = discussion::list(ctx, &[], None)
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    listed.sort_unstable();
    let seen: Vec<_> = all.iter().filter(|one| look.oracle.discussion(one)).collect();
    let expected = seen.iter().map(|one| one.row.id);
    look.same("discussion::list", &listed, &expected.collect());
    for one in look.sampled(all) {
        let seen = look.oracle.discussion(one);
        let thread = discussion::find(ctx, Some(one.row.id));
        if let Some(thread) = found(look, "discussion::find", thread, seen) {
            let mut posts = Vec::new();
            discussion::each_post(ctx, &thread, |_, page| {
                posts.extend(page.iter().map(|post| post.id));
                Ok(())
            })
            .unwrap();
            let expected = one.posts.iter().map(|post| post.id);
            look.same("discussion::each_post", &posts, &expected.collect());
        }
        for post in &one.posts {
            let visible = discussion::visible_post(ctx, Some(post.id));
            found(look, "discussion::visible_post", visible, seen);
        }
        if let Some(event) = one.row.event {
            let of_event = discussion::of_event(ctx, Some(Ref::Id(event.0)));
            found(
                look,
                "discussion::of_event",
                of_event,
                look.oracle.event_no(event),
            );
        }
    }
    let totals = statistics::totals(ctx).unwrap().discussions;
    let posts = seen.iter().map(|one| one.posts.len()).sum();
    look.same(
        "totals: discussions",
        &(totals.threads.0, totals.posts.0),
        &(count(seen.len()), count(posts)),
    );
}

fn graphs(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for event in look.sampled(&look.world.events) {
        let kept = event_graph::of_event(ctx, Some(Ref::Id(event.id.0)), None);
        let Some(kept) = found(look, "event_graph::of_event", kept, look.oracle.event(event)) else {
            continue;
        };
        let kept: Vec<i64> = kept.iter().map(|(graph, _)| graph.id).collect();
        let of_event = look
            .world
            .graphs
            .iter()
            .rev()
            .filter(|graph| graph.event == event.id);
        look.same(
            "event_graph::of_event",
            &kept,
            &of_event.map(|graph| graph.id).collect(),
        );
    }
}

/// What stands in a report is recognised by what the reader sees: attributes of the event, clusters.
fn extractions(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.reports) {
        let event = look.world.event(row.id.event());
        let state = !row.deleted || look.oracle.deleted(event);
        let plan = report::plan(ctx, Some(Ref::Id(row.id.0)));
        let Some(plan) = found(look, "report::plan", plan, state && look.oracle.report(row)) else {
            continue;
        };
        let seen = || {
            let rows = look.world.attributes_of(event.id).iter();
            rows.filter(|row| !row.deleted && look.oracle.attribute(row))
        };
        let mut values = Vec::new();
        let mut tags = Vec::new();
        for extraction in &plan.extractions {
            match &extraction.what {
                What::Attribute(attribute) => {
                    let visible = seen().any(|row| row.id == attribute.id);
                    look.same("report::plan: attribute", &visible, &true);
                    values.push(fold(plan.words(extraction)).into_owned());
                }
                What::Context(tag) => tags.push(tag.to_string()),
                What::Suggestion(_) => {}
            }
        }
        for value in VALUES.iter().filter(|value| value.chars().count() > 2) {
            let value = fold(value).into_owned();
            let is_one = seen().any(|row| fold(&row.value()) == value);
            look.same(
                "report::plan: values",
                &(is_one && !values.contains(&value)),
                &false,
            );
        }
        for cluster in &look.world.clusters {
            let text = row.content.as_deref().unwrap_or_default();
            let named = text.contains(&format!("{},", cluster.row.value));
            let seen = !cluster.row.deleted && look.oracle.cluster(cluster);
            look.same(
                "report::plan: clusters",
                &tags.contains(&cluster.row.tag_name),
                &(named && seen),
            );
        }
    }
}

fn summaries(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let summary = periodic::summary(ctx, Period::Custom(3_000)).unwrap();
    let published = world.events.iter().filter(|event| {
        let due = (START - 3_000 * 86_400..=START).contains(&event.publish_timestamp);
        event.published && due && look.oracle.event(event)
    });
    let published: Vec<EventId> = published.map(|event| event.id).collect();
    look.same("periodic::summary: count", &summary.event_count, &published.len());
    let mut listed: Vec<EventId> = summary.events.iter().map(|event| event.id).collect();
    listed.sort_unstable();
    if published.len() <= 1_000 {
        look.same("periodic::summary", &listed, &published);
    }
    for event in &summary.events {
        crate::events::as_seen(look, "periodic::summary", event);
    }
    let named = |tag: i64| {
        let tag = world.tag(tag).filter(|tag| tag.exportable && !tag.hidden);
        tag.map(|tag| tag.name.clone())
    };
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for (event, tag) in world.event_tags.keys() {
        if published.binary_search(&EventId(*event)).is_ok()
            && let Some(name) = named(*tag)
        {
            *expected.entry(name).or_default() += 1;
        }
    }
    look.same("periodic::summary: tags", &summary.tags, &expected);
    let found = statistics::tag_scores(ctx, &statistics::Window::default()).unwrap();
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    let events = world.event_tags.keys();
    let events = events.filter(|(event, _)| look.oracle.event_no(EventId(*event)));
    let attributes = world.attribute_tags.keys().filter(|(id, _)| {
        let row = world.attribute(entente_model::id::ElementId(*id));
        row.is_some_and(|row| !row.deleted && look.oracle.attribute(row))
    });
    for (_, tag) in events.chain(attributes) {
        if let Some(name) = named(*tag) {
            *expected.entry(name).or_default() += 1;
        }
    }
    look.same("statistics::tag_scores", &found, &expected);
}
