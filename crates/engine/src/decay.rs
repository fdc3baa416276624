//! Decaying models: listing and switching; scores are in [`score`]. spec: 05#5
mod change;
pub mod score;
mod simulation;

pub use change::{Draft, add, edit, remove};
pub use simulation::{Simulation, simulate};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::library::DecayingModel;
use entente_policy::Permission;

/// Whether the caller may use a model: its organisation's or one for all. spec: 05#5.1
fn visible(ctx: &Ctx<'_, '_>, model: &DecayingModel) -> bool {
    ctx.actor.is_site_admin() || model.all_orgs || model.org == ctx.actor.org_id()
}

/// Whether the caller may change a model. spec: 05#5.1
#[must_use]
pub fn editable(ctx: &Ctx<'_, '_>, model: &DecayingModel) -> bool {
    ctx.actor.is_site_admin()
        || (ctx.actor.can(Permission::Decaying) && model.org == ctx.actor.org_id() && !model.default)
}

/// The models the caller may use, by id.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<DecayingModel>> {
    let mut models = entente_store::decay::list(ctx.tx)?;
    models.retain(|model| visible(ctx, model));
    Ok(models)
}

/// A model the caller may use.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, model: Option<i64>) -> Result<DecayingModel> {
    let found = match model {
        Some(model) => entente_store::decay::find(ctx.tx, model)?,
        None => None,
    };
    found
        .filter(|model| visible(ctx, model))
        .ok_or_else(|| Error::not_found("No Decaying Model with the provided ID exists."))
}

/// Switches a model.
///
/// # Errors
/// `NotFound`, or `Denied` without the right to change it.
pub fn set_enabled(ctx: &mut Ctx<'_, '_>, model: Option<i64>, enabled: bool) -> Result<i64> {
    let model = change::changeable(ctx, model)?;
    if model.enabled != enabled {
        entente_store::decay::set_enabled(ctx.tx, model.id, enabled)?;
        ctx.log(&Entry {
            model: "DecayingModel",
            id: model.id,
            action: if enabled { "enable" } else { "disable" },
            title: format!("Decaying model ({}): {}", model.id, model.name),
            ..Entry::default()
        })?;
    }
    Ok(model.id)
}

/// The types of attributes that a model is for, for the caller to replace; answers the model's id.
///
/// # Errors
/// As [`edit`].
pub fn link(ctx: &mut Ctx<'_, '_>, model: Option<i64>, types: &[String]) -> Result<i64> {
    let draft = Draft {
        attribute_types: Some(types.to_vec()),
        ..Draft::default()
    };
    edit(ctx, model, &draft)
}

/// Brings the models that come with the program up to date; answers how many were not. With `force` all of them
/// are written anew.
///
/// # Errors
/// Of the database.
pub fn update(ctx: &mut Ctx<'_, '_>, force: bool) -> Result<u64> {
    let report = crate::knowledge::decaying_models(ctx.tx, force)?;
    Ok(report
        .kinds
        .values()
        .map(|tally| tally.added + tally.updated)
        .sum())
}
