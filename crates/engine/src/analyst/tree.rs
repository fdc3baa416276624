//! Annotations with their annotations, as they are embedded. spec: 08#1.4
use super::target;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::analyst::{Analyst, Annotated, Content, ObjectType};
use entente_store::analyst::Reader;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Levels of annotations below an annotation that are shown unless asked otherwise.
pub const DEFAULT_DEPTH: u8 = 2;
/// Levels that can be asked for.
pub const MAX_DEPTH: u8 = 8;
/// Annotations that one level of an answer holds at most, over all its objects.
const MAX_LEVEL: usize = 50_000;

/// Annotations by what they are about.
pub type Nodes = HashMap<(ObjectType, Uuid), Vec<Annotated>>;

/// What an annotation is about, for comparison: annotations are told apart by their uuid alone. Everything else
/// also by its kind, since whoever knows the uuid of something hidden can give it to something of another kind.
fn key(kind: ObjectType, uuid: Uuid) -> (ObjectType, Uuid) {
    match kind {
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => (ObjectType::Note, uuid),
        other => (other, uuid),
    }
}

/// The annotations of objects that the caller has been found to see, each with those of it; by object and id.
///
/// # Errors
/// Of the database.
pub fn of_objects(ctx: &mut Ctx<'_, '_>, objects: &[(ObjectType, Uuid)]) -> Result<Nodes> {
    let mut below = below(ctx, objects, DEFAULT_DEPTH)?;
    let of = |(kind, uuid): &(ObjectType, Uuid)| Some(((*kind, *uuid), below.remove(&key(*kind, *uuid))?));
    Ok(objects.iter().filter_map(of).collect())
}

/// The annotations of a visible annotation, so many levels deep.
///
/// # Errors
/// Of the database.
pub fn children(ctx: &mut Ctx<'_, '_>, annotation: Uuid, depth: u8) -> Result<Vec<Annotated>> {
    let depth = depth.clamp(1, MAX_DEPTH) - 1;
    let parent = (ObjectType::Note, annotation);
    Ok(below(ctx, &[parent], depth)?.remove(&parent).unwrap_or_default())
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
pub fn inbound(ctx: &mut Ctx<'_, '_>, objects: &[(ObjectType, Uuid)]) -> Result<Vec<Analyst>> {
    let scope = ctx.scope();
    let uuids: Vec<Uuid> = objects.iter().map(|(_, uuid)| *uuid).collect();
    let mut rows = entente_store::analyst::pointing_at(ctx.tx, Reader::new(&scope), &uuids)?;
    let wanted: HashSet<(ObjectType, Uuid)> = objects.iter().map(|(kind, uuid)| key(*kind, *uuid)).collect();
    rows.retain(|row| match &row.content {
        Content::Relationship {
            related_type,
            related_uuid,
            ..
        } => wanted.contains(&key(*related_type, *related_uuid)),
        Content::Note { .. } | Content::Opinion { .. } => false,
    });
    target::retain_seen(ctx, rows)
}

/// One query per level. A child of something visible needs only its own label and, when it is a relationship, to
/// see what it points at.
fn below(ctx: &mut Ctx<'_, '_>, objects: &[(ObjectType, Uuid)], depth: u8) -> Result<Nodes> {
    let mut levels: Vec<Vec<Analyst>> = Vec::new();
    let mut parents: HashSet<(ObjectType, Uuid)> =
        objects.iter().map(|(kind, uuid)| key(*kind, *uuid)).collect();
    // One level more than is shown, to know where something was left out.
    for _ in 0..=depth.saturating_add(1) {
        if parents.is_empty() {
            break;
        }
        let scope = ctx.scope();
        let uuids: Vec<Uuid> = parents.iter().map(|(_, uuid)| *uuid).collect();
        let mut rows = entente_store::analyst::of_objects(ctx.tx, Reader::new(&scope), &uuids)?;
        rows.retain(|row| parents.contains(&key(row.object_type, row.object_uuid)));
        target::retain_pointing_at_seen(ctx, &mut rows)?;
        rows.truncate(MAX_LEVEL);
        parents = rows.iter().map(|row| (ObjectType::Note, row.uuid)).collect();
        levels.push(rows);
    }
    let shown = usize::from(depth) + 1;
    let left_out: HashSet<Uuid> = levels
        .drain(shown.min(levels.len())..)
        .flatten()
        .map(|row| row.object_uuid)
        .collect();
    let mut nodes = Nodes::new();
    while let Some(rows) = levels.pop() {
        let mut upper = Nodes::new();
        for row in rows {
            let children = nodes.remove(&(ObjectType::Note, row.uuid)).unwrap_or_default();
            let cut = levels.len() + 1 == shown && left_out.contains(&row.uuid);
            upper
                .entry(key(row.object_type, row.object_uuid))
                .or_default()
                .push(Annotated { row, children, cut });
        }
        nodes = upper;
    }
    Ok(nodes)
}
