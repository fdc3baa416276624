//! The `Galaxy` lists of events and attributes. spec: 07#4.4
use entente_engine::event::view::TagOnItem;
use entente_engine::{Ctx, Result};

/// Clusters by tag, asked for once per rendered event.
#[derive(Default)]
pub struct Galaxies;

impl Galaxies {
    /// The list of an event.
    ///
    /// # Errors
    /// Of the database.
    pub fn of_event(&mut self, _ctx: &mut Ctx<'_, '_>, _tags: &[&TagOnItem]) -> Result<Vec<u8>> {
        Ok(b"[]".to_vec())
    }
    /// The list of an attribute, or `None` when it is empty.
    ///
    /// # Errors
    /// Of the database.
    pub fn of_attribute(&mut self, _ctx: &mut Ctx<'_, '_>, _tags: &[TagOnItem]) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}
