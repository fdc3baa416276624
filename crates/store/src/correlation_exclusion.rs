//! Values that never correlate. spec: 01#7.14, 08#16
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::Exclusion;

const SELECT: &str = "SELECT id, value, from_json, comment FROM correlation_exclusion";

fn read(row: &Row<'_>) -> Result<Exclusion, DbError> {
    Ok(Exclusion {
        id: row.get_int(0)?,
        value: row.get_string(1)?,
        from_json: row.get_bool(2)?,
        comment: row.get_opt_string(3)?,
    })
}

/// All of them, by id; they are few and asked for by every correlation.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Exclusion>, DbError> {
    tx.all(&format!("{SELECT} ORDER BY id"), params![], read)
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Values.
    pub value: Vec<Term>,
    /// Remarks.
    pub comment: Vec<Term>,
    /// In value or remark.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Rows, by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, query: &Query) -> Result<Vec<Exclusion>, DbError> {
    let mut conditions = Conditions::default();
    conditions.text("value", &query.value);
    conditions.text("comment", &query.comment);
    conditions.any_column(&["value", "comment"], &query.anywhere);
    let paging = conditions.paging(query.page);
    let sql = format!("{SELECT}{} ORDER BY id{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A row by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Exclusion>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// Whether a value stands in another row than this one.
///
/// # Errors
/// Of the database.
pub fn value_taken(tx: &mut Tx<'_>, value: &str, besides: i64) -> Result<bool, DbError> {
    let taken = tx.first(
        "SELECT id FROM correlation_exclusion WHERE value_key = $1 AND id <> $2",
        params![&crate::name_key(value), besides],
        |row| row.get_int(0),
    )?;
    Ok(taken.is_some())
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the value is there.
pub fn insert(tx: &mut Tx<'_>, row: &Exclusion) -> Result<i64, DbError> {
    let id = tx.next_ids("correlation_exclusion", 1)?;
    tx.execute(
        "INSERT INTO correlation_exclusion (id, value, value_key, from_json, comment) VALUES ($1, $2, $3, $4, $5)",
        params![
            id,
            &row.value,
            &crate::name_key(&row.value),
            row.from_json,
            &row.comment
        ],
    )?;
    Ok(id)
}

/// Replaces a row.
///
/// # Errors
/// `Unique` when the value stands in another.
pub fn update(tx: &mut Tx<'_>, row: &Exclusion) -> Result<(), DbError> {
    tx.execute(
        "UPDATE correlation_exclusion SET value = $2, value_key = $3, comment = $4 WHERE id = $1",
        params![row.id, &row.value, &crate::name_key(&row.value), &row.comment],
    )?;
    Ok(())
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM correlation_exclusion WHERE id = $1", params![id])?;
    Ok(())
}
