//! Scores of what a caller is shown. spec: 05#5.2, 05#5.3
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::view::TagOnItem;
use crate::sighting::Tally;
use entente_indicator::AttributeType;
use entente_knowledge::decay::score::{
    BaseScore, Observation, ScoredTag, SightingCounts, base_score, effective_tags, is_decayed,
    reference_time, score,
};
use entente_knowledge::decay::{Formula, Overrides, Parameters};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::library::DecayingModel;
use entente_model::search::Decay;
use entente_model::time::Seconds;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A user's own numbers for tags.
const OWN_NUMBERS: &str = "tag_numerical_value_override";

/// A model ready for computing.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// As it is stored.
    pub row: DecayingModel,
    /// How the score is computed.
    pub formula: Formula,
    /// Its numbers, those of the request in place.
    pub parameters: Parameters,
    kinds: HashSet<u16>,
}

impl Model {
    /// # Errors
    /// `Damaged` when the stored model cannot be read.
    pub fn read(row: DecayingModel, overrides: &Overrides) -> Result<Self> {
        let damaged = || Error::Damaged(format!("decaying model {} cannot be read", row.id));
        let formula = Formula::from_name(&row.formula).ok_or_else(damaged)?;
        let numbers: Map<String, Value> = serde_json::from_str(&row.parameters).map_err(|_| damaged())?;
        Ok(Self {
            formula,
            parameters: Parameters::from_json(&numbers, &mut Vec::new()).with(overrides),
            kinds: row
                .attribute_types
                .iter()
                .filter_map(|name| AttributeType::from_name(name))
                .map(AttributeType::id)
                .collect(),
            row,
        })
    }
}

/// What a model says about an attribute or event.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The model.
    pub model: Arc<Model>,
    /// The score now.
    pub score: f64,
    /// The score it fell from.
    pub base: f64,
    /// Whether it is below the model's threshold.
    pub decayed: bool,
}

/// The models of one request; made once and asked for each element.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    models: Vec<Arc<Model>>,
    /// The models were named, so their types do not matter.
    named: bool,
    numbers: TagNumbers,
    now: Seconds,
}

impl Scorer {
    /// The models that a request means, as far as the caller may use them.
    ///
    /// # Errors
    /// Of the database.
    pub fn new(ctx: &mut Ctx<'_, '_>, asked: &Decay) -> Result<Self> {
        let overrides = Overrides {
            lifetime: asked.lifetime,
            decay_speed: asked.decay_speed,
            threshold: asked.threshold,
        };
        let named = !asked.models.is_empty();
        let models = super::list(ctx)?
            .into_iter()
            .filter(|row| {
                if named {
                    asked.models.contains(&row.id)
                } else {
                    row.enabled
                }
            })
            .map(|row| Model::read(row, &overrides).map(Arc::new))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            models,
            named,
            numbers: TagNumbers::of(ctx)?,
            now: ctx.now(),
        })
    }

    /// Whether there is no model at all, so that nothing needs to be read for it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Scores of an attribute by each applicable model, in the order of their ids; empty without such a model.
    #[must_use]
    pub fn attribute(
        &self,
        attribute: &Attribute,
        event_tags: &[TagOnItem],
        own_tags: &[TagOnItem],
        sightings: Tally,
    ) -> Vec<Score> {
        let mut models = self
            .models
            .iter()
            .filter(|model| self.named || model.kinds.contains(&attribute.kind))
            .peekable();
        if models.peek().is_none() {
            return Vec::new();
        }
        let tags = effective_tags(&self.numbers.scored(event_tags), &self.numbers.scored(own_tags));
        // a sensor's clock may be a little ahead of ours
        let newest = sightings.newest.map(|newest| newest.min(self.now));
        let last_seen = attribute.last_seen.map(|micros| micros.div_euclid(1_000_000));
        let start = reference_time(newest, last_seen, attribute.timestamp);
        let counts = SightingCounts {
            all: sightings.all,
            confirming: sightings.confirming,
        };
        models
            .map(|model| self.one(model, &tags, start, attribute.timestamp, counts))
            .collect()
    }

    /// Scores of an event by each model: it decays from its publication. spec: 05#5.3
    #[must_use]
    pub fn event(&self, event: &Event, tags: &[TagOnItem]) -> Vec<Score> {
        let tags = self.numbers.scored(tags);
        let (start, timestamp) = (event.publish_timestamp, event.timestamp);
        let counts = SightingCounts::default();
        self.models
            .iter()
            .map(|model| self.one(model, &tags, start, timestamp, counts))
            .collect()
    }

    fn one(
        &self,
        model: &Arc<Model>,
        tags: &[ScoredTag<'_>],
        start: Seconds,
        timestamp: Seconds,
        sightings: SightingCounts,
    ) -> Score {
        let BaseScore { score: base, .. } = base_score(&model.parameters, tags);
        let seen = Observation {
            base,
            now: self.now,
            start,
            timestamp,
            tags,
            sightings,
        };
        let score = score(model.formula, &model.parameters, &seen);
        Score {
            score,
            base,
            decayed: is_decayed(&model.parameters, score),
            model: Arc::clone(model),
        }
    }
}

/// What scores a view of events shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    /// The models.
    pub scorer: Scorer,
    /// Each attribute has its scores.
    pub attributes: bool,
    /// Attributes that have decayed are left out.
    pub exclude_decayed: bool,
    /// The event has scores of its own.
    pub events: bool,
}

impl Scoring {
    /// The scoring of one request; none when it asks for none.
    ///
    /// # Errors
    /// Of the database.
    pub fn of(
        ctx: &mut Ctx<'_, '_>,
        asked: Option<&Decay>,
        exclude_decayed: bool,
        events: bool,
    ) -> Result<Option<Arc<Self>>> {
        if asked.is_none() && !events {
            return Ok(None);
        }
        let any = Decay::default();
        Ok(Some(Arc::new(Self {
            scorer: Scorer::new(ctx, asked.unwrap_or(&any))?,
            attributes: asked.is_some(),
            exclude_decayed,
            events,
        })))
    }
}

/// Whether every model that says something says that it has decayed.
#[must_use]
pub fn all_decayed(scores: &[Score]) -> bool {
    !scores.is_empty() && scores.iter().all(|score| score.decayed)
}

/// The numbers of tags: those of the library, and the caller's own in their place.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct TagNumbers(HashMap<String, f64>);

impl TagNumbers {
    /// # Errors
    /// Of the database.
    pub(super) fn of(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let row = entente_store::user_setting::get(ctx.tx, ctx.actor.user_id(), OWN_NUMBERS)?;
        let own: Map<String, Value> = row
            .and_then(|row| serde_json::from_str(&row.value).ok())
            .unwrap_or_default();
        let number = |value: &Value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        Ok(Self(
            own.into_iter()
                .filter_map(|(name, value)| Some((name, number(&value)?)))
                .collect(),
        ))
    }

    pub(super) fn scored<'t>(&self, tags: &'t [TagOnItem]) -> Vec<ScoredTag<'t>> {
        tags.iter()
            .map(|item| ScoredTag {
                name: &item.tag.name,
                numerical_value: self.0.get(&item.tag.name).copied().or_else(|| {
                    #[expect(clippy::cast_precision_loss, reason = "published numbers are below 10 000")]
                    item.tag.numerical_value.map(|number| number as f64)
                }),
            })
            .collect()
    }
}
