//! Attributes: adding, editing, deleting, restoring, finding files. spec: 03#4
pub mod add;
pub mod delete;
pub mod edit;
pub mod file;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::Ref;

/// Refused writes: this exact text makes clients try a proposal instead. spec: 03#20
pub const NO_PERMISSION: &str = "You do not have permission to do that.";

/// How the log calls an attribute.
#[must_use]
pub fn title(attribute: &Attribute, event: &Event) -> String {
    let kind = entente_indicator::AttributeType::from_id(attribute.kind).map_or("?", |kind| kind.name());
    format!(
        "Attribute ({}) from Event ({}): {kind}/{}",
        attribute.id,
        event.id,
        attribute.value()
    )
}

/// An attribute the caller can see, with its event.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn visible(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<(Attribute, Event)> {
    let found = match attribute {
        Some(attribute) => ctx.current(
            |tx, scope| entente_store::attribute::find(tx, scope, attribute),
            |(_, event)| event.id,
        )?,
        None => None,
    };
    let (attribute, event) = found.ok_or_else(|| Error::not_found("Invalid attribute"))?;
    if attribute.deleted && !sees_deleted(ctx, &event) {
        return Err(Error::not_found("Invalid attribute"));
    }
    Ok((attribute, event))
}

/// Whether the caller is shown soft-deleted elements of an event. spec: 01#4
#[must_use]
pub fn sees_deleted(ctx: &Ctx<'_, '_>, event: &Event) -> bool {
    ctx.actor.can(entente_policy::Permission::Sync)
        || ctx.actor.is_site_admin()
        || event.org == ctx.actor.org_id()
}
