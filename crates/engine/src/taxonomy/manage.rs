//! Listing taxonomies and deciding about them. spec: 07#2.4
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use crate::tag::Pattern;
use entente_model::id::{OrgId, TagId, UserId};
use entente_model::tag::Tag;
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use entente_policy::Permission;
use entente_store::tag::Usage;
use entente_store::taxonomy::TagCount;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

const UNKNOWN: &str = "Invalid taxonomy.";

/// Which taxonomies to list.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// In namespace or description.
    pub value: Option<String>,
    /// Only the enabled, or only the others.
    pub enabled: Option<bool>,
}

/// A taxonomy with its number of tags.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The taxonomy.
    pub taxonomy: Taxonomy,
    /// Its tags.
    pub tags: TagCount,
}

/// Taxonomies by namespace.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, listing: &Listing) -> Result<Vec<Counted>> {
    let counts = entente_store::taxonomy::tag_counts(ctx.tx)?;
    let wanted = listing.value.as_deref().map(Pattern::containing);
    let rows = entente_store::taxonomy::all(ctx.tx)?;
    let kept = rows.into_iter().filter(|row| {
        listing.enabled.is_none_or(|enabled| enabled == row.enabled)
            && wanted
                .as_ref()
                .is_none_or(|text| text.matches(&row.namespace) || text.matches(&row.description))
    });
    Ok(kept
        .map(|taxonomy| Counted {
            tags: counts.get(&taxonomy.id).copied().unwrap_or_default(),
            taxonomy,
        })
        .collect())
}

/// An entry with the tag it stands for.
#[derive(Debug, Clone)]
pub struct ViewedEntry {
    /// The entry.
    pub entry: TaxonomyEntry,
    /// The tag, if it exists.
    pub tag: Option<Arc<Tag>>,
    /// How often the tag is in use.
    pub usage: Usage,
}

/// A taxonomy with all its entries.
#[derive(Debug, Clone)]
pub struct ViewedTaxonomy {
    /// The taxonomy.
    pub taxonomy: Taxonomy,
    /// In the order of its file.
    pub entries: Vec<ViewedEntry>,
}

/// A taxonomy by id or namespace.
fn find(ctx: &mut Ctx<'_, '_>, key: &str) -> Result<Taxonomy> {
    let found = match key.parse::<i64>() {
        Ok(id) => entente_store::taxonomy::by_id(ctx.tx, id)?,
        Err(_) => entente_store::taxonomy::by_namespace(ctx.tx, key)?,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// A taxonomy by id or namespace with its entries, all or those that match; with the use of their tags
/// when `counted`.
///
/// # Errors
/// `NotFound`; of the database.
pub fn view(ctx: &mut Ctx<'_, '_>, key: &str, filter: Option<&str>, counted: bool) -> Result<ViewedTaxonomy> {
    let taxonomy = find(ctx, key)?;
    let wanted = filter.map(Pattern::containing);
    let mut entries: Vec<ViewedEntry> = entente_store::taxonomy::entries(ctx.tx, &[taxonomy.id])?
        .into_iter()
        .filter(|entry| {
            wanted
                .as_ref()
                .is_none_or(|text| text.matches(&entry.tag) || text.matches(&entry.expanded))
        })
        .map(|entry| ViewedEntry {
            tag: ctx.tags.by_name(&entry.tag).cloned(),
            entry,
            usage: Usage::default(),
        })
        .collect();
    if counted {
        let tags: Vec<i64> = entries
            .iter()
            .filter_map(|entry| Some(entry.tag.as_ref()?.id.0))
            .collect();
        let scope = ctx.scope();
        let events = entente_store::tag::count_events(ctx.tx, &scope, Some(&tags))?;
        let attributes = entente_store::tag::count_attributes(ctx.tx, &scope, Some(&tags))?;
        for entry in &mut entries {
            if let Some(tag) = &entry.tag {
                entry.usage.events = events.get(&tag.id).copied().unwrap_or_default();
                entry.usage.attributes = attributes.get(&tag.id).copied().unwrap_or_default();
            }
        }
    }
    Ok(ViewedTaxonomy { taxonomy, entries })
}

/// The file of a taxonomy.
///
/// # Errors
/// `NotFound`; `Damaged` when the stored file is no JSON; of the database.
pub fn file(ctx: &mut Ctx<'_, '_>, key: &str) -> Result<Value> {
    let taxonomy = find(ctx, key)?;
    let text = entente_store::taxonomy::definition(ctx.tx, taxonomy.id)?.unwrap_or_default();
    serde_json::from_str(&text)
        .map_err(|error| Error::Damaged(format!("taxonomy {}: {error}", taxonomy.namespace)))
}

fn choose(ctx: &mut Ctx<'_, '_>, key: &str, choice: impl Fn(&mut Taxonomy)) -> Result<Taxonomy> {
    ctx.require_site_admin()?;
    let before = find(ctx, key)?;
    let mut after = before.clone();
    choice(&mut after);
    entente_store::taxonomy::set_choices(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("enabled", &before.enabled, &after.enabled);
    diff.field("required", &before.required, &after.required);
    diff.field("highlighted", &before.highlighted, &after.highlighted);
    log(ctx, &after, "edit", diff.into_text())?;
    Ok(after)
}

fn log(
    ctx: &mut Ctx<'_, '_>,
    taxonomy: &Taxonomy,
    action: &'static str,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "Taxonomy",
        id: taxonomy.id,
        action,
        title: format!("Taxonomy ({}): {}", taxonomy.id, taxonomy.namespace),
        change,
        description: None,
    })
}

/// Offers a taxonomy for selection, or no longer; then its tags are hidden, never detached.
///
/// # Errors
/// `Denied` for others than site admins, `NotFound`; of the database.
pub fn set_enabled(ctx: &mut Ctx<'_, '_>, key: &str, enabled: bool) -> Result<()> {
    let taxonomy = choose(ctx, key, |taxonomy| taxonomy.enabled = enabled)?;
    if !enabled {
        entente_store::taxonomy::set_tags_hidden(ctx.tx, taxonomy.id, None, true)?;
        ctx.touch_all_tags();
    }
    Ok(())
}

/// Sets whether an event needs one of its tags before publication.
///
/// # Errors
/// As [`set_enabled`].
pub fn set_required(ctx: &mut Ctx<'_, '_>, key: &str, required: bool) -> Result<()> {
    choose(ctx, key, |taxonomy| taxonomy.required = required).map(drop)
}

/// Sets whether its tags are shown at the head of an event.
///
/// # Errors
/// As [`set_enabled`].
pub fn set_highlighted(ctx: &mut Ctx<'_, '_>, key: &str, highlighted: bool) -> Result<()> {
    choose(ctx, key, |taxonomy| taxonomy.highlighted = highlighted).map(drop)
}

/// Removes a taxonomy; its tags stay as free tags.
///
/// # Errors
/// As [`set_enabled`].
pub fn delete(ctx: &mut Ctx<'_, '_>, key: &str) -> Result<()> {
    ctx.require_site_admin()?;
    let taxonomy = find(ctx, key)?;
    entente_store::taxonomy::delete(ctx.tx, taxonomy.id)?;
    log(ctx, &taxonomy, "delete", None)
}

/// Makes the tags of a taxonomy, all or those with these names, and shows the hidden ones.
///
/// # Errors
/// `Denied` for others than site admins; `NotFound` also for a name that is not of this taxonomy.
pub fn show_tags(ctx: &mut Ctx<'_, '_>, key: &str, only: Option<&[String]>) -> Result<usize> {
    ctx.require_site_admin()?;
    let taxonomy = find(ctx, key)?;
    let (entries, keys) = chosen(ctx, &taxonomy, only)?;
    let existing: HashSet<String> = entente_store::taxonomy::existing_tags(ctx.tx, taxonomy.id)?
        .into_iter()
        .map(|tag| entente_store::name_key(&tag.name))
        .collect();
    let mut made = existing;
    for entry in &entries {
        if made.insert(entente_store::name_key(&entry.tag)) {
            entente_store::tag::insert(ctx.tx, &tag_of(entry))?;
        }
    }
    entente_store::taxonomy::set_tags_hidden(ctx.tx, taxonomy.id, keys.as_deref(), false)?;
    ctx.touch_all_tags();
    log(
        ctx,
        &taxonomy,
        "edit",
        Some(format!("tags () => ({} shown)", entries.len())),
    )?;
    Ok(entries.len())
}

/// Hides or shows the existing tags of a taxonomy, all or those with these names.
///
/// # Errors
/// `Denied` without the right to tag; `NotFound`, also for a name that is not of this taxonomy; of the
/// database.
pub fn set_tags_hidden(
    ctx: &mut Ctx<'_, '_>,
    key: &str,
    only: Option<&[String]>,
    hidden: bool,
) -> Result<()> {
    if !ctx.actor.can(Permission::Tagger) && !ctx.actor.is_site_admin() {
        return Err(Error::denied(
            "You do not have permission to use this functionality.",
        ));
    }
    let taxonomy = find(ctx, key)?;
    let (entries, keys) = chosen(ctx, &taxonomy, only)?;
    entente_store::taxonomy::set_tags_hidden(ctx.tx, taxonomy.id, keys.as_deref(), hidden)?;
    ctx.touch_all_tags();
    let word = if hidden { "hidden" } else { "shown" };
    log(
        ctx,
        &taxonomy,
        "edit",
        Some(format!("tags () => ({} {word})", entries.len())),
    )
}

/// The entries meant, and their folded names when not all are.
fn chosen(
    ctx: &mut Ctx<'_, '_>,
    taxonomy: &Taxonomy,
    only: Option<&[String]>,
) -> Result<(Vec<TaxonomyEntry>, Option<Vec<String>>)> {
    let mut entries = entente_store::taxonomy::entries(ctx.tx, &[taxonomy.id])?;
    let Some(names) = only else {
        return Ok((entries, None));
    };
    let keys: Vec<String> = names.iter().map(|name| entente_store::name_key(name)).collect();
    let wanted: HashSet<&String> = keys.iter().collect();
    entries.retain(|entry| wanted.contains(&entente_store::name_key(&entry.tag)));
    let found: HashSet<String> = entries
        .iter()
        .map(|entry| entente_store::name_key(&entry.tag))
        .collect();
    match keys.iter().zip(names).find(|(key, _)| !found.contains(*key)) {
        Some((_, name)) => Err(Error::not_found(format!(
            "The taxonomy {} has no tag {name}.",
            taxonomy.namespace
        ))),
        None => Ok((entries, Some(keys))),
    }
}

/// The tag that an entry stands for.
fn tag_of(entry: &TaxonomyEntry) -> Tag {
    let (is_galaxy, is_custom_galaxy) = crate::content::tags::galaxy_flags(&entry.tag);
    Tag {
        id: TagId::NONE,
        name: entry.tag.clone(),
        colour: entry.colour.clone(),
        exportable: true,
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: false,
        numerical_value: entry.numerical_value,
        is_galaxy,
        is_custom_galaxy,
        local_only: false,
    }
}
