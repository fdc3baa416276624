//! Removing galaxies, and the published clusters of all of them. spec: 07#4.7
use super::view;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::journal::Entry;
use entente_model::id::Ref;
use entente_model::library::Galaxy;

/// Removes a galaxy with all its clusters; tags that stand for them stay. The next import brings a published
/// one back.
///
/// # Errors
/// `NotFound`; `Denied` for others than site administrators.
pub fn delete(ctx: &mut Ctx<'_, '_>, galaxy: Option<Ref>) -> Result<Galaxy> {
    ctx.require_site_admin()?;
    let galaxy = view(ctx, galaxy)?;
    entente_store::galaxy::delete(ctx.tx, galaxy.id)?;
    ctx.log(&Entry {
        model: "Galaxy",
        id: galaxy.id,
        action: "delete",
        title: format!("Galaxy ({}): {}", galaxy.id, galaxy.name),
        ..Entry::default()
    })?;
    Ok(galaxy)
}

/// Removes all published clusters, to be imported anew; answers how many. Custom ones stay.
///
/// # Errors
/// `Denied` for others than site administrators.
pub fn wipe_default(ctx: &mut Ctx<'_, '_>) -> Result<u64> {
    ctx.require_site_admin()?;
    let removed = entente_store::galaxy::delete_default_clusters(ctx.tx)?;
    ctx.log(&Entry {
        model: "Galaxy",
        action: "wipe_default",
        title: format!("{removed} default galaxy clusters removed"),
        ..Entry::default()
    })?;
    Ok(removed)
}
