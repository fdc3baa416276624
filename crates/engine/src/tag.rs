//! Tags: making and changing them, putting them on events and attributes, listing and counting them.
//! spec: 03#6, 07#2
mod attach;
mod carriers;
pub mod collection;
mod edit;
mod list;
mod pattern;

pub use attach::{
    Attach, Attached, AttachedTag, CANNOT_ALTER, Detached, INVALID_TAG, INVALID_TARGET, Place, TagChoice,
    TargetChoice, attach, detach, relate,
};
pub use edit::{add, delete, edit};
pub use entente_store::tag::LinkKind;
pub use list::{
    Found, Listed, Listing, Statistics, TagTaxonomy, favourites, list, search, set_favourite, statistics,
    taxonomies_of, view,
};
pub use pattern::Pattern;

use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::id::TagId;
use entente_model::tag::Tag;
use std::sync::Arc;

/// The names of tags, in their order; those that are gone are left out. Tags made in this transaction
/// are known to it.
///
/// # Errors
/// Of the database.
pub fn names_of(ctx: &mut Ctx<'_, '_>, tags: &[TagId]) -> Result<Vec<String>> {
    let mut names = Vec::with_capacity(tags.len());
    for id in tags {
        if let Some(tag) = by_id(ctx, *id)? {
            names.push(tag.name.clone());
        }
    }
    Ok(names)
}

/// A tag by id; one made in this transaction is found too.
fn by_id(ctx: &mut Ctx<'_, '_>, id: TagId) -> Result<Option<Arc<Tag>>> {
    match ctx.tags.get(id) {
        Some(tag) => Ok(Some(Arc::clone(tag))),
        None => Ok(entente_store::tag::by_ids(ctx.tx, &[id.0])?.pop().map(Arc::new)),
    }
}

/// A tag by name, ignoring case; one made in this transaction is found too.
fn by_name(ctx: &mut Ctx<'_, '_>, name: &str) -> Result<Option<Arc<Tag>>> {
    match ctx.tags.by_name(name) {
        Some(tag) => Ok(Some(Arc::clone(tag))),
        None => Ok(entente_store::tag::by_name(ctx.tx, name)?.map(Arc::new)),
    }
}
