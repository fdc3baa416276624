//! Adding an event. spec: 03#3.3
use crate::content::capture;
use crate::content::dropped::Dropped;
use crate::content::insert::{self, Content};
use crate::content::tags::{ResolvedTag, TagResolver};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::draft::EventDraft;
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{EventId, LabelId, OrgId, Ref, SharingGroupId, TagId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::time::Day;
use entente_policy::Permission;
use entente_store::tag::Target;
use uuid::Uuid;

/// What became of a request to add an event.
#[derive(Debug)]
pub enum Added {
    /// It was added.
    Event {
        /// Its number.
        id: EventId,
        /// Elements left out, each with the reason.
        dropped: Dropped,
    },
    /// An event with this uuid is here already; its number, if the caller sees it.
    Exists(Option<EventId>),
}

/// Longest title in bytes. spec: 01#7.1
const MAX_INFO: usize = 64 << 10;

/// Adds an event with its content.
///
/// # Errors
/// `Denied` when blocked or the group may not be used, `Fields` when the header fails validation.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &EventDraft, content: &mut Content) -> Result<Added> {
    let captures = ctx.actor.can(Permission::Sync) || ctx.actor.is_site_admin();
    check_blocklists(ctx, draft, captures)?;
    if let Some(uuid) = draft.uuid.as_value() {
        // Who else adds this event at the same time is waited for, so that one is first.
        ctx.tx.lock_stripes(3, &[i32::from(uuid.as_bytes()[0] & 63)])?;
        if entente_store::event::id_by_uuid_unscoped(ctx.tx, *uuid)?.is_some() {
            let seen = match ctx.visible_event(Some(Ref::Uuid(*uuid)), "Invalid event") {
                Ok(event) => Some(event.id),
                Err(Error::NotFound(_)) => None,
                Err(other) => return Err(other),
            };
            return Ok(Added::Exists(seen));
        }
    }
    let mut event = header(ctx, draft, captures)?;
    let mut tags = TagResolver::default().attachable(ctx, &draft.tags)?;
    if !event.locked {
        for id in crate::tag::collection::of_new_events(ctx)? {
            if !tags.iter().any(|tag| tag.id == id) {
                tags.push(ResolvedTag::global(id));
            }
        }
    }
    let wants_published = draft.published.as_value() == Some(&true);
    event.published = wants_published && ctx.can_publish(&event);
    if wants_published
        && content.attributes.is_empty()
        && content.objects.is_empty()
        && draft.reports.is_empty()
    {
        return Err(Error::field(
            "published",
            "Cannot publish an event without any attribute, object or report.",
        ));
    }
    if event.published {
        // Publication here, whenever it was published elsewhere. spec: 01#13
        event.publish_timestamp = ctx.now();
    }
    let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
    let facts = ctx.event_facts(&event, &ids)?;
    event.label = ctx.intern_label(&facts)?;
    entente_store::event::insert(ctx.tx, &event)?;
    if facts.state.quarantined {
        ctx.note_quarantine(&event, "the event")?;
    }
    for tag in &tags {
        entente_store::tag::attach(
            ctx.tx,
            Target::Event(event.id),
            tag.id,
            tag.local,
            tag.relationship_type.as_deref(),
        )?;
    }
    let inserted = insert::into_event(ctx, &mut event, content)?;
    for report in &draft.reports {
        crate::report::capture(ctx, &mut event, report)?;
    }
    capture_annotations(ctx, &event, draft, content)?;
    entente_store::event::update(ctx.tx, &event)?;
    ctx.log(&Entry {
        model: "Event",
        id: event.id.0,
        action: "add",
        title: super::title(&event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "add",
        entity: "event",
        id: event.id.0,
        uuid: Some(event.uuid),
        event: Some(event.id),
    })?;
    Ok(Added::Event {
        id: event.id,
        dropped: inserted.dropped,
    })
}

/// Notes, sightings and keys that came with the event.
fn capture_annotations(
    ctx: &mut Ctx<'_, '_>,
    event: &Event,
    draft: &EventDraft,
    content: &Content,
) -> Result<()> {
    for note in &draft.analyst {
        crate::analyst::capture(ctx, note, event.uuid, "Event")?;
    }
    let members = content.objects.iter().flat_map(|object| object.attributes.iter());
    for attribute in content.attributes.iter().chain(members) {
        let Some(extra) = attribute.extra.as_deref() else {
            continue;
        };
        for note in &extra.analyst {
            crate::analyst::capture(ctx, note, attribute.row.uuid, "Attribute")?;
        }
        for sighting in &extra.sightings {
            crate::sighting::capture(ctx, &attribute.row, sighting)?;
        }
    }
    for object in &content.objects {
        for note in &object.analyst {
            crate::analyst::capture(ctx, note, object.row.uuid, "Object")?;
        }
    }
    Ok(())
}

/// Blocked events and organisations are refused before anything is validated. spec: 03#3.3.1, 03#21
fn check_blocklists(ctx: &mut Ctx<'_, '_>, draft: &EventDraft, captures: bool) -> Result<()> {
    if ctx.settings.bool("MISP.enableEventBlocklisting")
        && let Some(uuid) = draft.uuid.as_value()
        && crate::blocklist::event_blocked(ctx.tx, *uuid)?
    {
        return Err(Error::denied("Event blocked by event blocklist."));
    }
    if ctx.settings.bool("MISP.enableOrgBlocklisting") {
        let named = draft.orgc.as_ref().filter(|_| captures);
        let uuid = match named {
            Some(org) => org
                .uuid
                .or_else(|| capture::find_org(ctx, org).map(|id| ctx.org_uuid(id))),
            None => Some(ctx.actor.org.uuid),
        };
        if let Some(uuid) = uuid
            && crate::blocklist::org_blocked(ctx.tx, uuid)?
        {
            return Err(Error::denied("Event blocked by organisation blocklist."));
        }
    }
    Ok(())
}

fn header(ctx: &mut Ctx<'_, '_>, draft: &EventDraft, captures: bool) -> Result<Event> {
    validate(draft)?;
    let orgc = match draft.orgc.as_ref().filter(|_| captures) {
        Some(named) => capture::org(ctx, named)?.unwrap_or(ctx.actor.org_id()),
        None => ctx.actor.org_id(),
    };
    let distribution = draft.distribution.clone().or(default_level(ctx));
    let sharing_group = match distribution {
        Distribution::SharingGroup => capture::group(ctx, draft.sharing_group.as_ref())?,
        _ => SharingGroupId::NONE,
    };
    let default_threat = ctx
        .settings
        .number("MISP.default_event_threat_level")
        .and_then(ThreatLevel::from_number);
    let now = ctx.now();
    Ok(Event {
        id: entente_store::event::next_id(ctx.tx)?,
        uuid: match draft.uuid.as_value() {
            Some(uuid) => *uuid,
            None => ctx.new_uuid()?,
        },
        org: ctx.actor.org_id(),
        orgc,
        user: ctx.actor.user_id(),
        date: draft.date.clone().or(Day::of(now)),
        info: draft.info.as_deref().unwrap_or_default().trim().to_owned(),
        published: false,
        analysis: draft.analysis.clone().or(Analysis::Initial),
        threat_level: draft
            .threat_level
            .clone()
            .or(default_threat.unwrap_or(ThreatLevel::Undefined)),
        distribution,
        sharing_group,
        timestamp: draft
            .timestamp
            .as_value()
            .copied()
            .map_or(now, |sent| clamp_version(sent, now)),
        publish_timestamp: 0,
        sighting_timestamp: 0,
        attribute_count: 0,
        proposal_email_lock: false,
        locked: draft.locked.as_value() == Some(&true) && ctx.actor.can(Permission::Sync),
        disable_correlation: draft.disable_correlation.clone().or(false),
        extends: extended(ctx, draft)?,
        protected: draft.protected.as_value().copied(),
        label: LabelId::NONE,
        next_seq: 1,
    })
}

/// Edit versions from the future would win for ever; they count as five minutes from now. spec: 11#BI-O6
#[must_use]
pub fn clamp_version(sent: i64, now: i64) -> i64 {
    sent.min(now + 300)
}

/// The distribution of events that name none.
pub(super) fn default_level(ctx: &Ctx<'_, '_>) -> Distribution {
    ctx.settings
        .number("MISP.default_event_distribution")
        .and_then(Distribution::from_number)
        .filter(|level| *level != Distribution::Inherit)
        .unwrap_or(Distribution::Community)
}

/// The uuid of the extended event: as given, or that of a local id. spec: 01#7.1
pub(super) fn extended(ctx: &mut Ctx<'_, '_>, draft: &EventDraft) -> Result<Option<Uuid>> {
    match draft.extends.as_value() {
        None | Some(None) => Ok(None),
        Some(Some(Ref::Uuid(uuid))) => Ok(Some(*uuid)),
        Some(Some(id)) => {
            let scope = ctx.scope();
            Ok(entente_store::event::find(ctx.tx, &scope, *id)?.map(|event| event.uuid))
        }
    }
}

/// Checks the header fields that are present; `info` must be.
fn validate(draft: &EventDraft) -> Result<()> {
    let mut errors = FieldErrors::default();
    if draft.info.as_deref().is_none_or(|info| info.trim().is_empty()) {
        errors.add("info", "Info cannot be empty.");
    }
    check_present(draft, &mut errors);
    errors.into_result().map_err(Error::Fields)
}

/// Notes what is wrong with header fields that are in the request.
pub(super) fn check_present(draft: &EventDraft, errors: &mut FieldErrors) {
    if draft.info.as_deref().is_some_and(|info| info.len() > MAX_INFO) {
        errors.add("info", format!("Info is longer than {MAX_INFO} bytes."));
    }
    let bad_level = draft.distribution.as_value() == Some(&Distribution::Inherit);
    for (field, invalid, message) in [
        (
            "uuid",
            draft.uuid.is_invalid(),
            "Please provide a valid RFC 9562 UUID.",
        ),
        (
            "date",
            draft.date.is_invalid(),
            "Expected date format: YYYY-MM-DD",
        ),
        (
            "analysis",
            draft.analysis.is_invalid(),
            "Options : 0, 1, 2 (for Initial, Ongoing, Completed)",
        ),
        (
            "threat_level_id",
            draft.threat_level.is_invalid(),
            "Options : 1, 2, 3, 4 (for High, Medium, Low, Undefined)",
        ),
        (
            "distribution",
            draft.distribution.is_invalid() || bad_level,
            "Options : Your organisation only, This community only, Connected communities, All communities, Sharing group",
        ),
        (
            "published",
            draft.published.is_invalid(),
            "published is true or false.",
        ),
        (
            "timestamp",
            draft.timestamp.is_invalid(),
            "timestamp takes seconds since 1970.",
        ),
        (
            "extends_uuid",
            draft.extends.is_invalid(),
            "extends_uuid takes the UUID or local id of an event, or nothing.",
        ),
    ] {
        if invalid {
            errors.add(field, message);
        }
    }
}

/// The organisation that owns an event that the caller adds.
#[must_use]
pub fn owner(ctx: &Ctx<'_, '_>) -> OrgId {
    ctx.actor.org_id()
}
