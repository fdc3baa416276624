//! Organisations and sharing groups that a body names or embeds. spec: 01#14
use crate::content::dropped::Dropped;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{GroupChoice, OrgDraft};
use entente_model::id::{OrgId, Ref, SharingGroupId, UserId};
use entente_model::level::Distribution;
use entente_model::organisation::Organisation;
use uuid::Uuid;

/// The organisation a draft names, without making one.
#[must_use]
pub fn find_org(ctx: &Ctx<'_, '_>, draft: &OrgDraft) -> Option<OrgId> {
    draft
        .uuid
        .and_then(|uuid| ctx.directory.org_by_uuid(uuid))
        .or_else(|| {
            draft
                .id
                .and_then(|id| ctx.directory.org(OrgId(id)))
                .filter(|_| draft.uuid.is_none())
        })
        .or_else(|| {
            draft
                .name
                .as_deref()
                .and_then(|name| ctx.directory.org_by_name(name))
                .filter(|_| draft.uuid.is_none())
        })
        .map(|org| org.id)
}

/// The organisation a draft names, made as an external one when it is unknown. `None` when the draft
/// names nothing that an organisation could be made from.
///
/// # Errors
/// Of the database.
pub fn org(ctx: &mut Ctx<'_, '_>, draft: &OrgDraft) -> Result<Option<OrgId>> {
    if let Some(found) = find_org(ctx, draft) {
        return Ok(Some(found));
    }
    let Some(name) = draft
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.len() <= 255)
    else {
        return Ok(None);
    };
    let uuid = match draft.uuid {
        Some(uuid) => uuid,
        None => ctx.new_uuid()?,
    };
    let mut name = name.to_owned();
    while ctx.directory.org_by_name(&name).is_some() {
        // The name belongs to another organisation here; the newcomer keeps its uuid and gets a suffix.
        name = format!("{name}_{}", crate::sources::alphanumeric(ctx.app.random(), 6)?);
    }
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let now = ctx.now();
    let id = entente_store::organisation::insert(
        ctx.tx,
        &Organisation {
            id: OrgId::NONE,
            uuid,
            name,
            created: now,
            modified: now,
            description: text(&draft.description),
            kind: text(&draft.kind),
            nationality: text(&draft.nationality),
            sector: text(&draft.sector),
            contacts: text(&draft.contacts),
            created_by: UserId(ctx.actor.user.id.0),
            local: false,
            restricted_to_domain: Vec::new(),
            landing_page: None,
        },
    )?;
    ctx.reload_directory()?;
    Ok(Some(id))
}

/// The text of a refused sharing group. spec: 03#3.3.4
pub const INVALID_GROUP: &str = "Invalid Sharing Group or not authorised.";

/// The sharing group that an element names, if the caller may use it.
///
/// # Errors
/// `Denied` when it does not exist or the caller may not use it.
pub fn group(ctx: &mut Ctx<'_, '_>, choice: Option<&GroupChoice>) -> Result<SharingGroupId> {
    let refused = || Error::denied(INVALID_GROUP);
    let id = match choice {
        None => return Err(refused()),
        Some(GroupChoice::Ref(Ref::Id(id))) => ctx.directory.group(SharingGroupId(*id)).map(|group| group.id),
        Some(GroupChoice::Ref(Ref::Uuid(uuid))) => ctx.directory.group_by_uuid(*uuid).map(|group| group.id),
        // Capture has decided about the caller's rights: a peer may bring a group it is no member of.
        Some(GroupChoice::Embedded(draft)) => {
            return crate::sharing_group::capture(ctx, draft)?.ok_or_else(refused);
        }
    };
    let id = id.ok_or_else(refused)?;
    // A peer may bring a group along with its members (above); naming one by its id here takes being in it.
    if crate::sharing_group::usable(ctx, id) {
        Ok(id)
    } else {
        Err(refused())
    }
}

/// Where an attribute or object for a sharing group goes. A group of this instance that the caller may not use
/// leaves it to its organisation; what came with a group that cannot be taken over is left out, `None`. Both
/// are added to what was dropped. spec: 01#14, 06#5.5
///
/// # Errors
/// Of the database.
pub fn group_link(
    ctx: &mut Ctx<'_, '_>,
    choice: Option<&GroupChoice>,
    (kind, uuid): (&str, Uuid),
    dropped: &mut Dropped,
) -> Result<Option<(Distribution, SharingGroupId)>> {
    match group(ctx, choice) {
        Ok(group) => Ok(Some((Distribution::SharingGroup, group))),
        Err(Error::Denied(why)) if matches!(choice, Some(GroupChoice::Ref(_))) => {
            dropped.add(|| format!("sharing group of {kind} {uuid}, now for its organisation only: {why}"));
            Ok(Some((Distribution::Organisation, SharingGroupId::NONE)))
        }
        Err(Error::Denied(why)) => {
            dropped.add(|| format!("{kind} {uuid}: {why}"));
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
