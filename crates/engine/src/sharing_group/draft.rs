//! From a draft to a sharing group.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{Given, GroupServerDraft, OrgDraft, SharingGroupDraft};
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, SharingGroupId};
use entente_model::sharing_group::{GroupOrg, GroupServer, SharingGroup};
use entente_policy::Permission;

/// Longest name and releasability in bytes.
const MAX_TEXT: usize = 255;
/// Longest description in bytes.
const MAX_DESCRIPTION: usize = 65_535;

/// A group that is to be added.
pub(super) fn new_group(
    ctx: &mut Ctx<'_, '_>,
    draft: &SharingGroupDraft,
    captured: bool,
) -> Result<SharingGroup> {
    let uuid = match &draft.uuid {
        Given::Value(uuid) => *uuid,
        Given::Absent => ctx.new_uuid()?,
        Given::Invalid => return Err(Error::field("uuid", "Please provide a valid RFC 4122 UUID")),
    };
    let org = owner(ctx, draft, captured)?;
    let blank = SharingGroup {
        id: SharingGroupId::NONE,
        uuid,
        name: String::new(),
        releasability: String::new(),
        description: String::new(),
        organisation_uuid: Some(ctx.org_uuid(org)).filter(|uuid| !uuid.is_nil()),
        org,
        sync_user: ctx.actor.user_id(),
        active: true,
        created: ctx.now(),
        modified: ctx.now(),
        local: !captured,
        roaming: false,
        orgs: Vec::new(),
        servers: Vec::new(),
    };
    let mut group = changed(ctx, &blank, draft, captured)?;
    if group.servers.is_empty() && !group.roaming && !captured {
        group.servers.push(GroupServer {
            id: 0,
            server: 0,
            all_orgs: false,
        });
    }
    Ok(group)
}

/// Who owns a new group: the caller's organisation, or the one a peer names. spec: 03#11
fn owner(ctx: &mut Ctx<'_, '_>, draft: &SharingGroupDraft, captured: bool) -> Result<OrgId> {
    let own = ctx.actor.org_id();
    match &draft.organisation {
        Some(named) if captured || ctx.actor.can(Permission::Sync) => {
            Ok(org(ctx, named, captured)?.unwrap_or(own))
        }
        _ => Ok(own),
    }
}

/// The group after a draft is applied.
pub(super) fn changed(
    ctx: &mut Ctx<'_, '_>,
    before: &SharingGroup,
    draft: &SharingGroupDraft,
    captured: bool,
) -> Result<SharingGroup> {
    let mut errors = FieldErrors::default();
    let mut group = before.clone();
    text(&mut group.releasability, draft.releasability.as_deref());
    text(&mut group.description, draft.description.as_deref());
    group.active = draft.active.clone().or(group.active);
    group.roaming = draft.roaming.clone().or(group.roaming);
    group.modified = draft.modified.filter(|_| captured).unwrap_or_else(|| ctx.now());
    for (field, given) in [("active", &draft.active), ("roaming", &draft.roaming)] {
        if given.is_invalid() {
            errors.add(field, "Please enter a boolean value.");
        }
    }
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut group.name);
    }
    name(ctx, &mut group, captured, &mut errors)?;
    if group.releasability.len() > MAX_TEXT {
        errors.add("releasability", format!("At most {MAX_TEXT} bytes."));
    }
    if group.description.len() > MAX_DESCRIPTION {
        errors.add("description", format!("At most {MAX_DESCRIPTION} bytes."));
    }
    if let Some(orgs) = &draft.orgs {
        group.orgs = members(ctx, orgs, captured, &mut errors)?;
    }
    if let Some(list) = &draft.servers {
        group.servers = servers(ctx, list, captured, &mut errors);
    }
    errors.into_result()?;
    Ok(group)
}

fn text(field: &mut String, given: Option<&str>) {
    if let Some(given) = given {
        given.trim().clone_into(field);
    }
}

/// Names are unique. A captured group whose name is taken gets a number; a caller of ours chooses another.
fn name(
    ctx: &mut Ctx<'_, '_>,
    group: &mut SharingGroup,
    captured: bool,
    errors: &mut FieldErrors,
) -> Result<()> {
    if group.name.is_empty() {
        errors.add("name", "A sharing group needs a name.");
        return Ok(());
    }
    if group.name.len() > MAX_TEXT {
        errors.add("name", format!("At most {MAX_TEXT} bytes."));
        return Ok(());
    }
    if !entente_store::sharing_group::name_taken(ctx.tx, &group.name, group.id)? {
        return Ok(());
    }
    if !captured {
        errors.add("name", "A sharing group with this name already exists.");
        return Ok(());
    }
    let base = group.name.clone();
    while entente_store::sharing_group::name_taken(ctx.tx, &group.name, group.id)? {
        let mut number = [0u8; 4];
        ctx.app.random().fill(&mut number)?;
        group.name = format!("{base}_{}", u32::from_be_bytes(number));
    }
    Ok(())
}

fn members(
    ctx: &mut Ctx<'_, '_>,
    drafts: &[(OrgDraft, bool)],
    captured: bool,
    errors: &mut FieldErrors,
) -> Result<Vec<GroupOrg>> {
    let mut members: Vec<GroupOrg> = Vec::with_capacity(drafts.len());
    for (draft, extend) in drafts {
        match org(ctx, draft, captured)? {
            Some(org) => match members.iter_mut().find(|member| member.org == org) {
                Some(member) => member.extend |= extend,
                None => members.push(GroupOrg {
                    id: 0,
                    org,
                    extend: *extend,
                }),
            },
            // A peer's group may name organisations that this caller cannot introduce here.
            None if captured => {}
            None => errors.add(
                "SharingGroupOrg",
                "An organisation is not known on this instance.",
            ),
        }
    }
    Ok(members)
}

/// An organisation inside a group: known, or made when the caller may introduce organisations. spec: 01#14
fn org(ctx: &mut Ctx<'_, '_>, draft: &OrgDraft, captured: bool) -> Result<Option<OrgId>> {
    let known = super::known_org(ctx, draft, captured);
    let introduces = ctx.actor.is_site_admin() || ctx.actor.can(Permission::Sync);
    if known.is_some() || !introduces || draft.name.is_none() {
        return Ok(known);
    }
    crate::content::capture::org(ctx, draft)
}

fn servers(
    ctx: &Ctx<'_, '_>,
    drafts: &[GroupServerDraft],
    captured: bool,
    errors: &mut FieldErrors,
) -> Vec<GroupServer> {
    let mut servers: Vec<GroupServer> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        match server(ctx, draft, captured) {
            Some(id) => match servers.iter_mut().find(|server| server.server == id) {
                Some(server) => server.all_orgs |= draft.all_orgs,
                None => servers.push(GroupServer {
                    id: 0,
                    server: id,
                    all_orgs: draft.all_orgs,
                }),
            },
            None if captured => {}
            None => errors.add("SharingGroupServer", "A server is not known on this instance."),
        }
    }
    servers
}

/// The instance a draft names: 0 is this one, which peers know by its URL.
pub(super) fn server(ctx: &Ctx<'_, '_>, draft: &GroupServerDraft, foreign: bool) -> Option<i64> {
    match &draft.url {
        Some(url) => (url.trim().trim_end_matches('/') == ctx.app.base_url()).then_some(0),
        None => draft.id.filter(|id| *id == 0 && !foreign),
    }
}
