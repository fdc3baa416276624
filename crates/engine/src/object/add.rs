//! Adding an object. spec: 03#5.1
use crate::attribute::NO_PERMISSION;
use crate::content::capture;
use crate::content::insert::{self, Content};
use crate::content::prepare::PreparedObject;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::level::Distribution;
use std::collections::BTreeSet;

/// A relation, type and folded value: what makes two objects equal.
type Signature = BTreeSet<(String, u16, String)>;

/// Why an object was not added, beyond the classes of [`Error`].
#[derive(Debug)]
pub enum Refused {
    /// It does not conform to its template; the text says how.
    Template(String),
    /// The event has an equal one.
    Duplicate(String),
}

/// The event that is to get an object.
///
/// # Errors
/// `NotFound`, or `Denied` when the caller may not change it.
pub fn target(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<Event> {
    let event = ctx.visible_event(event, "Invalid event.")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    Ok(event)
}

/// Adds an object to an event.
///
/// # Errors
/// `NotFound` for the event; `Denied` without the right or for a sharing group.
pub fn add(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    template: Option<i64>,
    object: &PreparedObject,
    break_on_duplicate: bool,
) -> Result<std::result::Result<ElementId, Refused>> {
    let mut event = target(ctx, event)?;
    let mut object = object.clone();
    if object.row.distribution == Distribution::SharingGroup {
        capture::group(ctx, object.group.as_ref())?;
    }
    for attribute in &object.attributes {
        if attribute.row.distribution == Distribution::SharingGroup {
            capture::group(ctx, attribute.group.as_deref())?;
        }
        if attribute
            .extra
            .as_deref()
            .is_some_and(|extra| extra.enforce_warninglist)
            && let Err(errors) = crate::warninglist::enforce(ctx, &attribute.row)?
        {
            return Ok(Err(Refused::Template(
                errors.0.values().flatten().cloned().collect::<Vec<_>>().join(" "),
            )));
        }
    }
    if let Err(why) = conforms(ctx, template, &mut object)? {
        return Ok(Err(Refused::Template(why)));
    }
    if break_on_duplicate && let Some(twin) = duplicate(ctx, &event, &object)? {
        return Ok(Err(Refused::Duplicate(format!(
            "Duplicate object found. Since breakOnDuplicate is set the object will not be added. (Object {twin})"
        ))));
    }
    let mut content = Content {
        attributes: Vec::new(),
        objects: vec![object],
    };
    let inserted = insert::into_event(ctx, &mut event, &mut content)?;
    let Some(stored) = content.objects.first() else {
        return Ok(Err(Refused::Template(inserted.dropped.into_lines().join("; "))));
    };
    crate::event::touch(ctx, &mut event)?;
    let id = stored.row.id;
    ctx.log(&Entry {
        model: "Object",
        id: id.0,
        action: "add",
        title: super::title(&stored.row, &event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "add",
        entity: "object",
        id: id.0,
        uuid: Some(stored.row.uuid),
        event: Some(event.id),
    })?;
    Ok(Ok(id))
}

/// Checks a known template and takes name and description over from it. spec: 03#5.1.2
fn conforms(
    ctx: &mut Ctx<'_, '_>,
    template: Option<i64>,
    object: &mut PreparedObject,
) -> Result<std::result::Result<(), String>> {
    let known = match template {
        Some(id) => match crate::template::by_id(ctx, id)? {
            Some(known) => Some(known),
            None => return Err(Error::not_found("Invalid template.")),
        },
        None => match object.row.template_uuid {
            Some(uuid) => crate::template::by_uuid(ctx, uuid, object.row.template_version)?,
            None => {
                return Ok(Err(
                    "Could not save the object as no template was named: give template_uuid.".to_owned(),
                ));
            }
        },
    };
    let Some(known) = known else {
        let missing = [
            ("meta-category", object.row.meta_category.is_empty()),
            ("description", object.row.description.is_empty()),
        ];
        return Ok(match missing.iter().find(|(_, missing)| *missing) {
            Some((field, _)) => Err(format!(
                "Could not save the object: its template is unknown here, so {field} must be given."
            )),
            None => Ok(()),
        });
    };
    object.row.template_uuid = Some(known.uuid);
    object.row.template_version = known.version;
    object.row.name.clone_from(&known.name);
    object.row.meta_category.clone_from(&known.meta_category);
    if object.row.description.is_empty() {
        object.row.description.clone_from(&known.description);
    }
    let relations: Vec<&str> = object
        .attributes
        .iter()
        .filter_map(|a| a.row.relation.as_deref())
        .collect();
    Ok(known.conforms(&relations))
}

fn signature<'a>(attributes: impl Iterator<Item = &'a entente_model::attribute::Attribute>) -> Signature {
    attributes
        .map(|a| {
            (
                a.relation.clone().unwrap_or_default(),
                a.kind,
                entente_indicator::fold(&a.value()).into_owned(),
            )
        })
        .collect()
}

/// A live object of the same template with the same members. spec: 03#5.1.5
fn duplicate(ctx: &mut Ctx<'_, '_>, event: &Event, object: &PreparedObject) -> Result<Option<ElementId>> {
    let wanted = signature(object.attributes.iter().map(|attribute| &attribute.row));
    let scope = ctx.scope();
    let mut after = ElementId::NONE;
    loop {
        let page = entente_store::object::page_of_event(ctx.tx, &scope, event, after, 500)?;
        let Some(last) = page.last() else { return Ok(None) };
        after = last.id;
        for other in page
            .iter()
            .filter(|o| !o.deleted && o.template_uuid == object.row.template_uuid)
        {
            let members = entente_store::attribute::of_objects(ctx.tx, &scope, event, other.id, other.id)?;
            if signature(members.iter().filter(|member| !member.deleted)) == wanted {
                return Ok(Some(other.id));
            }
        }
    }
}
