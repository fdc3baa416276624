//! Writing what was found in a report into its event and its text. spec: 08#2.2
use super::extract::{Plan, What};
use super::markdown::{self, Kind};
use super::{changeable, edit};
use crate::attribute::NO_PERMISSION;
use crate::attribute::add::Options;
use crate::content::prepare::{self, Defaults};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::free_text::{Adherence, Request};
use crate::tag::{Attach, TagChoice, TargetChoice};
use entente_indicator::free_text::Found;
use entente_model::draft::{AttributeDraft, Given, ReportDraft};
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref};
use entente_model::level::Distribution;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Turns everything that was found into references: suggestions become attributes that inherit the event's
/// level. With `tag_event` the context is attached to the event as far as the caller may.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Conflict` when the report has changed since.
pub fn apply(ctx: &mut Ctx<'_, '_>, plan: &Plan, tag_event: bool) -> Result<ElementId> {
    let (report, event) = changeable(ctx, Some(Ref::Id(plan.report.id.0)))?;
    if report.content != plan.report.content {
        return Err(Error::conflict(
            "The report has changed meanwhile. Extract from it again.",
        ));
    }
    let made = make(ctx, plan, &event)?;
    let mut places = Vec::new();
    let mut tags: BTreeSet<&str> = BTreeSet::new();
    for extraction in &plan.extractions {
        let reference = match &extraction.what {
            What::Attribute(attribute) => markdown::reference(Kind::Attribute, &attribute.uuid.to_string()),
            What::Context(tag) => {
                tags.insert(tag);
                markdown::reference(Kind::Tag, tag)
            }
            What::Suggestion(found) => match made.get(found.value.as_str()) {
                Some(uuid) => markdown::reference(Kind::Attribute, &uuid.to_string()),
                // It is no value of its type after all.
                None => continue,
            },
        };
        places.push((extraction.start, extraction.end, reference));
    }
    if tag_event {
        attach(ctx, &event, &tags)?;
    }
    let made: Vec<Uuid> = made.into_values().collect();
    super::undo::note(ctx, report.id, plan.content(), &places, &made)?;
    write(ctx, report.id, markdown::replaced(plan.content(), &places))
}

/// Makes the suggestions attributes; answers the uuids of those that are some now, by value.
fn make(ctx: &mut Ctx<'_, '_>, plan: &Plan, event: &Event) -> Result<HashMap<String, Uuid>> {
    let mut seen = BTreeSet::new();
    let found: Vec<Found> = plan
        .extractions
        .iter()
        .filter_map(|extraction| match &extraction.what {
            What::Suggestion(found) if seen.insert(found.value.as_str()) => Some(found.as_ref().clone()),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Ok(HashMap::new());
    }
    if !ctx.can_modify(event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    let request = Request {
        adherence: Adherence::Ignore,
        distribution: Given::Value(Distribution::Inherit),
        group: None,
    };
    let (_, taken) = crate::free_text::import(ctx, Some(Ref::Id(event.id.0)), &found, &request)?;
    let made = taken
        .into_iter()
        .filter_map(|taken| Some((taken.found.value, taken.attribute?)));
    Ok(made.collect())
}

/// Attaches context that the event lacks; a tag that the caller may not attach is passed over.
fn attach(ctx: &mut Ctx<'_, '_>, event: &Event, tags: &BTreeSet<&str>) -> Result<()> {
    if tags.is_empty() || !ctx.can_tag(event, false) {
        return Ok(());
    }
    for name in tags {
        let is_cluster = crate::content::tags::galaxy_flags(name).0;
        if is_cluster
            && ctx.tags.by_name(name).is_none()
            && entente_store::tag::by_name(ctx.tx, name)?.is_none()
        {
            let tag = crate::knowledge::cluster_tag(ctx.tx, name)?;
            ctx.touch_tag(tag);
        }
    }
    let request = Attach {
        target: TargetChoice::Event(Some(Ref::Id(event.id.0))),
        tags: tags
            .iter()
            .map(|name| TagChoice::Name((*name).to_owned()))
            .collect(),
        local: false,
        relationship: None,
        strict: false,
    };
    crate::tag::attach(ctx, &request).map(|_| ())
}

fn write(ctx: &mut Ctx<'_, '_>, report: ElementId, content: String) -> Result<ElementId> {
    let draft = ReportDraft {
        content: Some(content),
        ..ReportDraft::default()
    };
    edit(ctx, Some(Ref::Id(report.0)), &draft)
}

/// A suggestion that somebody has accepted, with what it shall be.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The value as it stands in the suggestion.
    pub value: String,
    /// The attribute it shall become.
    pub attribute: AttributeDraft,
}

/// Takes a text with suggestions in it: those accepted become attributes and references to them, the others plain
/// words again. An attribute that the event has already is referred to.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Fields` for an attribute that is not valid, nothing stored then.
pub fn accept(
    ctx: &mut Ctx<'_, '_>,
    report: Option<Ref>,
    content: &str,
    accepted: &[Accepted],
) -> Result<ElementId> {
    let (report, event) = changeable(ctx, report)?;
    if !accepted.is_empty() && !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    let settings = ctx.settings.clone();
    let app = ctx.app.clone();
    let defaults = Defaults {
        distribution: crate::event::intake::default_distribution(&settings),
        rules: app.import_rules(),
        now: ctx.now(),
    };
    let mut errors = FieldErrors::default();
    let mut submitted = Vec::new();
    for one in accepted {
        match prepare::attribute(one.attribute.clone(), &defaults) {
            Ok(mut attribute) => {
                attribute.row.uuid = ctx.new_uuid()?;
                attribute.row.distribution = Distribution::Inherit;
                submitted.push(Ok(attribute));
            }
            Err(refused) => errors.add(&one.value, refused.to_string()),
        }
    }
    errors.into_result()?;
    let outcomes =
        crate::attribute::add::add(ctx, Some(Ref::Id(event.id.0)), &mut submitted, Options::default())?;
    let mut uuids: HashMap<&str, Uuid> = HashMap::new();
    for ((one, submitted), outcome) in accepted.iter().zip(&submitted).zip(outcomes) {
        let Ok(attribute) = submitted else { continue };
        let uuid = match outcome {
            Ok(_) => Some(attribute.row.uuid),
            Err(_) => existing(ctx, &event, &attribute.row)?,
        };
        uuids.extend(uuid.map(|uuid| (one.value.as_str(), uuid)));
    }
    let places: Vec<(usize, usize, String)> = markdown::references(content)
        .into_iter()
        .filter(|reference| reference.kind == Kind::Suggestion)
        .map(|reference| {
            let new = uuids.get(reference.target).map_or_else(
                || reference.target.to_owned(),
                |uuid| markdown::reference(Kind::Attribute, &uuid.to_string()),
            );
            (reference.start, reference.end, new)
        })
        .collect();
    write(ctx, report.id, markdown::replaced(content, &places))
}

/// The attribute of the event that is like this one, if the caller sees it.
fn existing(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    wanted: &entente_model::attribute::Attribute,
) -> Result<Option<Uuid>> {
    let (app, scope) = (ctx.app, ctx.scope());
    let similar = entente_store::attribute::similar(ctx.tx, &scope, app.hasher(), event, wanted)?;
    Ok(similar.map(|attribute| attribute.uuid))
}
