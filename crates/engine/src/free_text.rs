//! Indicators in a text that somebody pasted beside an event. spec: 04#8
use crate::attribute::add::Options;
use crate::content::prepare::{self, Defaults};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::free_text::{Found, Lists};
use entente_model::draft::{AttributeDraft, Given, GroupChoice};
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::level::Distribution;
use uuid::Uuid;

/// The warninglist whose entries are the endings of names.
const TOP_LEVEL: &str = "TLDs as known by IANA";
/// The warninglist whose entries are domains of security vendors.
const VENDORS: &str = "List of known domains used by automated malware analysis services & security vendors";
/// Longest text.
const MAX_TEXT: usize = 10 << 20;

/// What warninglists mean for the values found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adherence {
    /// Nothing.
    #[default]
    Ignore,
    /// Listed values are kept, but not for detection.
    Soft,
    /// Listed values are left out.
    Strict,
}

/// How the values found are stored.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What warninglists mean.
    pub adherence: Adherence,
    /// Distribution of the attributes.
    pub distribution: Given<Distribution>,
    /// With a sharing group.
    pub group: Option<GroupChoice>,
}

/// A value of the text and what became of it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What was found.
    pub found: Found,
    /// Whether it is for detection.
    pub to_ids: bool,
    /// Its distribution.
    pub distribution: Distribution,
    /// Whether it was stored or proposed.
    pub stored: bool,
    /// The attribute it was stored as.
    pub attribute: Option<Uuid>,
}

/// The indicators of a text, for a caller who sees the event. A long text takes a while, so this is for a read:
/// nothing else can be written while a write lasts.
///
/// # Errors
/// `NotFound` for the event; `TooLarge` for a text beyond 10 MiB; of the database.
pub fn recognise(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, text: &str) -> Result<Vec<Found>> {
    ctx.visible_event(event, "Invalid event")?;
    let lists = lists(ctx, text)?;
    Ok(entente_indicator::free_text::recognise(text, &lists))
}

/// The indicators of a text in every spelling that it has.
///
/// # Errors
/// `TooLarge` for a text beyond 10 MiB; of the database.
pub(crate) fn spellings(ctx: &mut Ctx<'_, '_>, text: &str) -> Result<Vec<Found>> {
    let lists = lists(ctx, text)?;
    Ok(entente_indicator::free_text::spellings(text, &lists))
}

/// What recognition knows of names, for a text that is not too long for it.
fn lists(ctx: &mut Ctx<'_, '_>, text: &str) -> Result<Lists> {
    if text.len() > MAX_TEXT {
        return Err(Error::TooLarge(
            format!("A text has at most {} MiB; split it.", MAX_TEXT >> 20).into(),
        ));
    }
    let (top_level, vendors) = (entries(ctx, TOP_LEVEL)?, entries(ctx, VENDORS)?);
    Ok(Lists::new(
        top_level.iter().map(String::as_str),
        vendors.iter().map(String::as_str),
    ))
}

/// The entries of a warninglist, whether it is enabled or not; none without it.
fn entries(ctx: &mut Ctx<'_, '_>, name: &str) -> Result<Vec<String>> {
    let mut entries = Vec::new();
    if let Some(list) = entente_store::warninglist::by_name(ctx.tx, name)? {
        entente_store::warninglist::each_chunk(ctx.tx, list.id, |chunk| {
            let values = entente_store::warninglist::entries_of(chunk).map(|(value, _)| value.to_owned());
            entries.extend(values);
            Ok::<_, Error>(())
        })?;
    }
    Ok(entries)
}

/// Stores recognised indicators as attributes of an event, or as proposals where the caller may not change
/// it. A value that is there already, or that its type refuses, is passed over.
///
/// # Errors
/// `NotFound` for the event; `Denied` when a sharing group may not be used; `TooLarge` beyond the limits.
pub fn import(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    found: &[Found],
    request: &Request,
) -> Result<(Event, Vec<Taken>)> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let lists = match request.adherence {
        Adherence::Ignore => None,
        Adherence::Soft | Adherence::Strict => Some(crate::warninglist::set(ctx)?),
    };
    let settings = ctx.settings.clone();
    let default = crate::event::intake::default_distribution(&settings);
    let distribution = request.distribution.clone().or(default);
    let mut taken = Vec::with_capacity(found.len());
    for found in found {
        let listed = lists
            .as_ref()
            .is_some_and(|lists| lists.is_hit(found.default_type().name(), &found.value));
        let kept = !(listed && request.adherence == Adherence::Strict);
        taken.push(Taken {
            to_ids: found.to_ids() && !(listed && request.adherence == Adherence::Soft),
            found: found.clone(),
            distribution,
            stored: kept,
            attribute: None,
        });
    }
    let drafts: Vec<AttributeDraft> = taken.iter().map(|taken| draft(taken, request)).collect();
    if ctx.can_modify(&event) {
        add(ctx, &event, drafts, &mut taken)?;
    } else {
        propose(ctx, &event, drafts, &mut taken)?;
    }
    Ok((event, taken))
}

fn draft(taken: &Taken, request: &Request) -> AttributeDraft {
    let mut draft = AttributeDraft {
        kind: Some(taken.found.default_type().name().to_owned()),
        category: Some(taken.found.category().name().to_owned()),
        value: Some(taken.found.value.clone()),
        to_ids: Given::Value(taken.to_ids),
        distribution: Given::Value(taken.distribution),
        comment: taken.found.comment.text(),
        ..AttributeDraft::default()
    };
    if taken.distribution == Distribution::SharingGroup {
        draft.extra_mut().sharing_group.clone_from(&request.group);
    }
    draft
}

fn add(ctx: &mut Ctx<'_, '_>, event: &Event, drafts: Vec<AttributeDraft>, taken: &mut [Taken]) -> Result<()> {
    let settings = ctx.settings.clone();
    let app = ctx.app.clone();
    let defaults = Defaults {
        distribution: crate::event::intake::default_distribution(&settings),
        rules: app.import_rules(),
        now: ctx.now(),
    };
    let mut submitted = Vec::new();
    let mut of = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        if !taken.get(index).is_some_and(|taken| taken.stored) {
            continue;
        }
        let mut prepared = prepare::attribute(draft, &defaults);
        if let (Ok(attribute), Some(taken)) = (&mut prepared, taken.get_mut(index)) {
            attribute.row.uuid = ctx.new_uuid()?;
            taken.attribute = Some(attribute.row.uuid);
        }
        submitted.push(prepared);
        of.push(index);
    }
    let outcomes =
        crate::attribute::add::add(ctx, Some(Ref::Id(event.id.0)), &mut submitted, Options::default())?;
    for (index, outcome) in of.into_iter().zip(outcomes) {
        if let Some(taken) = taken.get_mut(index) {
            taken.stored = outcome.is_ok();
            taken.attribute = taken.attribute.filter(|_| taken.stored);
        }
    }
    Ok(())
}

fn propose(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    drafts: Vec<AttributeDraft>,
    taken: &mut [Taken],
) -> Result<()> {
    for (taken, draft) in taken.iter_mut().zip(drafts) {
        if !taken.stored {
            continue;
        }
        match crate::proposal::add(ctx, Some(Ref::Id(event.id.0)), draft) {
            Ok(_) => {}
            Err(Error::Fields(_)) => taken.stored = false,
            Err(other) => return Err(other),
        }
    }
    Ok(())
}
