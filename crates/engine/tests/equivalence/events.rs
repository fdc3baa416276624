//! The index of events, and events as a whole with everything in them.
use crate::annotations::{Node, expected_tree, nodes};
use crate::{Look, sightings};
use entente_engine::correlation::RelatedEvents;
use entente_engine::event::view::{self, AttributeItem, Deleted, Head, Options, TagOnItem};
use entente_engine::{Class, Ctx, search};
use entente_model::analyst::ObjectType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref, SharingGroupId};
use entente_model::search::{Key, Order, Query, Subject};
use std::collections::{BTreeMap, BTreeSet};

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    index(ctx, look);
    for event in look.sampled(&look.world.events) {
        for deleted in [Deleted::Hide, Deleted::Show, Deleted::Only] {
            whole(ctx, look, event, deleted);
        }
    }
}

fn index(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let seen: Vec<i64> = look
        .world
        .events
        .iter()
        .filter(|event| look.oracle.event(event))
        .map(|event| event.id.0)
        .collect();
    let query = Query::of(Subject::Event);
    look.same(
        "search::event_ids",
        &search::event_ids(ctx, &query).unwrap(),
        &seen,
    );
    let count = usize::try_from(search::count(ctx, &query).unwrap()).unwrap();
    look.same("search::count of events", &count, &seen.len());
    let all: Vec<i64> = look.world.events.iter().map(|event| event.id.0).collect();
    let shown = search::events(ctx, &all).unwrap();
    let found: Vec<i64> = shown.iter().map(|event| event.id.0).collect();
    look.same("search::events", &found, &seen);
    for event in &shown {
        as_seen(look, "search::events", event);
    }
    let by_count = Query {
        order: vec![Order {
            key: Key::AttributeCount,
            descending: false,
        }],
        ..query
    };
    let counts = search::event_ids(ctx, &by_count)
        .unwrap()
        .into_iter()
        .map(|id| live(look, EventId(id)));
    assert!(
        counts.is_sorted(),
        "the order of the index tells about hidden attributes"
    );
}

/// Live attributes of an event that the caller sees.
fn live(look: &Look<'_>, event: EventId) -> usize {
    let rows = look.world.attributes_of(event).iter();
    rows.filter(|row| !row.deleted && look.oracle.attribute(row))
        .count()
}

/// What an event's row tells about its content is what the caller sees of that.
pub fn as_seen(look: &Look<'_>, path: &str, event: &Event) {
    let count = usize::try_from(event.attribute_count).unwrap();
    look.same(&format!("{path}: attribute_count"), &count, &live(look, event.id));
}

/// One attribute with what belongs to it.
#[derive(Debug, PartialEq)]
struct Shown {
    id: ElementId,
    tags: Vec<i64>,
    proposals: Vec<ElementId>,
    sightings: Vec<(i64, i64)>,
    annotations: Vec<Node>,
    has_file: bool,
    has_group: bool,
}

fn shown(item: &AttributeItem) -> Shown {
    let mut sightings: Vec<_> = item.sightings.iter().map(|row| (row.id, row.org.0)).collect();
    sightings.sort_unstable();
    Shown {
        id: item.attribute.id,
        tags: tag_ids(&item.tags),
        proposals: item.proposals.iter().map(|row| row.id).collect(),
        sightings,
        annotations: nodes(&item.analyst),
        has_file: item.file.is_some(),
        has_group: item.group.is_some(),
    }
}

fn tag_ids(tags: &[TagOnItem]) -> Vec<i64> {
    let mut ids: Vec<i64> = tags.iter().map(|item| item.tag.id.0).collect();
    ids.sort_unstable();
    ids
}

/// Exportable tags; local ones are not for peers. spec: 01#5.4
pub fn expected_tags(look: &Look<'_>, links: &BTreeMap<(i64, i64), bool>, target: i64) -> Vec<i64> {
    let peer =
        look.oracle.viewer.has(entente_policy::Permission::Sync) && !look.oracle.viewer.is_site_admin();
    links
        .range((target, i64::MIN)..=(target, i64::MAX))
        .filter(|(_, local)| !(peer && **local))
        .map(|((_, tag), _)| *tag)
        .filter(|tag| look.world.tag(*tag).unwrap().exportable)
        .collect()
}

pub fn sees_group(look: &Look<'_>, group: SharingGroupId) -> bool {
    look.world
        .people
        .group(group)
        .is_some_and(|group| look.oracle.group(group))
}

fn expected(look: &Look<'_>, row: &Attribute) -> Shown {
    let proposals = look.world.proposals_on(row.id);
    Shown {
        id: row.id,
        tags: expected_tags(look, &look.world.attribute_tags, row.id.0),
        proposals: proposals
            .filter(|proposal| !proposal.deleted && look.oracle.proposal(proposal))
            .map(|proposal| proposal.id)
            .collect(),
        sightings: sightings::expected_of(look, row.id, &sightings::Rules::everybody()),
        annotations: expected_tree(look, ObjectType::Attribute, row.uuid),
        has_file: look.world.files.contains_key(&row.id),
        has_group: sees_group(look, row.sharing_group),
    }
}

fn admits(mode: Deleted, deleted: bool) -> bool {
    match mode {
        Deleted::Hide => !deleted,
        Deleted::Show => true,
        Deleted::Only => deleted,
    }
}

/// One event in one mode.
fn whole(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, event: &Event, deleted: Deleted) {
    let options = Options {
        deleted,
        ..Options::default()
    };
    let found = view::head(ctx, Some(Ref::Uuid(event.uuid)), options);
    if !look.oracle.event(event) {
        assert_eq!(found.err().unwrap().class(), Class::NotFound);
        return;
    }
    let head = found.unwrap();
    let mode = if look.oracle.deleted(event) {
        deleted
    } else {
        Deleted::Hide
    };
    as_seen(look, "view::head", &head.event);
    around(look, &head, mode);
    let related = content(ctx, look, &head, mode);
    related_events(ctx, look, &head, &related);
    let extending: Vec<_> = view::extending(ctx, event)
        .unwrap()
        .iter()
        .map(|event| event.id)
        .collect();
    let expected = look
        .world
        .extending(event.uuid)
        .filter(|other| look.oracle.event(other))
        .map(|other| other.id);
    look.same("view::extending", &extending, &expected.collect());
}

fn around(look: &Look<'_>, head: &Head, mode: Deleted) {
    let (world, event) = (look.world, &head.event);
    let tags = tag_ids(&head.tags);
    look.same(
        "tags of an event",
        &tags,
        &expected_tags(look, &world.event_tags, event.id.0),
    );
    look.same(
        "group of an event",
        &head.group.is_some(),
        &sees_group(look, event.sharing_group),
    );
    let found: Vec<_> = head.proposals.iter().map(|row| row.id).collect();
    let open = world.proposals_of(event.id).iter().filter(|row| !row.deleted);
    let open: Vec<_> = open.filter(|row| look.oracle.proposal(row)).collect();
    let fresh = open.iter().filter(|row| row.old.is_none()).map(|row| row.id);
    look.same("proposals of an event", &found, &fresh.collect());
    let about: BTreeSet<_> = head.proposals_on.values().flatten().map(|row| row.id).collect();
    let expected = open.iter().filter(|row| !row.old.is_none()).map(|row| row.id);
    look.same("proposals on attributes of an event", &about, &expected.collect());
    let found: Vec<_> = head
        .reports
        .iter()
        .map(|(row, analyst)| (row.id, nodes(analyst)))
        .collect();
    let reports = world.reports_of(event.id).iter();
    let expected = reports
        .filter(|row| look.oracle.report(row) && (!row.deleted || mode != Deleted::Hide))
        .map(|row| (row.id, expected_tree(look, ObjectType::EventReport, row.uuid)));
    look.same("reports of an event", &found, &expected.collect());
    let tree = expected_tree(look, ObjectType::Event, event.uuid);
    look.same("annotations of an event", &nodes(&head.analyst), &tree);
}

/// Compares attributes and objects; answers the attributes that were shown.
fn content(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, head: &Head, mode: Deleted) -> Vec<Attribute> {
    let rows = look.world.attributes_of(head.event.id);
    let visible = |row: &&Attribute| look.oracle.attribute(row) && admits(mode, row.deleted);
    let mut delivered = Vec::new();
    let mut found = Vec::new();
    view::each_attribute(ctx, head, |_, item| {
        found.push(shown(&item));
        delivered.push(item.attribute);
        Ok(())
    })
    .unwrap();
    let outside = rows.iter().filter(|row| row.object.is_none()).filter(visible);
    look.same(
        "view::each_attribute",
        &found,
        &outside.map(|row| expected(look, row)).collect(),
    );
    let mut found = Vec::new();
    view::each_object(ctx, head, |_, item| {
        let references = item
            .references
            .iter()
            .map(|(row, target)| (row.id, target.is_some()));
        let members: Vec<_> = item.attributes.iter().map(shown).collect();
        let of = (nodes(&item.analyst), item.group.is_some());
        found.push((item.object.id, members, references.collect::<Vec<_>>(), of));
        delivered.extend(item.attributes.into_iter().map(|item| item.attribute));
        Ok(())
    })
    .unwrap();
    let mut wanted = Vec::new();
    for object in look.world.objects_of(head.event.id) {
        let members = rows.iter().filter(|row| row.object == object.id).filter(visible);
        let members: Vec<_> = members.map(|row| expected(look, row)).collect();
        let state = admits(mode, object.deleted) || mode == Deleted::Only;
        if !look.oracle.object(object) || members.is_empty() || !state {
            continue;
        }
        let references = look.world.references_of(object.id);
        let references = references
            .filter(|row| look.oracle.reference(row) && (!row.deleted || mode != Deleted::Hide))
            .map(|row| (row.id, !row.referenced.is_none()));
        let of = (
            expected_tree(look, ObjectType::Object, object.uuid),
            sees_group(look, object.sharing_group),
        );
        wanted.push((object.id, members, references.collect::<Vec<_>>(), of));
    }
    look.same("view::each_object", &found, &wanted);
    delivered
}

/// The events that share a value with what was shown, two-sided.
fn related_events(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, head: &Head, shown: &[Attribute]) {
    let mut related = RelatedEvents::of(ctx, std::iter::once(&head.event)).unwrap();
    for row in shown {
        related.add(ctx, row).unwrap();
    }
    let found: BTreeSet<EventId> = related
        .finish(ctx)
        .unwrap()
        .iter()
        .map(|event| event.id)
        .collect();
    let partners = shown
        .iter()
        .flat_map(|row| crate::correlations::partners(look, row));
    look.same("RelatedEvents", &found, &partners.map(ElementId::event).collect());
}
