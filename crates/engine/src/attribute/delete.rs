//! Soft and hard deletion, and taking it back. spec: 03#4.4, 01#4
use super::NO_PERMISSION;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_policy::rules;
use std::collections::HashSet;
use uuid::Uuid;

/// Deletes an attribute: softly, so that the deletion can be passed on, or for good.
///
/// # Errors
/// `NotFound`, also for one that is softly deleted already; `Denied` without the right.
pub fn delete(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>, hard: bool) -> Result<()> {
    let (before, mut event) = super::visible(ctx, attribute)?;
    if before.deleted && !hard {
        return Err(Error::not_found("Invalid attribute"));
    }
    if !rules::can_delete_attribute(&ctx.viewer(), &ctx.event_rights(&event)) {
        return Err(Error::denied(NO_PERMISSION));
    }
    remove(ctx, &mut event, &before, hard)?;
    super::edit::touch_object(ctx, before.object)?;
    crate::event::touch(ctx, &mut event)
}

/// Deletes an attribute of an event that the caller may change; the caller stores the event.
///
/// # Errors
/// Of the database.
pub fn remove(ctx: &mut Ctx<'_, '_>, event: &mut Event, before: &Attribute, hard: bool) -> Result<()> {
    event.attribute_count -= i64::from(!before.deleted);
    if hard {
        follow(ctx, before)?;
        entente_store::attribute::delete(ctx.tx, ctx.app.hasher(), before)?;
    } else {
        let mut after = before.clone();
        after.deleted = true;
        after.timestamp = ctx.now().max(before.timestamp);
        if ctx.settings.bool("Security.sanitise_attribute_on_delete") {
            after.value1 = String::new();
            after.value2 = after.value2.map(|_| String::new());
        }
        let poster = ctx.poster();
        entente_store::attribute::update(ctx.tx, poster, before, &after)?;
        follow(ctx, &after)?;
    }
    ctx.log(&Entry {
        model: "Attribute",
        id: before.id.0,
        action: "delete",
        title: super::title(before, event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "delete",
        entity: "attribute",
        id: before.id.0,
        uuid: Some(before.uuid),
        event: Some(event.id),
    })
}

/// What goes with a deleted element: references to it, open proposals on it. spec: 01#4
///
/// # Errors
/// Of the database.
pub fn follow(ctx: &mut Ctx<'_, '_>, attribute: &Attribute) -> Result<()> {
    for mut reference in entente_store::reference::to_element_unscoped(ctx.tx, attribute.id)? {
        if !reference.deleted {
            reference.deleted = true;
            reference.timestamp = ctx.now().max(reference.timestamp);
            entente_store::reference::update(ctx.tx, &reference)?;
        }
    }
    entente_store::attribute::discard_proposals_unscoped(ctx.tx, attribute.id)?;
    Ok(())
}

/// Takes a soft deletion back.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Fields` when an equal attribute exists by now.
pub fn restore(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<ElementId> {
    let (before, mut event) = super::visible(ctx, attribute)?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if before.deleted {
        let draft = entente_model::draft::AttributeDraft {
            deleted: entente_model::draft::Given::Value(false),
            ..entente_model::draft::AttributeDraft::default()
        };
        super::edit::apply(ctx, &mut event, &before, &draft)?;
        crate::event::touch(ctx, &mut event)?;
    }
    Ok(before.id)
}

/// Deletes several attributes of one event, all or none. spec: 11#SR-AZ-2
///
/// # Errors
/// `NotFound` when one is not in the event or not visible; `Denied` without the right.
pub fn delete_selected(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    which: Option<&[Ref]>,
    hard: bool,
) -> Result<usize> {
    let mut event = ctx.visible_event(event, "Invalid event")?;
    if !rules::can_delete_attribute(&ctx.viewer(), &ctx.event_rights(&event)) {
        return Err(Error::denied(NO_PERMISSION));
    }
    let scope = ctx.scope();
    let mut found = Vec::new();
    match which {
        None => {
            let part = entente_store::attribute::Part::All;
            entente_store::attribute::each_of_event(ctx.tx, &scope, &event, part, |attribute| {
                found.push(attribute);
                Ok::<_, Error>(())
            })?;
        }
        Some(refs) => found = all_of(ctx, &event, refs)?,
    }
    found.retain(|attribute| hard || !attribute.deleted);
    for attribute in &found {
        remove(ctx, &mut event, attribute, hard)?;
    }
    crate::event::touch(ctx, &mut event)?;
    Ok(found.len())
}

/// The attributes named, each once.
fn all_of(ctx: &mut Ctx<'_, '_>, event: &Event, refs: &[Ref]) -> Result<Vec<Attribute>> {
    let (mut ids, mut uuids) = (Vec::new(), Vec::new());
    for attribute in refs {
        match attribute {
            Ref::Id(id) => ids.push(*id),
            Ref::Uuid(uuid) => uuids.push(*uuid),
        }
    }
    let named = entente_store::attribute::by_uuids_unscoped(ctx.tx, &uuids)?;
    ids.extend(named.iter().map(|attribute| attribute.id.0));
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let mut found = entente_store::attribute::by_ids(ctx.tx, &scope, &ids)?;
    found.retain(|attribute| attribute.event() == event.id);
    let known_ids: HashSet<ElementId> = found.iter().map(|attribute| attribute.id).collect();
    let known_uuids: HashSet<Uuid> = found.iter().map(|attribute| attribute.uuid).collect();
    let all = refs.iter().all(|attribute| match attribute {
        Ref::Id(id) => known_ids.contains(&ElementId(*id)),
        Ref::Uuid(uuid) => known_uuids.contains(uuid),
    });
    all.then_some(found)
        .ok_or_else(|| Error::not_found("Invalid attribute"))
}
