//! Facts about this instance: its uuid, the key of value hashes, settings that differ from their default.
use entente_db::{DbError, Tx, params};

/// A fact by name.
///
/// # Errors
/// Of the database.
pub fn get(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, DbError> {
    tx.first("SELECT value FROM meta WHERE name = $1", params![name], |row| {
        row.get_string(0)
    })
}

/// Keeps a fact unless it is there already; answers what is kept.
///
/// # Errors
/// Of the database.
pub fn get_or_insert(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<String, DbError> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        params![name, value],
    )?;
    Ok(get(tx, name)?.unwrap_or_else(|| value.to_owned()))
}

/// A text that is another one after each change by a command beside the server; none when there was none.
///
/// # Errors
/// Of the database.
pub fn outside_mark(tx: &mut Tx<'_>) -> Result<Option<String>, DbError> {
    get(tx, OUTSIDE)
}

/// Tells a running server that its snapshots are stale. The mark is one that was never used before.
///
/// # Errors
/// Of the database.
pub fn set_outside_mark(tx: &mut Tx<'_>, mark: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![OUTSIDE, mark],
    )?;
    Ok(())
}

const OUTSIDE: &str = "changed_outside";

/// Settings that differ from their default, as (name, JSON text).
///
/// # Errors
/// Of the database.
pub fn settings(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, DbError> {
    tx.all(
        "SELECT name, value FROM setting ORDER BY name",
        params![],
        |row| Ok((row.get_string(0)?, row.get_string(1)?)),
    )
}

/// Stores a setting as JSON text.
///
/// # Errors
/// Of the database.
pub fn set_setting(tx: &mut Tx<'_>, name: &str, json: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, json],
    )?;
    Ok(())
}
