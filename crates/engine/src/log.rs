//! Reading the log. spec: 03#16, 08#14
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::id::Ref;
use entente_policy::Permission;
pub use entente_store::filter::{Page, Term};
use entente_store::journal::ElementRows;
pub use entente_store::journal::{LogQuery, LogReach, LogRow, LogText};
use std::ops::ControlFlow;

/// How much of the log the caller may read: everything that it may know of, its organisation's part, or its own.
#[must_use]
pub fn reach(ctx: &Ctx<'_, '_>) -> LogReach {
    if ctx.actor.is_site_admin() {
        LogReach::All(ctx.actor.org.name.clone())
    } else if ctx.actor.can(Permission::Admin) {
        LogReach::Org(ctx.actor.org.name.clone())
    } else {
        LogReach::User(ctx.actor.user_id().0)
    }
}

/// Hands the rows that the caller may read to `f`, whatever reach the query names.
///
/// # Errors
/// Of the database or of `f`.
pub fn search(
    ctx: &mut Ctx<'_, '_>,
    mut query: LogQuery,
    f: impl FnMut(LogRow) -> Result<ControlFlow<()>>,
) -> Result<()> {
    query.reach = reach(ctx);
    let scope = ctx.scope();
    entente_store::journal::search_log(ctx.tx, &scope, &query, f)
}

/// The log of a visible event, newest first. Only those the event belongs to read what happened to single
/// elements, and who did it; who made it without holding it reads of elements that are here and visible.
///
/// # Errors
/// `NotFound`.
pub fn of_event(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, page: Page) -> Result<Vec<LogRow>> {
    let event = ctx.visible_event(event, "Invalid event.")?;
    let own = ctx.actor.org_id();
    let insider = ctx.actor.is_site_admin() || event.org == own || event.orgc == own;
    let elements = if ctx.actor.is_site_admin() || event.org == own {
        ElementRows::SeenAndGone
    } else if insider {
        ElementRows::Seen
    } else {
        ElementRows::Nothing
    };
    let scope = ctx.scope();
    let mut rows =
        entente_store::journal::log_of_event(ctx.tx, &scope, &ctx.actor.org.name, event.id, elements, page)?;
    if !ctx.actor.is_site_admin() {
        for row in &mut rows {
            row.ip = String::new();
            if row.org != ctx.actor.org.name {
                row.email = String::new();
                row.user = 0;
            }
            if !insider {
                row.change = None;
                row.description = None;
            }
        }
    }
    Ok(rows)
}
