//! How often attributes were sighted, for what does not show the sightings themselves. spec: 05#5.3
use super::visible;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::id::{ElementId, EventId, OrgId};
use entente_model::level::SightingKind;
use entente_model::time::Seconds;
use std::collections::HashMap;

/// What the sightings of an attribute that the caller is shown add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Sightings of every kind.
    pub all: u32,
    /// Those that confirm the value.
    pub confirming: u32,
    /// When it was last confirmed.
    pub newest: Option<Seconds>,
    /// The first and the last one of every kind.
    pub span: Option<(Seconds, Seconds)>,
}

impl Tally {
    /// The earliest and the latest of a time and the sightings.
    #[must_use]
    pub fn span_with(&self, at: Seconds) -> (Seconds, Seconds) {
        self.span
            .map_or((at, at), |(first, last)| (first.min(at), last.max(at)))
    }
}

/// Tallies of attributes, each with the owner of its event; those without a visible sighting are left out. The
/// caller has read the attributes through its scope.
///
/// # Errors
/// Of the database.
pub fn tallies(
    ctx: &mut Ctx<'_, '_>,
    attributes: &HashMap<ElementId, OrgId>,
) -> Result<HashMap<ElementId, Tally>> {
    if super::hidden(ctx) {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<i64> = attributes.keys().map(|id| id.0).collect();
    ids.sort_unstable();
    let rows = entente_store::sighting::tallies_unscoped(ctx.tx, &ids)?;
    let events: Vec<EventId> = rows.iter().map(|row| row.attribute.event()).collect();
    let mut tallies: HashMap<ElementId, Tally> = HashMap::new();
    if events.is_empty() {
        return Ok(tallies);
    }
    let shown = visible(ctx, &events)?;
    for row in rows {
        let owner = attributes.get(&row.attribute).copied().unwrap_or(OrgId::NONE);
        if !shown.sees(row.attribute.event(), owner, row.org) {
            continue;
        }
        let count = u32::try_from(row.count).unwrap_or(u32::MAX);
        let tally = tallies.entry(row.attribute).or_default();
        tally.all = tally.all.saturating_add(count);
        tally.span = Some(tally.span.map_or((row.oldest, row.newest), |(first, last)| {
            (first.min(row.oldest), last.max(row.newest))
        }));
        if row.kind == SightingKind::Sighting {
            tally.confirming = tally.confirming.saturating_add(count);
            tally.newest = tally.newest.max(Some(row.newest));
        }
    }
    Ok(tallies)
}
