//! Protected mode: only peers that can sign may change the event elsewhere. spec: 03#3.8
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::id::{EventId, Ref};

/// Switches protected mode on or off.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn set(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, protected: bool) -> Result<EventId> {
    let mut event = ctx.visible_event(event, "Invalid event")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied("You are not authorised to do that."));
    }
    event.protected = Some(protected);
    super::touch(ctx, &mut event)?;
    let action = if protected { "protect" } else { "unprotect" };
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action,
        title: super::title(&event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "edit",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })?;
    Ok(event.id)
}
