//! Proposals: whoever sees an event may propose, whoever may change it decides. spec: 08#3, 03#8
mod decide;

pub use decide::{Accepted, accept, accept_selected, discard, discard_selected};
pub use entente_store::proposal::Filter;

use crate::content::prepare::{self, Defaults, File, PreparedAttribute};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::level::Distribution;
use entente_model::proposal::Proposal;
use std::collections::HashMap;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Proposals read at once while listing.
const BATCH: i64 = 1_000;
/// The text of an unknown or hidden proposal.
const UNKNOWN: &str = "Invalid proposal.";

/// Proposals by the attribute they are about.
pub type ByAttribute = HashMap<ElementId, Vec<Proposal>>;

/// What became of a request to change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// Proposed.
    Proposal(ElementId),
    /// The request names nothing that a proposal may change.
    NothingGiven,
}

/// A proposal that the caller sees, decided ones included, with its event.
///
/// # Errors
/// `NotFound` when it, its event or its attribute is absent or hidden.
pub fn visible(ctx: &mut Ctx<'_, '_>, proposal: Option<Ref>) -> Result<(Proposal, Event)> {
    let found = match proposal {
        Some(proposal) => ctx.current(
            |tx, scope| entente_store::proposal::find(tx, scope, proposal),
            |(_, event)| event.id,
        )?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// The open proposals of an event that the caller sees: those for new attributes, and those about each
/// attribute; both by id.
///
/// # Errors
/// Of the database.
pub fn of_event(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<(Vec<Proposal>, ByAttribute)> {
    let scope = ctx.scope();
    let mut fresh = Vec::new();
    let mut about = ByAttribute::new();
    for proposal in entente_store::proposal::of_event(ctx.tx, &scope, event)? {
        if proposal.old.is_none() {
            fresh.push(proposal);
        } else {
            about.entry(proposal.old).or_default().push(proposal);
        }
    }
    Ok((fresh, about))
}

/// Hands the proposals that the caller sees to `f`, by id, until it breaks.
///
/// # Errors
/// Of the database or of `f`.
pub fn each(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &Proposal) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let scope = ctx.scope();
    let mut after = ElementId::NONE;
    loop {
        let page = entente_store::proposal::page(ctx.tx, &scope, filter, after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for proposal in &page {
            if f(ctx, proposal)?.is_break() {
                return Ok(());
            }
        }
    }
}

/// Proposes a new attribute for any event that the caller sees.
///
/// # Errors
/// `NotFound` for the event; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, draft: AttributeDraft) -> Result<ElementId> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let prepared = prepare(ctx, draft)?;
    let uuid = match prepared.row.uuid {
        // A uuid in use would tell its holder apart from others; the newcomer gets one of its own.
        given if prepared.uuid_given && free(ctx, given)? => given,
        _ => ctx.new_uuid()?,
    };
    propose(ctx, event, prepared, ElementId::NONE, uuid, false)
}

fn free(ctx: &mut Ctx<'_, '_>, uuid: Uuid) -> Result<bool> {
    Ok(
        entente_store::attribute::find_unscoped(ctx.tx, Ref::Uuid(uuid))?.is_none()
            && entente_store::posting::candidates(ctx.tx, uuid, entente_store::posting::Kind::Proposal)?
                .is_empty(),
    )
}

/// Proposes to change an attribute; what the draft leaves out is copied. Type and value of a file stay, and
/// so does the type of an object's member.
///
/// # Errors
/// `NotFound` for the attribute; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>, draft: &AttributeDraft) -> Result<Edited> {
    let (before, event) = live(ctx, attribute)?;
    let given = draft.kind.is_some()
        || draft.category.is_some()
        || draft.value.is_some()
        || draft.comment.is_some()
        || !draft.to_ids.is_absent()
        || !draft.first_seen.is_absent()
        || !draft.last_seen.is_absent();
    if !given {
        return Ok(Edited::NothingGiven);
    }
    let mut merged = as_draft(&before);
    let is_file = AttributeType::from_id(before.kind).is_some_and(AttributeType::is_file);
    if !is_file {
        if before.object.is_none() && draft.kind.is_some() {
            merged.kind.clone_from(&draft.kind);
            // The old category may not allow the new type.
            merged.category = None;
        }
        if draft.value.is_some() {
            merged.value.clone_from(&draft.value);
        }
    }
    if draft.category.is_some() {
        merged.category.clone_from(&draft.category);
    }
    if draft.comment.is_some() {
        merged.comment.clone_from(&draft.comment);
    }
    let lay_over = |under: &mut Given<bool>, over: &Given<bool>| {
        if !over.is_absent() {
            under.clone_from(over);
        }
    };
    lay_over(&mut merged.to_ids, &draft.to_ids);
    for (under, over) in [
        (&mut merged.first_seen, &draft.first_seen),
        (&mut merged.last_seen, &draft.last_seen),
    ] {
        if !over.is_absent() {
            under.clone_from(over);
        }
    }
    let prepared = prepare(ctx, merged)?;
    propose(ctx, event, prepared, before.id, before.uuid, false).map(Edited::Proposal)
}

/// Proposes to delete an attribute.
///
/// # Errors
/// `NotFound` for the attribute.
pub fn delete(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<ElementId> {
    let (before, event) = live(ctx, attribute)?;
    let prepared = prepare(ctx, as_draft(&before))?;
    propose(ctx, event, prepared, before.id, before.uuid, true)
}

fn live(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<(Attribute, Event)> {
    let (attribute, event) = crate::attribute::visible(ctx, attribute)?;
    if attribute.deleted {
        return Err(Error::not_found("Invalid attribute"));
    }
    Ok((attribute, event))
}

/// What a proposal says about an attribute, as a draft that changes nothing.
fn as_draft(attribute: &Attribute) -> AttributeDraft {
    AttributeDraft {
        kind: AttributeType::from_id(attribute.kind).map(|kind| kind.name().to_owned()),
        category: Category::from_id(attribute.category).map(|category| category.name().to_owned()),
        value: Some(attribute.value().into_owned()),
        to_ids: Given::Value(attribute.to_ids),
        comment: Some(attribute.comment.clone()),
        disable_correlation: Given::Value(attribute.disable_correlation),
        first_seen: Given::Value(attribute.first_seen),
        last_seen: Given::Value(attribute.last_seen),
        ..AttributeDraft::default()
    }
}

fn prepare(ctx: &Ctx<'_, '_>, mut draft: AttributeDraft) -> Result<PreparedAttribute> {
    // A proposal has no level of its own and no state.
    draft.distribution = Given::Value(Distribution::Inherit);
    draft.deleted = Given::Absent;
    draft.timestamp = Given::Absent;
    let defaults = Defaults {
        distribution: Distribution::Inherit,
        rules: ctx.app.import_rules(),
        now: ctx.now(),
    };
    let mut prepared = prepare::attribute(draft, &defaults)?;
    prepared.keep_file(ctx.app)?;
    Ok(prepared)
}

fn propose(
    ctx: &mut Ctx<'_, '_>,
    mut event: Event,
    prepared: PreparedAttribute,
    old: ElementId,
    uuid: Uuid,
    to_delete: bool,
) -> Result<ElementId> {
    let row = prepared.row;
    let proposal = Proposal {
        id: crate::report::next_element(&mut event)?,
        old,
        uuid,
        kind: row.kind,
        category: row.category,
        value1: row.value1,
        value2: row.value2,
        to_ids: row.to_ids,
        org: ctx.actor.org_id(),
        user: ctx.actor.user_id(),
        email: ctx.actor.user.email.clone(),
        event_org: event.org,
        event_uuid: event.uuid,
        comment: row.comment,
        deleted: false,
        timestamp: ctx.now(),
        to_delete,
        disable_correlation: row.disable_correlation,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
    };
    if let Some(same) = entente_store::proposal::same_open_unscoped(ctx.tx, &proposal)? {
        return Ok(same.id);
    }
    entente_store::proposal::insert(ctx.tx, &proposal)?;
    if let Some(File::Kept { digest, size }) = prepared.file.as_deref() {
        entente_store::attachment::put(ctx.tx, proposal.id, digest, *size)?;
    }
    event.proposal_email_lock = true;
    entente_store::event::update(ctx.tx, &event)?;
    journal(ctx, &proposal, "add")?;
    Ok(proposal.id)
}

fn journal(ctx: &mut Ctx<'_, '_>, proposal: &Proposal, action: &'static str) -> Result<()> {
    let event = proposal.id.event();
    let kind = AttributeType::from_id(proposal.kind).map_or("?", AttributeType::name);
    ctx.log(&Entry {
        model: "ShadowAttribute",
        id: proposal.id.0,
        action,
        title: format!(
            "Proposal ({}) for Event ({event}): {kind}/{}",
            proposal.id,
            proposal.value()
        ),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "proposal",
        id: proposal.id.0,
        uuid: Some(proposal.uuid),
        event: Some(event),
    })
}
