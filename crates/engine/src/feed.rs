//! Feeds: listing, the default list, defining them. spec: 07#1
pub mod change;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::library::Feed;

/// Feeds by id; who is no site administrator sees those whose hits everybody may see.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<Feed>> {
    Ok(entente_store::feed::list(ctx.tx, !ctx.actor.is_site_admin())?)
}

/// A feed. To others than site administrators absent and hidden ones look alike.
///
/// # Errors
/// `NotFound`, or `Denied` for others than site administrators.
pub fn view(ctx: &mut Ctx<'_, '_>, feed: Option<i64>) -> Result<Feed> {
    let found = match feed {
        Some(feed) => entente_store::feed::find(ctx.tx, feed)?,
        None => None,
    };
    let admin = ctx.actor.is_site_admin();
    found.filter(|feed| feed.lookup_visible || admin).ok_or_else(|| {
        if admin {
            Error::not_found("Invalid Feed.")
        } else {
            Error::denied("You do not have permission to use this functionality.")
        }
    })
}

/// Adds the default feeds whose address is not known, disabled; answers how many.
///
/// # Errors
/// `Denied` for others than site administrators; of the database.
pub fn load_default(ctx: &mut Ctx<'_, '_>) -> Result<u64> {
    ctx.require_site_admin()?;
    let tally = crate::knowledge::default_feeds(ctx.tx)?;
    if tally.added > 0 {
        // Some feeds bring their tag.
        ctx.touch_all_tags();
        ctx.log(&Entry {
            model: "Feed",
            action: "add",
            title: format!("{} default feeds added", tally.added),
            ..Entry::default()
        })?;
    }
    Ok(tally.added)
}
