//! Adding and removing single members. spec: 03#11
use super::{editable_group, known_org, note};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{GroupServerDraft, OrgDraft};
use entente_model::id::{Ref, SharingGroupId};
use entente_model::sharing_group::SharingGroup;

/// What became of a change of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// It is as asked now.
    Changed(SharingGroupId),
    /// It was so before; clients are told.
    Unchanged(SharingGroupId),
}

fn outcome(group: &SharingGroup, changed: bool) -> Membership {
    if changed {
        Membership::Changed(group.id)
    } else {
        Membership::Unchanged(group.id)
    }
}

/// Makes an organisation a member.
///
/// # Errors
/// `NotFound` or `Denied` for groups and organisations that are not there or not the caller's to change.
pub fn add_org(
    ctx: &mut Ctx<'_, '_>,
    group: Option<Ref>,
    org: &OrgDraft,
    extend: bool,
) -> Result<Membership> {
    let group = editable_group(ctx, group)?;
    let org = known_org(ctx, org, false).ok_or_else(|| Error::not_found("Invalid organisation."))?;
    let is_new = !group.orgs.iter().any(|member| member.org == org);
    if is_new {
        entente_store::sharing_group::add_org(ctx.tx, group.id, org, extend)?;
        changed(ctx, &group, format!("added {}", org_name(ctx, org)))?;
    }
    Ok(outcome(&group, is_new))
}

/// Ends an organisation's membership.
///
/// # Errors
/// As [`add_org`].
pub fn remove_org(ctx: &mut Ctx<'_, '_>, group: Option<Ref>, org: &OrgDraft) -> Result<Membership> {
    let group = editable_group(ctx, group)?;
    let org = known_org(ctx, org, false).ok_or_else(|| Error::not_found("Invalid organisation."))?;
    let was = entente_store::sharing_group::remove_org(ctx.tx, group.id, org)?;
    if was {
        changed(ctx, &group, format!("removed {}", org_name(ctx, org)))?;
    }
    Ok(outcome(&group, was))
}

/// Adds an instance.
///
/// # Errors
/// As [`add_org`].
pub fn add_server(
    ctx: &mut Ctx<'_, '_>,
    group: Option<Ref>,
    server: &GroupServerDraft,
) -> Result<Membership> {
    let group = editable_group(ctx, group)?;
    let id = super::draft::server(ctx, server, false).ok_or_else(|| Error::not_found("Invalid server."))?;
    let is_new = !group.servers.iter().any(|known| known.server == id);
    if is_new {
        entente_store::sharing_group::add_server(ctx.tx, group.id, id, server.all_orgs)?;
        changed(ctx, &group, format!("added server {id}"))?;
    }
    Ok(outcome(&group, is_new))
}

/// Removes an instance.
///
/// # Errors
/// As [`add_org`].
pub fn remove_server(
    ctx: &mut Ctx<'_, '_>,
    group: Option<Ref>,
    server: &GroupServerDraft,
) -> Result<Membership> {
    let group = editable_group(ctx, group)?;
    let id = super::draft::server(ctx, server, false).ok_or_else(|| Error::not_found("Invalid server."))?;
    let was = entente_store::sharing_group::remove_server(ctx.tx, group.id, id)?;
    if was {
        changed(ctx, &group, format!("removed server {id}"))?;
    }
    Ok(outcome(&group, was))
}

fn org_name(ctx: &Ctx<'_, '_>, org: entente_model::id::OrgId) -> String {
    ctx.directory
        .org(org)
        .map_or_else(|| org.to_string(), |org| org.name.clone())
}

/// Peers compare `modified`, so a change of members is a new state of the group.
fn changed(ctx: &mut Ctx<'_, '_>, group: &SharingGroup, what: String) -> Result<()> {
    let now = ctx.now();
    entente_store::sharing_group::touch(ctx.tx, group.id, now)?;
    note(ctx, "edit", group, Some(what))
}
