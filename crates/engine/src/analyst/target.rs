//! Whether the caller sees what an annotation annotates. spec: 08#1.2
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::level::Distribution;
use entente_policy::Scope;
use entente_store::analyst::Reader;
use entente_store::visibility::sees;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Annotations of annotations of …: beyond it, what is annotated counts as hidden.
const DEEPEST: u8 = 16;

/// Something with a uuid, by what it is said to be.
type Target = (ObjectType, Uuid);
/// Targets that exist, and whether the caller sees them.
type Seen = HashMap<Target, bool>;

/// Whether what a relationship points at is looked at, too. It is not while that is being looked at, since two
/// relationships may point at each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Both,
    Source,
}

/// Leaves out the annotations that the caller does not see, by their own label or for the sake of what they
/// annotate or point at.
///
/// # Errors
/// Of the database.
pub(super) fn retain_seen(ctx: &mut Ctx<'_, '_>, rows: Vec<Analyst>) -> Result<Vec<Analyst>> {
    let scope = ctx.scope();
    below(ctx, &scope, rows, DEEPEST, Ends::Both)
}

/// Leaves out the relationships of others that point at something hidden.
///
/// # Errors
/// Of the database.
pub(super) fn retain_pointing_at_seen(ctx: &mut Ctx<'_, '_>, rows: &mut Vec<Analyst>) -> Result<()> {
    let scope = ctx.scope();
    with_seen_ends(ctx, &scope, rows, DEEPEST)
}

fn below(
    ctx: &mut Ctx<'_, '_>,
    scope: &Scope,
    mut rows: Vec<Analyst>,
    depth: u8,
    ends: Ends,
) -> Result<Vec<Analyst>> {
    let reader = Reader::new(scope);
    rows.retain(|row| reader.sees(row));
    let targets: Vec<Target> = rows
        .iter()
        .map(|row| (row.object_type, row.object_uuid))
        .collect();
    let seen = look_up(ctx, scope, &targets, depth, Ends::Both)?;
    rows.retain(|row| {
        reader.wrote(row)
            || match seen.get(&(row.object_type, row.object_uuid)) {
                Some(seen) => *seen,
                // It inherits from nothing.
                None => row.distribution != Distribution::Inherit || ctx.actor.is_site_admin(),
            }
    });
    if ends == Ends::Both {
        with_seen_ends(ctx, scope, &mut rows, depth)?;
    }
    Ok(rows)
}

fn with_seen_ends(ctx: &mut Ctx<'_, '_>, scope: &Scope, rows: &mut Vec<Analyst>, depth: u8) -> Result<()> {
    let reader = Reader::new(scope);
    let ends: Vec<Target> = rows.iter().filter_map(|row| end(&row.content)).collect();
    if ends.is_empty() {
        return Ok(());
    }
    let seen = look_up(ctx, scope, &ends, depth, Ends::Source)?;
    rows.retain(|row| {
        let hidden = end(&row.content).is_some_and(|end| seen.get(&end) == Some(&false));
        !hidden || reader.wrote(row)
    });
    Ok(())
}

/// What a relationship points at.
fn end(content: &Content) -> Option<Target> {
    match content {
        Content::Relationship {
            related_type,
            related_uuid,
            ..
        } => Some((*related_type, *related_uuid)),
        Content::Note { .. } | Content::Opinion { .. } => None,
    }
}

/// Which of these exist, and whether the caller sees them.
///
/// # Errors
/// Of the database.
pub(crate) fn seen(ctx: &mut Ctx<'_, '_>, targets: &[Target]) -> Result<Seen> {
    let scope = ctx.scope();
    look_up(ctx, &scope, targets, DEEPEST, Ends::Both)
}

fn look_up(ctx: &mut Ctx<'_, '_>, scope: &Scope, targets: &[Target], depth: u8, ends: Ends) -> Result<Seen> {
    let mut found = Seen::new();
    for kind in ObjectType::ALL {
        let mut uuids: Vec<Uuid> = targets
            .iter()
            .filter(|(target, _)| *target == kind)
            .map(|(_, uuid)| *uuid)
            .collect();
        if uuids.is_empty() {
            continue;
        }
        uuids.sort_unstable();
        uuids.dedup();
        let known = match kind {
            ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => {
                annotations(ctx, scope, &uuids, depth, ends)?
            }
            _ => of_type(ctx, scope, kind, &uuids)?,
        };
        for (uuid, seen) in known {
            // Several clusters may have one uuid; it is as open as the most open of them.
            *found.entry((kind, uuid)).or_default() |= seen;
        }
    }
    Ok(found)
}

fn of_type(
    ctx: &mut Ctx<'_, '_>,
    scope: &Scope,
    kind: ObjectType,
    uuids: &[Uuid],
) -> Result<Vec<(Uuid, bool)>> {
    Ok(match kind {
        ObjectType::Event => entente_store::analyst::event_targets_unscoped(ctx.tx, uuids)?
            .into_iter()
            .map(|(uuid, label)| (uuid, sees(scope, label)))
            .collect(),
        ObjectType::Attribute | ObjectType::Object | ObjectType::EventReport => {
            entente_store::analyst::element_targets_unscoped(ctx.tx, kind, uuids)?
                .into_iter()
                .map(|(uuid, own, event)| (uuid, sees(scope, own) && sees(scope, event)))
                .collect()
        }
        ObjectType::GalaxyCluster => entente_store::analyst::cluster_targets_unscoped(ctx.tx, uuids)?
            .into_iter()
            .map(|(uuid, label)| (uuid, label.is_none_or(|label| sees(scope, label))))
            .collect(),
        ObjectType::Galaxy => entente_store::analyst::galaxy_targets(ctx.tx, uuids)?
            .into_iter()
            .map(|uuid| (uuid, true))
            .collect(),
        ObjectType::Organisation => uuids
            .iter()
            .filter(|uuid| ctx.directory.org_by_uuid(**uuid).is_some())
            .map(|uuid| (*uuid, true))
            .collect(),
        ObjectType::SharingGroup => uuids
            .iter()
            .filter_map(|uuid| ctx.directory.group_by_uuid(*uuid))
            .map(|group| (group.uuid, crate::sharing_group::visible(ctx, group)))
            .collect(),
        // Looked up among the annotations.
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => Vec::new(),
    })
}

fn annotations(
    ctx: &mut Ctx<'_, '_>,
    scope: &Scope,
    uuids: &[Uuid],
    depth: u8,
    ends: Ends,
) -> Result<Vec<(Uuid, bool)>> {
    let rows = entente_store::analyst::by_uuids_unscoped(ctx.tx, uuids)?;
    let all: Vec<Uuid> = rows.iter().map(|row| row.uuid).collect();
    let seen = match depth.checked_sub(1) {
        Some(depth) => below(ctx, scope, rows, depth, ends)?,
        None => Vec::new(),
    };
    let seen: HashSet<Uuid> = seen.iter().map(|row| row.uuid).collect();
    Ok(all.into_iter().map(|uuid| (uuid, seen.contains(&uuid))).collect())
}
