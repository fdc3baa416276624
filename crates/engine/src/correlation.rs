//! Attributes of different events that share a value, found when they are looked at. spec: 05#1
//!
//! Two attributes correlate when a half of one that takes part equals such a half of the other, ignoring
//! case; where the settings say so, also an address and a network around it, two fuzzy hashes that are alike,
//! and a host name and a domain above it. Nothing is stored, so there is nothing to maintain, and nobody is
//! shown or counted a row that they do not see. A value that more attributes than `MISP.correlation_limit`
//! share says nothing and correlates with none; only rows the caller sees are counted, so that the limit tells
//! nothing about others.
mod apart;
mod exclusions;
mod look_up;
mod near;
mod page;
pub mod rebuild;
mod related;
mod rules;
mod shared;
mod subject;

pub use page::{Page, of_attribute};
pub use related::{Links, RelatedEvents};
pub use shared::{SharedValue, over_correlating, top};

use crate::ctx::Ctx;
use crate::error::Result;
use apart::Apart;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use look_up::{Reach, look_up};
use rules::Rules;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use subject::Wanted;

/// Related attributes that one attribute is shown with, the newest.
const MOST_SHOWN: usize = 1_000;
/// Events read together.
const EVENTS: usize = 1_000;

/// An attribute of another event with the same value.
#[derive(Debug, Clone)]
pub struct Related {
    /// The attribute.
    pub attribute: Attribute,
    /// Its event.
    pub event: Arc<Event>,
}

/// Of each attribute, those of other events that the caller sees and that correlate with it, newest event
/// first. Attributes without any are left out. The caller has read the attributes through its scope.
///
/// # Errors
/// Of the database.
pub fn of_attributes(
    ctx: &mut Ctx<'_, '_>,
    attributes: &[Attribute],
) -> Result<HashMap<ElementId, Vec<Related>>> {
    let Some(rules) = Rules::load(ctx)? else {
        return Ok(HashMap::new());
    };
    let numbers: HashSet<EventId> = attributes.iter().map(Attribute::event).collect();
    let single = numbers.len() == 1;
    let events: HashMap<EventId, Event> = newest_first(ctx, numbers)?
        .into_iter()
        .map(|event| (event.id, event))
        .collect();
    // Attributes of events that the same rules keep from the same others are looked up together.
    let mut groups: HashMap<Apart, Wanted> = HashMap::new();
    for attribute in attributes {
        let Some(event) = events
            .get(&attribute.event())
            .filter(|event| !event.disable_correlation)
        else {
            continue;
        };
        let wanted = groups.entry(rules.apart.of(event)).or_default();
        wanted.add(&rules, attribute);
    }
    let mut related: HashMap<ElementId, Vec<ElementId>> = HashMap::new();
    for (apart, wanted) in &groups {
        let outside = events.keys().copied().find(|_| single);
        let reach = Reach { outside, apart };
        let found = look_up(ctx, &rules, wanted, reach, usize::MAX)?;
        for (owner, matches) in found.of_owners(ctx, &rules, wanted, reach)? {
            let mut ids: Vec<ElementId> = matches.into_iter().map(|one| one.id).collect();
            ids.sort_unstable_by_key(|id| Reverse(*id));
            ids.dedup();
            ids.truncate(MOST_SHOWN);
            related.insert(owner, ids);
        }
    }
    dressed(ctx, related)
}

/// Reads the related attributes and their events.
fn dressed(
    ctx: &mut Ctx<'_, '_>,
    related: HashMap<ElementId, Vec<ElementId>>,
) -> Result<HashMap<ElementId, Vec<Related>>> {
    let mut ids: Vec<i64> = related.values().flatten().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let rows: HashMap<ElementId, Attribute> = entente_store::attribute::by_ids(ctx.tx, &scope, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let numbers: HashSet<EventId> = rows.keys().map(|id| id.event()).collect();
    let events: HashMap<EventId, Arc<Event>> = newest_first(ctx, numbers)?
        .into_iter()
        .map(|event| (event.id, Arc::new(event)))
        .collect();
    let whole = |id: ElementId| {
        Some(Related {
            attribute: rows.get(&id)?.clone(),
            event: Arc::clone(events.get(&id.event())?),
        })
    };
    Ok(related
        .into_iter()
        .map(|(owner, ids)| {
            let mut list: Vec<Related> = ids.into_iter().filter_map(whole).collect();
            list.sort_by_key(|related| Reverse((related.event.date, related.attribute.id)));
            (owner, list)
        })
        .filter(|(_, list)| !list.is_empty())
        .collect())
}

/// Events that the caller sees, newest first.
fn newest_first(ctx: &mut Ctx<'_, '_>, numbers: HashSet<EventId>) -> Result<Vec<Event>> {
    let mut numbers: Vec<i64> = numbers.into_iter().map(|event| event.0).collect();
    numbers.sort_unstable();
    let scope = ctx.scope();
    let mut events = Vec::with_capacity(numbers.len());
    for chunk in numbers.chunks(EVENTS) {
        events.extend(entente_store::event::by_ids(ctx.tx, &scope, chunk)?);
    }
    events.sort_by_key(|event| Reverse((event.date, event.id)));
    Ok(events)
}
