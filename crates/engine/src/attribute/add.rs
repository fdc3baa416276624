//! Adding attributes to an event. spec: 03#4.1
use super::NO_PERMISSION;
use super::edit;
use crate::content::capture;
use crate::content::insert::{self, Content, MAX_ATTRIBUTES};
use crate::content::prepare::PreparedAttribute;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref};
use entente_model::level::Distribution;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A submitted attribute, or why it cannot be one.
pub type Submitted = std::result::Result<PreparedAttribute, FieldErrors>;

/// What became of each submitted attribute, in the order of submission.
pub type Outcomes = Vec<std::result::Result<ElementId, FieldErrors>>;

/// The text that clients compare. spec: 03#20
pub const SIMILAR: &str = "A similar attribute already exists for this event.";

/// How to treat what is there already.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// An equal attribute is edited instead of refused.
    pub update_similar: bool,
}

/// Adds attributes to an event; each stands or falls alone.
///
/// # Errors
/// `NotFound` for the event; `Denied` without the right or when a sharing group may not be used.
pub fn add(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    submitted: &mut [Submitted],
    options: Options,
) -> Result<Outcomes> {
    let mut event = ctx.visible_event(event, "Invalid event")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if submitted.len() > MAX_ATTRIBUTES {
        return Err(Error::TooLarge(
            format!("At most {MAX_ATTRIBUTES} attributes are taken at once.").into(),
        ));
    }
    let mut outcomes: Outcomes = Vec::with_capacity(submitted.len());
    let mut content = Content::default();
    let mut waiting: Vec<(usize, Uuid)> = Vec::new();
    let mut earlier = Earlier::load(ctx, submitted)?;
    for (index, attribute) in submitted.iter_mut().enumerate() {
        let outcome = match attribute {
            Err(errors) => Err(errors.clone()),
            Ok(attribute) => check(ctx, &event, attribute, &mut earlier)?,
        };
        outcomes.push(match (outcome, attribute) {
            (Ok(None), Ok(attribute)) => {
                waiting.push((index, attribute.row.uuid));
                content.attributes.push(attribute.clone());
                Ok(ElementId::NONE)
            }
            (Ok(Some(similar)), Ok(attribute)) if options.update_similar => {
                Ok(edit::overwrite(ctx, &mut event, &similar, attribute)?)
            }
            (Ok(_), _) => Err(FieldErrors::one("value", SIMILAR)),
            (Err(errors), _) => Err(errors),
        });
    }
    let inserted = insert::into_event(ctx, &mut event, &mut content)?;
    let stored: HashMap<Uuid, ElementId> = content
        .attributes
        .iter()
        .map(|attribute| (attribute.row.uuid, attribute.row.id))
        .collect();
    for (index, uuid) in waiting {
        if let Some(outcome) = outcomes.get_mut(index) {
            *outcome = match stored.get(&uuid) {
                Some(id) => Ok(*id),
                None => Err(FieldErrors::one(
                    "uuid",
                    inserted.dropped.first().unwrap_or(SIMILAR),
                )),
            };
        }
    }
    finish(
        ctx,
        &mut event,
        &content,
        outcomes.iter().any(std::result::Result::is_ok),
    )?;
    Ok(outcomes)
}

fn finish(ctx: &mut Ctx<'_, '_>, event: &mut Event, content: &Content, changed: bool) -> Result<()> {
    if !changed {
        return Ok(());
    }
    for attribute in &content.attributes {
        if let Some(extra) = attribute.extra.as_deref() {
            for note in &extra.analyst {
                crate::analyst::capture(ctx, note, attribute.row.uuid, "Attribute")?;
            }
            for sighting in &extra.sightings {
                crate::sighting::capture(ctx, &attribute.row, sighting)?;
            }
        }
    }
    crate::event::touch(ctx, event)?;
    // One row for a bulk add: the change log names the event, whose content consumers read anew.
    if let [only] = content.attributes.as_slice() {
        ctx.log(&Entry {
            model: "Attribute",
            id: only.row.id.0,
            action: "add",
            title: super::title(&only.row, event),
            ..Entry::default()
        })?;
    } else if !content.attributes.is_empty() {
        ctx.log(&Entry {
            model: "Event",
            id: event.id.0,
            action: "edit",
            title: crate::event::title(event),
            change: Some(format!("{} attributes added", content.attributes.len())),
            ..Entry::default()
        })?;
    }
    ctx.change(&Change {
        kind: "edit",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })
}

/// What a submitted attribute may collide with besides the event: uuids that exist, and attributes submitted
/// before it.
struct Earlier {
    uuids: HashSet<Uuid>,
    values: HashSet<(u16, u8, String)>,
}

impl Earlier {
    fn load(ctx: &mut Ctx<'_, '_>, submitted: &[Submitted]) -> Result<Self> {
        let given: Vec<Uuid> = submitted
            .iter()
            .flatten()
            .filter(|attribute| attribute.uuid_given)
            .map(|attribute| attribute.row.uuid)
            .collect();
        let known = entente_store::attribute::by_uuids_unscoped(ctx.tx, &given)?;
        Ok(Self {
            uuids: known.iter().map(|attribute| attribute.uuid).collect(),
            values: HashSet::with_capacity(submitted.len()),
        })
    }
}

/// The checks that need the store: group, uuid, warninglists, uniqueness. `Ok(Some)` is the equal one.
fn check(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    attribute: &mut PreparedAttribute,
    earlier: &mut Earlier,
) -> Result<std::result::Result<Option<entente_model::attribute::Attribute>, FieldErrors>> {
    if attribute.row.distribution == Distribution::SharingGroup {
        // Refused as a whole: a caller that names a group it may not use has made a mistake. spec: 03#4.1
        capture::group(ctx, attribute.group.as_deref())?;
    }
    if attribute.uuid_given && !earlier.uuids.insert(attribute.row.uuid) {
        return Ok(Err(FieldErrors::one("uuid", "The UUID provided is not unique")));
    }
    if attribute
        .extra
        .as_deref()
        .is_some_and(|extra| extra.enforce_warninglist)
        && let Err(errors) = crate::warninglist::enforce(ctx, &attribute.row)?
    {
        return Ok(Err(errors));
    }
    let row = &attribute.row;
    let key = (
        row.kind,
        row.category,
        entente_indicator::fold(&row.value()).into_owned(),
    );
    if earlier.values.contains(&key) {
        return Ok(Err(FieldErrors::one("value", SIMILAR)));
    }
    let scope = ctx.scope();
    let similar = entente_store::attribute::similar(ctx.tx, &scope, ctx.app.hasher(), event, row)?;
    if similar.is_none() {
        earlier.values.insert(key);
    }
    Ok(Ok(similar))
}
