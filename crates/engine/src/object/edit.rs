//! Editing an object: its scalars, and its members as a whole. spec: 03#5.3
use crate::attribute::{self, NO_PERMISSION};
use crate::content::capture;
use crate::content::dropped::Dropped;
use crate::content::insert;
use crate::content::prepare::{self, Defaults, PreparedObject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, ObjectDraft};
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::object::Object;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The text of an edit that is not newer.
pub const NOT_NEWER: &str = "Object could not be saved: Object in the request not newer than the local copy.";

/// Edits an object. Members that a non-empty list leaves out are softly deleted.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Conflict` when not newer; `Fields`, with nothing stored.
pub fn edit(ctx: &mut Ctx<'_, '_>, object: Option<Ref>, draft: &ObjectDraft) -> Result<ElementId> {
    let (before, mut event) = super::visible(ctx, object)?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if draft
        .timestamp
        .as_value()
        .is_some_and(|sent| *sent <= before.timestamp)
    {
        return Err(Error::conflict(NOT_NEWER));
    }
    let after = scalars(ctx, &mut event, &before, draft)?;
    if !draft.attributes.is_empty() {
        // read only now: a new level of the object has given its members new labels
        let members = members(ctx, &event, &after)?;
        replace_members(ctx, &mut event, &after, draft, &members)?;
    }
    crate::event::touch(ctx, &mut event)?;
    ctx.log(&Entry {
        model: "Object",
        id: before.id.0,
        action: "edit",
        title: super::title(&before, &event),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: "edit",
        entity: "object",
        id: before.id.0,
        uuid: Some(before.uuid),
        event: Some(event.id),
    })?;
    Ok(before.id)
}

/// Applies an object inside an event body; omitted members stay. spec: 03#3.4.4
///
/// # Errors
/// Of the database.
pub fn embedded(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    before: &Object,
    draft: &ObjectDraft,
    known: &HashMap<Uuid, Attribute>,
    dropped: &mut Dropped,
) -> Result<()> {
    let newer = draft
        .timestamp
        .as_value()
        .is_none_or(|sent| *sent > before.timestamp);
    let mut object = before.clone();
    if newer {
        match scalars(ctx, event, before, draft) {
            // Its members went with it; they are not to be deleted a second time one by one.
            Ok(_) if draft.deleted.as_value() == Some(&true) => return Ok(()),
            Ok(after) => object = after,
            Err(Error::Fields(errors)) => dropped.add(|| format!("object {}: {errors}", before.uuid)),
            Err(Error::Denied(why)) => dropped.add(|| format!("object {}: {why}", before.uuid)),
            Err(other) => return Err(other),
        }
    }
    let mut fresh = Vec::new();
    for member in &draft.attributes {
        match member.uuid.as_value().and_then(|uuid| known.get(uuid)) {
            Some(attribute) if attribute.object == before.id => {
                attribute::edit::embedded(ctx, event, attribute, member, dropped)?;
            }
            Some(_) => dropped.add(|| "attribute of object: the uuid belongs elsewhere".to_owned()),
            None => fresh.push(member.clone()),
        }
    }
    match add_members(ctx, event, &object, fresh) {
        Ok(()) => {}
        Err(Error::Fields(errors)) => dropped.add(|| format!("object {}: {errors}", before.uuid)),
        Err(other) => return Err(other),
    }
    for reference in &draft.references {
        insert::capture_reference(ctx, event, (before.id, before.uuid), reference, None)?;
    }
    Ok(())
}

fn members(ctx: &mut Ctx<'_, '_>, event: &Event, object: &Object) -> Result<Vec<Attribute>> {
    let scope = ctx.scope();
    Ok(entente_store::attribute::of_objects(
        ctx.tx, &scope, event, object.id, object.id,
    )?)
}

/// Takes over the scalars that are given; answers the object as it is then. spec: 03#5.3
fn scalars(ctx: &mut Ctx<'_, '_>, event: &mut Event, before: &Object, draft: &ObjectDraft) -> Result<Object> {
    let mut errors = FieldErrors::default();
    let distribution = prepare::level(
        "distribution",
        draft.distribution.clone(),
        before.distribution,
        &mut errors,
    );
    let over = |sent: &entente_model::draft::Given<Option<i64>>, kept: Option<i64>| {
        if sent.is_absent() {
            entente_model::draft::Given::Value(kept)
        } else {
            sent.clone()
        }
    };
    let (first_seen, last_seen) = prepare::seen(
        over(&draft.first_seen, before.first_seen),
        over(&draft.last_seen, before.last_seen),
        &mut errors,
    );
    if draft.template_version.is_invalid() {
        errors.add(
            "template_version",
            "template_version has to be a positive integer.",
        );
    }
    errors.into_result()?;
    let mut after = before.clone();
    after.distribution = distribution;
    after.sharing_group = match distribution {
        Distribution::SharingGroup if draft.sharing_group.is_some() => {
            capture::group(ctx, draft.sharing_group.as_ref())?
        }
        Distribution::SharingGroup if !before.sharing_group.is_none() => before.sharing_group,
        Distribution::SharingGroup => return Err(Error::denied(capture::INVALID_GROUP)),
        _ => SharingGroupId::NONE,
    };
    (after.first_seen, after.last_seen) = (first_seen, last_seen);
    if let Some(comment) = &draft.comment {
        after.comment.clone_from(comment);
    }
    if let Some(version) = draft.template_version.as_value() {
        after.template_version = *version;
    }
    after.timestamp = draft
        .timestamp
        .as_value()
        .map_or(ctx.now().max(before.timestamp), |sent| {
            crate::event::add::clamp_version(*sent, ctx.now())
        });
    if let Some(deleted) = draft.deleted.as_value() {
        after.deleted = *deleted;
    }
    let relabelled = (after.distribution, after.sharing_group) != (before.distribution, before.sharing_group);
    if relabelled {
        ctx.relabel_object(event, &mut after)?;
    } else {
        entente_store::object::update(ctx.tx, &after)?;
    }
    if after.deleted && !before.deleted {
        super::delete::follow(ctx, event, &after)?;
    }
    Ok(after)
}

/// The members become those of the draft: known ones are edited, new ones added, others softly deleted.
fn replace_members(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    object: &Object,
    draft: &ObjectDraft,
    members: &[Attribute],
) -> Result<()> {
    let by_uuid: HashMap<Uuid, &Attribute> = members.iter().map(|member| (member.uuid, member)).collect();
    let mut listed: HashSet<ElementId> = HashSet::new();
    let mut fresh = Vec::new();
    for member in &draft.attributes {
        match member.uuid.as_value().and_then(|uuid| by_uuid.get(uuid)) {
            Some(before) => {
                listed.insert(before.id);
                let newer = member
                    .timestamp
                    .as_value()
                    .is_none_or(|sent| *sent > before.timestamp);
                if newer && differs(before, member) {
                    attribute::edit::apply(ctx, event, before, member)?;
                }
            }
            None => fresh.push(member.clone()),
        }
    }
    for gone in members
        .iter()
        .filter(|member| !member.deleted && !listed.contains(&member.id))
    {
        attribute::delete::remove(ctx, event, gone, false)?;
    }
    add_members(ctx, event, object, fresh)
}

/// Whether a sent member says anything that the stored one does not.
fn differs(before: &Attribute, sent: &AttributeDraft) -> bool {
    use entente_indicator::{AttributeType, Category};
    let text = |sent: &Option<String>, kept: &str| sent.as_deref().is_some_and(|sent| sent != kept);
    text(&sent.value, &before.value())
        || text(&sent.comment, &before.comment)
        || text(
            &sent.kind,
            AttributeType::from_id(before.kind).map_or("", |kind| kind.name()),
        )
        || text(
            &sent.category,
            Category::from_id(before.category).map_or("", |category| category.name()),
        )
        || text(&sent.relation, before.relation.as_deref().unwrap_or_default())
        || sent.to_ids.as_value().is_some_and(|flag| *flag != before.to_ids)
        || sent
            .deleted
            .as_value()
            .is_some_and(|flag| *flag != before.deleted)
        || sent
            .disable_correlation
            .as_value()
            .is_some_and(|flag| *flag != before.disable_correlation)
        || sent
            .distribution
            .as_value()
            .is_some_and(|level| *level != before.distribution)
        || sent
            .first_seen
            .as_value()
            .is_some_and(|at| *at != before.first_seen)
        || sent
            .last_seen
            .as_value()
            .is_some_and(|at| *at != before.last_seen)
        || sent.distribution.is_invalid()
        || sent.first_seen.is_invalid()
        || sent.last_seen.is_invalid()
        || sent.extra.as_deref().is_some_and(|extra| {
            !extra.tags.is_empty() || extra.data.is_some() || extra.sharing_group.is_some()
        })
}

/// Adds members to an object that is stored already; one that fails refuses all.
fn add_members(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    object: &Object,
    drafts: Vec<AttributeDraft>,
) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let app = ctx.app.clone();
    let distribution = crate::event::intake::default_distribution(&ctx.settings);
    let defaults = Defaults {
        distribution,
        rules: app.import_rules(),
        now: ctx.now(),
    };
    let mut prepared = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut member = prepare::attribute(draft, &defaults)?;
        if member.row.relation.is_none() {
            return Err(Error::field(
                "object_relation",
                "object_relation cannot be empty.",
            ));
        }
        member.keep_file(&app)?;
        if member.row.uuid.is_nil() {
            member.row.uuid = ctx.new_uuid()?;
        }
        prepared.push(member);
    }
    let holder = PreparedObject {
        row: object.clone(),
        uuid_given: false,
        group: None,
        attributes: prepared,
        references: Vec::new(),
        analyst: Vec::new(),
    };
    insert::members(ctx, event, holder)?;
    Ok(())
}
