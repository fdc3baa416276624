//! Notes, opinions and relationships on anything that has a uuid. spec: 08#1
//!
//! An annotation has a level of its own. Besides, who is shown one must also be shown what it annotates and, of a
//! relationship, what it points at, as far as those exist here; otherwise it is for its own organisation only.
//! spec: 08#1.2, 10#1.9
mod target;
mod tree;
mod write;

pub use entente_model::analyst::ObjectType;
pub use entente_store::analyst::Filter;
pub use tree::{DEFAULT_DEPTH, MAX_DEPTH, Nodes, annotated, children, inbound, of_objects};
pub use write::{Target, add, capture, delete, edit};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::analyst::Analyst;
use entente_model::draft::AnalystKind;
use entente_model::id::Ref;
use entente_store::analyst::Reader;

/// Annotations read at once while listing.
const BATCH: i64 = 500;

/// The text of an unknown or hidden annotation. spec: 03#19
fn unknown(kind: Option<AnalystKind>) -> Error {
    Error::not_found(format!(
        "Invalid {}.",
        kind.map_or("Analyst Data", AnalystKind::name)
    ))
}

/// An annotation that the caller sees; without a kind it is named by uuid.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn find(ctx: &mut Ctx<'_, '_>, kind: Option<AnalystKind>, annotation: Option<Ref>) -> Result<Analyst> {
    let named = annotation.filter(|named| kind.is_some() || matches!(named, Ref::Uuid(_)));
    let row = match named {
        Some(named) => entente_store::analyst::find_unscoped(ctx.tx, kind, named)?,
        None => None,
    };
    let row = row.ok_or_else(|| unknown(kind))?;
    let mut seen = target::retain_seen(ctx, vec![row])?;
    seen.pop().ok_or_else(|| unknown(kind))
}

/// Hands the annotations that the caller sees to `f`, by id, some at a time.
///
/// # Errors
/// Of the database or of `f`.
pub fn each(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Vec<Analyst>) -> Result<()>,
) -> Result<()> {
    let scope = ctx.scope();
    let mut after = 0;
    loop {
        let reader = Reader::new(&scope);
        let page = entente_store::analyst::page(ctx.tx, reader, filter, after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let seen = target::retain_seen(ctx, page)?;
        f(ctx, seen)?;
    }
}
