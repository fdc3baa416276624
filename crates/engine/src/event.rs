//! Events: adding, editing, deleting, publishing, viewing. spec: 03#3
pub mod add;
pub mod delete;
pub mod edit;
pub mod foreign;
pub mod intake;
pub mod lock;
pub mod protect;
pub mod publish;
pub mod view;

use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::event::Event;

/// How the log calls an event.
#[must_use]
pub fn title(event: &Event) -> String {
    format!("Event ({}): {}", event.id, event.info)
}

/// Stores an event after its content has changed: new edit version, no longer published, counted anew.
/// spec: 01#12.1
///
/// # Errors
/// Of the database.
pub fn touch(ctx: &mut Ctx<'_, '_>, event: &mut Event) -> Result<()> {
    event.timestamp = ctx.now().max(event.timestamp);
    if event.published {
        event.published = false;
        ctx.relabel(event)?;
    }
    entente_store::event::update(ctx.tx, event)?;
    lock::prolong(ctx, event.id)
}
