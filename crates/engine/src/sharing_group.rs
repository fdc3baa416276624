//! Sharing groups: who uses them, who changes them, and how they arrive inside a body. spec: 03#11, 01#14
//!
//! A group *is* its members, so nothing is added to it that was not asked for; and a group in use stays,
//! since it decides who may read.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use entente_model::draft::{OrgDraft, SharingGroupDraft};
use entente_model::id::{OrgId, Ref, SharingGroupId};
use entente_model::sharing_group::SharingGroup;
use entente_policy::Permission;
use entente_policy::rules::{SharingGroupRights, can_edit_sharing_group};

pub mod blueprint;
pub mod capture;
mod draft;
pub mod member;

pub use capture::{capture, update_captured};

/// Whether the caller may use a group: it is site administrator or of a member organisation. A group made
/// in this transaction is not known here yet; [`capture`] decides about those itself. spec: 01#5.2 SG(U)
#[must_use]
pub fn usable(ctx: &Ctx<'_, '_>, group: SharingGroupId) -> bool {
    if ctx.actor.is_site_admin() {
        return ctx.directory.group(group).is_some();
    }
    ctx.directory.in_group(ctx.actor.org_id(), group)
}

/// Whether the caller may see that a group exists: it may use or edit it, or owns it.
#[must_use]
pub fn visible(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> bool {
    ctx.actor.is_site_admin() || uses(group, ctx.actor.org_id()) || owns(ctx, group) || editable(ctx, group)
}

/// Whether the caller may change a group.
#[must_use]
pub fn editable(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> bool {
    can_edit_sharing_group(
        &ctx.viewer(),
        &SharingGroupRights {
            owner: ctx.org_uuid(group.org),
            actor_may_extend: group
                .orgs
                .iter()
                .any(|member| member.org == ctx.actor.org_id() && member.extend),
            sync_user: (!group.sync_user.is_none()).then_some(group.sync_user.0),
        },
    )
}

/// Whether the caller may remove a group while nothing uses it.
#[must_use]
pub fn deletable(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> bool {
    ctx.actor.is_site_admin() || ctx.actor.can(Permission::SharingGroup) && owns(ctx, group)
}

/// Whether the caller may see who is in a group. spec: 01#7.9
#[must_use]
pub fn shows_members(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> bool {
    !ctx.settings.bool("Security.hide_organisations_in_sharing_groups") || editable(ctx, group)
}

fn owns(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> bool {
    group.org == ctx.actor.org_id()
}

fn uses(group: &SharingGroup, org: OrgId) -> bool {
    group.orgs.iter().any(|member| member.org == org)
        || group
            .servers
            .iter()
            .any(|server| server.server == 0 && server.all_orgs)
}

/// Groups that the caller sees, by name, with `active` only those of that state.
#[must_use]
pub fn list(ctx: &Ctx<'_, '_>, active: Option<bool>) -> Vec<SharingGroup> {
    let mut groups: Vec<SharingGroup> = ctx
        .directory
        .groups()
        .filter(|group| active.is_none_or(|wanted| group.active == wanted) && visible(ctx, group))
        .map(|group| group.as_ref().clone())
        .collect();
    groups.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    groups
}

/// A group by id or uuid as it stands in this transaction, whoever asks.
///
/// # Errors
/// Of the database.
pub fn stored(ctx: &mut Ctx<'_, '_>, group: Ref) -> Result<Option<SharingGroup>> {
    Ok(entente_store::sharing_group::find(ctx.tx, group)?)
}

/// A group that the caller sees.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn find(ctx: &mut Ctx<'_, '_>, group: Option<Ref>) -> Result<SharingGroup> {
    let found = match group {
        Some(group) => stored(ctx, group)?,
        None => None,
    };
    found
        .filter(|group| visible(ctx, group))
        .ok_or_else(|| Error::not_found("Invalid sharing group."))
}

/// A group that the caller may change.
///
/// # Errors
/// `NotFound` when it is absent, hidden, or not the caller's to change.
fn editable_group(ctx: &mut Ctx<'_, '_>, group: Option<Ref>) -> Result<SharingGroup> {
    let group = find(ctx, group)?;
    if editable(ctx, &group) {
        Ok(group)
    } else {
        Err(Error::denied(
            "You are not authorised to edit this sharing group.",
        ))
    }
}

/// The organisation a draft names, if it is known here. A uuid that is unknown is not looked up by name:
/// another organisation may have that name. Local ids of a foreign instance mean nothing here.
#[must_use]
pub fn known_org(ctx: &Ctx<'_, '_>, draft: &OrgDraft, foreign: bool) -> Option<OrgId> {
    if let Some(uuid) = draft.uuid {
        return ctx.directory.org_by_uuid(uuid).map(|org| org.id);
    }
    if let Some(name) = draft.name.as_deref().filter(|name| !name.trim().is_empty()) {
        return ctx.directory.org_by_name(name).map(|org| org.id);
    }
    let id = draft.id.filter(|_| !foreign)?;
    ctx.directory.org(OrgId(id)).map(|org| org.id)
}

/// Adds a group. A caller who names the uuid of an existing group updates that one.
/// `captured` groups come inside a body of a peer: names in use get a suffix, what is unknown is left out.
///
/// # Errors
/// `Fields` when it is not valid.
pub fn create(ctx: &mut Ctx<'_, '_>, draft: &SharingGroupDraft, captured: bool) -> Result<SharingGroupId> {
    if !captured
        && let Some(uuid) = draft.uuid.as_value()
        && let Some(existing) = stored(ctx, Ref::Uuid(*uuid))?
    {
        return update_named(ctx, &existing, draft);
    }
    let mut group = draft::new_group(ctx, draft, captured)?;
    group.id = entente_store::sharing_group::insert(ctx.tx, &group)?;
    note(ctx, "add", &group, None)?;
    Ok(group.id)
}

/// An add that names an existing group: an update when the caller may use the group and knows no older state.
fn update_named(
    ctx: &mut Ctx<'_, '_>,
    group: &SharingGroup,
    draft: &SharingGroupDraft,
) -> Result<SharingGroupId> {
    let stale = draft.modified.is_some_and(|modified| modified <= group.modified);
    if !editable(ctx, group) || stale {
        return Err(Error::field(
            "uuid",
            "A sharing group with this UUID exists and cannot be updated.",
        ));
    }
    edit(ctx, Some(Ref::Id(group.id.0)), draft)
}

/// Changes the fields and lists that a draft holds.
///
/// # Errors
/// `NotFound`, `Denied`, or `Fields` when it is not valid.
pub fn edit(ctx: &mut Ctx<'_, '_>, group: Option<Ref>, draft: &SharingGroupDraft) -> Result<SharingGroupId> {
    let before = editable_group(ctx, group)?;
    let after = draft::changed(ctx, &before, draft, false)?;
    store_changes(ctx, &before, &after)?;
    Ok(before.id)
}

/// Writes what differs: fields, then members one by one, so that rows of members that stay keep their ids.
fn store_changes(ctx: &mut Ctx<'_, '_>, before: &SharingGroup, after: &SharingGroup) -> Result<()> {
    entente_store::sharing_group::update(ctx.tx, after)?;
    for old in &before.orgs {
        if !after.orgs.iter().any(|new| new.org == old.org) {
            entente_store::sharing_group::remove_org(ctx.tx, before.id, old.org)?;
        }
    }
    for new in &after.orgs {
        match before.orgs.iter().find(|old| old.org == new.org) {
            None => entente_store::sharing_group::add_org(ctx.tx, before.id, new.org, new.extend)?,
            Some(old) if old.extend != new.extend => {
                entente_store::sharing_group::set_extend(ctx.tx, before.id, new.org, new.extend)?;
            }
            Some(_) => {}
        }
    }
    if before.servers != after.servers {
        for old in &before.servers {
            entente_store::sharing_group::remove_server(ctx.tx, before.id, old.server)?;
        }
        for new in &after.servers {
            entente_store::sharing_group::add_server(ctx.tx, before.id, new.server, new.all_orgs)?;
        }
    }
    let change = difference(ctx, before, after);
    note(ctx, "edit", after, change)
}

fn difference(ctx: &Ctx<'_, '_>, before: &SharingGroup, after: &SharingGroup) -> Option<String> {
    let members = |group: &SharingGroup| {
        let mut names: Vec<String> = group
            .orgs
            .iter()
            .map(|member| {
                let name = ctx.directory.org(member.org).map_or("", |org| org.name.as_str());
                let extend = if member.extend { " (extend)" } else { "" };
                format!("{name}{extend}")
            })
            .collect();
        names.sort();
        names.join("; ")
    };
    let servers = |group: &SharingGroup| {
        let list: Vec<String> = group
            .servers
            .iter()
            .map(|server| format!("{}{}", server.server, if server.all_orgs { " (all)" } else { "" }))
            .collect();
        list.join("; ")
    };
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("releasability", &before.releasability, &after.releasability);
    diff.field("description", &before.description, &after.description);
    diff.field("active", &before.active, &after.active);
    diff.field("roaming", &before.roaming, &after.roaming);
    diff.field("organisations", &members(before), &members(after));
    diff.field("servers", &servers(before), &servers(after));
    diff.into_text()
}

/// What became of a request to remove a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed(SharingGroupId),
    /// Something in this table refers to it.
    InUse(SharingGroupId, &'static str),
}

/// Removes a group that nothing uses.
///
/// # Errors
/// `NotFound` when it is absent, hidden, or not the caller's to remove.
pub fn remove(ctx: &mut Ctx<'_, '_>, group: Option<Ref>) -> Result<Removal> {
    let group = find(ctx, group)?;
    if !deletable(ctx, &group) {
        return Err(Error::not_found("Invalid sharing group."));
    }
    if let Some(table) = entente_store::sharing_group::used_by_unscoped(ctx.tx, group.id)? {
        return Ok(Removal::InUse(group.id, table));
    }
    entente_store::sharing_group::delete(ctx.tx, group.id)?;
    note(ctx, "delete", &group, None)?;
    Ok(Removal::Removed(group.id))
}

/// Writes both journals and has the snapshot read anew.
fn note(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    group: &SharingGroup,
    change: Option<String>,
) -> Result<()> {
    ctx.touch_directory();
    ctx.change(&Change {
        kind: action,
        entity: "sharing_group",
        id: group.id.0,
        uuid: Some(group.uuid),
        event: None,
    })?;
    ctx.log(&Entry {
        model: "SharingGroup",
        id: group.id.0,
        action,
        title: format!("SharingGroup ({}): {}", group.id, group.name),
        change,
        description: None,
    })
}

/// The organisation of the user who brought a group here.
///
/// # Errors
/// Of the database.
pub fn sync_org(ctx: &mut Ctx<'_, '_>, group: &SharingGroup) -> Result<Option<OrgId>> {
    if group.sync_user.is_none() {
        return Ok(None);
    }
    Ok(entente_store::account::by_id(ctx.tx, group.sync_user)?.map(|user| user.org))
}
