//! Editing an event, with whatever content the body carries. spec: 03#3.4, 01#12
use crate::attribute::edit as attribute_edit;
use crate::content::capture;
use crate::content::dropped::Dropped;
use crate::content::insert::{self, Content};
use crate::content::prepare::{self, Defaults};
use crate::content::tags::TagResolver;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use crate::object::edit as object_edit;
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, EventDraft, Given, ObjectDraft};
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{EventId, LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::object::Object;
use entente_policy::Permission;
use entente_policy::rules;
use entente_store::tag::Target;
use std::collections::HashMap;
use uuid::Uuid;

/// What a body wants of an event.
#[derive(Debug, Default)]
pub struct EventEdit {
    /// Scalars and small lists.
    pub header: EventDraft,
    /// Attributes outside objects.
    pub attributes: Vec<AttributeDraft>,
    /// Objects.
    pub objects: Vec<ObjectDraft>,
}

/// The text of an edit that is not newer. spec: 01#12.2
pub const NOT_NEWER: &str = "Event could not be saved: Event in the request not newer than the local copy.";

/// Edits an event. A uuid in the body selects the event over the one in the URL.
///
/// # Errors
/// `NotFound`, `Denied` without the right, `Conflict` when the body is not newer, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, url: Option<Ref>, edit: &EventEdit) -> Result<(EventId, Dropped)> {
    let target = edit.header.uuid.as_value().map(|uuid| Ref::Uuid(*uuid)).or(url);
    let mut event = ctx.visible_event(target, "Invalid event")?;
    authorise(ctx, &event)?;
    if let Some(sent) = edit.header.timestamp.as_value()
        && *sent <= event.timestamp
    {
        return Err(Error::conflict(NOT_NEWER));
    }
    let mut known = Known::load(ctx, edit)?;
    known.retain_seen(ctx, &event);
    let label = event.label;
    let mut diff = Diff::default();
    let relabel = header(ctx, &mut event, &edit.header, &mut diff)?;
    let was_published = event.published;
    tags(ctx, &event, &edit.header)?;
    event.timestamp = edit
        .header
        .timestamp
        .as_value()
        .map_or(ctx.now(), |sent| super::add::clamp_version(*sent, ctx.now()));
    event.published = false;
    if relabel || was_published || !edit.header.tags.is_empty() {
        ctx.relabel(&mut event)?;
    }
    let mut dropped = Dropped::default();
    if event.label != label {
        // Their labels have been derived anew meanwhile.
        known = known.reload(ctx, edit)?;
    }
    content(ctx, &mut event, edit, known, &mut dropped)?;
    for report in &edit.header.reports {
        crate::report::capture(ctx, &mut event, report)?;
    }
    for note in &edit.header.analyst {
        crate::analyst::capture(ctx, note, event.uuid, "Event")?;
    }
    event.attribute_count = entente_store::attribute::count_live_unscoped(ctx.tx, event.id)?;
    if edit.header.published.as_value() == Some(&true) && ctx.can_publish(&event) {
        super::publish::set_published(ctx, &mut event)?;
    }
    entente_store::event::update(ctx.tx, &event)?;
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action: "edit",
        title: super::title(&event),
        change: diff.into_text(),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "edit",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })?;
    Ok((event.id, dropped))
}

fn authorise(ctx: &Ctx<'_, '_>, event: &Event) -> Result<()> {
    let (viewer, rights) = (ctx.viewer(), ctx.event_rights(event));
    let peer = rules::can_edit_event_as_peer(&viewer, &rights);
    if rules::can_modify_event(&viewer, &rights) || peer {
        Ok(())
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// Takes over the scalars that are in the body; tells whether the policy label may change.
fn header(ctx: &mut Ctx<'_, '_>, event: &mut Event, draft: &EventDraft, diff: &mut Diff) -> Result<bool> {
    let mut errors = FieldErrors::default();
    super::add::check_present(draft, &mut errors);
    if draft.info.as_deref().is_some_and(|info| info.trim().is_empty()) {
        errors.add("info", "Info cannot be empty.");
    }
    errors.into_result()?;
    if let Some(info) = draft.info.as_deref() {
        let info = info.trim().to_owned();
        diff.field("info", &event.info, &info);
        event.info = info;
    }
    if let Some(date) = draft.date.as_value() {
        diff.field("date", &event.date, date);
        event.date = *date;
    }
    if let Some(analysis) = draft.analysis.as_value() {
        diff.field("analysis", &event.analysis.number(), &analysis.number());
        event.analysis = *analysis;
    }
    if let Some(level) = draft.threat_level.as_value() {
        diff.field("threat_level_id", &event.threat_level.number(), &level.number());
        event.threat_level = *level;
    }
    if let Some(flag) = draft.disable_correlation.as_value() {
        event.disable_correlation = *flag;
    }
    if !draft.extends.is_absent() {
        event.extends = super::add::extended(ctx, draft)?;
    }
    if let Some(flag) = draft.protected.as_value()
        && ctx.actor.can(Permission::Sync)
    {
        event.protected = Some(*flag);
    }
    let Some(distribution) = draft.distribution.as_value() else {
        return Ok(false);
    };
    let group = match distribution {
        Distribution::SharingGroup if draft.sharing_group.is_some() => {
            capture::group(ctx, draft.sharing_group.as_ref())?
        }
        Distribution::SharingGroup if !event.sharing_group.is_none() => event.sharing_group,
        Distribution::SharingGroup => return Err(Error::denied(capture::INVALID_GROUP)),
        _ => SharingGroupId::NONE,
    };
    diff.field(
        "distribution",
        &event.distribution.number(),
        &distribution.number(),
    );
    diff.field("sharing_group_id", &event.sharing_group, &group);
    let changed = (event.distribution, event.sharing_group) != (*distribution, group);
    event.distribution = *distribution;
    event.sharing_group = group;
    Ok(changed)
}

/// Listed tags are attached, those with `deleted` detached, others stay. spec: 03#3.4.5
fn tags(ctx: &mut Ctx<'_, '_>, event: &Event, draft: &EventDraft) -> Result<()> {
    for tag in TagResolver::default().all(ctx, &draft.tags)? {
        let target = Target::Event(event.id);
        if tag.deleted {
            entente_store::tag::detach(ctx.tx, target, tag.id)?;
        } else {
            entente_store::tag::attach(
                ctx.tx,
                target,
                tag.id,
                tag.local,
                tag.relationship_type.as_deref(),
            )?;
        }
    }
    Ok(())
}

fn given(uuid: &Given<Uuid>) -> Option<Uuid> {
    uuid.as_value().copied()
}

/// Elements that a body names by uuid and that are stored, in this event or another.
struct Known {
    attributes: HashMap<Uuid, Attribute>,
    objects: HashMap<Uuid, Object>,
}

impl Known {
    fn load(ctx: &mut Ctx<'_, '_>, edit: &EventEdit) -> Result<Self> {
        let members = edit.objects.iter().flat_map(|object| object.attributes.iter());
        let all = edit.attributes.iter().chain(members);
        let uuids: Vec<Uuid> = all.filter_map(|draft| given(&draft.uuid)).collect();
        let attributes = entente_store::attribute::by_uuids_unscoped(ctx.tx, &uuids)?;
        let uuids: Vec<Uuid> = edit.objects.iter().filter_map(|o| given(&o.uuid)).collect();
        let objects = entente_store::object::by_uuids_unscoped(ctx.tx, &uuids)?;
        Ok(Self {
            attributes: attributes.into_iter().map(|row| (row.uuid, row)).collect(),
            objects: objects.into_iter().map(|row| (row.uuid, row)).collect(),
        })
    }

    /// Leaves out what the caller does not see of this event. It may not be changed either, since whoever opens it
    /// reads it; what is left of it is that its uuid is taken. spec: 10#1.9
    fn retain_seen(&mut self, ctx: &Ctx<'_, '_>, event: &Event) {
        let scope = ctx.scope();
        let sees = |own: Option<LabelId>| entente_store::visibility::sees(&scope, own.unwrap_or(event.label));
        self.attributes
            .retain(|_, row| row.event() != event.id || sees(row.label));
        self.objects
            .retain(|_, row| row.id.event() != event.id || sees(row.label));
    }

    /// Those of them that are still there, as they are now.
    fn reload(self, ctx: &mut Ctx<'_, '_>, edit: &EventEdit) -> Result<Self> {
        let mut now = Self::load(ctx, edit)?;
        now.attributes
            .retain(|uuid, _| self.attributes.contains_key(uuid));
        now.objects.retain(|uuid, _| self.objects.contains_key(uuid));
        Ok(now)
    }
}

/// Adds what is new, changes what is known and newer, skips what belongs to other events. spec: 03#3.4.3
fn content(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    edit: &EventEdit,
    known: Known,
    dropped: &mut Dropped,
) -> Result<()> {
    let Known {
        attributes: known,
        objects,
    } = known;
    let scope = ctx.scope();
    let mut fresh = Content::default();
    let settings = ctx.settings.clone();
    let app = ctx.app.clone();
    let defaults = Defaults {
        distribution: super::intake::default_distribution(&settings),
        rules: app.import_rules(),
        now: ctx.now(),
    };
    for draft in &edit.attributes {
        match given(&draft.uuid).and_then(|uuid| known.get(&uuid)) {
            Some(before) if before.event() == event.id => {
                attribute_edit::embedded(ctx, event, before, draft, dropped)?;
            }
            Some(_) => dropped.add(|| "attribute: the uuid belongs to another event".to_owned()),
            None => {
                for draft in prepare::split_values(draft.clone()) {
                    match prepare::attribute(draft, &defaults) {
                        Ok(attribute) if attribute_edit::is_repeated(ctx, &scope, event, &attribute.row)? => {
                            dropped.add(|| {
                                "attribute: a similar attribute already exists for this event".to_owned()
                            });
                        }
                        Ok(attribute) => fresh.attributes.push(attribute),
                        Err(errors) => dropped.add(|| format!("attribute: {errors}")),
                    }
                }
            }
        }
    }
    for draft in &edit.objects {
        match given(&draft.uuid).and_then(|uuid| objects.get(&uuid)) {
            Some(before) if before.id.event() == event.id => {
                object_edit::embedded(ctx, event, before, draft, &known, dropped)?;
            }
            Some(_) => dropped.add(|| "object: the uuid belongs to another event".to_owned()),
            None => match prepare::object(draft.clone(), &defaults) {
                Ok((object, failed)) => {
                    for (_, errors) in &failed {
                        dropped.add(|| format!("attribute of object: {errors}"));
                    }
                    fresh.objects.push(object);
                }
                Err(errors) => dropped.add(|| format!("object: {errors}")),
            },
        }
    }
    fresh.settle(ctx.app)?;
    let inserted = insert::into_event(ctx, event, &mut fresh)?;
    dropped.extend(inserted.dropped);
    Ok(())
}
