//! Adding, capturing, changing and deleting annotations. spec: 08#1.2
use super::{find, target};
use crate::content::capture::group;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::draft::{AnalystDraft, AnalystKind};
use entente_model::finding::FieldErrors;
use entente_model::id::{LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_policy::{LabelFacts, Link, Permission, rules};
use entente_store::analyst::Blocked;
use uuid::Uuid;

/// Longest text of an annotation in bytes. spec: 11#SR-IN-1
const MAX_TEXT: usize = 1 << 20;
/// Longest short field in bytes.
const MAX_SHORT: usize = 255;
/// The text for the wrong organisation. spec: 03#20
const NOT_YOURS: &str = "You are not authorised to do that.";

/// What a request annotates.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Its uuid.
    pub uuid: Option<Uuid>,
    /// Its type as sent; looked up when absent.
    pub object_type: Option<String>,
}

/// Adds an annotation with those that it embeds. An object named with its type need not exist.
///
/// # Errors
/// `NotFound` when the object's type is not given and nothing visible has the uuid; `Fields`; `Denied` for a
/// sharing group.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &AnalystDraft, named: &Target) -> Result<i64> {
    let uuid = named
        .uuid
        .or(draft.object_uuid)
        .ok_or_else(|| Error::field("object_uuid", "Please provide a valid RFC 9562 UUID."))?;
    let object_type = match named.object_type.as_deref().or(draft.object_type.as_deref()) {
        Some(name) => ObjectType::from_name(name).ok_or_else(|| {
            Error::field(
                "object_type",
                format!("Invalid object type. Use one of: {}.", types()),
            )
        })?,
        None => deduce(ctx, uuid)?,
    };
    if let Some(uuid) = draft.uuid.as_value()
        && entente_store::analyst::find_unscoped(ctx.tx, None, Ref::Uuid(*uuid))?.is_some()
    {
        return Err(Error::field("uuid", "The UUID provided is not unique."));
    }
    insert(ctx, draft, object_type, uuid, false)
}

fn types() -> String {
    ObjectType::ALL.map(ObjectType::name).join(", ")
}

fn deduce(ctx: &mut Ctx<'_, '_>, uuid: Uuid) -> Result<ObjectType> {
    let candidates = ObjectType::ALL.map(|kind| (kind, uuid));
    let seen = target::seen(ctx, &candidates)?;
    ObjectType::ALL
        .into_iter()
        .find(|kind| seen.get(&(*kind, uuid)) == Some(&true))
        .ok_or_else(|| Error::not_found("Could not find an object with this UUID; name its type."))
}

/// Takes in an annotation that came with what it annotates, and those that it embeds. One that is blocked,
/// fails validation, or may not be changed by the caller is left out.
///
/// # Errors
/// Of the database.
pub fn capture(ctx: &mut Ctx<'_, '_>, draft: &AnalystDraft, object: Uuid, object_type: &str) -> Result<()> {
    if !ctx.actor.can(Permission::AnalystData) {
        return Ok(());
    }
    let Some(object_type) = ObjectType::from_name(object_type) else {
        return Ok(());
    };
    let known = match draft.uuid.as_value() {
        Some(uuid) if !entente_store::analyst::blocked(ctx.tx, &[*uuid])?.is_empty() => return Ok(()),
        Some(uuid) => entente_store::analyst::find_unscoped(ctx.tx, None, Ref::Uuid(*uuid))?,
        None => None,
    };
    let done = match known {
        None => insert(ctx, draft, object_type, object, false).map(|_| ()),
        Some(before) => {
            let newer = draft.modified.is_some_and(|sent| sent > before.modified);
            let same = before.content.kind() == draft.kind && before.object_uuid == object;
            if newer && same && may_change(ctx, &before) {
                update(ctx, before, draft)
            } else {
                children(ctx, &before, draft)
            }
        }
    };
    match done {
        Err(Error::Fields(_) | Error::Denied(_)) => Ok(()),
        other => other,
    }
}

fn may_change(ctx: &Ctx<'_, '_>, row: &Analyst) -> bool {
    rules::can_edit_analyst_data(&ctx.viewer(), row.orgc_uuid)
        || row.locked && ctx.actor.can(Permission::Sync)
}

fn children(ctx: &mut Ctx<'_, '_>, parent: &Analyst, draft: &AnalystDraft) -> Result<()> {
    for child in &draft.children {
        capture(
            ctx,
            child,
            parent.uuid,
            ObjectType::from(parent.content.kind()).name(),
        )?;
    }
    Ok(())
}

/// Stores an annotation; `locked` is one that a peer has sent for itself.
pub(super) fn insert(
    ctx: &mut Ctx<'_, '_>,
    draft: &AnalystDraft,
    object_type: ObjectType,
    object: Uuid,
    locked: bool,
) -> Result<i64> {
    let mut errors = FieldErrors::default();
    if draft.uuid.is_invalid() {
        errors.add("uuid", "Please provide a valid RFC 9562 UUID.");
    }
    check(draft, &mut errors);
    let content = content(draft, object, &mut errors);
    errors.into_result()?;
    let Some(content) = content else {
        return Err(Error::invalid("The annotation says nothing."));
    };
    let now = ctx.now();
    let sync = ctx.actor.can(Permission::Sync);
    let own = ctx.actor.org.uuid;
    let past = |sent: Option<i64>| sent.filter(|sent| *sent <= now);
    let mut row = Analyst {
        id: 0,
        uuid: match draft.uuid.as_value() {
            Some(uuid) => *uuid,
            None => ctx.new_uuid()?,
        },
        object_uuid: object,
        object_type,
        authors: draft
            .authors
            .clone()
            .filter(|authors| !authors.trim().is_empty())
            .unwrap_or_else(|| ctx.actor.user.email.clone()),
        org_uuid: own,
        orgc_uuid: draft.orgc_uuid.filter(|_| sync).unwrap_or(own),
        created: past(draft.created).unwrap_or(now),
        modified: past(draft.modified).unwrap_or(now),
        distribution: draft.distribution.clone().or(default_level(ctx)),
        sharing_group: SharingGroupId::NONE,
        locked,
        label: LabelId::NONE,
        content,
    };
    if row.distribution == Distribution::SharingGroup {
        row.sharing_group = group(ctx, draft.sharing_group.as_ref())?;
    }
    row.label = label(ctx, &row)?;
    row.id = ctx.tx.next_ids("analyst_data", 1)?;
    entente_store::analyst::insert(ctx.tx, &row)?;
    journal(ctx, &row, "add")?;
    children(ctx, &row, draft)?;
    Ok(row.id)
}

fn default_level(ctx: &Ctx<'_, '_>) -> Distribution {
    ctx.settings
        .number("MISP.default_event_distribution")
        .and_then(Distribution::from_number)
        .unwrap_or(Distribution::Community)
}

/// Changes an annotation; what the draft leaves out stays, and annotations that it embeds are taken in.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation or for a sharing group; `Fields`.
pub fn edit(
    ctx: &mut Ctx<'_, '_>,
    kind: Option<AnalystKind>,
    annotation: Option<Ref>,
    draft: &AnalystDraft,
) -> Result<i64> {
    let before = find(ctx, kind, annotation)?;
    if !rules::can_edit_analyst_data(&ctx.viewer(), before.orgc_uuid) {
        return Err(Error::denied(NOT_YOURS));
    }
    let id = before.id;
    // The edit happens now, whatever time the sender remembers.
    let draft = AnalystDraft {
        modified: None,
        kind: before.content.kind(),
        ..draft.clone()
    };
    update(ctx, before, &draft)?;
    Ok(id)
}

/// Writes what a draft changes.
pub(super) fn update(ctx: &mut Ctx<'_, '_>, before: Analyst, draft: &AnalystDraft) -> Result<()> {
    let mut errors = FieldErrors::default();
    check(draft, &mut errors);
    let mut after = before;
    match &mut after.content {
        Content::Note { note, language } => {
            lay_over(note, draft.note.as_ref());
            lay_over(language, draft.language.as_ref());
            required("note", note, &mut errors);
        }
        Content::Opinion { opinion, comment } => {
            if let Some(value) = draft.opinion.as_value() {
                *opinion = *value;
            }
            lay_over(comment, draft.comment.as_ref());
        }
        Content::Relationship {
            relationship_type, ..
        } => {
            lay_over(relationship_type, draft.relationship_type.as_ref());
        }
    }
    errors.into_result()?;
    lay_over(&mut after.authors, draft.authors.as_ref());
    if let Some(distribution) = draft.distribution.as_value() {
        after.sharing_group = match distribution {
            Distribution::SharingGroup if draft.sharing_group.is_some() => {
                group(ctx, draft.sharing_group.as_ref())?
            }
            Distribution::SharingGroup if !after.sharing_group.is_none() => after.sharing_group,
            Distribution::SharingGroup => return Err(Error::denied(crate::content::capture::INVALID_GROUP)),
            _ => SharingGroupId::NONE,
        };
        after.distribution = *distribution;
    }
    after.modified = draft
        .modified
        .filter(|sent| *sent <= ctx.now())
        .unwrap_or(ctx.now());
    after.label = label(ctx, &after)?;
    entente_store::analyst::update(ctx.tx, &after)?;
    journal(ctx, &after, "edit")?;
    children(ctx, &after, draft)
}

fn lay_over(under: &mut String, over: Option<&String>) {
    if let Some(over) = over {
        under.clone_from(over);
    }
}

/// Deletes an annotation for good; annotations of it stay. With `block` it is not taken in again.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation.
pub fn delete(
    ctx: &mut Ctx<'_, '_>,
    kind: Option<AnalystKind>,
    annotation: Option<Ref>,
    block: bool,
) -> Result<Analyst> {
    let row = find(ctx, kind, annotation)?;
    if !rules::can_edit_analyst_data(&ctx.viewer(), row.orgc_uuid) {
        return Err(Error::denied(NOT_YOURS));
    }
    entente_store::analyst::delete(ctx.tx, row.id)?;
    if block {
        let info = summary(&row);
        let creator = ctx
            .directory
            .org_by_uuid(row.orgc_uuid)
            .map(|org| org.name.clone())
            .unwrap_or_default();
        let blocked = Blocked {
            uuid: row.uuid,
            created: ctx.now(),
            info: &info,
            creator: &creator,
        };
        entente_store::analyst::block(ctx.tx, &blocked)?;
    }
    journal(ctx, &row, "delete")?;
    Ok(row)
}

/// What an annotation says, in one line of at most 200 characters.
fn summary(row: &Analyst) -> String {
    let text = match &row.content {
        Content::Note { note, .. } => note.clone(),
        Content::Opinion { opinion, comment } => format!("{opinion}/100 {comment}"),
        Content::Relationship {
            relationship_type,
            related_uuid,
            ..
        } => format!("{relationship_type} {related_uuid}"),
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

/// The policy label of an annotation: readers follow its own level. One that inherits is as open as what it
/// annotates, which is asked separately.
fn label(ctx: &mut Ctx<'_, '_>, row: &Analyst) -> Result<LabelId> {
    let link = match row.distribution {
        Distribution::Inherit => Link::of(entente_policy::Distribution::All),
        level => ctx.link(level, row.sharing_group),
    };
    let mut facts = LabelFacts::event(row.org_uuid, row.orgc_uuid, link);
    // There is no draft state of annotations.
    facts.published = true;
    ctx.intern_label(&facts)
}

fn check(draft: &AnalystDraft, errors: &mut FieldErrors) {
    if draft.distribution.is_invalid() {
        errors.add("distribution", "Invalid distribution: 0 to 5 expected.");
    }
    let out_of_range = draft
        .opinion
        .as_value()
        .is_some_and(|opinion| !(0..=100).contains(opinion));
    if draft.kind == AnalystKind::Opinion && (draft.opinion.is_invalid() || out_of_range) {
        errors.add("opinion", "An opinion is a whole number from 0 to 100.");
    }
    for (field, value, most) in [
        ("note", &draft.note, MAX_TEXT),
        ("comment", &draft.comment, MAX_TEXT),
        ("authors", &draft.authors, MAX_TEXT),
        ("language", &draft.language, MAX_SHORT),
        ("relationship_type", &draft.relationship_type, MAX_SHORT),
    ] {
        if value.as_deref().is_some_and(|value| value.len() > most) {
            errors.add(field, format!("{field} is longer than {most} bytes."));
        }
    }
}

fn required(field: &str, value: &str, errors: &mut FieldErrors) {
    if value.trim().is_empty() {
        errors.add(field, format!("{field} cannot be empty."));
    }
}

fn content(draft: &AnalystDraft, object: Uuid, errors: &mut FieldErrors) -> Option<Content> {
    Some(match draft.kind {
        AnalystKind::Note => {
            let note = draft.note.clone().unwrap_or_default();
            required("note", &note, errors);
            let language = draft.language.clone().filter(|language| !language.is_empty());
            Content::Note {
                note,
                language: language.unwrap_or_else(|| "en".to_owned()),
            }
        }
        AnalystKind::Opinion => {
            if draft.opinion.is_absent() {
                errors.add("opinion", "An opinion is a whole number from 0 to 100.");
            }
            Content::Opinion {
                opinion: draft.opinion.clone().or(0),
                comment: draft.comment.clone().unwrap_or_default(),
            }
        }
        AnalystKind::Relationship => {
            let Some(related_uuid) = draft.related_object_uuid else {
                errors.add("related_object_uuid", "Please provide a valid RFC 9562 UUID.");
                return None;
            };
            if related_uuid == object {
                errors.add(
                    "related_object_uuid",
                    "The source and the target of a relationship must differ.",
                );
            }
            let Some(related_type) = draft
                .related_object_type
                .as_deref()
                .and_then(ObjectType::from_name)
            else {
                errors.add(
                    "related_object_type",
                    format!("Invalid object type. Use one of: {}.", types()),
                );
                return None;
            };
            Content::Relationship {
                relationship_type: draft.relationship_type.clone().unwrap_or_default(),
                related_uuid,
                related_type,
            }
        }
    })
}

fn journal(ctx: &mut Ctx<'_, '_>, row: &Analyst, action: &'static str) -> Result<()> {
    let kind = row.content.kind().name();
    ctx.log(&Entry {
        model: kind,
        id: row.id,
        action,
        // Without the uuid of its object, which not everybody may see who reads the log.
        title: format!("{kind} ({}) on {}", row.id, row.object_type.name()),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "analyst_data",
        id: row.id,
        uuid: Some(row.uuid),
        event: None,
    })
}
