//! Tags that are attached together. spec: 08#6.3
use crate::content::tags::{TagResolver, may_attach};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use crate::tag::TagChoice;
use crate::tag::edit::spillage;
use entente_model::collection::{TagCollection, TagCollectionDraft, TagCollectionTag};
use entente_model::draft::{Given, TagDraft};
use entente_model::finding::FieldErrors;
use entente_model::id::{Ref, TagId};
use entente_model::tag::Tag;
use entente_policy::{Permission, rules};
pub use entente_store::tag_collection::Query;
use std::collections::HashSet;
use std::sync::Arc;

/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Longest description in bytes.
const MAX_DESCRIPTION: usize = 65_535;
/// Most tags of a collection.
const MAX_TAGS: usize = 1_000;
const UNKNOWN: &str = "Invalid Tag Collection.";

/// Collections that the caller may use, by id.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<Vec<TagCollection>> {
    let query = Query {
        usable_by: (!ctx.actor.is_site_admin()).then(|| ctx.actor.org_id()),
        ..query.clone()
    };
    Ok(entente_store::tag_collection::search(ctx.tx, &query)?)
}

/// What is in collections that the caller may use: each tag with the row that puts it there.
///
/// # Errors
/// Of the database.
pub fn tags(ctx: &mut Ctx<'_, '_>, collections: &[i64]) -> Result<Vec<(TagCollectionTag, Arc<Tag>)>> {
    let rows = entente_store::tag_collection::tags(ctx.tx, collections)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row, Arc::clone(ctx.tags.get(row.tag)?))))
        .collect())
}

/// A collection that the caller may use.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<TagCollection> {
    let found = match collection {
        Some(collection) => entente_store::tag_collection::find(ctx.tx, collection)?,
        None => None,
    };
    let (org, all) = (ctx.actor.org_id(), ctx.actor.is_site_admin());
    found
        .filter(|row| all || row.all_orgs || row.org == org)
        .ok_or_else(|| Error::not_found(UNKNOWN))
}

/// A collection that the caller may change.
///
/// # Errors
/// `NotFound`, `Denied`.
fn own(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<TagCollection> {
    let collection = find(ctx, collection)?;
    if may_change(ctx, &collection) {
        Ok(collection)
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

fn may_change(ctx: &Ctx<'_, '_>, collection: &TagCollection) -> bool {
    let own = rules::can_edit_tag_collection(&ctx.viewer(), ctx.org_uuid(collection.org));
    own && ctx.actor.can(Permission::TagEditor)
}

/// Adds a collection of the caller's organisation.
///
/// # Errors
/// `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &TagCollectionDraft) -> Result<i64> {
    let uuid = match &draft.uuid {
        Given::Absent => ctx.new_uuid()?,
        Given::Invalid => return Err(Error::field("uuid", "Please provide a valid RFC 9562 UUID.")),
        Given::Value(uuid) => {
            if entente_store::tag_collection::find(ctx.tx, Ref::Uuid(*uuid))?.is_some() {
                return Err(Error::field("uuid", "The UUID provided is not unique."));
            }
            *uuid
        }
    };
    let blank = TagCollection {
        id: 0,
        uuid,
        name: String::new(),
        description: String::new(),
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        all_orgs: true,
    };
    let mut collection = applied(ctx, &blank, draft)?;
    collection.id = entente_store::tag_collection::insert(ctx.tx, &collection)?;
    replace_tags(ctx, &collection, draft.tags.as_deref())?;
    note(ctx, "add", &collection, None)?;
    Ok(collection.id)
}

/// Changes a collection; what the draft leaves out stays.
///
/// # Errors
/// `NotFound`, `Denied`, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>, draft: &TagCollectionDraft) -> Result<i64> {
    let before = own(ctx, collection)?;
    let after = applied(ctx, &before, draft)?;
    entente_store::tag_collection::update(ctx.tx, &after)?;
    replace_tags(ctx, &after, draft.tags.as_deref())?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("description", &before.description, &after.description);
    diff.field("all_orgs", &before.all_orgs, &after.all_orgs);
    note(ctx, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Removes a collection.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn remove(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<i64> {
    let collection = own(ctx, collection)?;
    entente_store::tag_collection::delete(ctx.tx, collection.id)?;
    note(ctx, "delete", &collection, None)?;
    Ok(collection.id)
}

fn applied(
    ctx: &mut Ctx<'_, '_>,
    before: &TagCollection,
    draft: &TagCollectionDraft,
) -> Result<TagCollection> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if let Some(description) = &draft.description {
        after.description.clone_from(description);
    }
    after.all_orgs = draft.all_orgs.clone().or(before.all_orgs);
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of 1 to {MAX_NAME} bytes is needed."));
    } else if entente_store::tag_collection::by_name(ctx.tx, &after.name)?
        .is_some_and(|other| other.id != after.id)
    {
        errors.add("name", "A tag collection with this name exists.");
    }
    if after.description.len() > MAX_DESCRIPTION {
        errors.add("description", format!("At most {MAX_DESCRIPTION} bytes."));
    }
    errors.into_result()?;
    Ok(after)
}

/// Makes the tags of a collection those that are named; missing ones are made, as anywhere for a tag editor.
fn replace_tags(ctx: &mut Ctx<'_, '_>, collection: &TagCollection, names: Option<&[String]>) -> Result<()> {
    let Some(names) = names else { return Ok(()) };
    let mut wanted = Vec::new();
    let mut errors = FieldErrors::default();
    let mut resolver = TagResolver::default();
    for name in names {
        match named(ctx, &mut resolver, name)? {
            Some(tag) => wanted.push(tag),
            None => errors.add("tags", format!("The tag cannot be used: {name}")),
        }
    }
    if wanted.len() > MAX_TAGS {
        errors.add("tags", format!("At most {MAX_TAGS} tags."));
    }
    errors.into_result()?;
    for present in entente_store::tag_collection::tags(ctx.tx, &[collection.id])? {
        if !wanted.contains(&present.tag) {
            entente_store::tag_collection::remove_tag(ctx.tx, collection.id, present.tag)?;
        }
    }
    for tag in wanted {
        entente_store::tag_collection::add_tag(ctx.tx, collection.id, tag)?;
    }
    Ok(())
}

/// The tag of a name, made when it is missing; `None` when the caller may not use it.
fn named(ctx: &mut Ctx<'_, '_>, resolver: &mut TagResolver, name: &str) -> Result<Option<TagId>> {
    let draft = TagDraft {
        name: Some(name.to_owned()),
        // A collection may hold local tags, which are attached as such.
        local: true,
        ..TagDraft::default()
    };
    let usable = resolver.attachable(ctx, std::slice::from_ref(&draft))?;
    Ok(usable.first().map(|tag| tag.id))
}

/// Puts tags into a collection; answers how many were new.
///
/// # Errors
/// `NotFound` for the collection or a tag; `Denied`.
pub fn add_tags(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>, choices: &[TagChoice]) -> Result<usize> {
    let collection = own(ctx, collection)?;
    let present = entente_store::tag_collection::tags(ctx.tx, &[collection.id])?;
    if present.len().saturating_add(choices.len()) > MAX_TAGS {
        return Err(Error::TooLarge(
            format!("A tag collection has at most {MAX_TAGS} tags.").into(),
        ));
    }
    let mut added = 0;
    for choice in choices {
        let tag = super::attach::find(ctx, choice)?
            .filter(|tag| may_attach(ctx, tag, true).is_ok())
            .ok_or_else(|| Error::not_found(super::attach::INVALID_TAG))?;
        if entente_store::tag_collection::add_tag(ctx.tx, collection.id, tag.id)? {
            added += 1;
            note(ctx, "edit", &collection, Some(format!("added {}", tag.name)))?;
        }
    }
    Ok(added)
}

/// Takes tags out of a collection; answers how many were in it.
///
/// # Errors
/// `NotFound` for the collection or a tag; `Denied`.
pub fn remove_tags(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>, choices: &[TagChoice]) -> Result<usize> {
    let collection = own(ctx, collection)?;
    let mut removed = 0;
    for choice in choices {
        let tag =
            super::attach::find(ctx, choice)?.ok_or_else(|| Error::not_found(super::attach::INVALID_TAG))?;
        if entente_store::tag_collection::remove_tag(ctx.tx, collection.id, tag.id)? {
            removed += 1;
            note(ctx, "edit", &collection, Some(format!("removed {}", tag.name)))?;
        }
    }
    Ok(removed)
}

/// What became of collections that were sent together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Added.
    pub added: usize,
    /// Changed, since their uuid was known.
    pub updated: usize,
    /// Not valid, or another organisation's.
    pub failed: usize,
}

/// Takes in collections, each for itself: known ones by uuid are changed, the others added.
///
/// # Errors
/// Of the database.
pub fn import(ctx: &mut Ctx<'_, '_>, drafts: &[TagCollectionDraft]) -> Result<Imported> {
    let mut imported = Imported::default();
    for draft in drafts {
        let known = match draft.uuid.as_value() {
            Some(uuid) => entente_store::tag_collection::find(ctx.tx, Ref::Uuid(*uuid))?,
            None => None,
        };
        let updates = known.is_some();
        let done = match known {
            Some(known) => edit(ctx, Some(Ref::Id(known.id)), draft),
            None => add(ctx, draft),
        };
        match done {
            Ok(_) if updates => imported.updated += 1,
            Ok(_) => imported.added += 1,
            Err(Error::Fields(_) | Error::Denied(_) | Error::NotFound(_)) => imported.failed += 1,
            Err(other) => return Err(other),
        }
    }
    Ok(imported)
}

/// The tags of a collection that the caller may use and may attach.
///
/// # Errors
/// `NotFound`.
pub(super) fn usable(ctx: &mut Ctx<'_, '_>, collection: i64, local: bool) -> Result<Vec<TagChoice>> {
    let collection = find(ctx, Some(Ref::Id(collection)))?;
    let tags = tags(ctx, &[collection.id])?;
    Ok(tags
        .into_iter()
        .filter(|(_, tag)| may_attach(ctx, tag, local).is_ok())
        .map(|(_, tag)| TagChoice::Id(tag.id.0))
        .collect())
}

/// The tags that every new event is given, as far as the caller may attach them. spec: 08#6.3
///
/// # Errors
/// Of the database.
pub(crate) fn of_new_events(ctx: &mut Ctx<'_, '_>) -> Result<Vec<TagId>> {
    let id = ctx
        .settings
        .number("MISP.default_event_tag_collection")
        .unwrap_or(0);
    if id <= 0 || entente_store::tag_collection::find(ctx.tx, Ref::Id(id))?.is_none() {
        return Ok(Vec::new());
    }
    let mut seen = HashSet::new();
    let tags = tags(ctx, &[id])?;
    Ok(tags
        .into_iter()
        .filter(|(_, tag)| may_attach(ctx, tag, false).is_ok() && spillage(&tag.name).is_none())
        .filter(|(_, tag)| seen.insert(tag.id))
        .map(|(_, tag)| tag.id)
        .collect())
}

fn note(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    collection: &TagCollection,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "TagCollection",
        id: collection.id,
        action,
        title: format!("Tag collection ({}): {}", collection.id, collection.name),
        change,
        ..Entry::default()
    })
}
