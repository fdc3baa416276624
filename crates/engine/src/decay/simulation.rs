//! How a model scores one attribute over time. spec: 05#5.4
use super::score::{Model, TagNumbers};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::view::{self, TagOnItem};
use crate::sighting::{Filter, SightingRow};
use entente_knowledge::decay::Overrides;
use entente_knowledge::decay::course::{History, Sighted, course};
use entente_knowledge::decay::score::{BaseScore, base_score, effective_tags, tag_base};
use entente_model::id::Ref;
use entente_model::level::SightingKind;
use entente_model::time::Seconds;

/// What a simulation shows.
#[derive(Debug)]
pub struct Simulation {
    /// The model, with the numbers of the request.
    pub model: Model,
    /// Moments and scores, ascending.
    pub course: Vec<(Seconds, f64)>,
    /// Sightings that the caller is shown, ascending; the newest ten thousand when there are more.
    pub sightings: Vec<SightingRow>,
    /// Where the score begins.
    pub base: BaseScore,
    /// Tags of the attribute and of its event as they count.
    pub tags: Vec<TagOnItem>,
    /// Tags of the event that do not count beside those of the attribute.
    pub overridden: Vec<TagOnItem>,
    /// When the value was last confirmed, else last seen or changed.
    pub last_sighting: Seconds,
    /// The score now.
    pub current: f64,
}

/// Computes it for an attribute that the caller sees.
///
/// # Errors
/// `NotFound` without model or attribute.
pub fn simulate(
    ctx: &mut Ctx<'_, '_>,
    model: Option<i64>,
    attribute: Option<Ref>,
    overrides: &Overrides,
) -> Result<Simulation> {
    let model = Model::read(super::view(ctx, model)?, overrides)?;
    let bare = view::Options {
        attachments: false,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..view::Options::default()
    };
    let (event, item) = view::attribute(ctx, attribute, bare.clone())?;
    let event_tags = view::head_of(ctx, event, bare)?.tags;
    let filter = Filter {
        any_attribute: Some(vec![item.attribute.id.0]),
        ..Filter::default()
    };
    let mut sightings = crate::sighting::newest_first(ctx, &filter)?;
    sightings.reverse();

    let own_base = |tag: &TagOnItem| {
        let base = tag_base(&tag.tag.name);
        item.tags.iter().any(|own| tag_base(&own.tag.name) == base)
    };
    let (overridden, inherited): (Vec<TagOnItem>, Vec<TagOnItem>) =
        event_tags.into_iter().partition(own_base);
    let numbers = TagNumbers::of(ctx)?;
    let scored = effective_tags(&numbers.scored(&inherited), &numbers.scored(&item.tags));
    let base = base_score(&model.parameters, &scored);
    let sighted: Vec<Sighted> = sightings
        .iter()
        .map(|row| Sighted {
            at: row.sighting.date,
            confirms: row.sighting.kind == SightingKind::Sighting,
        })
        .collect();
    let last_seen = item
        .attribute
        .last_seen
        .map(|micros| micros.div_euclid(1_000_000));
    let history = History {
        base: base.score,
        tags: &scored,
        timestamp: item.attribute.timestamp,
        last_seen,
        sightings: &sighted,
    };
    let points = course(model.formula, &model.parameters, &history).collect();
    let current = history.score_at(model.formula, &model.parameters, ctx.now());
    let newest = sighted
        .iter()
        .rev()
        .find(|seen| seen.confirms)
        .map(|seen| seen.at);
    let last_sighting = newest.or(last_seen).unwrap_or(item.attribute.timestamp);
    drop(scored);
    let mut tags = inherited;
    tags.extend(item.tags);
    Ok(Simulation {
        model,
        course: points,
        sightings,
        base,
        tags,
        overridden,
        last_sighting,
        current,
    })
}
