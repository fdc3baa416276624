//! Attributes of different events that share a value, found when they are looked at. spec: 05#1
//!
//! Two attributes correlate when a half of one that takes part equals such a half of the other, ignoring
//! case. Nothing is stored, so there is nothing to maintain, and nobody is shown or counted a row that
//! they do not see. A value in more attributes than `MISP.correlation_limit` says nothing and correlates
//! with none; only rows the caller sees are counted, so that the limit tells nothing about others.
use crate::ctx::Ctx;
use crate::error::Result;
use entente_indicator::{AttributeType, Correlates, fold};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use entente_store::correlation::Candidate;
use entente_store::hash::ValueHasher;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Most attributes that one value may relate an attribute to, whatever the settings say.
const MOST_PER_VALUE: i64 = 1_000;
/// Values of an event that are looked up together: the more, the fewer pages of the index are read twice.
const CHUNK: usize = 20_000;
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

/// The halves of a value that take part. spec: 05#1.1
fn halves<'a>(kind: u16, value1: &'a str, value2: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let correlates = AttributeType::from_id(kind).map_or(Correlates::Never, AttributeType::correlates);
    let first = (correlates != Correlates::Never).then_some(value1);
    let second = value2.filter(|_| correlates == Correlates::Both);
    first.into_iter().chain(second).filter(|half| !half.is_empty())
}

/// Values that are kept out of correlation. spec: 05#1.5
struct Exclusions {
    exact: HashSet<String>,
    patterns: Vec<Pattern>,
}

/// Folded text, and whether anything may stand before and after it.
struct Pattern {
    text: String,
    before: bool,
    after: bool,
}

impl Exclusions {
    fn load(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let rows = entente_store::correlation_exclusion::all(ctx.tx)?;
        Ok(Self::new(rows.iter().map(|row| row.value.as_str())))
    }

    fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut exclusions = Self {
            exact: HashSet::new(),
            patterns: Vec::new(),
        };
        for value in values {
            let (rest, before) = value
                .strip_prefix('%')
                .map_or((value, false), |rest| (rest, true));
            let (text, after) = rest.strip_suffix('%').map_or((rest, false), |rest| (rest, true));
            let text = fold(text).into_owned();
            if before || after {
                exclusions.patterns.push(Pattern { text, before, after });
            } else {
                exclusions.exact.insert(text);
            }
        }
        exclusions
    }

    /// Whether a folded half is excluded.
    fn hold(&self, half: &str) -> bool {
        self.exact.contains(half)
            || self
                .patterns
                .iter()
                .any(|pattern| match (pattern.before, pattern.after) {
                    (true, true) => half.contains(&pattern.text),
                    (true, false) => half.ends_with(&pattern.text),
                    _ => half.starts_with(&pattern.text),
                })
    }
}

/// What decides which values correlate, read once for many attributes.
struct Rules {
    hasher: ValueHasher,
    exclusions: Exclusions,
    limit: usize,
}

impl Rules {
    /// `None` where correlation is switched off altogether.
    fn load(ctx: &mut Ctx<'_, '_>) -> Result<Option<Self>> {
        if ctx.settings.bool("MISP.completely_disable_correlation") {
            return Ok(None);
        }
        let limit = ctx
            .settings
            .number("MISP.correlation_limit")
            .unwrap_or(MOST_PER_VALUE)
            .clamp(0, MOST_PER_VALUE);
        Ok(Some(Self {
            hasher: ctx.app.hasher().clone(),
            exclusions: Exclusions::load(ctx)?,
            limit: usize::try_from(limit).unwrap_or_default(),
        }))
    }

    /// Folded halves of an attribute that take part, with their hashes.
    fn keys(&self, attribute: &Attribute) -> impl Iterator<Item = (i64, String)> {
        let live = !attribute.deleted && !attribute.disable_correlation;
        halves(attribute.kind, &attribute.value1, attribute.value2.as_deref())
            .filter(move |_| live)
            .map(|half| (self.hasher.hash(half), fold(half).into_owned()))
            .filter(|(_, half)| !self.exclusions.hold(half))
    }
}

/// Attributes with each of some folded values. A candidate counts where a half that takes part is equal.
fn by_value(wanted: &[(i64, String)], candidates: Vec<Candidate>) -> HashMap<String, Vec<ElementId>> {
    let mut values: HashMap<i64, Vec<&str>> = HashMap::new();
    for (hash, half) in wanted {
        let same = values.entry(*hash).or_default();
        if !same.contains(&half.as_str()) {
            same.push(half);
        }
    }
    let mut found: HashMap<String, Vec<ElementId>> = HashMap::new();
    for candidate in candidates {
        let Some(same) = values.get(&candidate.hash) else {
            continue;
        };
        let own: Vec<_> = halves(candidate.kind, &candidate.value1, candidate.value2.as_deref())
            .map(fold)
            .collect();
        for half in same.iter().filter(|half| own.iter().any(|own| own == *half)) {
            found.entry((*half).to_owned()).or_default().push(candidate.id);
        }
    }
    found
}

fn hashes(keys: &[(i64, String)]) -> Vec<i64> {
    let mut hashes: Vec<i64> = keys.iter().map(|(hash, _)| *hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Of each attribute, those of other events that the caller sees and that share a value with it, newest
/// event first. Attributes without any are left out. The caller has read the attributes through its scope.
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
    let mut numbers: Vec<i64> = attributes.iter().map(|attribute| attribute.event().0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let off = entente_store::correlation::switched_off_unscoped(ctx.tx, &numbers)?;
    let mut keys = Vec::new();
    let mut owners = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| !off.contains(&attribute.event()))
    {
        for key in rules.keys(attribute) {
            keys.push(key);
            owners.push(attribute.id);
        }
    }
    let scope = ctx.scope();
    let candidates = entente_store::correlation::candidates(ctx.tx, &scope, &hashes(&keys), None)?;
    let found = by_value(&keys, candidates);
    let mut related: HashMap<ElementId, Vec<ElementId>> = HashMap::new();
    for (owner, (_, half)) in owners.into_iter().zip(&keys) {
        let Some(same) = found.get(half) else { continue };
        let others = || same.iter().filter(|id| id.event() != owner.event());
        if others().take(rules.limit + 1).count() <= rules.limit {
            related.entry(owner).or_default().extend(others());
        }
    }
    related.retain(|_, ids| !ids.is_empty());
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
        .map(|(owner, mut ids)| {
            // Two values may be shared with the same attribute.
            ids.sort_unstable();
            ids.dedup();
            let mut list: Vec<Related> = ids.into_iter().filter_map(whole).collect();
            list.sort_by_key(|related| Reverse((related.event.date, related.attribute.id)));
            (owner, list)
        })
        .collect())
}

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

/// Collects the events that share a value with an event while its attributes pass by, so that no second
/// look at them is needed. spec: 05#1.8
pub struct RelatedEvents {
    rules: Option<Rules>,
    event: EventId,
    pending: Vec<(i64, String)>,
    found: HashSet<EventId>,
    /// Correlations that may still be counted.
    left: usize,
}

impl RelatedEvents {
    /// For an event that the caller has read.
    ///
    /// # Errors
    /// Of the database.
    pub fn of(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<Self> {
        let rules = if event.disable_correlation {
            None
        } else {
            Rules::load(ctx)?
        };
        let most = ctx
            .settings
            .number("MISP.max_correlations_per_event")
            .unwrap_or(5_000);
        Ok(Self {
            rules,
            event: event.id,
            pending: Vec::new(),
            found: HashSet::new(),
            left: usize::try_from(most).unwrap_or_default(),
        })
    }

    /// Takes an attribute of the event; those of other events are passed over.
    ///
    /// # Errors
    /// Of the database.
    pub fn add(&mut self, ctx: &mut Ctx<'_, '_>, attribute: &Attribute) -> Result<()> {
        let Some(rules) = self.rules.as_ref().filter(|_| self.left > 0) else {
            return Ok(());
        };
        if attribute.event() != self.event {
            return Ok(());
        }
        self.pending.extend(rules.keys(attribute));
        if self.pending.len() >= CHUNK {
            self.look_up(ctx)?;
        }
        Ok(())
    }

    fn look_up(&mut self, ctx: &mut Ctx<'_, '_>) -> Result<()> {
        let keys = std::mem::take(&mut self.pending);
        let Some(rules) = self.rules.as_ref().filter(|_| !keys.is_empty()) else {
            return Ok(());
        };
        let scope = ctx.scope();
        let candidates =
            entente_store::correlation::candidates(ctx.tx, &scope, &hashes(&keys), Some(self.event))?;
        // Sorted, so that a cut at the most that is shown does not fall differently every time.
        let mut ids: Vec<ElementId> = by_value(&keys, candidates)
            .into_values()
            .filter(|same| same.len() <= rules.limit)
            .flatten()
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(self.left);
        self.left -= ids.len();
        self.found.extend(ids.into_iter().map(ElementId::event));
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_halves_that_say_something_take_part() {
        let of = |kind: AttributeType, value1, value2| halves(kind.id(), value1, value2).collect::<Vec<_>>();
        assert_eq!(
            of(AttributeType::IP_DST_PORT, "192.0.2.1", Some("80")),
            ["192.0.2.1"]
        );
        assert_eq!(
            of(AttributeType::DOMAIN_IP, "a.example", Some("192.0.2.1")),
            ["a.example", "192.0.2.1"]
        );
        assert_eq!(of(AttributeType::FILENAME_MD5, "a", Some("")), ["a"]);
        assert!(of(AttributeType::COMMENT, "a", None).is_empty());
    }

    #[test]
    fn exclusions_match_ignoring_case_and_at_the_ends_that_are_open() {
        let exclusions = Exclusions::new(["Exact", "%suffix", "prefix%", "%PART%"].into_iter());
        for (half, held) in [
            ("exact", true),
            ("exactly", false),
            ("a suffix", true),
            ("suffixes", false),
            ("prefixed", true),
            ("a prefix", false),
            ("a party", true),
        ] {
            assert_eq!(exclusions.hold(half), held, "{half}");
        }
    }
}
