//! Editing one attribute, by itself or inside an event or object body. spec: 03#4.2, 01#12
use super::NO_PERMISSION;
use super::add::SIMILAR;
use crate::content::capture;
use crate::content::dropped::Dropped;
use crate::content::prepare::{self, Defaults, File, PreparedAttribute};
use crate::content::tags::TagResolver;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given, TagDraft};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_policy::Scope;
use entente_store::tag::Target;

/// The text of an edit that is not newer. spec: 01#12.2
pub const NOT_NEWER: &str =
    "Attribute could not be saved: Attribute in the request not newer than the local copy.";

/// Edits an attribute; absent fields keep what they are.
///
/// # Errors
/// `NotFound`; `Denied` without the right; `Conflict` when the request is not newer; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>, draft: &AttributeDraft) -> Result<ElementId> {
    let (before, mut event) = super::visible(ctx, attribute)?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    if let Some(sent) = draft.timestamp.as_value()
        && *sent <= before.timestamp
    {
        return Err(Error::conflict(NOT_NEWER));
    }
    apply(ctx, &mut event, &before, draft)?;
    touch_object(ctx, before.object)?;
    crate::event::touch(ctx, &mut event)?;
    Ok(before.id)
}

/// Applies an element of an event or object body to a known attribute; one that is not newer is
/// skipped silently, one that fails validation is named. spec: 01#12.2
///
/// # Errors
/// Of the database.
pub fn embedded(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    before: &Attribute,
    draft: &AttributeDraft,
    dropped: &mut Dropped,
) -> Result<()> {
    if draft
        .timestamp
        .as_value()
        .is_some_and(|sent| *sent <= before.timestamp)
    {
        return Ok(());
    }
    match apply(ctx, event, before, draft) {
        Ok(_) => Ok(()),
        Err(Error::Fields(errors)) => {
            dropped.add(|| format!("attribute {}: {errors}", before.uuid));
            Ok(())
        }
        Err(Error::Denied(why)) => {
            dropped.add(|| format!("attribute {}: {why}", before.uuid));
            Ok(())
        }
        Err(other) => Err(other),
    }
}

/// Overwrites an attribute with an equal one that was submitted again. spec: 03#4.1 breakOnDuplicate:0
///
/// # Errors
/// Of the database.
pub fn overwrite(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    before: &Attribute,
    submitted: &PreparedAttribute,
) -> Result<ElementId> {
    let mut after = submitted.row.clone();
    after.id = before.id;
    after.uuid = before.uuid;
    after.object = before.object;
    after.relation.clone_from(&before.relation);
    after.timestamp = ctx.now().max(before.timestamp + 1);
    if after.distribution == Distribution::SharingGroup {
        after.sharing_group = capture::group(ctx, submitted.group.as_deref())?;
    }
    let tags = submitted
        .extra
        .as_deref()
        .map(|extra| extra.tags.as_slice())
        .unwrap_or_default();
    store(ctx, event, before, after, tags, submitted.file.as_deref())?;
    Ok(before.id)
}

/// Merges a draft into an attribute and stores the result.
///
/// # Errors
/// `Fields`, `Denied` for a sharing group, of the database.
pub fn apply(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    before: &Attribute,
    draft: &AttributeDraft,
) -> Result<()> {
    let merged = merge(before, draft);
    let app = ctx.app.clone();
    let defaults = Defaults {
        distribution: before.distribution,
        rules: app.import_rules(),
        now: ctx.now(),
    };
    let mut prepared = prepare::attribute(merged, &defaults)?;
    prepared.keep_file(&app)?;
    let mut after = prepared.row;
    after.id = before.id;
    after.uuid = before.uuid;
    after.object = before.object;
    if after.relation.is_none() {
        after.relation.clone_from(&before.relation);
    }
    after.timestamp = match draft.timestamp.as_value() {
        Some(sent) => crate::event::add::clamp_version(*sent, ctx.now()),
        None => ctx.now().max(before.timestamp),
    };
    after.sharing_group = match after.distribution {
        Distribution::SharingGroup if prepared.group.is_some() => {
            capture::group(ctx, prepared.group.as_deref())?
        }
        Distribution::SharingGroup if !before.sharing_group.is_none() => before.sharing_group,
        Distribution::SharingGroup => return Err(Error::denied(capture::INVALID_GROUP)),
        _ => SharingGroupId::NONE,
    };
    if after.deleted && !before.deleted && ctx.settings.bool("Security.sanitise_attribute_on_delete") {
        after.value1 = String::new();
        after.value2 = after.value2.map(|_| String::new());
    }
    let renamed = (&after.value1, &after.value2, after.kind, after.category)
        != (&before.value1, &before.value2, before.kind, before.category);
    if before.object.is_none() && !after.deleted && (renamed || before.deleted) {
        let scope = ctx.scope();
        let similar = entente_store::attribute::similar(ctx.tx, &scope, ctx.app.hasher(), event, &after)?;
        if similar.is_some_and(|other| other.id != before.id) {
            return Err(Error::field("value", SIMILAR));
        }
    }
    let tags = draft.tags();
    store(ctx, event, before, after, tags, prepared.file.as_deref())
}

fn store(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    before: &Attribute,
    mut after: Attribute,
    tags: &[TagDraft],
    file: Option<&File>,
) -> Result<()> {
    change_tags(ctx, before.id, tags)?;
    after.label = ctx.attribute_label(event, &after)?;
    if ctx.is_quarantined(after.label)? && !ctx.is_quarantined(before.label)? {
        ctx.note_quarantine(event, &format!("attribute {}", before.id))?;
    }
    let poster = ctx.poster();
    entente_store::attribute::update(ctx.tx, poster, before, &after)?;
    if let Some(File::Kept { digest, size }) = file {
        entente_store::attachment::put(ctx.tx, after.id, digest, *size)?;
    }
    event.attribute_count += i64::from(before.deleted) - i64::from(after.deleted);
    if after.deleted && !before.deleted {
        super::delete::follow(ctx, &after)?;
    }
    journal(ctx, event, before, &after)
}

fn journal(ctx: &mut Ctx<'_, '_>, event: &Event, before: &Attribute, after: &Attribute) -> Result<()> {
    let mut diff = Diff::default();
    diff.field("value", &before.value(), &after.value());
    diff.field("type", &before.kind, &after.kind);
    diff.field("category", &before.category, &after.category);
    diff.field("to_ids", &before.to_ids, &after.to_ids);
    diff.field("comment", &before.comment, &after.comment);
    diff.field(
        "distribution",
        &before.distribution.number(),
        &after.distribution.number(),
    );
    diff.field("sharing_group_id", &before.sharing_group, &after.sharing_group);
    diff.field("deleted", &before.deleted, &after.deleted);
    let action = if after.deleted && !before.deleted {
        "delete"
    } else {
        "edit"
    };
    ctx.log(&Entry {
        model: "Attribute",
        id: after.id.0,
        action,
        title: super::title(after, event),
        change: diff.into_text(),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "attribute",
        id: after.id.0,
        uuid: Some(after.uuid),
        event: Some(event.id),
    })
}

/// Attaches listed tags and detaches those marked deleted. spec: 03#4.2
fn change_tags(ctx: &mut Ctx<'_, '_>, attribute: ElementId, drafts: &[TagDraft]) -> Result<()> {
    for tag in TagResolver::default().all(ctx, drafts)? {
        let target = Target::Attribute(attribute);
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

/// Whether an attribute outside objects would repeat one that the scope sees.
///
/// # Errors
/// Of the database.
pub fn is_repeated(ctx: &mut Ctx<'_, '_>, scope: &Scope, event: &Event, row: &Attribute) -> Result<bool> {
    let hasher = ctx.app.hasher();
    Ok(!row.deleted && entente_store::attribute::similar(ctx.tx, scope, hasher, event, row)?.is_some())
}

/// A member has changed, so its object has. spec: 03#4.2
///
/// # Errors
/// Of the database.
pub fn touch_object(ctx: &mut Ctx<'_, '_>, object: ElementId) -> Result<()> {
    if object.is_none() {
        return Ok(());
    }
    if let Some(mut object) = entente_store::object::find_unscoped(ctx.tx, Ref::Id(object.0))? {
        object.timestamp = ctx.now().max(object.timestamp);
        entente_store::object::update(ctx.tx, &object)?;
    }
    Ok(())
}

/// The attribute as a full draft, with what the request says laid over it.
fn merge(before: &Attribute, draft: &AttributeDraft) -> AttributeDraft {
    fn over<T: Clone>(sent: &Given<T>, kept: T) -> Given<T> {
        if sent.is_absent() {
            Given::Value(kept)
        } else {
            sent.clone()
        }
    }
    let kind = AttributeType::from_id(before.kind).map(|kind| kind.name().to_owned());
    let category = Category::from_id(before.category).map(|category| category.name().to_owned());
    // A new type without a category takes the default of the type when the old one does not allow it.
    let kept_category = match draft.kind.as_deref().and_then(AttributeType::from_name) {
        Some(new) => Category::from_id(before.category)
            .filter(|c| c.allows(new))
            .map(|c| c.name().to_owned()),
        None => category,
    };
    let mut extra = draft.extra.clone();
    if let Some(extra) = extra.as_deref_mut() {
        extra.tags.clear();
    }
    AttributeDraft {
        uuid: Given::Absent,
        kind: draft.kind.clone().filter(|kind| !kind.is_empty()).or(kind),
        category: draft
            .category
            .clone()
            .filter(|category| !category.is_empty())
            .or(kept_category),
        value: draft.value.clone().or_else(|| Some(before.value().into_owned())),
        to_ids: over(&draft.to_ids, before.to_ids),
        distribution: over(&draft.distribution, before.distribution),
        timestamp: Given::Absent,
        comment: draft.comment.clone().or_else(|| Some(before.comment.clone())),
        deleted: over(&draft.deleted, before.deleted),
        disable_correlation: over(&draft.disable_correlation, before.disable_correlation),
        first_seen: over(&draft.first_seen, before.first_seen),
        last_seen: over(&draft.last_seen, before.last_seen),
        relation: draft.relation.clone().or_else(|| before.relation.clone()),
        extra,
    }
}
