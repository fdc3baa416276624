//! Events, attributes, objects and reports.
use crate::Look;
use entente_db::{DbError, Tx};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_store::attribute::Part;
use entente_store::{attribute, event, object, report};
use entente_testkit::world::VALUES;

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    events(tx, look)?;
    attributes(tx, look)?;
    objects(tx, look)?;
    reports(tx, look)?;
    for event in look.world.events.iter().filter(|event| look.oracle.event(event)) {
        inside(tx, look, event)?;
    }
    Ok(())
}

fn events(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let mut seen = Vec::new();
    for row in &world.events {
        let expected = look.oracle.event(row);
        for named in [Ref::Id(row.id.0), Ref::Uuid(row.uuid)] {
            let found = event::find(tx, scope, named)?.map(|row| row.id);
            look.same("event::find", &found, &expected.then_some(row.id));
        }
        let found: Vec<_> = event::extending(tx, scope, row.uuid)?
            .into_iter()
            .map(|row| row.id)
            .collect();
        let extending = world
            .events
            .iter()
            .filter(|other| other.extends == Some(row.uuid) && look.oracle.event(other))
            .map(|other| other.id);
        look.same("event::extending", &found, &extending.collect());
        seen.extend(expected.then_some(row.id));
    }
    let all: Vec<i64> = world.events.iter().map(|row| row.id.0).collect();
    let found: Vec<_> = event::by_ids(tx, scope, &all)?
        .into_iter()
        .map(|row| row.id)
        .collect();
    look.same("event::by_ids", &found, &seen);
    Ok(())
}

fn attributes(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let mut seen = Vec::new();
    for row in &world.attributes {
        let expected = look.oracle.attribute(row);
        for named in [Ref::Id(row.id.0), Ref::Uuid(row.uuid)] {
            let found = attribute::find(tx, scope, named)?.map(|(row, event)| (row.id, event.id));
            look.same(
                "attribute::find",
                &found,
                &expected.then_some((row.id, row.event())),
            );
        }
        seen.extend(expected.then_some(row.id));
    }
    let all: Vec<i64> = world.attributes.iter().map(|row| row.id.0).collect();
    let found = ids(attribute::by_ids(tx, scope, &all)?);
    look.same("attribute::by_ids", &found, &seen);
    for value in VALUES {
        let found = ids(attribute::with_value(tx, scope, &world.hasher, value)?);
        let is = |half: &str| half.to_lowercase() == value.to_lowercase();
        let expected = world
            .attributes
            .iter()
            .filter(|row| look.oracle.attribute(row))
            .filter(|row| is(&row.value1) || row.value2.as_deref().is_some_and(is));
        look.same("attribute::with_value", &found, &ids(expected.cloned()));
    }
    Ok(())
}

fn objects(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let mut seen = Vec::new();
    for row in &world.objects {
        let expected = look.oracle.object(row);
        for named in [Ref::Id(row.id.0), Ref::Uuid(row.uuid)] {
            let found = object::find(tx, scope, named)?.map(|(row, event)| (row.id, event.id));
            look.same(
                "object::find",
                &found,
                &expected.then_some((row.id, row.id.event())),
            );
        }
        seen.extend(expected.then_some(row.id));
    }
    let all: Vec<i64> = world.objects.iter().map(|row| row.id.0).collect();
    let found: Vec<_> = object::by_ids(tx, scope, &all)?
        .into_iter()
        .map(|row| row.id)
        .collect();
    look.same("object::by_ids", &found, &seen);
    Ok(())
}

fn reports(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    for row in &world.reports {
        for named in [Ref::Id(row.id.0), Ref::Uuid(row.uuid)] {
            let found = report::find(tx, scope, named)?.map(|(row, event)| (row.id, event.id));
            let expected = look.oracle.report(row).then_some((row.id, row.id.event()));
            look.same("report::find", &found, &expected);
        }
    }
    for deleted in [None, Some(false), Some(true)] {
        let filter = report::Filter {
            deleted,
            ..report::Filter::default()
        };
        let mut found = Vec::new();
        let mut after = ElementId::NONE;
        loop {
            let page = report::page(tx, scope, &filter, after, 2)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            found.extend(page.iter().map(|row| row.id));
        }
        let expected = world
            .reports
            .iter()
            .filter(|row| deleted.is_none_or(|deleted| row.deleted == deleted) && look.oracle.report(row))
            .map(|row| row.id);
        look.same("report::page", &found, &expected.collect());
    }
    Ok(())
}

/// What is in an event that the viewer sees.
fn inside(tx: &mut Tx<'_>, look: &Look<'_>, event: &Event) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let rows = world.attributes_of(event.id);
    for part in [Part::Outside, Part::Members, Part::All] {
        let wanted = |row: &&Attribute| match part {
            Part::Outside => row.object.is_none(),
            Part::Members => !row.object.is_none(),
            Part::All => true,
        };
        let expected = ids(rows
            .iter()
            .filter(wanted)
            .filter(|row| look.oracle.attribute(row))
            .cloned());
        let mut found = Vec::new();
        attribute::each_of_event(tx, scope, event, part, |row| {
            found.push(row.id);
            Ok::<_, DbError>(())
        })?;
        found.sort_unstable();
        look.same("attribute::each_of_event", &found, &expected);
        let (mut found, mut after) = (Vec::new(), ElementId::NONE);
        loop {
            let page = attribute::page_of_event(tx, scope, event, part, after, 2)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            found.extend(page.iter().map(|row| row.id));
        }
        look.same("attribute::page_of_event", &found, &expected);
    }
    let (mut found, mut after) = (Vec::new(), ElementId::NONE);
    loop {
        let page = object::page_of_event(tx, scope, event, after, 1)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        found.extend(page.iter().map(|row| row.id));
    }
    let objects = world.objects.iter().filter(|row| row.id.event() == event.id);
    let seen: Vec<_> = objects
        .filter(|row| look.oracle.object(row))
        .map(|row| row.id)
        .collect();
    look.same("object::page_of_event", &found, &seen);
    for object in seen {
        let found = ids(attribute::of_objects(tx, scope, event, object, object)?);
        let members = rows
            .iter()
            .filter(|row| row.object == object && look.oracle.attribute(row));
        look.same("attribute::of_objects", &found, &ids(members.cloned()));
    }
    let found: Vec<_> = report::of_event(tx, scope, event)?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let reports = world.reports.iter().filter(|row| row.id.event() == event.id);
    let expected = reports.filter(|row| look.oracle.report(row)).map(|row| row.id);
    look.same("report::of_event", &found, &expected.collect());
    Ok(())
}

fn ids(rows: impl IntoIterator<Item = Attribute>) -> Vec<ElementId> {
    rows.into_iter().map(|row| row.id).collect()
}
