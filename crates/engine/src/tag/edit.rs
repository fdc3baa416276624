//! Making, changing and removing tags. spec: 03#6, 01#7.5
use crate::content::tags::{MAX_TAG_NAME, default_colour, galaxy_flags, is_colour};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use crate::tag::carriers;
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, TagId, UserId};
use entente_model::tag::{Tag, TagInput};
use entente_policy::{Permission, refused_by_spillage_guard};
use std::sync::Arc;

/// The colour of galaxy tags. spec: 07#2.1
const GALAXY_COLOUR: &str = "#0088cc";

/// Why a name is no good for a tag, if it is not.
fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("A tag needs a name.".to_owned());
    }
    if name.len() > MAX_TAG_NAME {
        return Some(format!(
            "A tag name has at most {MAX_TAG_NAME} bytes, this one has {}.",
            name.len()
        ));
    }
    if name.chars().any(char::is_control) {
        return Some("A tag name holds no line breaks or other control characters.".to_owned());
    }
    None
}

/// Why a tag names data that does not belong here, if it does. spec: 10#1.2
pub(super) fn spillage(name: &str) -> Option<String> {
    refused_by_spillage_guard(name)
        .then(|| format!("{name} names a real classification; this platform is for unclassified data only."))
}

/// Applies what a caller said to a tag, and checks it.
fn apply(tag: &mut Tag, input: &TagInput) -> std::result::Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    if let Some(name) = &input.name {
        let name = name.trim();
        if let Some(problem) = name_problem(name).or_else(|| spillage(name)) {
            errors.add("name", problem);
        }
        (tag.is_galaxy, tag.is_custom_galaxy) = galaxy_flags(name);
        name.clone_into(&mut tag.name);
    }
    if let Some(colour) = &input.colour {
        if !is_colour(colour) {
            errors.add(
                "colour",
                "A colour is written as # and six hexadecimal digits, such as #00aaff.",
            );
        }
        tag.colour.clone_from(colour);
    }
    tag.exportable = input.exportable.unwrap_or(tag.exportable);
    tag.org = input.org.map_or(tag.org, OrgId);
    tag.user = input.user.map_or(tag.user, UserId);
    tag.hidden = input.hidden.unwrap_or(tag.hidden);
    tag.numerical_value = input.numerical_value.unwrap_or(tag.numerical_value);
    tag.local_only = input.local_only.unwrap_or(tag.local_only);
    errors.into_result()
}

/// Whether the caller may bring tags into being.
pub(super) fn may_make(ctx: &Ctx<'_, '_>) -> bool {
    ctx.actor.can(Permission::TagEditor) || ctx.actor.is_site_admin()
}

/// Makes a tag, or answers the one of this name that exists.
///
/// # Errors
/// `Denied` without the right to make tags; `Fields`; of the database.
pub fn add(ctx: &mut Ctx<'_, '_>, input: &TagInput) -> Result<TagId> {
    if !may_make(ctx) {
        return Err(Error::denied(
            "You do not have permission to use this functionality.",
        ));
    }
    let Some(name) = input
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    else {
        return Err(Error::field("name", "A tag needs a name."));
    };
    if let Some(existing) = super::by_name(ctx, name)? {
        return Ok(existing.id);
    }
    create(ctx, input).map(|tag| tag.id)
}

/// Makes a tag whose name is free. A name out of a taxonomy gets the colour and number stated there.
pub(super) fn create(ctx: &mut Ctx<'_, '_>, input: &TagInput) -> Result<Tag> {
    let mut tag = Tag {
        id: TagId::NONE,
        name: String::new(),
        colour: String::new(),
        exportable: true,
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: false,
        numerical_value: None,
        is_galaxy: false,
        is_custom_galaxy: false,
        local_only: false,
    };
    let colour = input.colour.clone().filter(|colour| !colour.is_empty());
    let input = TagInput {
        colour,
        ..input.clone()
    };
    apply(&mut tag, &input)?;
    check_owners(ctx, &tag)?;
    let entry = entente_store::taxonomy::entry_by_tag(ctx.tx, &tag.name)?;
    if input.colour.is_none() {
        tag.colour = match &entry {
            _ if tag.is_galaxy => GALAXY_COLOUR.to_owned(),
            Some(entry) => entry.colour.clone(),
            None => default_colour(&tag.name),
        };
    }
    if input.numerical_value.is_none() {
        tag.numerical_value = entry.and_then(|entry| entry.numerical_value);
    }
    tag.id = entente_store::tag::insert(ctx.tx, &tag)?;
    note(ctx, &tag, "add", None)?;
    Ok(tag)
}

/// A tag is only reserved for somebody who exists.
fn check_owners(ctx: &mut Ctx<'_, '_>, tag: &Tag) -> Result<()> {
    if !tag.org.is_none() && ctx.directory.org(tag.org).is_none() {
        return Err(Error::field("org_id", "There is no such organisation."));
    }
    if !tag.user.is_none() && entente_store::account::by_id(ctx.tx, tag.user)?.is_none() {
        return Err(Error::field("user_id", "There is no such user."));
    }
    Ok(())
}

fn known(ctx: &mut Ctx<'_, '_>, id: TagId) -> Result<Arc<Tag>> {
    ctx.require_site_admin()?;
    super::by_id(ctx, id)?.ok_or_else(|| Error::not_found("Invalid Tag"))
}

/// Changes a tag. When its name begins or ceases to restrict, what carries it is relabelled.
///
/// # Errors
/// `Denied` for others than site admins; `NotFound`; `Fields`; `TooLarge` when too much would have to
/// be relabelled; of the database.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: TagId, input: &TagInput) -> Result<()> {
    let before = known(ctx, id)?;
    let mut after = before.as_ref().clone();
    apply(&mut after, input)?;
    if after == *before {
        return Ok(());
    }
    if (after.org, after.user) != (before.org, before.user) {
        check_owners(ctx, &after)?;
    }
    if super::by_name(ctx, &after.name)?.is_some_and(|other| other.id != id) {
        return Err(Error::field("name", "A tag with this name exists already."));
    }
    let carriers = if carriers::meaning_differs(&before.name, Some(&after.name)) {
        carriers::of(ctx, id)?
    } else {
        carriers::Carriers::default()
    };
    entente_store::tag::update(ctx.tx, &after)?;
    // Labels are derived from names, so this transaction has to know the new one.
    ctx.tags = Arc::new(ctx.tags.updated(&[id], vec![after.clone()]));
    carriers::relabel(ctx, &carriers)?;
    note(ctx, &after, "edit", difference(&before, &after))
}

fn difference(before: &Tag, after: &Tag) -> Option<String> {
    let number = |tag: &Tag| tag.numerical_value.map(|n| n.to_string()).unwrap_or_default();
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("colour", &before.colour, &after.colour);
    diff.field("exportable", &before.exportable, &after.exportable);
    diff.field("org_id", &before.org, &after.org);
    diff.field("user_id", &before.user, &after.user);
    diff.field("hide_tag", &before.hidden, &after.hidden);
    diff.field("numerical_value", &number(before), &number(after));
    diff.field("local_only", &before.local_only, &after.local_only);
    diff.into_text()
}

/// Removes a tag from everything that carries it, and from the instance.
///
/// # Errors
/// As [`edit`].
pub fn delete(ctx: &mut Ctx<'_, '_>, id: TagId) -> Result<()> {
    let tag = known(ctx, id)?;
    let carriers = if carriers::meaning_differs(&tag.name, None) {
        carriers::of(ctx, id)?
    } else {
        carriers::Carriers::default()
    };
    entente_store::tag::delete(ctx.tx, id)?;
    carriers::relabel(ctx, &carriers)?;
    note(ctx, &tag, "delete", None)
}

/// Log, change log and snapshot.
fn note(ctx: &mut Ctx<'_, '_>, tag: &Tag, action: &'static str, change: Option<String>) -> Result<()> {
    ctx.touch_tag(tag.id);
    ctx.log(&Entry {
        model: "Tag",
        id: tag.id.0,
        action,
        title: format!("Tag ({}): {}", tag.id, tag.name),
        change,
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "tag",
        id: tag.id.0,
        uuid: None,
        event: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bi_o9_names_that_no_tag_can_have_are_refused_with_the_reason() {
        assert!(name_problem(&"x".repeat(10 << 10)).unwrap().contains("255 bytes"));
        assert!(name_problem("line\nbreak").is_some());
        assert!(name_problem("").is_some());
        // Markup, quotes and directional marks are text: what shows them escapes them.
        for name in ["<b>x</b>", "say \"hi\"", "\u{202e}txt.exe", &"x".repeat(255)] {
            assert_eq!(name_problem(name), None, "{name}");
        }
    }

    #[test]
    fn classifications_are_refused_by_name() {
        assert!(
            spillage("nato:classification=\"NS\"")
                .unwrap()
                .contains("unclassified")
        );
        assert_eq!(spillage("tlp:red"), None);
    }
}
