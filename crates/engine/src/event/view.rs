//! Reading an event with everything in it, for one caller. spec: 03#3.2, 01#5, 04#4
//!
//! [`head`] answers what stands around the content; [`each_attribute`] and [`each_object`] deliver the
//! content piece by piece, so that no event is ever held whole. Every row passes the caller's scope and
//! the rule on deleted elements; tags pass the rule on exportable and local ones.
mod shown;

pub use shown::{AttributeItem, Deleted, Head, ObjectItem, Options, ReferenceTarget, TagOnItem};

use crate::analyst::Nodes;
use crate::ctx::Ctx;
use crate::decay::score::all_decayed;
use crate::error::Result;
use entente_model::analyst::ObjectType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref};
use entente_model::object::{Object, Reference};
use entente_model::report::Report;
use entente_model::sharing_group::SharingGroup;
use entente_model::sighting::Sighting;
use entente_model::tag::TagLink;
use entente_policy::Permission;
use entente_store::attribute::Part;
use entente_store::tag::Target;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Elements read at a time.
const CHUNK: usize = 2_000;

/// The surroundings of an event that the caller can see.
///
/// # Errors
/// `NotFound`.
pub fn head(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, options: Options) -> Result<Head> {
    let event = ctx.visible_event(event, "Invalid event")?;
    head_of(ctx, event, options)
}

/// The surroundings of an event that was read through the caller's scope.
///
/// # Errors
/// Of the database.
pub fn head_of(ctx: &mut Ctx<'_, '_>, mut event: Event, mut options: Options) -> Result<Head> {
    if !crate::attribute::sees_deleted(ctx, &event) {
        options.deleted = Deleted::Hide;
    }
    let links = entente_store::tag::links_unscoped(ctx.tx, Target::Event(event.id))?;
    let tags = shown_tags(ctx, links, &options);
    let (proposals, proposals_on) = if options.proposals {
        crate::proposal::of_event(ctx, &event)?
    } else {
        (Vec::new(), HashMap::new())
    };
    let reports = if options.reports {
        reports(ctx, &event, options.deleted)?
    } else {
        Vec::new()
    };
    let about: Vec<(ObjectType, Uuid)> = reports
        .iter()
        .map(|report| (ObjectType::EventReport, report.uuid))
        .chain([(ObjectType::Event, event.uuid)])
        .collect();
    let mut annotations = annotations(ctx, &options, &about)?;
    let reports = reports
        .into_iter()
        .map(|report| {
            let own = annotations.remove(&(ObjectType::EventReport, report.uuid));
            (report, own.unwrap_or_default())
        })
        .collect();
    as_seen(ctx, std::slice::from_mut(&mut event))?;
    let scores = match options.scoring.as_deref().filter(|scoring| scoring.events) {
        Some(scoring) => scoring.scorer.event(&event, &tags),
        None => Vec::new(),
    };
    Ok(Head {
        scores,
        analyst: annotations
            .remove(&(ObjectType::Event, event.uuid))
            .unwrap_or_default(),
        org: ctx.directory.org(event.org).cloned(),
        orgc: ctx.directory.org(event.orgc).cloned(),
        group: group(ctx, event.sharing_group),
        creator_email: creator_email(ctx, &event)?,
        tags,
        proposals,
        proposals_on,
        reports,
        event,
        options,
    })
}

/// Annotations of things the caller sees, where they are asked for.
fn annotations(ctx: &mut Ctx<'_, '_>, options: &Options, objects: &[(ObjectType, Uuid)]) -> Result<Nodes> {
    if options.analyst && !objects.is_empty() {
        crate::analyst::of_objects(ctx, objects)
    } else {
        Ok(Nodes::new())
    }
}

/// Sets what an event's row tells about its content to what this caller sees of that: how many attributes there
/// are, and whether a proposal waits. For events that are shown; one that is written back keeps its own figures.
/// spec: 10#1.9
///
/// # Errors
/// Of the database.
pub fn as_seen(ctx: &mut Ctx<'_, '_>, events: &mut [Event]) -> Result<()> {
    let scope = ctx.scope();
    let numbers: Vec<i64> = events.iter().map(|event| event.id.0).collect();
    let counts = entente_store::attribute::hidden_counts(ctx.tx, &scope, &numbers)?;
    if counts.is_empty() {
        return Ok(());
    }
    let partly: Vec<i64> = counts.keys().map(|event| event.0).collect();
    let proposed = entente_store::proposal::events_with_open(ctx.tx, &scope, &partly)?;
    for event in events {
        if let Some(count) = counts.get(&event.id) {
            event.attribute_count = *count;
            event.proposal_email_lock &= proposed.contains(&event.id);
        }
    }
    Ok(())
}

/// Reports are shown beside deleted elements whatever their state. spec: 03#3.2
fn reports(ctx: &mut Ctx<'_, '_>, event: &Event, deleted: Deleted) -> Result<Vec<Report>> {
    let scope = ctx.scope();
    let mut reports = entente_store::report::of_event(ctx.tx, &scope, event)?;
    reports.retain(|report| !report.deleted || deleted != Deleted::Hide);
    Ok(reports)
}

fn creator_email(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<Option<String>> {
    let may =
        ctx.actor.is_site_admin() || ctx.actor.can(Permission::Audit) && event.orgc == ctx.actor.org_id();
    if !may {
        return Ok(None);
    }
    if event.user == ctx.actor.user_id() {
        return Ok(Some(ctx.actor.user.email.clone()));
    }
    Ok(entente_store::account::by_id(ctx.tx, event.user)?.map(|user| user.email))
}

/// The details of a group, where the caller may read them.
#[must_use]
pub fn group(ctx: &Ctx<'_, '_>, id: entente_model::id::SharingGroupId) -> Option<Arc<SharingGroup>> {
    let group = ctx.directory.group(id)?;
    crate::sharing_group::visible(ctx, group).then(|| Arc::clone(group))
}

/// Tags as the caller is shown them. spec: 01#5.4
#[must_use]
pub fn shown_tags(ctx: &Ctx<'_, '_>, links: Vec<TagLink>, options: &Options) -> Vec<TagOnItem> {
    let peer = ctx.actor.can(Permission::Sync) && !ctx.actor.is_site_admin();
    let hide_local = options.exclude_local_tags || peer;
    links
        .into_iter()
        .filter_map(|link| {
            Some(TagOnItem {
                tag: Arc::clone(ctx.tags.get(link.tag)?),
                link,
            })
        })
        .filter(|item| (item.tag.exportable || options.all_tags) && !(hide_local && item.link.local))
        .collect()
}

/// Delivers the attributes outside objects, by id.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_attribute(
    ctx: &mut Ctx<'_, '_>,
    head: &Head,
    mut f: impl FnMut(&mut Ctx<'_, '_>, AttributeItem) -> Result<()>,
) -> Result<()> {
    each_page(ctx, head, |ctx, page| {
        page.into_iter().try_for_each(|item| f(ctx, item))
    })
}

/// The same, as many at a time as are read together.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_page(
    ctx: &mut Ctx<'_, '_>,
    head: &Head,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Vec<AttributeItem>) -> Result<()>,
) -> Result<()> {
    let scope = ctx.scope();
    let mut after = ElementId::NONE;
    loop {
        let page = entente_store::attribute::page_of_event(
            ctx.tx,
            &scope,
            &head.event,
            Part::Outside,
            after,
            CHUNK,
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let whole = page.len() < CHUNK;
        let page = dress(ctx, head, page)?;
        f(ctx, page)?;
        if whole {
            return Ok(());
        }
    }
}

/// Delivers the objects that have a member to show, by id.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_object(
    ctx: &mut Ctx<'_, '_>,
    head: &Head,
    mut f: impl FnMut(&mut Ctx<'_, '_>, ObjectItem) -> Result<()>,
) -> Result<()> {
    /// Objects read at a time; their members come with them.
    const OBJECTS: usize = 500;
    let scope = ctx.scope();
    let mut after = ElementId::NONE;
    loop {
        let page = entente_store::object::page_of_event(ctx.tx, &scope, &head.event, after, OBJECTS)?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return Ok(());
        };
        after = last.id;
        let members = entente_store::attribute::of_objects(ctx.tx, &scope, &head.event, first.id, last.id)?;
        let mut references: HashMap<ElementId, Vec<Reference>> = HashMap::new();
        for reference in entente_store::reference::from_objects_unscoped(ctx.tx, first.id, last.id)? {
            references.entry(reference.object).or_default().push(reference);
        }
        let mut by_object: HashMap<ElementId, Vec<AttributeItem>> = HashMap::new();
        for item in dress(ctx, head, members)? {
            by_object.entry(item.attribute.object).or_default().push(item);
        }
        let about: Vec<_> = page
            .iter()
            .map(|object| (ObjectType::Object, object.uuid))
            .collect();
        let mut annotations = annotations(ctx, &head.options, &about)?;
        for object in page {
            let Some(attributes) = by_object.remove(&object.id) else {
                continue;
            };
            if !head.options.deleted.admits(object.deleted) && head.options.deleted != Deleted::Only {
                continue;
            }
            let own = references.remove(&object.id).unwrap_or_default();
            let references = targets(ctx, head, own)?;
            let group = group(ctx, object.sharing_group);
            let analyst = annotations
                .remove(&(ObjectType::Object, object.uuid))
                .unwrap_or_default();
            f(
                ctx,
                ObjectItem {
                    object,
                    attributes,
                    analyst,
                    references,
                    group,
                },
            )?;
        }
    }
}

/// One object with its members, seen by the caller.
///
/// # Errors
/// `NotFound`.
pub fn object(ctx: &mut Ctx<'_, '_>, object: Option<Ref>, options: Options) -> Result<(Event, ObjectItem)> {
    let (object, event) = crate::object::visible(ctx, object)?;
    let head = head_of(
        ctx,
        event,
        Options {
            reports: false,
            ..options
        },
    )?;
    let scope = ctx.scope();
    let members = entente_store::attribute::of_objects(ctx.tx, &scope, &head.event, object.id, object.id)?;
    let attributes = dress(ctx, &head, members)?;
    let own = entente_store::reference::from_objects_unscoped(ctx.tx, object.id, object.id)?;
    let references = targets(ctx, &head, own)?;
    let group = group(ctx, object.sharing_group);
    let about = (ObjectType::Object, object.uuid);
    let analyst = annotations(ctx, &head.options, &[about])?
        .remove(&about)
        .unwrap_or_default();
    Ok((
        head.event,
        ObjectItem {
            object,
            attributes,
            analyst,
            references,
            group,
        },
    ))
}

/// One attribute with what belongs to it, seen by the caller.
///
/// # Errors
/// `NotFound`.
pub fn attribute(
    ctx: &mut Ctx<'_, '_>,
    attribute: Option<Ref>,
    options: Options,
) -> Result<(Event, AttributeItem)> {
    let (attribute, event) = crate::attribute::visible(ctx, attribute)?;
    let head = head_of(
        ctx,
        event,
        Options {
            reports: false,
            deleted: Deleted::Show,
            ..options
        },
    )?;
    let mut items = dress(ctx, &head, vec![attribute])?;
    match items.pop() {
        Some(item) => Ok((head.event, item)),
        None => Err(crate::error::Error::not_found("Invalid attribute")),
    }
}

/// Attributes of one event with what belongs to them, in the order of `ids`. One that the caller does not see
/// is left out.
///
/// # Errors
/// `NotFound` without the event; of the database or of `f`.
pub fn attributes(
    ctx: &mut Ctx<'_, '_>,
    event: EventId,
    ids: &[ElementId],
    options: Options,
    mut f: impl FnMut(&mut Ctx<'_, '_>, AttributeItem) -> Result<()>,
) -> Result<()> {
    let options = Options {
        reports: false,
        deleted: Deleted::Show,
        ..options
    };
    let head = head(ctx, Some(Ref::Id(event.0)), options)?;
    let scope = ctx.scope();
    for chunk in ids.chunks(CHUNK) {
        let mut own: Vec<i64> = chunk.iter().map(|id| id.0).collect();
        own.sort_unstable();
        own.dedup();
        let mut rows = entente_store::attribute::by_ids(ctx.tx, &scope, &own)?;
        rows.retain(|attribute| attribute.event() == event);
        let mut items: HashMap<ElementId, AttributeItem> = dress(ctx, &head, rows)?
            .into_iter()
            .map(|item| (item.attribute.id, item))
            .collect();
        for item in chunk.iter().filter_map(|id| items.remove(id)) {
            f(ctx, item)?;
        }
    }
    Ok(())
}

/// Attributes in ascending order with tags, proposals, sightings and files, asked for once per batch.
fn dress(ctx: &mut Ctx<'_, '_>, head: &Head, mut page: Vec<Attribute>) -> Result<Vec<AttributeItem>> {
    let options = &head.options;
    page.retain(|attribute| {
        options.deleted.admits(attribute.deleted)
            && options.to_ids.is_none_or(|flag| attribute.to_ids == flag)
            && options
                .only
                .as_ref()
                .is_none_or(|only| only.contains(&attribute.id))
    });
    let (Some(first), Some(last)) = (page.iter().map(|a| a.id).min(), page.iter().map(|a| a.id).max()) else {
        return Ok(Vec::new());
    };
    let mut links: HashMap<i64, Vec<TagLink>> = HashMap::new();
    for link in entente_store::tag::links_of_attributes_unscoped(ctx.tx, first, last)? {
        links.entry(link.target).or_default().push(link);
    }
    let mut sightings: HashMap<ElementId, Vec<Sighting>> = HashMap::new();
    if options.sightings {
        for sighting in crate::sighting::of_attributes(ctx, &head.event, first, last)? {
            sightings.entry(sighting.attribute).or_default().push(sighting);
        }
    }
    let mut files = if options.attachments {
        crate::attribute::file::contents(ctx, first, last)?
    } else {
        HashMap::new()
    };
    let about: Vec<_> = page.iter().map(|a| (ObjectType::Attribute, a.uuid)).collect();
    let mut annotations = annotations(ctx, options, &about)?;
    let scoring = options.scoring.as_deref().filter(|scoring| scoring.attributes);
    let mut tallies = if options.tallies || scoring.is_some() {
        let owners = page.iter().map(|a| (a.id, head.event.org)).collect();
        crate::sighting::tallies(ctx, &owners)?
    } else {
        HashMap::new()
    };
    let mut items = Vec::with_capacity(page.len());
    for attribute in page {
        let own = links.remove(&attribute.id.0).unwrap_or_default();
        if !options.blocked_tags.is_empty() && own.iter().any(|link| options.blocked_tags.contains(&link.tag))
        {
            continue;
        }
        let tags = shown_tags(ctx, own, options);
        let tally = tallies.remove(&attribute.id).unwrap_or_default();
        let scores = scoring.map_or_else(Vec::new, |scoring| {
            scoring.scorer.attribute(&attribute, &head.tags, &tags, tally)
        });
        if scoring.is_some_and(|scoring| scoring.exclude_decayed) && all_decayed(&scores) {
            continue;
        }
        items.push(AttributeItem {
            tags,
            scores,
            tally,
            proposals: head.proposals_on.get(&attribute.id).cloned().unwrap_or_default(),
            sightings: sightings.remove(&attribute.id).unwrap_or_default(),
            analyst: annotations
                .remove(&(ObjectType::Attribute, attribute.uuid))
                .unwrap_or_default(),
            file: files.remove(&attribute.id),
            group: group(ctx, attribute.sharing_group),
            attribute,
        });
    }
    Ok(items)
}

/// References with a short copy of their target: live ones, or all when deleted elements are shown. One whose
/// target is hidden is left out; one whose target is gone stays. spec: 10#1.9
fn targets(
    ctx: &mut Ctx<'_, '_>,
    head: &Head,
    references: Vec<Reference>,
) -> Result<Vec<(Reference, Option<ReferenceTarget>)>> {
    let scope = ctx.scope();
    let mut out = Vec::with_capacity(references.len());
    let hidden = entente_store::reference::hidden_targets(ctx.tx, &scope, &references)?;
    let kept: Vec<Reference> = references
        .into_iter()
        .filter(|r| !r.deleted || head.options.deleted != Deleted::Hide)
        .filter(|r| !hidden.contains(&r.referenced))
        .collect();
    let ids = |to_object: bool| -> Vec<i64> {
        kept.iter()
            .filter(|r| r.to_object == to_object && !r.referenced.is_none())
            .map(|r| r.referenced.0)
            .collect()
    };
    let mut attributes: HashMap<ElementId, Attribute> = HashMap::new();
    for attribute in entente_store::attribute::by_ids(ctx.tx, &scope, &ids(false))? {
        attributes.insert(attribute.id, attribute);
    }
    let mut objects: HashMap<ElementId, Object> = HashMap::new();
    for object in entente_store::object::by_ids(ctx.tx, &scope, &ids(true))? {
        objects.insert(object.id, object);
    }
    for reference in kept {
        let target = if reference.to_object {
            objects
                .get(&reference.referenced)
                .cloned()
                .map(|object| ReferenceTarget::Object(Box::new(object)))
        } else {
            attributes
                .get(&reference.referenced)
                .cloned()
                .map(|a| ReferenceTarget::Attribute(Box::new(a)))
        };
        out.push((reference, target));
    }
    Ok(out)
}

/// Visible events that extend this one, by id.
///
/// # Errors
/// Of the database.
pub fn extending(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<Vec<Event>> {
    let scope = ctx.scope();
    let mut events = entente_store::event::extending(ctx.tx, &scope, event.uuid)?;
    // An event that names itself would come twice.
    events.retain(|other| other.id != event.id);
    Ok(events)
}
