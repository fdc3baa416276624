//! Handing an event over to another organisation, which then publishes it as its own. spec: 08#4, 03#18
//!
//! While a request waits, its recipient may read the event. Accepting changes the owner in place: id and
//! uuid stay, so that references to the event stay right.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::id::{EventId, OrgId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_policy::Permission;
pub use entente_store::delegation::{Delegation, Side};

/// The distribution of a request that leaves it to the recipient.
pub const RECIPIENT_DECIDES: i64 = -1;
const MAX_MESSAGE: usize = 65_535;
const NOT_YOURS: &str = "You are not authorised to do that.";
const UNKNOWN: &str = "Invalid delegation request.";

/// What a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The recipient.
    pub org: Option<Ref>,
    /// Distribution after the transfer, -1 to 4.
    pub distribution: i64,
    /// Sharing group for distribution 4.
    pub sharing_group: Option<Ref>,
    /// Words to the recipient.
    pub message: String,
}

/// A request with its event as far as the caller sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The request.
    pub row: Delegation,
    /// The event.
    pub event: Option<Event>,
}

/// Requests that wait for the caller's organisation, or that it has issued. Site administrators see those of
/// others as far as they see the event.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, context: Option<&str>) -> Result<Vec<Shown>> {
    let own = ctx.actor.org_id();
    let side = match context {
        Some("issued") => Side::Issued(own),
        Some("pending") => Side::Pending(own),
        _ if ctx.actor.is_site_admin() => Side::Everybody,
        _ => Side::Pending(own),
    };
    let rows = entente_store::delegation::list(ctx.tx, side)?;
    let scope = ctx.scope();
    let ids: Vec<i64> = rows.iter().map(|row| row.event.0).collect();
    let mut events = entente_store::event::by_ids(ctx.tx, &scope, &ids)?;
    crate::event::view::as_seen(ctx, &mut events)?;
    Ok(rows
        .into_iter()
        .map(|row| Shown {
            event: events.iter().find(|event| event.id == row.event).cloned(),
            row,
        })
        .filter(|shown| shown.event.is_some() || is_party(&shown.row, own))
        .collect())
}

/// A request that the caller's organisation has made or received, or one about an event that a site administrator
/// sees.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<Shown> {
    let row = concerning(ctx, id)?;
    let scope = ctx.scope();
    let mut event = entente_store::event::find(ctx.tx, &scope, Ref::Id(row.event.0))?;
    if let Some(event) = &mut event {
        crate::event::view::as_seen(ctx, std::slice::from_mut(event))?;
    }
    Ok(Shown { row, event })
}

fn is_party(row: &Delegation, org: OrgId) -> bool {
    row.org == org || row.requester == org
}

fn concerning(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<Delegation> {
    let found = match id {
        Some(id) => entente_store::delegation::find(ctx.tx, id)?,
        None => None,
    };
    let found = found.ok_or_else(|| Error::not_found(UNKNOWN))?;
    if is_party(&found, ctx.actor.org_id()) {
        return Ok(found);
    }
    let scope = ctx.scope();
    let event = entente_store::event::find(ctx.tx, &scope, Ref::Id(found.event.0))?;
    event
        .filter(|_| ctx.actor.is_site_admin())
        .map(|_| found)
        .ok_or_else(|| Error::not_found(UNKNOWN))
}

/// Asks another organisation to take an event.
///
/// # Errors
/// `NotFound`; `Denied` when the caller does not speak for the creator; `Conflict` or `Fields` when the
/// event, its distribution or the recipient do not allow it.
pub fn request(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, draft: &Draft) -> Result<i64> {
    let mut event = ctx.visible_event(event, "Invalid event.")?;
    if !ctx.actor.is_site_admin() && event.orgc != ctx.actor.org_id() {
        return Err(Error::denied(NOT_YOURS));
    }
    if event.distribution != Distribution::Organisation && !ctx.settings.bool("MISP.unpublishedprivate") {
        return Err(Error::conflict(
            "Only events with distribution \"Your organisation only\" can be delegated.",
        ));
    }
    if entente_store::delegation::of_event(ctx.tx, event.id)?.is_some() {
        return Err(Error::conflict(
            "There is already a pending delegation request for this event.",
        ));
    }
    let org = recipient(ctx, &event, draft)?;
    let sharing_group = target_group(ctx, draft)?;
    let row = Delegation {
        id: 0,
        org,
        requester: ctx.actor.org_id(),
        event: event.id,
        message: draft.message.clone(),
        distribution: draft.distribution,
        sharing_group,
    };
    let id = entente_store::delegation::insert(ctx.tx, &row)?;
    relabel(ctx, &mut event)?;
    log(ctx, &event, "request_delegation", Some(recipient_name(ctx, org)))?;
    Ok(id)
}

fn recipient(ctx: &Ctx<'_, '_>, event: &Event, draft: &Draft) -> Result<OrgId> {
    let org = match draft.org {
        Some(Ref::Id(id)) => ctx.directory.org(OrgId(id)),
        Some(Ref::Uuid(uuid)) => ctx.directory.org_by_uuid(uuid),
        None => None,
    };
    let org = org
        .filter(|org| org.local)
        .ok_or_else(|| Error::field("org_id", "Invalid organisation."))?;
    if org.id == event.org {
        return Err(Error::field("org_id", "The event belongs to this organisation."));
    }
    if draft.message.len() > MAX_MESSAGE {
        return Err(Error::field("message", format!("At most {MAX_MESSAGE} bytes.")));
    }
    Ok(org.id)
}

fn target_group(ctx: &Ctx<'_, '_>, draft: &Draft) -> Result<SharingGroupId> {
    if !(RECIPIENT_DECIDES..=4).contains(&draft.distribution) {
        return Err(Error::field("distribution", "Invalid distribution."));
    }
    if draft.distribution != Distribution::SharingGroup.number() {
        return Ok(SharingGroupId::NONE);
    }
    let group = match draft.sharing_group {
        Some(Ref::Id(id)) => ctx.directory.group(SharingGroupId(id)),
        Some(Ref::Uuid(uuid)) => ctx.directory.group_by_uuid(uuid),
        None => None,
    };
    group
        .map(|group| group.id)
        .filter(|group| crate::sharing_group::usable(ctx, *group))
        .ok_or_else(|| Error::field("sharing_group_id", "Invalid sharing group."))
}

fn recipient_name(ctx: &Ctx<'_, '_>, org: OrgId) -> String {
    let name = ctx.directory.org(org).map_or("", |org| org.name.as_str());
    format!("Delegation to {name}")
}

/// Derives the labels of an event anew and stores it.
fn relabel(ctx: &mut Ctx<'_, '_>, event: &mut Event) -> Result<()> {
    ctx.relabel(event)?;
    entente_store::event::update(ctx.tx, event)?;
    Ok(())
}

fn log(ctx: &mut Ctx<'_, '_>, event: &Event, action: &'static str, change: Option<String>) -> Result<()> {
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action,
        title: crate::event::title(event),
        change,
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })
}

/// Takes an event over. Only the recipient's users may, not even site administrators of others.
///
/// # Errors
/// `NotFound` when it is absent or concerns others; `Denied` for the side that asks.
pub fn accept(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<EventId> {
    let row = concerning(ctx, id)?;
    if row.org != ctx.actor.org_id() || !ctx.actor.can(Permission::Add) {
        return Err(Error::denied(NOT_YOURS));
    }
    let row = if ctx.take_turn(row.event)? {
        concerning(ctx, id)?
    } else {
        row
    };
    let event = entente_store::event::find_unscoped(ctx.tx, Ref::Id(row.event.0))?;
    let mut event = event.ok_or_else(|| Error::not_found(UNKNOWN))?;
    entente_store::delegation::delete(ctx.tx, row.id)?;
    let requester = ctx
        .directory
        .org(row.requester)
        .map_or_else(String::new, |org| org.name.clone());
    event.org = ctx.actor.org_id();
    event.orgc = ctx.actor.org_id();
    event.user = ctx.actor.user_id();
    event.locked = false;
    event.published = false;
    event.timestamp = ctx.now().max(event.timestamp);
    if let Some(distribution) = Distribution::from_number(row.distribution) {
        event.distribution = distribution;
        event.sharing_group = if distribution == Distribution::SharingGroup {
            row.sharing_group
        } else {
            SharingGroupId::NONE
        };
    }
    relabel(ctx, &mut event)?;
    log(
        ctx,
        &event,
        "accept_delegation",
        Some(format!("Delegation from {requester}")),
    )?;
    Ok(event.id)
}

/// Withdraws or declines a request.
///
/// # Errors
/// `NotFound` when it is absent or concerns others.
pub fn discard(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<i64> {
    let row = concerning(ctx, id)?;
    let row = if ctx.take_turn(row.event)? {
        concerning(ctx, id)?
    } else {
        row
    };
    entente_store::delegation::delete(ctx.tx, row.id)?;
    let event = entente_store::event::find_unscoped(ctx.tx, Ref::Id(row.event.0))?;
    if let Some(mut event) = event {
        relabel(ctx, &mut event)?;
        log(
            ctx,
            &event,
            "discard_delegation",
            Some(recipient_name(ctx, row.org)),
        )?;
    }
    Ok(row.id)
}
