//! Noticelists. spec: 05#3
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::library::Noticelist;

/// All lists, by id.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<Noticelist>> {
    Ok(entente_store::noticelist::list(ctx.tx)?)
}

/// A list.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, list: Option<i64>) -> Result<Noticelist> {
    let found = match list {
        Some(list) => entente_store::noticelist::find(ctx.tx, list)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found("Invalid noticelist."))
}

/// Switches a list to a state, or to its other one; answers its id and state.
///
/// # Errors
/// `NotFound`.
pub fn set_enabled(ctx: &mut Ctx<'_, '_>, list: Option<i64>, enabled: Option<bool>) -> Result<(i64, bool)> {
    let list = view(ctx, list)?;
    let enabled = enabled.unwrap_or(!list.enabled);
    if enabled != list.enabled {
        entente_store::noticelist::set_enabled(ctx.tx, list.id, enabled)?;
        ctx.log(&Entry {
            model: "Noticelist",
            id: list.id,
            action: if enabled { "enable" } else { "disable" },
            title: format!("Noticelist ({}): {}", list.id, list.name),
            ..Entry::default()
        })?;
    }
    Ok((list.id, enabled))
}

/// Removes a list.
///
/// # Errors
/// `NotFound`.
pub fn delete(ctx: &mut Ctx<'_, '_>, list: Option<i64>) -> Result<()> {
    let list = view(ctx, list)?;
    entente_store::noticelist::delete(ctx.tx, list.id)?;
    ctx.log(&Entry {
        model: "Noticelist",
        id: list.id,
        action: "delete",
        title: format!("Noticelist ({}): {}", list.id, list.name),
        ..Entry::default()
    })
}

/// Brings the lists that come with the program up to date; answers how many were not.
///
/// # Errors
/// Of the database.
pub fn update(ctx: &mut Ctx<'_, '_>) -> Result<u64> {
    let report = crate::knowledge::noticelists(ctx.tx)?;
    Ok(report
        .kinds
        .values()
        .map(|tally| tally.added + tally.updated)
        .sum())
}
