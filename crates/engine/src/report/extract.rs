//! What a report speaks of: attributes of its event, known context, and values that could become attributes.
//! spec: 08#2.2
use super::markdown;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::free_text::Found;
use entente_indicator::{AttributeType, Today, fold, prepare};
use entente_knowledge::names_in_text;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::report::Report;
use entente_store::attribute::Part;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Shortest value and name that is recognised, in characters.
const SHORTEST: usize = 3;
/// Shortest synonym of a cluster.
const SHORTEST_SYNONYM: usize = 4;
/// Longest value that is looked for, in bytes: what is longer is a text itself.
const LONGEST: usize = 1_024;
/// Shortest second half of a composite value: a port stands everywhere.
const SHORTEST_HALF: usize = 8;
/// Names looked for in one pass over the text.
const BATCH: usize = 20_000;
/// Beginning of the types of ATT&CK matrices, whose values hold a name and a number.
const ATTACK: &str = "mitre-";

/// What stands at a place of the text.
#[derive(Debug, Clone)]
pub enum What {
    /// The value of an attribute of the event.
    Attribute(Arc<Attribute>),
    /// A name of a tag or cluster; the tag stands for it.
    Context(Arc<str>),
    /// A value that could become an attribute.
    Suggestion(Arc<Found>),
}

/// A place of the text that speaks of something.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// What it speaks of.
    pub what: What,
    /// Names this extraction again after the text has moved: the same for the same words of the same report, in
    /// the order of their repetitions.
    pub anchor: String,
}

/// What was found in a report, nothing changed yet.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The report as it was.
    pub report: Report,
    /// Its event.
    pub event: Event,
    /// Every value recognised in each of its spellings, whether it stands for itself somewhere or not.
    pub found: Vec<Found>,
    /// Places by their order in the text; none overlap.
    pub extractions: Vec<Extraction>,
}

impl Plan {
    /// The text of the report.
    #[must_use]
    pub fn content(&self) -> &str {
        self.report.content.as_deref().unwrap_or_default()
    }

    /// The words at a place.
    #[must_use]
    pub fn words(&self, extraction: &Extraction) -> &str {
        self.content()
            .get(extraction.start..extraction.end)
            .unwrap_or_default()
    }
}

/// Looks through a report that the caller sees, for attributes and clusters that the caller sees.
///
/// # Errors
/// `NotFound`; of the database.
pub fn plan(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<Plan> {
    let (report, event) = super::visible(ctx, report)?;
    let text = markdown::without_references(report.content.as_deref().unwrap_or_default());
    let found = crate::free_text::spellings(ctx, &text)?;
    let mut places = Vec::new();
    let taken = attributes(ctx, &event, &text, &found, &mut places)?;
    context(ctx, &text, &mut places)?;
    suggestions(&text, &found, &taken, &mut places);
    let kept = names_in_text::longest(places, |place| (place.start, place.end));
    let extractions = anchored(&report, &text, kept);
    Ok(Plan {
        report,
        event,
        found,
        extractions,
    })
}

/// A place before it has an anchor.
struct Place {
    start: usize,
    end: usize,
    what: What,
}

/// Finds the values of the event's attributes. Answers which recognised values are attributes already.
fn attributes(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    text: &str,
    found: &[Found],
    places: &mut Vec<Place>,
) -> Result<HashSet<usize>> {
    let wanted = spellings(ctx, found);
    let mut taken = HashSet::new();
    let mut defanged: Vec<(usize, Arc<Attribute>)> = Vec::new();
    let mut batch = Batch::default();
    let scope = ctx.scope();
    entente_store::attribute::each_of_event(ctx.tx, &scope, event, Part::All, |attribute| {
        if attribute.deleted {
            return Ok(());
        }
        let attribute = Arc::new(attribute);
        for index in wanted
            .get(fold(&attribute.value()).as_ref())
            .into_iter()
            .flatten()
        {
            if taken.insert(*index) {
                defanged.push((*index, Arc::clone(&attribute)));
            }
        }
        batch.add(attribute);
        if batch.names.len() >= BATCH {
            batch.search(text, places);
        }
        Ok::<_, Error>(())
    })?;
    batch.search(text, places);
    for (index, attribute) in defanged {
        let Some(found) = found.get(index) else { continue };
        let hits = names_in_text::find(text, &[found.original_value.as_str()], false);
        places.extend(hits.into_iter().map(|hit| Place {
            start: hit.start,
            end: hit.end,
            what: What::Attribute(Arc::clone(&attribute)),
        }));
    }
    Ok(taken)
}

/// The spelling that each recognised value would be stored in, import rules applied.
fn spellings(ctx: &Ctx<'_, '_>, found: &[Found]) -> HashMap<String, Vec<usize>> {
    let rules = ctx.app.import_rules();
    let today = Today::from_unix_seconds(ctx.now());
    let mut spellings: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, found) in found.iter().enumerate() {
        if let Ok(value) = prepare(found.default_type(), &found.value, &rules, today) {
            spellings
                .entry(fold(&value.joined()).into_owned())
                .or_default()
                .push(index);
        }
    }
    spellings
}

/// Attributes and the texts by which they are found.
#[derive(Default)]
struct Batch {
    names: Vec<String>,
    of: Vec<usize>,
    attributes: Vec<Arc<Attribute>>,
}

impl Batch {
    fn add(&mut self, attribute: Arc<Attribute>) {
        let is_file = AttributeType::from_id(attribute.kind).is_some_and(AttributeType::is_file);
        let whole = attribute.value().into_owned();
        let halves = attribute.value2.as_ref().map(|second| {
            let second = (second.len() >= SHORTEST_HALF).then(|| second.clone());
            (attribute.value1.clone(), second)
        });
        let mut texts = vec![whole];
        if let Some((first, second)) = halves {
            // The name of a sample says little; its hash says which one.
            texts.extend((!is_file).then_some(first));
            texts.extend(second);
        }
        let index = self.attributes.len();
        for text in texts {
            if text.len() <= LONGEST && text.chars().count() >= SHORTEST {
                self.names.push(text);
                self.of.push(index);
            }
        }
        self.attributes.push(attribute);
    }

    fn search(&mut self, text: &str, places: &mut Vec<Place>) {
        for hit in names_in_text::find(text, &self.names, true) {
            let attribute = self
                .of
                .get(hit.name)
                .and_then(|index| self.attributes.get(*index));
            places.extend(attribute.map(|attribute| Place {
                start: hit.start,
                end: hit.end,
                what: What::Attribute(Arc::clone(attribute)),
            }));
        }
        *self = Self::default();
    }
}

/// Names of context and the tags that they stand for.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    tags: Vec<Arc<str>>,
}

impl Names {
    fn add(&mut self, name: &str, tag: &str, shortest: usize) {
        if name.len() <= LONGEST && name.chars().count() >= shortest {
            self.names.push(name.to_owned());
            self.tags.push(Arc::from(tag));
        }
    }

    fn search(&mut self, text: &str, ignore_case: bool, places: &mut Vec<Place>) {
        for hit in names_in_text::find(text, &self.names, ignore_case) {
            places.extend(self.tags.get(hit.name).map(|tag| Place {
                start: hit.start,
                end: hit.end,
                what: What::Context(Arc::clone(tag)),
            }));
        }
        *self = Self::default();
    }
}

/// Finds tags, and clusters by tag, value and synonym. Names of clusters are often plain words, so their case counts.
fn context(ctx: &mut Ctx<'_, '_>, text: &str, places: &mut Vec<Place>) -> Result<()> {
    let mut tags = Names::default();
    for tag in ctx.tags.iter().filter(|tag| !tag.hidden) {
        if crate::content::tags::may_attach(ctx, tag, false).is_ok() {
            tags.add(&tag.name, &tag.name, SHORTEST);
        }
    }
    tags.search(text, true, places);
    let scope = ctx.scope();
    let mut exact = Names::default();
    entente_store::galaxy::each_name(ctx.tx, &scope, |name| {
        if name.synonym {
            exact.add(name.name, name.tag, SHORTEST_SYNONYM);
        } else {
            tags.add(name.tag, name.tag, SHORTEST);
            exact.add(name.name, name.tag, SHORTEST);
            let parts = name
                .name
                .split_once(" - ")
                .filter(|_| name.galaxy_type.starts_with(ATTACK));
            if let Some((words, number)) = parts {
                exact.add(words, name.tag, SHORTEST_SYNONYM);
                exact.add(number, name.tag, SHORTEST_SYNONYM);
            }
        }
        if exact.names.len() >= BATCH {
            exact.search(text, false, places);
        }
        if tags.names.len() >= BATCH {
            tags.search(text, true, places);
        }
        Ok::<_, Error>(())
    })?;
    tags.search(text, true, places);
    exact.search(text, false, places);
    Ok(())
}

/// Finds the recognised values that are no attributes yet.
fn suggestions(text: &str, found: &[Found], taken: &HashSet<usize>, places: &mut Vec<Place>) {
    let open: Vec<Arc<Found>> = found
        .iter()
        .enumerate()
        .filter(|(index, _)| !taken.contains(index))
        .map(|(_, found)| Arc::new(found.clone()))
        .collect();
    let words: Vec<&str> = open.iter().map(|found| found.original_value.as_str()).collect();
    for hit in names_in_text::find(text, &words, false) {
        places.extend(open.get(hit.name).map(|found| Place {
            start: hit.start,
            end: hit.end,
            what: What::Suggestion(Arc::clone(found)),
        }));
    }
}

fn anchored(report: &Report, text: &str, places: Vec<Place>) -> Vec<Extraction> {
    let mut repeated: HashMap<String, u64> = HashMap::new();
    places
        .into_iter()
        .map(|place| {
            let words = fold(text.get(place.start..place.end).unwrap_or_default()).into_owned();
            let count = repeated.entry(words.clone()).or_default();
            *count += 1;
            let digest = Sha256::new()
                .chain_update(report.uuid.as_bytes())
                .chain_update(count.to_be_bytes())
                .chain_update(words.as_bytes())
                .finalize();
            Extraction {
                start: place.start,
                end: place.end,
                what: place.what,
                anchor: hex::encode(digest.get(..12).unwrap_or_default()),
            }
        })
        .collect()
}
