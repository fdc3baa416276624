//! Searches of attributes and objects with what is shown beside them, and the lists of everything else.
use crate::correlations::partners;
use crate::events::{expected_tags, sees_group};
use crate::{Look, sightings};
use entente_engine::galaxy::Page;
use entente_engine::{Ctx, organisation, proposal, report, search, sharing_group, sighting};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, OrgId, Ref};
use entente_model::search::{Deletion, Options, Query, Subject};
use entente_policy::Permission;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for deletion in [Deletion::Live, Deletion::Deleted, Deletion::Both] {
        attributes(ctx, look, deletion);
        objects(ctx, look, deletion);
    }
    counts(ctx, look);
    reports(ctx, look);
    proposals(ctx, look);
    names(ctx, look);
    groups(ctx, look);
    organisations(ctx, look);
}

/// Rows that a search with this deletion state delivers.
fn wanted(look: &Look<'_>, deletion: Deletion, row: &Attribute) -> bool {
    let state = match deletion {
        Deletion::Live => !row.deleted,
        Deletion::Deleted => row.deleted,
        Deletion::Both => true,
    };
    let allowed = !row.deleted || look.oracle.deleted(look.world.event(row.event()));
    state && allowed && look.oracle.attribute(row)
}

/// One attribute that was found: its object, tags, event tags, sightings, proposals, file, partners.
type Found = (
    ElementId,
    Option<ElementId>,
    [Vec<i64>; 2],
    Vec<(i64, i64)>,
    Vec<ElementId>,
    bool,
    BTreeSet<ElementId>,
    sightings::Sum,
);

fn attributes(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, deletion: Deletion) {
    let world = look.world;
    let query = Query {
        deletion,
        ..Query::of(Subject::Attribute)
    };
    let options = Options {
        event_tags: true,
        sightings: true,
        proposals: true,
        attachments: true,
        // Looked at for a sample where the world is large.
        correlations: look.sample.1 == 1,
        tallies: true,
        ..Options::default()
    };
    let tags = |tags: &[entente_engine::event::view::TagOnItem]| {
        let mut ids: Vec<i64> = tags.iter().map(|item| item.tag.id.0).collect();
        ids.sort_unstable();
        ids
    };
    let mut found: Vec<Found> = Vec::new();
    search::each_attribute(ctx, &query, &options, |_, row| {
        crate::events::as_seen(look, "search::each_attribute", &row.event);
        let mut seen: Vec<_> = row.sightings.iter().map(|row| (row.id, row.org.0)).collect();
        seen.sort_unstable();
        found.push((
            row.attribute.id,
            row.object.as_ref().map(|object| object.id),
            [tags(&row.tags), tags(&row.event_tags)],
            seen,
            row.proposals.iter().map(|row| row.id).collect(),
            row.file.is_some(),
            row.related.iter().map(|related| related.attribute.id).collect(),
            sightings::sum(&row.tally),
        ));
        Ok(())
    })
    .unwrap();
    let rows = world.attributes.iter().filter(|row| wanted(look, deletion, row));
    let expected = rows.map(|row| {
        let proposals = world.proposals_on(row.id);
        (
            row.id,
            (!row.object.is_none()).then_some(row.object),
            [
                expected_tags(look, &world.attribute_tags, row.id.0),
                expected_tags(look, &world.event_tags, row.event().0),
            ],
            sightings::expected_of(look, row.id, &sightings::Rules::everybody()),
            proposals
                .filter(|proposal| !proposal.deleted && look.oracle.proposal(proposal))
                .map(|proposal| proposal.id)
                .collect(),
            world.files.contains_key(&row.id),
            if options.correlations {
                partners(look, row)
            } else {
                BTreeSet::new()
            },
            sightings::expected_sum(look, row.id, &sightings::Rules::everybody()),
        )
    });
    look.same("search::each_attribute", &found, &expected.collect());
    let count = usize::try_from(search::count(ctx, &query).unwrap()).unwrap();
    look.same("search::count of attributes", &count, &found.len());
}

fn objects(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, deletion: Deletion) {
    let world = look.world;
    let query = Query {
        deletion,
        ..Query::of(Subject::Object)
    };
    let mut found = Vec::new();
    search::each_object(ctx, &query, &Options::default(), |_, row| {
        let members: Vec<_> = row.members.iter().map(|member| member.attribute.id).collect();
        found.push((row.object.id, members));
        Ok(())
    })
    .unwrap();
    let mut expected = Vec::new();
    for object in &world.objects {
        let state = match deletion {
            Deletion::Live => !object.deleted,
            Deletion::Deleted => object.deleted,
            Deletion::Both => true,
        };
        let allowed = !object.deleted || look.oracle.deleted(world.event(object.id.event()));
        let members = world.attributes_of(object.id.event()).iter();
        let members = members.filter(|row| row.object == object.id && wanted(look, deletion, row));
        let members: Vec<_> = members.map(|row| row.id).collect();
        if state && allowed && look.oracle.object(object) && !members.is_empty() {
            expected.push((object.id, members));
        }
    }
    look.same("search::each_object", &found, &expected);
}

fn counts(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let query = Query::of(Subject::Attribute);
    let rows = look
        .world
        .attributes
        .iter()
        .filter(|row| wanted(look, Deletion::Live, row));
    let rows: Vec<_> = rows.collect();
    for by_category in [false, true] {
        let found: BTreeMap<i64, i64> = search::statistics(ctx, &query, by_category)
            .unwrap()
            .into_iter()
            .collect();
        let mut expected = BTreeMap::new();
        for row in &rows {
            let key = if by_category {
                i64::from(row.category)
            } else {
                i64::from(row.kind)
            };
            *expected.entry(key).or_insert(0) += 1;
        }
        look.same("search::statistics", &found, &expected);
    }
}

fn reports(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let mut found = Vec::new();
    report::each(
        ctx,
        &report::Filter::default(),
        Page::default(),
        |_, report, event| {
            assert_eq!(report.id.event(), event.id);
            found.push(report.id);
            Ok(())
        },
    )
    .unwrap();
    let expected = look.world.reports.iter().filter(|row| {
        let state = !row.deleted || look.oracle.deleted(look.world.event(row.id.event()));
        look.oracle.report(row) && state
    });
    look.same("report::each", &found, &expected.map(|row| row.id).collect());
}

fn proposals(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let mut found = Vec::new();
    proposal::each(ctx, &proposal::Filter::default(), |_, row| {
        found.push(row.id);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    let expected = look
        .world
        .proposals
        .iter()
        .filter(|row| look.oracle.proposal(row));
    look.same("proposal::each", &found, &expected.map(|row| row.id).collect());
}

/// Lists of names that callers send are narrowed to what is seen.
fn names(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let named: Vec<Ref> = world.attributes.iter().map(|row| Ref::Uuid(row.uuid)).collect();
    let found = sighting::attribute_ids(ctx, &named).unwrap();
    let expected = world
        .attributes
        .iter()
        .filter(|row| !row.deleted && look.oracle.attribute(row));
    look.same(
        "sighting::attribute_ids",
        &found,
        &expected.map(|row| row.id.0).collect(),
    );
    let named: Vec<Ref> = world.events.iter().map(|row| Ref::Uuid(row.uuid)).collect();
    let found = sighting::event_ids(ctx, &named).unwrap();
    let expected = world.events.iter().filter(|row| look.oracle.event(row));
    look.same(
        "sighting::event_ids",
        &found,
        &expected.map(|row| row.id.0).collect(),
    );
}

fn groups(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let found: BTreeSet<_> = sharing_group::list(ctx, None)
        .iter()
        .map(|group| group.id)
        .collect();
    let groups = &look.world.people.groups;
    let expected = groups
        .iter()
        .filter(|group| look.oracle.group(group))
        .map(|group| group.id);
    look.same("sharing_group::list", &found, &expected.collect());
    for group in groups {
        let found = sharing_group::find(ctx, Some(Ref::Uuid(group.uuid))).is_ok();
        look.same("sharing_group::find", &found, &sees_group(look, group.id));
    }
}

/// Where the index is hidden, callers know the organisations whose events they see. The setting is on.
fn organisations(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let viewer = &look.oracle.viewer;
    let all = viewer.is_site_admin() || viewer.has(Permission::SharingGroup);
    let mut known: BTreeSet<OrgId> = BTreeSet::from([look.caller.actor.org_id()]);
    for event in look.world.events.iter().filter(|event| look.oracle.event(event)) {
        known.extend([event.org, event.orgc]);
    }
    let found = organisation::list(ctx, organisation::Place::All, None).unwrap();
    let found: BTreeSet<OrgId> = found.iter().map(|listed| listed.org.id).collect();
    let expected = look.world.people.orgs.iter().map(|org| org.id);
    look.same(
        "organisation::list",
        &found,
        &expected.filter(|id| all || known.contains(id)).collect(),
    );
}
