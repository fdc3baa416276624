//! Telling those who edit an event about each other. Nothing is locked in fact. spec: 08#13
use crate::attribute::NO_PERMISSION;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::event::Event;
use entente_model::id::{EventId, Ref};
use entente_model::time::Seconds;

/// How long a lock lasts unless it is prolonged, in seconds.
const LASTS: Seconds = 900;

fn enabled(ctx: &Ctx<'_, '_>) -> bool {
    !ctx.settings.bool("MISP.disable_event_locks")
}

/// Says that the caller is at work on an event; answers the lock, or 0 when locks are switched off.
///
/// # Errors
/// `NotFound`; `Denied` for who may not change the event.
pub fn add(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<i64> {
    ctx.require_writing_key()?;
    let event = ctx.visible_event(event, "Invalid event")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if !enabled(ctx) {
        return Ok(0);
    }
    let now = ctx.now();
    entente_store::event_lock::sweep(ctx.tx, event.id, now)?;
    let (user, org) = (ctx.actor.user_id(), ctx.actor.org_id());
    Ok(entente_store::event_lock::put(
        ctx.tx,
        event.id,
        user,
        org,
        now + LASTS,
    )?)
}

/// Says that the caller is done; tells whether the lock was there.
///
/// # Errors
/// `NotFound` for the event.
pub fn remove(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, lock: i64) -> Result<bool> {
    ctx.require_writing_key()?;
    let event = ctx.visible_event(event, "Invalid event")?;
    let user = ctx.actor.user_id();
    Ok(entente_store::event_lock::remove(ctx.tx, event.id, lock, user)?)
}

/// Prolongs the caller's lock, if it has one, since it has just changed the event.
///
/// # Errors
/// Of the database.
pub(super) fn prolong(ctx: &mut Ctx<'_, '_>, event: EventId) -> Result<()> {
    if enabled(ctx) {
        let (user, expires) = (ctx.actor.user_id(), ctx.now() + LASTS);
        entente_store::event_lock::prolong(ctx.tx, event, user, expires)?;
    }
    Ok(())
}

/// What an editor should know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Other people at work: addresses of colleagues, `another user` for the rest.
    pub editors: Vec<String>,
    /// The event has changed since the caller has read it.
    pub outdated: bool,
}

impl State {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.editors.is_empty() && !self.outdated
    }
}

/// What somebody should know who has read an event in this edit version.
///
/// # Errors
/// `NotFound`.
pub fn check(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, read_at: Option<Seconds>) -> Result<State> {
    let event: Event = ctx.visible_event(event, "Invalid event")?;
    let mut state = State {
        outdated: read_at.is_some_and(|version| version < event.timestamp),
        ..State::default()
    };
    if !enabled(ctx) {
        return Ok(state);
    }
    let now = ctx.now();
    let mut locks = entente_store::event_lock::of_event(ctx.tx, event.id, now)?;
    locks.retain(|lock| lock.user != ctx.actor.user_id());
    let knows = |org| ctx.actor.is_site_admin() || org == ctx.actor.org_id();
    let known: Vec<i64> = locks
        .iter()
        .filter(|lock| knows(lock.org))
        .map(|lock| lock.user.0)
        .collect();
    let users = entente_store::account::by_ids(ctx.tx, &known)?;
    state.editors = locks
        .iter()
        .map(|lock| {
            let user = users.iter().find(|user| user.id == lock.user && knows(lock.org));
            user.map_or_else(|| "another user".to_owned(), |user| user.email.clone())
        })
        .collect();
    Ok(state)
}
