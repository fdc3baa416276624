//! What is shown beside an attribute that was found, read in batches. spec: 04#4
use crate::correlation::Related;
use crate::ctx::Ctx;
use crate::decay::score::{Score, Scorer};
use crate::error::Result;
use crate::event::view::{Options as ViewOptions, TagOnItem, shown_tags};
use crate::sighting::Tally;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, OrgId};
use entente_model::object::Object;
use entente_model::proposal::Proposal;
use entente_model::search::{Deletion, Options};
use entente_model::sighting::Sighting;
use entente_model::tag::TagLink;
use std::collections::HashMap;
use std::sync::Arc;

/// An attribute that was found.
#[derive(Debug)]
pub struct Row {
    /// The attribute.
    pub attribute: Attribute,
    /// Its event.
    pub event: Arc<Event>,
    /// The object it is part of.
    pub object: Option<Arc<Object>>,
    /// Its tags.
    pub tags: Vec<TagOnItem>,
    /// Tags of its event, where asked for.
    pub event_tags: Arc<Vec<TagOnItem>>,
    /// Sightings, where asked for.
    pub sightings: Vec<Sighting>,
    /// Proposals on it, where asked for.
    pub proposals: Vec<Proposal>,
    /// Its file, where asked for.
    pub file: Option<Vec<u8>>,
    /// Attributes of other events with its value, where asked for.
    pub related: Vec<Related>,
    /// Decay scores, where asked for.
    pub scores: Vec<Score>,
    /// What its sightings add up to, where asked for.
    pub tally: Tally,
}

/// Events of rows that were found already. Results in id order need one after the other.
type Events = HashMap<i64, (Arc<Event>, Arc<Vec<TagOnItem>>)>;

/// What one search keeps while its pages are dressed.
pub(super) struct Dresser<'o> {
    options: &'o Options,
    events: Events,
    scorer: Option<Scorer>,
}

/// Events kept; more are read anew when they come again.
const KEPT: usize = 4_096;

impl<'o> Dresser<'o> {
    /// # Errors
    /// Of the database.
    pub(super) fn new(ctx: &mut Ctx<'_, '_>, options: &'o Options) -> Result<Self> {
        let scorer = options.decay.as_ref().map(|asked| Scorer::new(ctx, asked));
        Ok(Self {
            options,
            events: HashMap::new(),
            scorer: scorer.transpose()?.filter(|scorer| !scorer.is_empty()),
        })
    }

    fn load(&mut self, ctx: &mut Ctx<'_, '_>, page: &[Attribute]) -> Result<()> {
        let options = self.options;
        if self.events.len() > KEPT {
            self.events.clear();
        }
        let mut missing: Vec<i64> = page
            .iter()
            .map(|row| row.event().0)
            .filter(|number| !self.events.contains_key(number))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let mut links: HashMap<i64, Vec<TagLink>> = HashMap::new();
        if options.event_tags || options.context || self.scorer.is_some() {
            for link in entente_store::tag::links_of_events_unscoped(ctx.tx, &missing)? {
                links.entry(link.target).or_default().push(link);
            }
        }
        let shown = tag_options(options);
        for event in super::events(ctx, &missing)? {
            let tags = shown_tags(ctx, links.remove(&event.id.0).unwrap_or_default(), &shown);
            self.events.insert(event.id.0, (Arc::new(event), Arc::new(tags)));
        }
        Ok(())
    }
}

/// An object that was found.
#[derive(Debug)]
pub struct ObjectRow {
    /// The object.
    pub object: Object,
    /// Its event.
    pub event: Arc<Event>,
    /// Its members that the caller sees, by id.
    pub members: Vec<Row>,
}

/// Adds to objects their event and members. They were found through the caller's scope and come by id.
pub(super) fn dress_objects(
    ctx: &mut Ctx<'_, '_>,
    dresser: &mut Dresser<'_>,
    deletion: Deletion,
    page: Vec<Object>,
) -> Result<Vec<ObjectRow>> {
    let scope = ctx.scope();
    let mut numbers: Vec<i64> = page.iter().map(|object| object.id.event().0).collect();
    numbers.dedup();
    let found = super::events(ctx, &numbers)?;
    let mut members = Vec::new();
    if !dresser.options.metadata {
        for event in &found {
            let own = || {
                page.iter()
                    .map(|object| object.id)
                    .filter(|id| id.event() == event.id)
            };
            let (Some(first), Some(last)) = (own().min(), own().max()) else {
                continue;
            };
            let shows_deleted = crate::attribute::sees_deleted(ctx, event);
            let rows = entente_store::attribute::of_objects(ctx.tx, &scope, event, first, last)?;
            members.extend(rows.into_iter().filter(|row| match deletion {
                Deletion::Live => !row.deleted,
                Deletion::Deleted => row.deleted && shows_deleted,
                Deletion::Both => !row.deleted || shows_deleted,
            }));
        }
    }
    let mut by_object: HashMap<ElementId, Vec<Row>> = HashMap::new();
    for row in dress(ctx, dresser, members)? {
        by_object.entry(row.attribute.object).or_default().push(row);
    }
    let found: HashMap<i64, Arc<Event>> = found
        .into_iter()
        .map(|event| (event.id.0, Arc::new(event)))
        .collect();
    Ok(page
        .into_iter()
        .filter_map(|object| {
            Some(ObjectRow {
                event: Arc::clone(found.get(&object.id.event().0)?),
                members: by_object.remove(&object.id).unwrap_or_default(),
                object,
            })
        })
        .collect())
}

fn tag_options(options: &Options) -> ViewOptions {
    ViewOptions {
        exclude_local_tags: options.exclude_local_tags,
        all_tags: options.all_tags,
        ..ViewOptions::default()
    }
}

/// Adds to attributes what the options ask for. They were found through the caller's scope.
pub(super) fn dress(
    ctx: &mut Ctx<'_, '_>,
    dresser: &mut Dresser<'_>,
    page: Vec<Attribute>,
) -> Result<Vec<Row>> {
    dresser.load(ctx, &page)?;
    let (options, events) = (dresser.options, &dresser.events);
    let ids: Vec<i64> = page.iter().map(|row| row.id.0).collect();
    let mut links: HashMap<i64, Vec<TagLink>> = HashMap::new();
    for link in entente_store::tag::links_of_many_attributes_unscoped(ctx.tx, &ids)? {
        links.entry(link.target).or_default().push(link);
    }
    let objects = objects(ctx, &page)?;
    let mut beside = beside(ctx, events, options, &page)?;
    let mut related = if options.correlations {
        crate::correlation::of_attributes(ctx, &page)?
    } else {
        HashMap::new()
    };
    let mut tallies = if options.tallies || dresser.scorer.is_some() {
        crate::sighting::tallies(ctx, &owners(events, &page))?
    } else {
        HashMap::new()
    };
    let shown = tag_options(options);
    let mut rows = Vec::with_capacity(page.len());
    for attribute in page {
        let Some((event, event_tags)) = events.get(&attribute.event().0) else {
            continue;
        };
        let own = links.remove(&attribute.id.0).unwrap_or_default();
        let tags = shown_tags(ctx, own, &shown);
        let tally = tallies.remove(&attribute.id).unwrap_or_default();
        let scores = dresser.scorer.as_ref().map_or_else(Vec::new, |scorer| {
            scorer.attribute(&attribute, event_tags, &tags, tally)
        });
        rows.push(Row {
            event: Arc::clone(event),
            event_tags: Arc::clone(event_tags),
            object: objects.get(&attribute.object).cloned(),
            tags,
            scores,
            tally,
            sightings: beside.sightings.remove(&attribute.id).unwrap_or_default(),
            proposals: beside.proposals.remove(&attribute.id).unwrap_or_default(),
            file: beside.files.remove(&attribute.id),
            related: related.remove(&attribute.id).unwrap_or_default(),
            attribute,
        });
    }
    Ok(rows)
}

/// The owner of each attribute's event.
fn owners(events: &Events, page: &[Attribute]) -> HashMap<ElementId, OrgId> {
    page.iter()
        .filter_map(|row| Some((row.id, events.get(&row.event().0)?.0.org)))
        .collect()
}

fn objects(ctx: &mut Ctx<'_, '_>, page: &[Attribute]) -> Result<HashMap<ElementId, Arc<Object>>> {
    let mut ids: Vec<i64> = page
        .iter()
        .map(|row| row.object)
        .filter(|id| !id.is_none())
        .map(|id| id.0)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let found = entente_store::object::by_ids(ctx.tx, &scope, &ids)?;
    Ok(found
        .into_iter()
        .map(|object| (object.id, Arc::new(object)))
        .collect())
}

/// What hangs on attributes of a page.
#[derive(Default)]
struct Beside {
    sightings: HashMap<ElementId, Vec<Sighting>>,
    proposals: HashMap<ElementId, Vec<Proposal>>,
    files: HashMap<ElementId, Vec<u8>>,
}

/// Sightings are read for the whole page; proposals and files by event, from the first to the last of its rows.
fn beside(ctx: &mut Ctx<'_, '_>, events: &Events, options: &Options, page: &[Attribute]) -> Result<Beside> {
    let mut beside = Beside::default();
    if options.sightings {
        for sighting in crate::sighting::of_page(ctx, &owners(events, page))? {
            beside
                .sightings
                .entry(sighting.attribute)
                .or_default()
                .push(sighting);
        }
    }
    if !(options.proposals || options.attachments) {
        return Ok(beside);
    }
    let mut spans: HashMap<i64, (ElementId, ElementId)> = HashMap::new();
    for row in page {
        let span = spans.entry(row.event().0).or_insert((row.id, row.id));
        *span = (span.0.min(row.id), span.1.max(row.id));
    }
    for (number, (first, last)) in spans {
        let Some((event, _)) = events.get(&number) else {
            continue;
        };
        if options.proposals {
            beside.proposals.extend(crate::proposal::of_event(ctx, event)?.1);
        }
        if options.attachments {
            beside
                .files
                .extend(crate::attribute::file::contents(ctx, first, last)?);
        }
    }
    Ok(beside)
}
