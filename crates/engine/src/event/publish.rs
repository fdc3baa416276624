//! Publishing and unpublishing. spec: 03#3.6, 01#13
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_store::tag::Target;

/// Publishes an event: flag and time at once, delivery later.
///
/// # Errors
/// `NotFound`; `Denied` when the caller may not publish it; `Conflict` when a required tag is missing.
pub fn publish(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<Event> {
    let mut event = ctx.visible_event(event, "Invalid event.")?;
    if !ctx.can_publish(&event) {
        return Err(Error::denied(
            "You do not have the permission to publish this event.",
        ));
    }
    if ctx.settings.bool("MISP.block_publishing_for_same_creator") && event.user == ctx.actor.user_id() {
        return Err(Error::denied(
            "Could not publish the event, the publishing user cannot be the same as the event creator as per this instance's configuration.",
        ));
    }
    check_required_tags(ctx, &event)?;
    set_published(ctx, &mut event)?;
    entente_store::event::update(ctx.tx, &event)?;
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action: "publish",
        title: super::title(&event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "publish",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })?;
    Ok(event)
}

/// Marks an event published now. The caller stores it.
///
/// # Errors
/// Of the database.
pub fn set_published(ctx: &mut Ctx<'_, '_>, event: &mut Event) -> Result<()> {
    event.published = true;
    event.publish_timestamp = ctx.now();
    ctx.relabel(event)
}

/// Takes publication back.
///
/// # Errors
/// `NotFound`; `Denied` when the caller may not change the event.
pub fn unpublish(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<Event> {
    let mut event = ctx.visible_event(event, "Invalid event.")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(
            "You do not have the permission to unpublish this event.",
        ));
    }
    if event.published {
        event.published = false;
        ctx.relabel(&mut event)?;
        entente_store::event::update(ctx.tx, &event)?;
        ctx.log(&Entry {
            model: "Event",
            id: event.id.0,
            action: "unpublish",
            title: super::title(&event),
            ..Entry::default()
        })?;
        ctx.change(&Change {
            kind: "unpublish",
            entity: "event",
            id: event.id.0,
            uuid: Some(event.uuid),
            event: Some(event.id),
        })?;
    }
    Ok(event)
}

fn check_required_tags(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<()> {
    let links = entente_store::tag::links_unscoped(ctx.tx, Target::Event(event.id))?;
    let tags: Vec<entente_model::id::TagId> = links.iter().map(|link| link.tag).collect();
    let missing = crate::taxonomy::missing_required(ctx, &tags)?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "The event is missing required tags of these taxonomies: {}.",
        missing.join(", ")
    )))
}

/// Notes that an event's sightings are to be passed on. spec: 03#3.6
///
/// # Errors
/// `NotFound`; `Denied` when the caller may not change the event.
pub fn publish_sightings(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<entente_model::id::EventId> {
    let mut event = ctx.visible_event(event, "Invalid event.")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(
            "You do not have the permission to publish the sightings of this event.",
        ));
    }
    event.sighting_timestamp = ctx.now();
    entente_store::event::update(ctx.tx, &event)?;
    ctx.change(&Change {
        kind: "publish_sightings",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })?;
    Ok(event.id)
}

/// A message to the people behind an event. Sending mail comes with the accounts issue; the message is
/// kept in the log, which the event's owners read. spec: 03#3.8
///
/// # Errors
/// `NotFound`.
pub fn contact(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    message: &str,
) -> Result<entente_model::id::EventId> {
    let event = ctx.visible_event(event, "Invalid event")?;
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action: "contact",
        title: super::title(&event),
        change: None,
        description: Some(message),
    })?;
    Ok(event.id)
}
