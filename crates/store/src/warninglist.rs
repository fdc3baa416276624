//! Warninglists and their entries. spec: 05#2
use crate::text_list;
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::library::Warninglist;
use std::ops::ControlFlow;

const COLUMNS: &str =
    "id, name, type, description, version, enabled, is_default, category, entry_count, matching_attributes";

/// Bytes of a chunk of entries; a list of millions is read piece by piece.
const CHUNK: usize = 256 << 10;

/// Stands between an entry and its comment. Neither may hold it, a line break or a NUL.
pub const COMMENT: char = '\u{1f}';

fn read(row: &Row<'_>) -> Result<Warninglist, DbError> {
    Ok(Warninglist {
        id: row.get_int(0)?,
        name: row.get_string(1)?,
        kind: row.get_string(2)?,
        description: row.get_string(3)?,
        version: row.get_int(4)?,
        enabled: row.get_bool(5)?,
        default: row.get_bool(6)?,
        category: row.get_string(7)?,
        entry_count: row.get_int(8)?,
        matching_attributes: text_list::read(row, 9)?,
    })
}

/// All lists, by id.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Warninglist>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM warninglist ORDER BY id"),
        params![],
        read,
    )
}

/// The enabled lists, by id.
///
/// # Errors
/// Of the database.
pub fn enabled(tx: &mut Tx<'_>) -> Result<Vec<Warninglist>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM warninglist WHERE enabled = TRUE ORDER BY id"),
        params![],
        read,
    )
}

/// A list by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, list: i64) -> Result<Option<Warninglist>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM warninglist WHERE id = $1"),
        params![list],
        read,
    )
}

/// A list by name, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Warninglist>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM warninglist WHERE name_key = $1"),
        params![&crate::name_key(name)],
        read,
    )
}

/// Adds a list without entries; its id is given and answered.
///
/// # Errors
/// `Unique` when the name exists.
pub fn insert(tx: &mut Tx<'_>, list: &Warninglist) -> Result<i64, DbError> {
    let id = tx.next_ids("warninglist", 1)?;
    tx.execute(
        "INSERT INTO warninglist (id, name, name_key, type, description, version, enabled, is_default, category, \
         entry_count, matching_attributes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            &list.name,
            &crate::name_key(&list.name),
            &list.kind,
            &list.description,
            list.version,
            list.enabled,
            list.default,
            &list.category,
            list.entry_count,
            &text_list::write(&list.matching_attributes)
        ],
    )?;
    Ok(id)
}

/// Replaces a list's fields; whether it is enabled stays.
///
/// # Errors
/// `Unique` when the name belongs to another.
pub fn update(tx: &mut Tx<'_>, list: &Warninglist) -> Result<(), DbError> {
    tx.execute(
        "UPDATE warninglist SET name = $2, name_key = $3, type = $4, description = $5, version = $6, is_default = $7, \
         category = $8, entry_count = $9, matching_attributes = $10 WHERE id = $1",
        params![
            list.id,
            &list.name,
            &crate::name_key(&list.name),
            &list.kind,
            &list.description,
            list.version,
            list.default,
            &list.category,
            list.entry_count,
            &text_list::write(&list.matching_attributes)
        ],
    )?;
    Ok(())
}

/// Enables or disables lists; answers how many there are.
///
/// # Errors
/// Of the database.
pub fn set_enabled(tx: &mut Tx<'_>, lists: &[i64], enabled: bool) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE warninglist SET enabled = $2 WHERE id = ANY($1)",
        params![lists, enabled],
    )
}

/// Removes a list with its entries.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, list: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM warninglist WHERE id = $1", params![list])?;
    Ok(())
}

/// Replaces the entries of a list.
///
/// # Errors
/// Of the database.
pub fn put_entries<'e>(
    tx: &mut Tx<'_>,
    list: i64,
    entries: impl Iterator<Item = (&'e str, Option<&'e str>)>,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM warninglist_entries WHERE warninglist_id = $1",
        params![list],
    )?;
    let mut bulk = tx.bulk(
        "warninglist_entries",
        &[
            ("warninglist_id", Type::Int),
            ("chunk", Type::Int),
            ("entries", Type::Text),
        ],
    )?;
    let mut text = String::new();
    let mut chunk = 0_i64;
    for (value, comment) in entries {
        text.push_str(value);
        if let Some(comment) = comment {
            text.push(COMMENT);
            text.push_str(comment);
        }
        text.push('\n');
        if text.len() >= CHUNK {
            bulk.row(&[Value::Int(list), Value::Int(chunk), Value::Text(&text)])?;
            text.clear();
            chunk += 1;
        }
    }
    if !text.is_empty() {
        bulk.row(&[Value::Int(list), Value::Int(chunk), Value::Text(&text)])?;
    }
    bulk.finish()?;
    Ok(())
}

/// Hands chunks of a list's entries to `take`, in order.
///
/// # Errors
/// Of the database or of `take`.
pub fn each_chunk<E: From<DbError>>(
    tx: &mut Tx<'_>,
    list: i64,
    mut take: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    tx.for_each(
        "SELECT entries FROM warninglist_entries WHERE warninglist_id = $1 ORDER BY chunk",
        params![list],
        |row| {
            take(row.get_str(0).map_err(E::from)?)?;
            Ok(ControlFlow::Continue(()))
        },
    )
}

/// The entries in a chunk with their comments.
pub fn entries_of(chunk: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    chunk
        .split_terminator('\n')
        .map(|line| match line.split_once(COMMENT) {
            Some((value, comment)) => (value, Some(comment)),
            None => (line, None),
        })
}
