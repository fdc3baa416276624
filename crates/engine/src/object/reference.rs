//! References between objects and attributes. spec: 03#5.5
use crate::attribute::NO_PERMISSION;
use crate::content::insert;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::draft::ReferenceDraft;
use entente_model::id::{ElementId, Ref};
use entente_model::object::Reference;

/// Adds a reference from an object to something in the same event, or in the one it extends.
///
/// # Errors
/// `NotFound` for object or target, `Fields` for an empty relationship.
pub fn add(ctx: &mut Ctx<'_, '_>, url: Option<Ref>, draft: &ReferenceDraft) -> Result<ElementId> {
    let (object, mut event) = super::visible(ctx, url.or(draft.object))?;
    if !ctx.can_modify(&event) {
        return Err(Error::not_found("Invalid object."));
    }
    let target_uuid = draft
        .referenced_uuid
        .ok_or_else(|| Error::not_found("Invalid target."))?;
    let (target, to_object) =
        insert::find_target(ctx, &event, target_uuid)?.ok_or_else(|| Error::not_found("Invalid target."))?;
    let id = ElementId::new(event.id, event.next_seq)
        .ok_or_else(|| Error::TooLarge("This event has used up its element numbers.".into()))?;
    event.next_seq += 1;
    let reference = Reference {
        id,
        uuid: ctx.new_uuid()?,
        timestamp: ctx.now(),
        object: object.id,
        source_uuid: object.uuid,
        referenced_uuid: target_uuid,
        referenced: target,
        to_object,
        relationship_type: draft.relationship_type.clone().unwrap_or_default(),
        comment: draft.comment.clone().unwrap_or_default(),
        deleted: false,
    };
    entente_store::reference::insert(ctx.tx, &reference)?;
    crate::attribute::edit::touch_object(ctx, object.id)?;
    crate::event::touch(ctx, &mut event)?;
    ctx.log(&Entry {
        model: "ObjectReference",
        id: id.0,
        action: "add",
        title: format!("ObjectReference ({id}) from Event ({})", event.id),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "add",
        entity: "object_reference",
        id: id.0,
        uuid: Some(reference.uuid),
        event: Some(event.id),
    })?;
    Ok(id)
}

/// A reference whose source object and target the caller can see.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, reference: Option<Ref>) -> Result<Reference> {
    let missing = || Error::not_found("Invalid object reference.");
    let found = match reference {
        Some(reference) => entente_store::reference::find_unscoped(ctx.tx, reference)?,
        None => None,
    };
    let found = found.ok_or_else(missing)?;
    super::visible(ctx, Some(Ref::Id(found.object.0))).map_err(|_| missing())?;
    let scope = ctx.scope();
    if !entente_store::reference::hidden_targets(ctx.tx, &scope, std::slice::from_ref(&found))?.is_empty() {
        return Err(missing());
    }
    Ok(found)
}

/// Deletes a reference: softly, or for good.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn delete(ctx: &mut Ctx<'_, '_>, reference: Option<Ref>, hard: bool) -> Result<ElementId> {
    let mut found = view(ctx, reference)?;
    let mut event = ctx.visible_event(Some(Ref::Id(found.id.event().0)), "Invalid object reference.")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if hard {
        entente_store::reference::delete(ctx.tx, &found)?;
    } else {
        found.deleted = true;
        found.timestamp = ctx.now().max(found.timestamp);
        entente_store::reference::update(ctx.tx, &found)?;
    }
    crate::event::touch(ctx, &mut event)?;
    ctx.log(&Entry {
        model: "ObjectReference",
        id: found.id.0,
        action: "delete",
        title: format!("ObjectReference ({}) from Event ({})", found.id, event.id),
        ..Entry::default()
    })?;
    Ok(found.id)
}
