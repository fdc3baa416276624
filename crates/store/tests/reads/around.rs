//! Proposals, sightings, annotations, correlations.
use crate::Look;
use entente_db::{DbError, Tx};
use entente_model::analyst::{Analyst, Content};
use entente_model::draft::AnalystKind;
use entente_model::id::{ElementId, Ref};
use entente_model::proposal::Proposal;
use entente_store::analyst::{self, Reader};
use entente_store::correlation::{self, Apart, Reach};
use entente_store::{proposal, sighting};
use entente_testkit::world::VALUES;
use std::ops::ControlFlow;
use uuid::Uuid;

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    proposals(tx, look)?;
    sightings(tx, look)?;
    annotations(tx, look)?;
    correlations(tx, look)
}

fn proposals(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    for row in &world.proposals {
        let found = proposal::find(tx, scope, Ref::Id(row.id.0))?.map(|(row, event)| (row.id, event.id));
        let expected = look.oracle.proposal(row).then_some((row.id, row.id.event()));
        look.same("proposal::find by id", &found, &expected);
        let found = proposal::find(tx, scope, Ref::Uuid(row.uuid))?.map(|(row, _)| row.id);
        let same = world.proposals.iter().filter(|other| other.uuid == row.uuid);
        let first = same
            .filter(|row| look.oracle.proposal(row))
            .min_by_key(|row| (row.deleted, row.id));
        look.same("proposal::find by uuid", &found, &first.map(|row| row.id));
    }
    for event in world.events.iter().filter(|event| look.oracle.event(event)) {
        let found = ids(&proposal::of_event(tx, scope, event)?);
        let of_event = |row: &&Proposal| row.id.event() == event.id && !row.deleted;
        let expected = world
            .proposals
            .iter()
            .filter(of_event)
            .filter(|row| look.oracle.proposal(row))
            .map(|row| row.id);
        look.same("proposal::of_event", &found, &expected.collect());
    }
    for deleted in [None, Some(false), Some(true)] {
        let filter = proposal::Filter {
            deleted,
            ..proposal::Filter::default()
        };
        let (mut found, mut after) = (Vec::new(), ElementId::NONE);
        loop {
            let page = proposal::page(tx, scope, &filter, after, 2)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            found.extend(ids(&page));
        }
        let expected = world
            .proposals
            .iter()
            .filter(|row| deleted.is_none_or(|deleted| row.deleted == deleted) && look.oracle.proposal(row))
            .map(|row| row.id);
        look.same("proposal::page", &found, &expected.collect());
    }
    Ok(())
}

fn ids(rows: &[Proposal]) -> Vec<ElementId> {
    rows.iter().map(|row| row.id).collect()
}

fn sightings(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let live = |id: ElementId| world.attribute(id).is_some_and(|row| !row.deleted);
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = sighting::page(tx, scope, &sighting::Filter::default(), after, 7)?;
        let Some(last) = page.last() else { break };
        after = last.sighting.id;
        found.extend(page.iter().map(|row| row.sighting.id));
    }
    let expected = world
        .sightings
        .iter()
        .filter(|row| live(row.attribute) && look.oracle.attribute_id(row.attribute))
        .map(|row| row.id);
    look.same("sighting::page", &found, &expected.collect());
    let named = sighting::Filter {
        any_sighting: Some(world.sightings.iter().map(|row| row.uuid).collect()),
        ..sighting::Filter::default()
    };
    let named = sighting::page(tx, scope, &named, 0, 10_000)?;
    let named: Vec<i64> = named.iter().map(|row| row.sighting.id).collect();
    look.same("sighting::page of uuids", &named, &found);
    let texts = VALUES.map(str::to_owned);
    let found = sighting::attributes_with_values(tx, scope, &world.hasher, &texts, 10_000)?;
    let found: Vec<_> = found.into_iter().map(|row| row.id).collect();
    let expected = world
        .attributes
        .iter()
        .filter(|row| !row.deleted && look.oracle.attribute(row))
        .map(|row| row.id);
    look.same("sighting::attributes_with_values", &found, &expected.collect());
    Ok(())
}

/// By their own level; what they are about is the engine's question.
fn annotations(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let world = look.world;
    let reader = Reader::new(&look.scope);
    let own = |row: &&Analyst| look.oracle.annotation_itself(row);
    for kind in [None, Some(AnalystKind::Relationship)] {
        let filter = analyst::Filter {
            kind,
            ..analyst::Filter::default()
        };
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page = analyst::page(tx, reader, &filter, after, 7)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            found.extend(page.iter().map(|row| row.id));
        }
        let wanted = |row: &&Analyst| kind.is_none_or(|kind| row_kind(row) == kind);
        let expected = world
            .annotations
            .iter()
            .filter(wanted)
            .filter(own)
            .map(|row| row.id);
        look.same("analyst::page", &found, &expected.collect());
    }
    let targets: Vec<Uuid> = world.annotations.iter().map(|row| row.object_uuid).collect();
    let found: Vec<i64> = analyst::of_objects(tx, reader, &targets)?
        .iter()
        .map(|row| row.id)
        .collect();
    let expected = world.annotations.iter().filter(own).map(|row| row.id);
    look.same("analyst::of_objects", &found, &expected.collect());
    let pointed: Vec<Uuid> = world
        .annotations
        .iter()
        .filter_map(|row| match &row.content {
            Content::Relationship { related_uuid, .. } => Some(*related_uuid),
            _ => None,
        })
        .collect();
    let found: Vec<i64> = analyst::pointing_at(tx, reader, &pointed)?
        .iter()
        .map(|row| row.id)
        .collect();
    let relationships = |row: &&Analyst| row_kind(row) == AnalystKind::Relationship;
    let expected = world
        .annotations
        .iter()
        .filter(relationships)
        .filter(own)
        .map(|row| row.id);
    look.same("analyst::pointing_at", &found, &expected.collect());
    Ok(())
}

fn correlations(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    for value in VALUES {
        let hash = world.hasher.hash(value);
        let reach = Reach {
            scope,
            outside: None,
            apart: &Apart::default(),
        };
        let mut found = Vec::new();
        correlation::holders(tx, reach, hash, |candidate| {
            found.push(candidate.id);
            ControlFlow::Continue(())
        })?;
        let is = |half: &str| half.to_lowercase() == value.to_lowercase();
        let expected = world
            .attributes
            .iter()
            .filter(|row| is(&row.value1) || row.value2.as_deref().is_some_and(is))
            .filter(|row| !row.deleted && !row.disable_correlation)
            .filter(|row| !world.event(row.event()).disable_correlation && look.oracle.attribute(row))
            .map(|row| row.id);
        let expected: Vec<ElementId> = expected.collect();
        look.same("correlation::holders", &found, &expected);
        let posted = correlation::newest(tx, hash, None, ElementId(i64::MAX), 10_000)?;
        let mut found: Vec<_> = correlation::visible(tx, reach, &posted)?
            .iter()
            .map(|candidate| candidate.id)
            .collect();
        found.sort_unstable();
        look.same("correlation::visible", &found, &expected);
    }
    Ok(())
}

fn row_kind(row: &Analyst) -> AnalystKind {
    row.content.kind()
}
