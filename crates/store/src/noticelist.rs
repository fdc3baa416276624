//! Noticelists. spec: 05#3
use crate::text_list;
use entente_db::{DbError, Row, Tx, params};
use entente_model::library::Noticelist;

const COLUMNS: &str = "id, name, expanded_name, ref, geographical_area, version, enabled, notices";

fn read(row: &Row<'_>) -> Result<Noticelist, DbError> {
    Ok(Noticelist {
        id: row.get_int(0)?,
        name: row.get_string(1)?,
        expanded_name: row.get_string(2)?,
        references: text_list::read(row, 3)?,
        geographical_area: text_list::read(row, 4)?,
        version: row.get_int(5)?,
        enabled: row.get_bool(6)?,
        notices: row.get_string(7)?,
    })
}

/// All lists, by id.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Noticelist>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM noticelist ORDER BY id"),
        params![],
        read,
    )
}

/// A list by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, list: i64) -> Result<Option<Noticelist>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM noticelist WHERE id = $1"),
        params![list],
        read,
    )
}

/// A list by name, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Noticelist>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM noticelist WHERE name_key = $1"),
        params![&crate::name_key(name)],
        read,
    )
}

/// Adds a list, or replaces all but the switch of the one with its name.
///
/// # Errors
/// Of the database.
pub fn put(tx: &mut Tx<'_>, list: &Noticelist) -> Result<(), DbError> {
    let id = tx.next_ids("noticelist", 1)?;
    tx.execute(
        "INSERT INTO noticelist (id, name, name_key, expanded_name, ref, geographical_area, version, enabled, notices) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, \
         expanded_name = excluded.expanded_name, ref = excluded.ref, geographical_area = excluded.geographical_area, \
         version = excluded.version, notices = excluded.notices",
        params![
            id,
            &list.name,
            &crate::name_key(&list.name),
            &list.expanded_name,
            &text_list::write(&list.references),
            &text_list::write(&list.geographical_area),
            list.version,
            list.enabled,
            &list.notices
        ],
    )?;
    Ok(())
}

/// Enables or disables a list.
///
/// # Errors
/// Of the database.
pub fn set_enabled(tx: &mut Tx<'_>, list: i64, enabled: bool) -> Result<(), DbError> {
    tx.execute(
        "UPDATE noticelist SET enabled = $2 WHERE id = $1",
        params![list, enabled],
    )?;
    Ok(())
}

/// Removes a list.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, list: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM noticelist WHERE id = $1", params![list])?;
    Ok(())
}
