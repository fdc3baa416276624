//! Reading sightings through scope and policy.
use super::{Filter, SightingRow, visible};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref};
use std::collections::HashMap;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Sightings read at once while listing.
const BATCH: i64 = 1_000;
/// Sightings that an answer ordered by date holds at most; the newest count.
const MAX_SORTED: usize = 10_000;

/// Hands the sightings that the caller is shown to `f`, by id.
///
/// # Errors
/// Of the database or of `f`.
pub fn each(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &[SightingRow]) -> Result<()>,
) -> Result<()> {
    each_until(ctx, filter, |ctx, rows| {
        f(ctx, rows)?;
        Ok(ControlFlow::Continue(()))
    })
}

/// The same for a part of them: `offset` are passed over, then at most `limit` follow.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_of_page(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    offset: usize,
    limit: Option<usize>,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &[SightingRow]) -> Result<()>,
) -> Result<()> {
    let (mut skip, mut left) = (offset, limit.unwrap_or(usize::MAX));
    each_until(ctx, filter, |ctx, rows| {
        let skipped = skip.min(rows.len());
        skip -= skipped;
        let rows = rows.get(skipped..).unwrap_or_default();
        let rows = rows.get(..left.min(rows.len())).unwrap_or_default();
        left -= rows.len();
        if !rows.is_empty() {
            f(ctx, rows)?;
        }
        Ok(if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })
}

fn each_until(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &[SightingRow]) -> Result<ControlFlow<()>>,
) -> Result<()> {
    if super::hidden(ctx) {
        return Ok(());
    }
    let scope = ctx.scope();
    // Who sighted is asked of what the caller is shown: a filter must not tell the name that is hidden.
    let by_shown_name =
        (filter.any_org.is_some() || !filter.no_org.is_empty()) && super::renamed(ctx).is_some();
    let unnamed;
    let stored = if by_shown_name {
        unnamed = Filter {
            any_org: None,
            no_org: Vec::new(),
            ..filter.clone()
        };
        &unnamed
    } else {
        filter
    };
    let mut after = 0;
    loop {
        let mut page = entente_store::sighting::page(ctx.tx, &scope, stored, after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sighting.id;
        let events: Vec<EventId> = page.iter().map(|row| row.sighting.attribute.event()).collect();
        let shown = visible(ctx, &events)?;
        page.retain_mut(|row| {
            let event = row.sighting.attribute.event();
            match shown.show(event, row.event_owner, row.sighting.clone()) {
                Some(sighting) => {
                    row.sighting = sighting;
                    !by_shown_name || admits(filter, row.sighting.org.0)
                }
                None => false,
            }
        });
        if f(ctx, &page)?.is_break() {
            return Ok(());
        }
    }
}

fn admits(filter: &Filter, org: i64) -> bool {
    filter.any_org.as_ref().is_none_or(|any| any.contains(&org)) && !filter.no_org.contains(&org)
}

/// The sightings that the caller is shown, newest first; the newest ten thousand when there are more.
///
/// # Errors
/// Of the database.
pub fn newest_first(ctx: &mut Ctx<'_, '_>, filter: &Filter) -> Result<Vec<SightingRow>> {
    let mut found: Vec<SightingRow> = Vec::new();
    let newest = |found: &mut Vec<SightingRow>| {
        found.sort_by_key(|row| std::cmp::Reverse((row.sighting.date, row.sighting.id)));
        found.truncate(MAX_SORTED);
    };
    each(ctx, filter, |_, page| {
        found.extend_from_slice(page);
        if found.len() > 2 * MAX_SORTED {
            newest(&mut found);
        }
        Ok(())
    })?;
    newest(&mut found);
    Ok(found)
}

/// A sighting that the caller is shown.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn find(ctx: &mut Ctx<'_, '_>, sighting: Option<Ref>) -> Result<SightingRow> {
    let unknown = || Error::not_found("Invalid sighting.");
    let filter = Filter {
        sighting: Some(sighting.ok_or_else(unknown)?),
        ..Filter::default()
    };
    let mut found = None;
    each(ctx, &filter, |_, page| {
        found = page.first().cloned();
        Ok(())
    })?;
    found.ok_or_else(unknown)
}

/// What sightings are about.
#[derive(Debug, Default)]
pub struct Context {
    /// Their attributes.
    pub attributes: HashMap<ElementId, Attribute>,
    /// The events of those.
    pub events: HashMap<EventId, Event>,
}

/// The attributes and events of sightings that the caller is shown.
///
/// # Errors
/// Of the database.
pub fn context(ctx: &mut Ctx<'_, '_>, rows: &[SightingRow]) -> Result<Context> {
    let scope = ctx.scope();
    let mut attributes: Vec<i64> = rows.iter().map(|row| row.sighting.attribute.0).collect();
    attributes.sort_unstable();
    attributes.dedup();
    let mut events: Vec<i64> = attributes.iter().map(|id| ElementId(*id).event().0).collect();
    events.dedup();
    let attributes = entente_store::attribute::by_ids(ctx.tx, &scope, &attributes)?;
    let events = entente_store::event::by_ids(ctx.tx, &scope, &events)?;
    Ok(Context {
        attributes: attributes
            .into_iter()
            .map(|attribute| (attribute.id, attribute))
            .collect(),
        events: events.into_iter().map(|event| (event.id, event)).collect(),
    })
}

/// The live visible ones of some attributes.
///
/// # Errors
/// Of the database.
pub fn attribute_ids(ctx: &mut Ctx<'_, '_>, named: &[Ref]) -> Result<Vec<i64>> {
    let uuids: Vec<Uuid> = named.iter().filter_map(uuid_of).collect();
    let found = entente_store::attribute::by_uuids_unscoped(ctx.tx, &uuids)?;
    let mut ids: Vec<i64> = named
        .iter()
        .filter_map(id_of)
        .chain(found.iter().map(|found| found.id.0))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let seen = entente_store::attribute::by_ids(ctx.tx, &scope, &ids)?;
    Ok(seen
        .into_iter()
        .filter(|attribute| !attribute.deleted)
        .map(|attribute| attribute.id.0)
        .collect())
}

/// The visible ones of some events.
///
/// # Errors
/// Of the database.
pub fn event_ids(ctx: &mut Ctx<'_, '_>, named: &[Ref]) -> Result<Vec<i64>> {
    let mut ids: Vec<i64> = named.iter().filter_map(id_of).collect();
    for uuid in named.iter().filter_map(uuid_of) {
        ids.extend(entente_store::event::id_by_uuid_unscoped(ctx.tx, uuid)?.map(|event| event.0));
    }
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let seen = entente_store::event::by_ids(ctx.tx, &scope, &ids)?;
    Ok(seen.into_iter().map(|event| event.id.0).collect())
}

fn uuid_of(named: &Ref) -> Option<Uuid> {
    match named {
        Ref::Uuid(uuid) => Some(*uuid),
        Ref::Id(_) => None,
    }
}

fn id_of(named: &Ref) -> Option<i64> {
    match named {
        Ref::Id(id) => Some(*id),
        Ref::Uuid(_) => None,
    }
}
