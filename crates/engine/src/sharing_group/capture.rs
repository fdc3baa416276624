//! Sharing groups embedded in a body. spec: 01#14
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::draft::SharingGroupDraft;
use entente_model::id::{Ref, SharingGroupId};
use entente_model::sharing_group::SharingGroup;
use entente_policy::Permission;

/// The stored group that a body embeds: found, brought up to date or made as far as the caller may.
/// `None` when the caller may not use the result; what carries the group is refused then.
///
/// # Errors
/// Of the database, or `Fields` when the group is not valid.
pub fn capture(ctx: &mut Ctx<'_, '_>, draft: &SharingGroupDraft) -> Result<Option<SharingGroupId>> {
    let Some(uuid) = draft.uuid.as_value() else {
        return Ok(None);
    };
    match super::stored(ctx, Ref::Uuid(*uuid))? {
        Some(group) => {
            if update_captured(ctx, &group, draft)? {
                ctx.reload_directory()?;
            }
            // Members may have changed, and the caller's own organisation with them.
            let usable = super::stored(ctx, Ref::Id(group.id.0))?.is_some_and(|group| {
                ctx.actor.is_site_admin()
                    || ctx.actor.can(Permission::Sync)
                    || super::uses(&group, ctx.actor.org_id())
            });
            Ok(usable.then_some(group.id))
        }
        None if may_introduce(ctx, draft) => {
            let group = super::create(ctx, draft, true)?;
            // What carries the group is labelled in this transaction and needs its uuid.
            ctx.reload_directory()?;
            Ok(Some(group))
        }
        None => Ok(None),
    }
}

/// Brings a stored group up to date with an embedded one, when the caller speaks for the group and the body
/// is newer. Answers whether it did.
///
/// # Errors
/// Of the database, or `Fields` when the group is not valid.
pub fn update_captured(
    ctx: &mut Ctx<'_, '_>,
    group: &SharingGroup,
    draft: &SharingGroupDraft,
) -> Result<bool> {
    let speaks = ctx.actor.is_site_admin()
        || ctx.actor.can(Permission::SharingGroup)
            && (group.org == ctx.actor.org_id() || group.sync_user == ctx.actor.user_id());
    let newer = draft.modified.is_none_or(|modified| modified > group.modified);
    if !speaks || !newer {
        return Ok(false);
    }
    let after = super::draft::changed(ctx, group, draft, true)?;
    let same = after
        == SharingGroup {
            modified: after.modified,
            ..group.clone()
        };
    if same && draft.modified.is_none() {
        return Ok(false);
    }
    super::store_changes(ctx, group, &after)?;
    Ok(true)
}

/// Whether the caller may make an embedded group known here.
fn may_introduce(ctx: &Ctx<'_, '_>, draft: &SharingGroupDraft) -> bool {
    let named = draft.name.as_deref().is_some_and(|name| !name.trim().is_empty());
    if !named || !ctx.actor.can(Permission::SharingGroup) {
        return false;
    }
    let own = ctx.actor.org_id();
    let is_own = |org| super::known_org(ctx, org, true) == Some(own);
    ctx.actor.is_site_admin()
        || draft.organisation.as_ref().is_some_and(is_own)
        || draft.orgs.iter().flatten().any(|(org, _)| is_own(org))
        || draft
            .servers
            .iter()
            .flatten()
            .any(|server| server.all_orgs && super::draft::server(ctx, server, true) == Some(0))
}
