//! Hits on warninglists, as shown on attributes. spec: 05
use entente_engine::{Ctx, Result};
use entente_model::attribute::Attribute;

/// The `warnings` of an attribute, or `None` when there is none.
///
/// # Errors
/// Of the database.
pub fn of_attribute(_ctx: &mut Ctx<'_, '_>, _attribute: &Attribute) -> Result<Option<Vec<u8>>> {
    Ok(None)
}
