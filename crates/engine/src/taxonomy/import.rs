//! Loading a taxonomy from its file. spec: 07#2.2
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::taxonomy::definition;
use entente_db::Tx;
use entente_knowledge::taxonomy::Taxonomy as File;
use entente_model::id::TagId;
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use std::collections::HashMap;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It was not there before.
    Added(i64),
    /// It replaced an older version.
    Replaced(i64),
    /// The stored version is as new.
    Unchanged(i64),
    /// It is not made for events.
    NotForEvents,
}

/// Loads a taxonomy when it is absent or newer than the stored one. What an administrator decided
/// (enabled, required, highlighted) stays; existing tags get its colours and numbers.
///
/// # Errors
/// Of the database.
pub fn import(ctx: &mut Ctx<'_, '_>, file: &File) -> Result<Imported> {
    let (imported, tags) = import_into(ctx.tx, file)?;
    for tag in tags {
        ctx.touch_tag(tag);
    }
    Ok(imported)
}

/// As [`import`], without a caller; answers the tags it has changed too, whose snapshot is stale.
///
/// # Errors
/// Of the database.
pub fn import_into(tx: &mut Tx<'_>, file: &File) -> Result<(Imported, Vec<TagId>)> {
    if !file.is_for_events() {
        return Ok((Imported::NotForEvents, Vec::new()));
    }
    let stored = entente_store::taxonomy::by_namespace(tx, &file.namespace)?;
    if let Some(stored) = stored.as_ref().filter(|stored| stored.version >= file.version) {
        return Ok((Imported::Unchanged(stored.id), Vec::new()));
    }
    let taxonomy = Taxonomy {
        id: stored.as_ref().map_or(0, |stored| stored.id),
        namespace: file.namespace.clone(),
        description: file.description.clone(),
        version: file.version,
        enabled: stored.as_ref().is_some_and(|stored| stored.enabled),
        exclusive: file.exclusive,
        required: stored.as_ref().is_some_and(|stored| stored.required),
        highlighted: stored.as_ref().is_some_and(|stored| stored.highlighted),
    };
    let id = entente_store::taxonomy::put(tx, &taxonomy, &definition::file(file).to_string())?;
    let entries = definition::rows(file);
    entente_store::taxonomy::replace_entries(tx, id, &entries)?;
    let changed = repaint(tx, id, &entries)?;
    Ok((
        stored.map_or(Imported::Added(id), |_| Imported::Replaced(id)),
        changed,
    ))
}

/// Gives the existing tags of a taxonomy its colours and numbers.
fn repaint(tx: &mut Tx<'_>, taxonomy: i64, entries: &[TaxonomyEntry]) -> Result<Vec<TagId>> {
    let existing = entente_store::taxonomy::existing_tags(tx, taxonomy)?;
    if existing.is_empty() {
        return Ok(Vec::new());
    }
    let by_key: HashMap<String, &TaxonomyEntry> = entries
        .iter()
        .rev()
        .map(|entry| (entente_store::name_key(&entry.tag), entry))
        .collect();
    let mut changed = Vec::new();
    for mut tag in existing {
        let Some(entry) = by_key.get(&entente_store::name_key(&tag.name)) else {
            continue;
        };
        if tag.colour != entry.colour || tag.numerical_value != entry.numerical_value {
            tag.colour.clone_from(&entry.colour);
            tag.numerical_value = entry.numerical_value;
            entente_store::tag::update(tx, &tag)?;
            changed.push(tag.id);
        }
    }
    Ok(changed)
}

/// Brings the rows of all taxonomies in line with their stored files, and answers how many were not.
/// Files themselves come from outside (`entente knowledge import`): this server fetches nothing. A
/// release that reads files better puts its reading to work here.
///
/// # Errors
/// `Damaged` when a stored file cannot be read; of the database.
pub fn update(ctx: &mut Ctx<'_, '_>) -> Result<usize> {
    let mut updated = 0;
    for taxonomy in entente_store::taxonomy::all(ctx.tx)? {
        let text = entente_store::taxonomy::definition(ctx.tx, taxonomy.id)?.unwrap_or_default();
        let (file, _) = entente_knowledge::taxonomy::parse(text.as_bytes())
            .map_err(|error| Error::Damaged(format!("taxonomy {}: {error}", taxonomy.namespace)))?;
        let wanted = definition::rows(&file);
        let mut stored = entente_store::taxonomy::entries(ctx.tx, &[taxonomy.id])?;
        for row in &mut stored {
            (row.id, row.taxonomy) = (0, 0);
        }
        if stored == wanted {
            continue;
        }
        entente_store::taxonomy::replace_entries(ctx.tx, taxonomy.id, &wanted)?;
        for tag in repaint(ctx.tx, taxonomy.id, &wanted)? {
            ctx.touch_tag(tag);
        }
        updated += 1;
    }
    Ok(updated)
}
