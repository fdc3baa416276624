//! Taxonomies and the tags they stand for. None of it is labelled: libraries are public. spec: 07#2.3
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::tag::Tag;
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use std::collections::HashMap;

const COLUMNS: &str =
    "x.id, x.namespace, x.description, x.version, x.enabled, x.exclusive, x.required, x.highlighted";

const ENTRY_COLUMNS: &str = "y.id, y.taxonomy_id, y.tag, y.predicate, y.value, y.expanded, y.description, \
    y.exclusive_predicate, y.colour, y.numerical_value";

fn read(row: &Row<'_>) -> Result<Taxonomy, DbError> {
    Ok(Taxonomy {
        id: row.get_int(0)?,
        namespace: row.get_string(1)?,
        description: row.get_string(2)?,
        version: row.get_int(3)?,
        enabled: row.get_bool(4)?,
        exclusive: row.get_bool(5)?,
        required: row.get_bool(6)?,
        highlighted: row.get_bool(7)?,
    })
}

fn read_entry(row: &Row<'_>) -> Result<TaxonomyEntry, DbError> {
    Ok(TaxonomyEntry {
        id: row.get_int(0)?,
        taxonomy: row.get_int(1)?,
        tag: row.get_string(2)?,
        predicate: row.get_string(3)?,
        value: row.get_opt_string(4)?,
        expanded: row.get_string(5)?,
        description: row.get_opt_string(6)?,
        exclusive_predicate: row.get_bool(7)?,
        colour: row.get_string(8)?,
        numerical_value: row.get_opt_int(9)?,
    })
}

/// All taxonomies, by namespace.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Taxonomy>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM taxonomy x ORDER BY x.namespace_key"),
        params![],
        read,
    )
}

/// A taxonomy by id.
///
/// # Errors
/// Of the database.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Taxonomy>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM taxonomy x WHERE x.id = $1"),
        params![id],
        read,
    )
}

/// A taxonomy by namespace, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_namespace(tx: &mut Tx<'_>, namespace: &str) -> Result<Option<Taxonomy>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM taxonomy x WHERE x.namespace_key = $1"),
        params![&crate::name_key(namespace)],
        read,
    )
}

/// Stores a taxonomy with its file, or replaces the row with the same id. An id of 0 is taken from
/// the counter. Answers the id.
///
/// # Errors
/// `Unique` when the namespace belongs to another.
pub fn put(tx: &mut Tx<'_>, taxonomy: &Taxonomy, definition: &str) -> Result<i64, DbError> {
    let id = if taxonomy.id == 0 {
        tx.next_ids("taxonomy", 1)?
    } else {
        taxonomy.id
    };
    tx.execute(
        "INSERT INTO taxonomy (id, namespace, namespace_key, description, version, enabled, exclusive, required, \
         highlighted, definition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
         namespace = excluded.namespace, namespace_key = excluded.namespace_key, description = excluded.description, \
         version = excluded.version, enabled = excluded.enabled, exclusive = excluded.exclusive, \
         required = excluded.required, highlighted = excluded.highlighted, definition = excluded.definition",
        params![
            id,
            &taxonomy.namespace,
            &crate::name_key(&taxonomy.namespace),
            &taxonomy.description,
            taxonomy.version,
            taxonomy.enabled,
            taxonomy.exclusive,
            taxonomy.required,
            taxonomy.highlighted,
            definition
        ],
    )?;
    Ok(id)
}

/// Stores what an administrator decided about a taxonomy: enabled, required, highlighted.
///
/// # Errors
/// Of the database.
pub fn set_choices(tx: &mut Tx<'_>, taxonomy: &Taxonomy) -> Result<(), DbError> {
    tx.execute(
        "UPDATE taxonomy SET enabled = $2, required = $3, highlighted = $4 WHERE id = $1",
        params![
            taxonomy.id,
            taxonomy.enabled,
            taxonomy.required,
            taxonomy.highlighted
        ],
    )?;
    Ok(())
}

/// Removes a taxonomy with its entries; its tags stay.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM taxonomy_entry WHERE taxonomy_id = $1", params![id])?;
    tx.execute("DELETE FROM taxonomy WHERE id = $1", params![id])?;
    Ok(())
}

/// The file of a taxonomy, as JSON text.
///
/// # Errors
/// Of the database.
pub fn definition(tx: &mut Tx<'_>, id: i64) -> Result<Option<String>, DbError> {
    tx.first(
        "SELECT definition FROM taxonomy WHERE id = $1",
        params![id],
        |row| row.get_string(0),
    )
}

/// Replaces all entries of a taxonomy; ids and taxonomy of the given ones are not looked at.
///
/// # Errors
/// Of the database.
pub fn replace_entries(tx: &mut Tx<'_>, taxonomy: i64, entries: &[TaxonomyEntry]) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM taxonomy_entry WHERE taxonomy_id = $1",
        params![taxonomy],
    )?;
    if entries.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let first = tx.next_ids("taxonomy_entry", count)?;
    let mut bulk = tx.bulk(
        "taxonomy_entry",
        &[
            ("id", Type::Int),
            ("taxonomy_id", Type::Int),
            ("tag", Type::Text),
            ("tag_key", Type::Text),
            ("predicate", Type::Text),
            ("value", Type::Text),
            ("expanded", Type::Text),
            ("description", Type::Text),
            ("exclusive_predicate", Type::Bool),
            ("colour", Type::Text),
            ("numerical_value", Type::Int),
        ],
    )?;
    for (id, entry) in (first..).zip(entries) {
        bulk.row(&[
            Value::Int(id),
            Value::Int(taxonomy),
            Value::Text(&entry.tag),
            Value::Text(&crate::name_key(&entry.tag)),
            Value::Text(&entry.predicate),
            Value::from(&entry.value),
            Value::Text(&entry.expanded),
            Value::from(&entry.description),
            Value::Bool(entry.exclusive_predicate),
            Value::Text(&entry.colour),
            Value::from(entry.numerical_value),
        ])?;
    }
    bulk.finish()?;
    Ok(())
}

/// The entries of some taxonomies, by taxonomy and in the order of their files.
///
/// # Errors
/// Of the database.
pub fn entries(tx: &mut Tx<'_>, taxonomies: &[i64]) -> Result<Vec<TaxonomyEntry>, DbError> {
    tx.all(
        &format!(
            "SELECT {ENTRY_COLUMNS} FROM taxonomy_entry y WHERE y.taxonomy_id = ANY($1) ORDER BY y.taxonomy_id, y.id"
        ),
        params![taxonomies],
        read_entry,
    )
}

/// The entry of a tag name, ignoring case; of several taxonomies the one with the longest namespace.
///
/// # Errors
/// Of the database.
pub fn entry_by_tag(tx: &mut Tx<'_>, tag: &str) -> Result<Option<TaxonomyEntry>, DbError> {
    tx.first(
        &format!(
            "SELECT {ENTRY_COLUMNS} FROM taxonomy_entry y JOIN taxonomy x ON x.id = y.taxonomy_id \
             WHERE y.tag_key = $1 ORDER BY LENGTH(x.namespace_key) DESC, y.id LIMIT 1"
        ),
        params![&crate::name_key(tag)],
        read_entry,
    )
}

/// The entries of these folded tag names.
///
/// # Errors
/// Of the database.
pub fn entries_by_tags(tx: &mut Tx<'_>, keys: &[String]) -> Result<Vec<TaxonomyEntry>, DbError> {
    tx.all(
        &format!("SELECT {ENTRY_COLUMNS} FROM taxonomy_entry y WHERE y.tag_key = ANY($1) ORDER BY y.id"),
        params![keys],
        read_entry,
    )
}

/// Names of the tags whose title meets a pattern (`%` for anything, `!` escapes), at most 1000.
///
/// # Errors
/// Of the database.
pub fn tags_by_title(tx: &mut Tx<'_>, pattern: &str) -> Result<Vec<String>, DbError> {
    tx.all(
        "SELECT y.tag FROM taxonomy_entry y WHERE y.expanded @ilike@ $1 ESCAPE '!' ORDER BY y.id LIMIT 1000",
        params![pattern],
        |row| row.get_string(0),
    )
}

/// The predicates of a taxonomy that take one value at most.
///
/// # Errors
/// Of the database.
pub fn exclusive_predicates(tx: &mut Tx<'_>, taxonomy: i64) -> Result<Vec<String>, DbError> {
    tx.all(
        "SELECT DISTINCT predicate FROM taxonomy_entry WHERE taxonomy_id = $1 AND exclusive_predicate",
        params![taxonomy],
        |row| row.get_string(0),
    )
}

/// The existing tags that a taxonomy stands for, by id.
///
/// # Errors
/// Of the database.
pub fn existing_tags(tx: &mut Tx<'_>, taxonomy: i64) -> Result<Vec<Tag>, DbError> {
    tx.all(
        &format!(
            "SELECT {} FROM tag t WHERE t.name_key IN (SELECT y.tag_key FROM taxonomy_entry y \
             WHERE y.taxonomy_id = $1) ORDER BY t.id",
            crate::tag::COLUMNS
        ),
        params![taxonomy],
        crate::tag::read,
    )
}

/// How many tags a taxonomy stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TagCount {
    /// In its file.
    pub total: i64,
    /// Existing and not hidden.
    pub current: i64,
}

/// The tags of every taxonomy counted, in two queries whatever their number.
///
/// # Errors
/// Of the database.
pub fn tag_counts(tx: &mut Tx<'_>) -> Result<HashMap<i64, TagCount>, DbError> {
    let mut counts: HashMap<i64, TagCount> = HashMap::new();
    let read = |row: &Row<'_>| Ok::<_, DbError>((row.get_int(0)?, row.get_int(1)?));
    const TOTAL: &str =
        "SELECT taxonomy_id, COUNT(DISTINCT tag_key) FROM taxonomy_entry GROUP BY taxonomy_id";
    for (id, total) in tx.all(TOTAL, params![], read)? {
        counts.entry(id).or_default().total = total;
    }
    const CURRENT: &str = "SELECT y.taxonomy_id, COUNT(DISTINCT y.tag_key) FROM taxonomy_entry y \
        JOIN tag t ON t.name_key = y.tag_key WHERE NOT t.hidden GROUP BY y.taxonomy_id";
    for (id, current) in tx.all(CURRENT, params![], read)? {
        counts.entry(id).or_default().current = current;
    }
    Ok(counts)
}

/// Hides or shows the existing tags of a taxonomy, all or those with these folded names.
///
/// # Errors
/// Of the database.
pub fn set_tags_hidden(
    tx: &mut Tx<'_>,
    taxonomy: i64,
    only: Option<&[String]>,
    hidden: bool,
) -> Result<(), DbError> {
    const OF_TAXONOMY: &str = "UPDATE tag SET hidden = $2 WHERE name_key IN \
        (SELECT y.tag_key FROM taxonomy_entry y WHERE y.taxonomy_id = $1)";
    match only {
        None => tx.execute(OF_TAXONOMY, params![taxonomy, hidden])?,
        Some(keys) => tx.execute(
            &format!("{OF_TAXONOMY} AND name_key = ANY($3)"),
            params![taxonomy, hidden, keys],
        )?,
    };
    Ok(())
}
