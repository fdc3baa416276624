//! Annotations with their annotations, as they are embedded. spec: 08#1.4
use super::{reader, target};
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::analyst::{Analyst, Annotated, ObjectType};
use std::collections::HashMap;
use uuid::Uuid;

/// Levels of annotations below an annotation that are shown unless asked otherwise.
pub const DEFAULT_DEPTH: u8 = 2;
/// Levels that can be asked for.
pub const MAX_DEPTH: u8 = 8;
/// Annotations that one level of an answer holds at most, over all its objects.
const MAX_LEVEL: usize = 50_000;

/// The annotations of objects that the caller has been found to see, each with those of it; by object and id.
///
/// # Errors
/// Of the database.
pub fn of_objects(ctx: &mut Ctx<'_, '_>, objects: &[Uuid]) -> Result<HashMap<Uuid, Vec<Annotated>>> {
    below(ctx, objects, DEFAULT_DEPTH)
}

/// The annotations of a visible annotation, so many levels deep.
///
/// # Errors
/// Of the database.
pub fn children(ctx: &mut Ctx<'_, '_>, annotation: Uuid, depth: u8) -> Result<Vec<Annotated>> {
    let depth = depth.clamp(1, MAX_DEPTH) - 1;
    Ok(below(ctx, &[annotation], depth)?
        .remove(&annotation)
        .unwrap_or_default())
}

/// A visible annotation with those of it.
///
/// # Errors
/// Of the database.
pub fn annotated(ctx: &mut Ctx<'_, '_>, row: Analyst) -> Result<Annotated> {
    let children = children(ctx, row.uuid, DEFAULT_DEPTH)?;
    Ok(Annotated {
        row,
        children,
        cut: false,
    })
}

/// The relationships that point at objects the caller sees, as far as it sees where they start; by id.
///
/// # Errors
/// Of the database.
pub fn inbound(ctx: &mut Ctx<'_, '_>, objects: &[Uuid]) -> Result<Vec<Analyst>> {
    let scope = ctx.scope();
    let reader = reader(ctx, &scope);
    let rows = entente_store::analyst::pointing_at(ctx.tx, reader, objects)?;
    target::retain_seen(ctx, rows)
}

/// One query per level. A child of something visible needs only its own label.
fn below(ctx: &mut Ctx<'_, '_>, objects: &[Uuid], depth: u8) -> Result<HashMap<Uuid, Vec<Annotated>>> {
    let mut levels: Vec<Vec<Analyst>> = Vec::new();
    let mut parents = objects.to_vec();
    // One level more than is shown, to know where something was left out.
    for level in 0..=depth.saturating_add(1) {
        if parents.is_empty() {
            break;
        }
        let scope = ctx.scope();
        let reader = reader(ctx, &scope);
        let mut rows = entente_store::analyst::of_objects(ctx.tx, reader, &parents)?;
        if level > 0 {
            // Only annotations are looked for here, whatever else may carry the same uuid.
            rows.retain(|row| {
                matches!(
                    row.object_type,
                    ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship
                )
            });
        }
        rows.truncate(MAX_LEVEL);
        parents = rows.iter().map(|row| row.uuid).collect();
        levels.push(rows);
    }
    let shown = usize::from(depth) + 1;
    let left_out: std::collections::HashSet<Uuid> = levels
        .drain(shown.min(levels.len())..)
        .flatten()
        .map(|row| row.object_uuid)
        .collect();
    let mut nodes: HashMap<Uuid, Vec<Annotated>> = HashMap::new();
    while let Some(rows) = levels.pop() {
        let mut upper: HashMap<Uuid, Vec<Annotated>> = HashMap::new();
        for row in rows {
            let children = nodes.remove(&row.uuid).unwrap_or_default();
            let cut = levels.len() + 1 == shown && left_out.contains(&row.uuid);
            upper
                .entry(row.object_uuid)
                .or_default()
                .push(Annotated { row, children, cut });
        }
        nodes = upper;
    }
    Ok(nodes)
}
