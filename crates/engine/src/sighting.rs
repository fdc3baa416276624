//! Sightings: who sees them, adding, capturing, deleting, listing. spec: 01#5.4, 01#7.8, 03#9, 05#4
mod add;
mod list;
mod tally;

pub use add::{Added, MAX_VALUES, Request, Targets, add, bulk, capture, known};
pub use entente_store::sighting::{Filter, SightingRow};
pub use list::{Context, attribute_ids, context, each, each_of_page, event_ids, find, newest_first};
pub use tally::{Tally, tallies};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, OrgId, Ref};
use entente_model::sighting::Sighting;
use entente_policy::{Permission, rules};
use std::collections::{HashMap, HashSet};

/// Which sightings of some events the caller is shown, and under whose name. Made by [`visible`], the only
/// place that knows the sightings policy.
#[derive(Debug)]
pub struct Shown {
    /// The instance shows no sightings at all.
    none: bool,
    all: bool,
    own: OrgId,
    /// Sightings of this organisation are shown too.
    also: Option<OrgId>,
    /// The caller's organisation has sighted something in these events.
    sighted: HashSet<EventId>,
    /// The name that foreign sightings get instead of their own.
    renamed: Option<OrgId>,
}

/// Which sightings of these events the caller is shown. The caller has read the events, and the attributes
/// that were sighted, through its scope.
///
/// # Errors
/// Of the database.
pub fn visible(ctx: &mut Ctx<'_, '_>, events: &[EventId]) -> Result<Shown> {
    let policy = ctx.settings.number("Plugin.Sightings_policy").unwrap_or(0);
    let own = ctx.actor.org_id();
    let admin = ctx.actor.is_site_admin();
    let sighted = if policy == 1 && !admin {
        let mut numbers: Vec<i64> = events.iter().map(|event| event.0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        entente_store::sighting::sighted_events_unscoped(ctx.tx, own, &numbers)?
    } else {
        HashSet::new()
    };
    Ok(Shown {
        none: hidden(ctx),
        all: admin || policy == 2,
        own,
        also: (policy == 3).then(|| ctx.settings.host_org()),
        sighted,
        renamed: renamed(ctx),
    })
}

/// Whether the instance shows no sightings at all.
fn hidden(ctx: &Ctx<'_, '_>) -> bool {
    ctx.settings.bool("MISP.disable_sighting_loading")
}

/// The name that foreign sightings get for this caller. Peers get the stand-in that was chosen for them; everybody
/// else sees no name at all.
fn renamed(ctx: &Ctx<'_, '_>) -> Option<OrgId> {
    if ctx.actor.is_site_admin() {
        return None;
    }
    let stand_in = ctx.settings.number("Plugin.Sightings_anonymise_as").map(OrgId);
    match stand_in.filter(|org| !org.is_none()) {
        Some(org) if ctx.actor.can(Permission::Sync) => Some(org),
        _ => {
            let anonymous = ctx.settings.bool("Plugin.Sightings_anonymise");
            anonymous.then_some(OrgId::NONE)
        }
    }
}

impl Shown {
    /// The sighting as the caller is shown it, or none. `owner` owns the event.
    #[must_use]
    pub fn show(&self, event: EventId, owner: OrgId, mut sighting: Sighting) -> Option<Sighting> {
        let seen = self.sees(event, owner, sighting.org);
        if let Some(name) = self.renamed.filter(|_| sighting.org != self.own) {
            sighting.org = name;
        }
        seen.then_some(sighting)
    }

    /// Whether the sightings of an organisation in an event are shown. `owner` owns the event.
    #[must_use]
    pub fn sees(&self, event: EventId, owner: OrgId, org: OrgId) -> bool {
        let allowed = self.all
            || owner == self.own
            || org == self.own
            || self.also == Some(org)
            || self.sighted.contains(&event);
        allowed && !self.none
    }
}

/// The sightings of an event's attributes with an id in a closed range that the caller is shown, by attribute
/// and id. The caller has read those attributes through its scope and leaves out those of others.
///
/// # Errors
/// Of the database.
pub fn of_attributes(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    first: ElementId,
    last: ElementId,
) -> Result<Vec<Sighting>> {
    if hidden(ctx) {
        return Ok(Vec::new());
    }
    let rows = entente_store::sighting::of_attributes_unscoped(ctx.tx, first, last)?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let shown = visible(ctx, &[event.id])?;
    Ok(rows
        .into_iter()
        .filter_map(|sighting| shown.show(event.id, event.org, sighting))
        .collect())
}

/// The sightings of these attributes that the caller is shown, by attribute and id; each attribute stands with
/// the owner of its event. The caller has read the attributes through its scope.
///
/// # Errors
/// Of the database.
pub fn of_page(ctx: &mut Ctx<'_, '_>, attributes: &HashMap<ElementId, OrgId>) -> Result<Vec<Sighting>> {
    if hidden(ctx) {
        return Ok(Vec::new());
    }
    let mut ids: Vec<i64> = attributes.keys().map(|id| id.0).collect();
    ids.sort_unstable();
    let rows = entente_store::sighting::of_many_attributes_unscoped(ctx.tx, &ids)?;
    let events: Vec<EventId> = rows.iter().map(|sighting| sighting.attribute.event()).collect();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let shown = visible(ctx, &events)?;
    Ok(rows
        .into_iter()
        .filter_map(|sighting| {
            let owner = *attributes.get(&sighting.attribute)?;
            shown.show(sighting.attribute.event(), owner, sighting)
        })
        .collect())
}

/// Deletes a sighting.
///
/// # Errors
/// `NotFound` when it is absent or hidden; `Denied` when it is another organisation's.
pub fn delete(ctx: &mut Ctx<'_, '_>, sighting: Option<Ref>) -> Result<()> {
    let row = find(ctx, sighting)?;
    // Under an anonymised name the real organisation still decides.
    let filter = Filter {
        sighting: Some(Ref::Id(row.sighting.id)),
        ..Filter::default()
    };
    let scope = ctx.scope();
    let stored = entente_store::sighting::page(ctx.tx, &scope, &filter, 0, 1)?;
    let org = stored
        .first()
        .and_then(|row| ctx.directory.org(row.sighting.org))
        .map(|org| org.uuid);
    if !rules::can_delete_sighting(&ctx.viewer(), org) {
        return Err(Error::denied("You are not authorised to do that."));
    }
    entente_store::sighting::delete(ctx.tx, row.sighting.id)?;
    journal(ctx, &row.sighting, "delete")
}

fn journal(ctx: &mut Ctx<'_, '_>, sighting: &Sighting, action: &'static str) -> Result<()> {
    let event = sighting.attribute.event();
    ctx.log(&Entry {
        model: "Sighting",
        id: sighting.id,
        action,
        title: format!(
            "Sighting ({}) of Attribute ({}) from Event ({event})",
            sighting.id, sighting.attribute
        ),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "sighting",
        id: sighting.id,
        uuid: Some(sighting.uuid),
        event: Some(event),
    })
}
