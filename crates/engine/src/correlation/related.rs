//! What an event correlates with, collected while its attributes pass by. spec: 05#1.8
use super::apart::Apart;
use super::look_up::{Reach, look_up};
use super::newest_first;
use super::rules::Rules;
use super::subject::Wanted;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Values of an event that are looked up together: the more, the fewer pages of the index are read twice.
const CHUNK: usize = 20_000;
/// Most correlations of one event where the setting says nothing. spec: 05#1.4
const MOST: i64 = 5_000;

/// What one attribute of an event correlates with.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Attributes of other events by id, each with its value that correlates and its event.
    pub links: Vec<(ElementId, String, Arc<Event>)>,
    /// Some of its value is in too many attributes.
    pub over: bool,
    /// Some of its value is excluded.
    pub excluded: bool,
}

/// Collects the events that share a value with the events on view while their attributes pass by, so that no
/// second look at these is needed.
pub struct RelatedEvents {
    rules: Option<Rules>,
    /// Events on view that correlate at all, and what is kept apart from each.
    own: HashMap<EventId, Apart>,
    pending: HashMap<EventId, Wanted>,
    found: HashSet<EventId>,
    /// Correlations that may still be counted.
    left: usize,
}

impl RelatedEvents {
    /// For events that the caller has read, an event with those that extend it.
    ///
    /// # Errors
    /// Of the database.
    pub fn of<'e>(ctx: &mut Ctx<'_, '_>, events: impl Iterator<Item = &'e Event>) -> Result<Self> {
        let rules = Rules::load(ctx)?;
        let own = rules.as_ref().map_or_else(HashMap::new, |rules| {
            events
                .filter(|event| !event.disable_correlation)
                .map(|event| (event.id, rules.apart.of(event)))
                .collect()
        });
        let most = ctx
            .settings
            .number("MISP.max_correlations_per_event")
            .unwrap_or(MOST);
        Ok(Self {
            rules,
            own,
            pending: HashMap::new(),
            found: HashSet::new(),
            left: usize::try_from(most).unwrap_or_default(),
        })
    }

    /// Takes an attribute of one of the events; others are passed over.
    ///
    /// # Errors
    /// Of the database.
    pub fn add(&mut self, ctx: &mut Ctx<'_, '_>, attribute: &Attribute) -> Result<()> {
        let Some(rules) = self.rules.as_ref().filter(|_| self.left > 0) else {
            return Ok(());
        };
        let event = attribute.event();
        if !self.own.contains_key(&event) {
            return Ok(());
        }
        let pending = self.pending.entry(event).or_default();
        pending.add(rules, attribute);
        if pending.len() >= CHUNK {
            self.look_up(ctx)?;
        }
        Ok(())
    }

    fn look_up(&mut self, ctx: &mut Ctx<'_, '_>) -> Result<()> {
        let Some(rules) = self.rules.as_ref() else {
            return Ok(());
        };
        for (event, wanted) in self.pending.drain() {
            let Some(apart) = self.own.get(&event) else {
                continue;
            };
            let reach = Reach {
                outside: Some(event),
                apart,
            };
            let mut found = look_up(ctx, rules, &wanted, reach, self.left)?;
            // One value of many attributes counts once.
            let mut seen = HashSet::new();
            for (owner, subject) in &wanted.owners {
                if self.left == 0 {
                    break;
                }
                if !seen.insert(*subject) {
                    continue;
                }
                if let Some(matches) = found.of(ctx, rules, &wanted, reach, (*owner, *subject))? {
                    let taken = matches.len().min(self.left);
                    self.left -= taken;
                    self.found
                        .extend(matches.iter().rev().take(taken).map(|one| one.id.event()));
                }
            }
        }
        Ok(())
    }

    /// What each of some attributes of one event correlates with; attributes about which there is nothing to
    /// say are left out. The other events count as collected.
    ///
    /// # Errors
    /// Of the database.
    pub fn links<'a>(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        event: EventId,
        attributes: impl Iterator<Item = &'a Attribute>,
    ) -> Result<HashMap<ElementId, Links>> {
        let mut all: HashMap<ElementId, Links> = HashMap::new();
        let (Some(rules), Some(apart)) = (self.rules.as_ref(), self.own.get(&event)) else {
            return Ok(all);
        };
        let mut wanted = Wanted::default();
        for attribute in attributes {
            if wanted.add(rules, attribute) {
                all.entry(attribute.id).or_default().excluded = true;
            }
        }
        let reach = Reach {
            outside: Some(event),
            apart,
        };
        let mut found = look_up(ctx, rules, &wanted, reach, self.left)?;
        let mut links: HashMap<ElementId, Vec<(ElementId, String)>> = HashMap::new();
        for (owner, subject) in &wanted.owners {
            match found.of(ctx, rules, &wanted, reach, (*owner, *subject))? {
                None => all.entry(*owner).or_default().over = true,
                Some(mut matches) => {
                    matches.truncate(self.left);
                    self.left -= matches.len();
                    let own = links.entry(*owner).or_default();
                    own.extend(matches.into_iter().map(|one| (one.id, one.value)));
                }
            }
        }
        let numbers: HashSet<EventId> = links.values().flatten().map(|(id, _)| id.event()).collect();
        self.found.extend(&numbers);
        let events: HashMap<EventId, Arc<Event>> = newest_first(ctx, numbers)?
            .into_iter()
            .map(|event| (event.id, Arc::new(event)))
            .collect();
        for (owner, mut own) in links {
            own.sort_unstable();
            own.dedup_by_key(|(id, _)| *id);
            let own = own
                .into_iter()
                .filter_map(|(id, value)| Some((id, value, Arc::clone(events.get(&id.event())?))));
            all.entry(owner).or_default().links.extend(own);
        }
        all.retain(|_, own| own.over || own.excluded || !own.links.is_empty());
        Ok(all)
    }

    /// The events found, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn finish(mut self, ctx: &mut Ctx<'_, '_>) -> Result<Vec<Event>> {
        self.look_up(ctx)?;
        if self.found.is_empty() {
            return Ok(Vec::new());
        }
        newest_first(ctx, self.found)
    }
}
