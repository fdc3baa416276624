//! Annotations that peers send for themselves, not inside what they annotate. spec: 08#1.3, 08#1.5
use super::write::{insert, update};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::analyst::{Analyst, ObjectType};
use entente_model::draft::AnalystDraft;
use entente_model::id::Ref;
use entente_model::time::Seconds;
use entente_policy::Permission;
use entente_store::blocklist::{List, contains};
use std::collections::HashMap;
use uuid::Uuid;

/// What became of an annotation that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It was taken in, or changed what was here.
    Imported,
    /// It is blocked, known in this or a later version, or written here.
    Ignored,
    /// It is not valid, or says nothing about its object.
    Failed,
}

/// Takes in an annotation from a peer. What was written here is not changed by peers.
///
/// # Errors
/// `Denied` without the rights of a peer; of the database.
pub fn receive(ctx: &mut Ctx<'_, '_>, draft: &AnalystDraft) -> Result<Received> {
    if !(ctx.actor.can(Permission::Sync) && ctx.actor.can(Permission::AnalystData)) {
        return Err(Error::denied("You do not have permission to do that."));
    }
    let (Some(uuid), Some(object)) = (draft.uuid.as_value().copied(), draft.object_uuid) else {
        return Ok(Received::Failed);
    };
    let Some(object_type) = draft.object_type.as_deref().and_then(ObjectType::from_name) else {
        return Ok(Received::Failed);
    };
    let blocked = !entente_store::analyst::blocked(ctx.tx, &[uuid])?.is_empty();
    let creator_blocked = match draft.orgc_uuid {
        Some(creator) => contains(ctx.tx, List::Org, creator)?,
        None => false,
    };
    if blocked || creator_blocked {
        return Ok(Received::Ignored);
    }
    let known = entente_store::analyst::find_unscoped(ctx.tx, None, Ref::Uuid(uuid))?;
    let done = match known {
        None => insert(ctx, draft, object_type, object, true).map(|_| ()),
        Some(before) => {
            let same = before.content.kind() == draft.kind && before.object_uuid == object;
            if !same || !takes(&before, draft.modified) {
                return Ok(Received::Ignored);
            }
            update(ctx, before, draft)
        }
    };
    match done {
        Ok(()) => Ok(Received::Imported),
        Err(Error::Fields(_) | Error::Denied(_)) => Ok(Received::Failed),
        Err(other) => Err(other),
    }
}

/// Whether an annotation may be changed by a peer that has it in this version.
fn takes(row: &Analyst, modified: Option<Seconds>) -> bool {
    row.locked && modified.is_some_and(|sent| sent > row.modified)
}

/// Of annotations that a peer has, by uuid with their version, those that it should send.
///
/// # Errors
/// `Denied` without the rights of a peer; of the database.
pub fn wanted(ctx: &mut Ctx<'_, '_>, offered: &HashMap<Uuid, Seconds>) -> Result<Vec<Uuid>> {
    if !ctx.actor.can(Permission::Sync) {
        return Err(Error::denied("You do not have permission to do that."));
    }
    let uuids: Vec<Uuid> = offered.keys().copied().collect();
    let blocked = entente_store::analyst::blocked(ctx.tx, &uuids)?;
    let known: HashMap<Uuid, Analyst> = entente_store::analyst::by_uuids_unscoped(ctx.tx, &uuids)?
        .into_iter()
        .map(|row| (row.uuid, row))
        .collect();
    let mut wanted: Vec<Uuid> = offered
        .iter()
        .filter(|(uuid, modified)| {
            !blocked.contains(uuid) && known.get(uuid).is_none_or(|row| takes(row, Some(**modified)))
        })
        .map(|(uuid, _)| *uuid)
        .collect();
    wanted.sort_unstable();
    Ok(wanted)
}
