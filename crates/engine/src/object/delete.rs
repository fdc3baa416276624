//! Soft and hard deletion of objects. spec: 03#5.4, 01#4
use crate::attribute::{self, NO_PERMISSION};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::object::Object;
use entente_policy::rules;

/// Deletes an object with its members and references: softly, or for good.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn delete(ctx: &mut Ctx<'_, '_>, object: Option<Ref>, hard: bool) -> Result<()> {
    let (mut object, mut event) = super::visible(ctx, object)?;
    if !rules::can_delete_attribute(&ctx.viewer(), &ctx.event_rights(&event)) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if hard {
        let members = entente_store::attribute::members_of_object_unscoped(ctx.tx, object.id)?;
        for member in &members {
            attribute::delete::remove(ctx, &mut event, member, true)?;
        }
        for reference in entente_store::reference::from_objects_unscoped(ctx.tx, object.id, object.id)? {
            entente_store::reference::delete(ctx.tx, &reference)?;
        }
        drop_references_to(ctx, &object)?;
        entente_store::object::delete(ctx.tx, &object)?;
    } else {
        object.deleted = true;
        object.timestamp = ctx.now().max(object.timestamp);
        entente_store::object::update(ctx.tx, &object)?;
        follow(ctx, &mut event, &object)?;
    }
    crate::event::touch(ctx, &mut event)?;
    ctx.log(&Entry {
        model: "Object",
        id: object.id.0,
        action: "delete",
        title: super::title(&object, &event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "delete",
        entity: "object",
        id: object.id.0,
        uuid: Some(object.uuid),
        event: Some(event.id),
    })
}

/// What goes with a softly deleted object: its members, references from it and to it.
///
/// # Errors
/// Of the database.
pub fn follow(ctx: &mut Ctx<'_, '_>, event: &mut Event, object: &Object) -> Result<()> {
    let members = entente_store::attribute::members_of_object_unscoped(ctx.tx, object.id)?;
    for member in members.iter().filter(|member| !member.deleted) {
        attribute::delete::remove(ctx, event, member, false)?;
    }
    for mut reference in entente_store::reference::from_objects_unscoped(ctx.tx, object.id, object.id)? {
        if !reference.deleted {
            reference.deleted = true;
            reference.timestamp = ctx.now().max(reference.timestamp);
            entente_store::reference::update(ctx.tx, &reference)?;
        }
    }
    drop_references_to(ctx, object)
}

fn drop_references_to(ctx: &mut Ctx<'_, '_>, object: &Object) -> Result<()> {
    for mut reference in entente_store::reference::to_element_unscoped(ctx.tx, object.id)? {
        if !reference.deleted {
            reference.deleted = true;
            reference.timestamp = ctx.now().max(reference.timestamp);
            entente_store::reference::update(ctx.tx, &reference)?;
        }
    }
    Ok(())
}
