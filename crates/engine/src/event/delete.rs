//! Deleting events. spec: 03#3.5, 01#4
use crate::ctx::Ctx;
use crate::error::Result;
use crate::journal::{Change, Entry};
use entente_model::id::Ref;

/// Deletes events, all or none. Answers `false` when one of them is absent, hidden or not the
/// caller's to delete, without telling which. spec: 11#SR-AZ-2
///
/// # Errors
/// Of the database.
pub fn delete(ctx: &mut Ctx<'_, '_>, events: &[Ref]) -> Result<bool> {
    let mut found = Vec::with_capacity(events.len());
    for event in events {
        match ctx.current(
            |tx, scope| entente_store::event::find(tx, scope, *event),
            |event| event.id,
        )? {
            Some(event) if ctx.can_modify(&event) => found.push(event),
            _ => return Ok(false),
        }
    }
    for event in found {
        // Postings are hints and lead nowhere once the rows are gone; they are removed with them all
        // the same, so that the index does not grow with every deleted event.
        entente_store::posting::remove_event(ctx.tx, ctx.app.hasher(), event.id)?;
        entente_store::event::delete(ctx.tx, &event)?;
        if ctx.settings.bool("MISP.enableEventBlocklisting") {
            crate::blocklist::add_deleted_event(ctx, &event)?;
        }
        ctx.log(&Entry {
            model: "Event",
            id: event.id.0,
            action: "delete",
            title: super::title(&event),
            ..Entry::default()
        })?;
        ctx.change(&Change {
            kind: "delete",
            entity: "event",
            id: event.id.0,
            uuid: Some(event.uuid),
            event: Some(event.id),
        })?;
    }
    Ok(true)
}
