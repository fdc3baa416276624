//! Notes, opinions and relationships on anything that has a uuid. spec: 08#1
//!
//! An annotation has a level of its own. Besides, who is shown one must also be shown what it annotates and, of a
//! relationship, what it points at, as far as those exist here; otherwise it is for its own organisation only.
//! spec: 08#1.2, 10#1.9
mod receive;
mod target;
mod tree;
mod write;

pub use crate::galaxy::Page;
pub use entente_model::analyst::ObjectType;
pub use entente_store::analyst::Filter;
pub use receive::{Received, receive, wanted};
pub(crate) use target::seen as targets_seen;
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

/// Hands the annotations that the caller sees to `f`, by id, some at a time; answers how many there were on the
/// page.
///
/// # Errors
/// Of the database or of `f`.
pub fn each(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    page: Page,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Vec<Analyst>) -> Result<()>,
) -> Result<i64> {
    let scope = ctx.scope();
    let (mut after, mut count) = (0, 0);
    let (mut skip, mut left) = (page.skip, page.limit.unwrap_or(i64::MAX));
    while left > 0 {
        let reader = Reader::new(&scope);
        let batch = entente_store::analyst::page(ctx.tx, reader, filter, after, BATCH)?;
        let Some(last) = batch.last() else { break };
        after = last.id;
        let mut seen = target::retain_seen(ctx, batch)?;
        let found = i64::try_from(seen.len()).unwrap_or(BATCH);
        let skipped = skip.min(found);
        skip -= skipped;
        seen.drain(..usize::try_from(skipped).unwrap_or(0));
        seen.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let taken = i64::try_from(seen.len()).unwrap_or(BATCH);
        (count, left) = (count + taken, left - taken);
        f(ctx, seen)?;
    }
    Ok(count)
}
