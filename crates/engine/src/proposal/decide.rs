//! Accepting and discarding proposals. spec: 08#3
use super::{UNKNOWN, journal, visible};
use crate::attribute::add::SIMILAR;
use crate::attribute::{NO_PERMISSION, delete as attribute_delete, edit as attribute_edit};
use crate::content::insert::{self, Content};
use crate::content::prepare::{File, PreparedAttribute};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::proposal::Proposal;

/// What accepting a proposal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A new attribute.
    Added,
    /// Changed or deleted an attribute.
    Changed,
}

/// Carries out a proposal.
///
/// # Errors
/// `NotFound` when it is absent, hidden, decided, or the caller may not change the event, without telling
/// which; `Fields` when the proposed value no longer fits.
pub fn accept(ctx: &mut Ctx<'_, '_>, proposal: Option<Ref>) -> Result<(Accepted, Event)> {
    let (proposal, mut event) = open(ctx, proposal)?;
    if !ctx.can_modify(&event) {
        return Err(Error::not_found(UNKNOWN));
    }
    let done = carry_out(ctx, &mut event, &proposal)?;
    event.proposal_email_lock = false;
    crate::event::touch(ctx, &mut event)?;
    Ok((done, event))
}

/// Carries out several proposals of one event, all or none.
///
/// # Errors
/// `NotFound` for the event or when a proposal is not an open one of it; `Denied` without the right; `Fields`.
pub fn accept_selected(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, proposals: &[Ref]) -> Result<Event> {
    let (mut event, proposals) = selected(ctx, event, proposals)?;
    for proposal in &proposals {
        carry_out(ctx, &mut event, proposal)?;
    }
    event.proposal_email_lock = false;
    crate::event::touch(ctx, &mut event)?;
    Ok(event)
}

/// Drops a proposal; its author may, too.
///
/// # Errors
/// As [`accept`].
pub fn discard(ctx: &mut Ctx<'_, '_>, proposal: Option<Ref>) -> Result<Event> {
    let (proposal, mut event) = open(ctx, proposal)?;
    let decides = ctx.can_modify(&event);
    if !decides && (proposal.user != ctx.actor.user_id() || ctx.actor.read_only()) {
        return Err(Error::not_found(UNKNOWN));
    }
    close(ctx, &proposal, "discard")?;
    if decides && event.proposal_email_lock {
        event.proposal_email_lock = false;
        entente_store::event::update(ctx.tx, &event)?;
    }
    Ok(event)
}

/// Drops several proposals of one event, all or none.
///
/// # Errors
/// As [`accept_selected`].
pub fn discard_selected(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, proposals: &[Ref]) -> Result<Event> {
    let (mut event, proposals) = selected(ctx, event, proposals)?;
    for proposal in &proposals {
        close(ctx, proposal, "discard")?;
    }
    event.proposal_email_lock = false;
    entente_store::event::update(ctx.tx, &event)?;
    Ok(event)
}

fn open(ctx: &mut Ctx<'_, '_>, proposal: Option<Ref>) -> Result<(Proposal, Event)> {
    let (proposal, event) = visible(ctx, proposal)?;
    if proposal.deleted {
        return Err(Error::not_found(UNKNOWN));
    }
    Ok((proposal, event))
}

fn selected(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, proposals: &[Ref]) -> Result<(Event, Vec<Proposal>)> {
    let event = ctx.visible_event(event, "Invalid event")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    let scope = ctx.scope();
    let known = entente_store::proposal::of_event(ctx.tx, &scope, &event)?;
    let named = |wanted: &Ref| {
        let found = known.iter().find(|proposal| match wanted {
            Ref::Id(id) => proposal.id.0 == *id,
            Ref::Uuid(uuid) => proposal.uuid == *uuid,
        });
        found.cloned().ok_or_else(|| Error::not_found(UNKNOWN))
    };
    let mut found = proposals.iter().map(named).collect::<Result<Vec<Proposal>>>()?;
    found.sort_by_key(|proposal| proposal.id);
    found.dedup_by_key(|proposal| proposal.id);
    Ok((event, found))
}

fn close(ctx: &mut Ctx<'_, '_>, proposal: &Proposal, action: &'static str) -> Result<()> {
    entente_store::proposal::close(ctx.tx, &[proposal.id.0], ctx.now())?;
    journal(ctx, proposal, action)
}

/// Does what the proposal says; the caller stores the event.
fn carry_out(ctx: &mut Ctx<'_, '_>, event: &mut Event, proposal: &Proposal) -> Result<Accepted> {
    let done = if proposal.old.is_none() {
        add(ctx, event, proposal)?;
        Accepted::Added
    } else {
        let before = entente_store::attribute::find_unscoped(ctx.tx, Ref::Id(proposal.old.0))?
            .filter(|before| before.event() == event.id)
            .ok_or_else(|| Error::not_found(UNKNOWN))?;
        if proposal.to_delete {
            if !before.deleted {
                attribute_delete::remove(ctx, event, &before, false)?;
            }
        } else {
            attribute_edit::apply(ctx, event, &before, &as_change(proposal))?;
        }
        attribute_edit::touch_object(ctx, before.object)?;
        Accepted::Changed
    };
    close(ctx, proposal, "accept")?;
    Ok(done)
}

fn as_change(proposal: &Proposal) -> AttributeDraft {
    AttributeDraft {
        kind: AttributeType::from_id(proposal.kind).map(|kind| kind.name().to_owned()),
        category: Category::from_id(proposal.category).map(|category| category.name().to_owned()),
        value: Some(proposal.value().into_owned()),
        to_ids: Given::Value(proposal.to_ids),
        comment: Some(proposal.comment.clone()),
        first_seen: Given::Value(proposal.first_seen),
        last_seen: Given::Value(proposal.last_seen),
        ..AttributeDraft::default()
    }
}

fn add(ctx: &mut Ctx<'_, '_>, event: &mut Event, proposal: &Proposal) -> Result<()> {
    let taken = entente_store::attribute::find_unscoped(ctx.tx, Ref::Uuid(proposal.uuid))?.is_some();
    let row = Attribute {
        id: ElementId::NONE,
        uuid: if taken { ctx.new_uuid()? } else { proposal.uuid },
        object: ElementId::NONE,
        relation: None,
        kind: proposal.kind,
        category: proposal.category,
        value1: proposal.value1.clone(),
        value2: proposal.value2.clone(),
        to_ids: proposal.to_ids,
        deleted: false,
        disable_correlation: proposal.disable_correlation,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        timestamp: ctx.now(),
        first_seen: proposal.first_seen,
        last_seen: proposal.last_seen,
        comment: proposal.comment.clone(),
        label: None,
    };
    let scope = ctx.scope();
    if attribute_edit::is_repeated(ctx, &scope, event, &row)? {
        return Err(Error::field("value", SIMILAR));
    }
    let file = entente_store::attachment::in_range_unscoped(ctx.tx, proposal.id, proposal.id)?
        .into_iter()
        .next()
        .map(|file| File::Kept {
            digest: file.digest,
            size: file.size,
        });
    let prepared = PreparedAttribute {
        row,
        uuid_given: true,
        group: None,
        file: file.map(Box::new),
        extra: None,
    };
    let mut content = Content {
        attributes: vec![prepared],
        objects: Vec::new(),
    };
    insert::into_event(ctx, event, &mut content)?;
    Ok(())
}
