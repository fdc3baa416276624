//! Objects and their references. spec: 03#5
pub mod add;
pub mod delete;
pub mod edit;
pub mod reference;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::object::Object;

/// How the log calls an object.
#[must_use]
pub fn title(object: &Object, event: &Event) -> String {
    format!(
        "Object ({}) from Event ({}): {}",
        object.id, event.id, object.name
    )
}

/// An object the caller can see, with its event.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn visible(ctx: &mut Ctx<'_, '_>, object: Option<Ref>) -> Result<(Object, Event)> {
    let found = match object {
        Some(object) => ctx.current(
            |tx, scope| entente_store::object::find(tx, scope, object),
            |(_, event)| event.id,
        )?,
        None => None,
    };
    let (object, event) = found.ok_or_else(|| Error::not_found("Invalid object."))?;
    if object.deleted && !crate::attribute::sees_deleted(ctx, &event) {
        return Err(Error::not_found("Invalid object."));
    }
    Ok((object, event))
}
