//! Whether the caller sees what an annotation annotates. spec: 08#1.2
use super::reader;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::analyst::{Analyst, ObjectType};
use entente_model::id::LabelId;
use entente_model::level::Distribution;
use entente_policy::Scope;
use entente_store::visibility::sees;
use std::collections::HashMap;
use uuid::Uuid;

/// Annotations of annotations of …: beyond it, what is annotated counts as hidden.
const DEEPEST: u8 = 16;

/// Targets that exist, and whether the caller sees them.
type Seen = HashMap<(ObjectType, Uuid), bool>;

/// Leaves out the annotations that the caller does not see, by their own label or for the sake of what they
/// annotate.
///
/// # Errors
/// Of the database.
pub(super) fn retain_seen(ctx: &mut Ctx<'_, '_>, rows: Vec<Analyst>) -> Result<Vec<Analyst>> {
    let scope = ctx.scope();
    below(ctx, &scope, rows, DEEPEST)
}

fn below(ctx: &mut Ctx<'_, '_>, scope: &Scope, mut rows: Vec<Analyst>, depth: u8) -> Result<Vec<Analyst>> {
    let reader = reader(ctx, scope);
    let own = reader.org;
    rows.retain(|row| reader.sees(row));
    let targets: Vec<(ObjectType, Uuid)> = rows
        .iter()
        .map(|row| (row.object_type, row.object_uuid))
        .collect();
    let seen = look_up(ctx, scope, &targets, depth)?;
    rows.retain(|row| {
        row.org_uuid == own
            || row.orgc_uuid == own
            || match seen.get(&(row.object_type, row.object_uuid)) {
                Some(seen) => *seen,
                // It inherits from nothing.
                None => row.distribution != Distribution::Inherit || ctx.actor.is_site_admin(),
            }
    });
    Ok(rows)
}

/// Which of these exist, and whether the caller sees them.
///
/// # Errors
/// Of the database.
pub(crate) fn seen(ctx: &mut Ctx<'_, '_>, targets: &[(ObjectType, Uuid)]) -> Result<Seen> {
    let scope = ctx.scope();
    look_up(ctx, &scope, targets, DEEPEST)
}

fn look_up(ctx: &mut Ctx<'_, '_>, scope: &Scope, targets: &[(ObjectType, Uuid)], depth: u8) -> Result<Seen> {
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
        for (uuid, seen) in of_type(ctx, scope, kind, &uuids, depth)? {
            found.insert((kind, uuid), seen);
        }
    }
    Ok(found)
}

fn of_type(
    ctx: &mut Ctx<'_, '_>,
    scope: &Scope,
    kind: ObjectType,
    uuids: &[Uuid],
    depth: u8,
) -> Result<Vec<(Uuid, bool)>> {
    let label_seen = |label: Option<LabelId>| label.is_none_or(|label| sees(scope, label));
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
        ObjectType::Galaxy | ObjectType::GalaxyCluster => {
            entente_store::analyst::galaxy_targets_unscoped(ctx.tx, uuids)?
                .into_iter()
                .map(|(uuid, label)| (uuid, label_seen(label)))
                .collect()
        }
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => {
            annotations(ctx, scope, uuids, depth)?
        }
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
    })
}

fn annotations(ctx: &mut Ctx<'_, '_>, scope: &Scope, uuids: &[Uuid], depth: u8) -> Result<Vec<(Uuid, bool)>> {
    let rows = entente_store::analyst::by_uuids_unscoped(ctx.tx, uuids)?;
    let all: Vec<Uuid> = rows.iter().map(|row| row.uuid).collect();
    let seen = match depth.checked_sub(1) {
        Some(depth) => below(ctx, scope, rows, depth)?,
        None => Vec::new(),
    };
    Ok(all
        .into_iter()
        .map(|uuid| (uuid, seen.iter().any(|row| row.uuid == uuid)))
        .collect())
}
