//! News for the users of this instance. spec: 01#7.14
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::News;
use entente_model::id::UserId;

const SELECT: &str = "SELECT id, title, message, user_id, created FROM news";

fn read(row: &Row<'_>) -> Result<News, DbError> {
    Ok(News {
        id: row.get_int(0)?,
        title: row.get_string(1)?,
        message: row.get_string(2)?,
        user: UserId(row.get_int(3)?),
        created: row.get_int(4)?,
    })
}

/// News in which a text occurs, newest first.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, anywhere: &[Term], page: Option<Page>) -> Result<Vec<News>, DbError> {
    let mut conditions = Conditions::default();
    conditions.any_column(&["title", "message"], anywhere);
    let paging = conditions.paging(page);
    let sql = format!("{SELECT}{} ORDER BY id DESC{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A row by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<News>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, row: &News) -> Result<i64, DbError> {
    let id = tx.next_ids("news", 1)?;
    tx.execute(
        "INSERT INTO news (id, title, message, user_id, created) VALUES ($1, $2, $3, $4, $5)",
        params![id, &row.title, &row.message, row.user.0, row.created],
    )?;
    Ok(id)
}

/// Replaces title and text.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &News) -> Result<(), DbError> {
    tx.execute(
        "UPDATE news SET title = $2, message = $3, user_id = $4 WHERE id = $1",
        params![row.id, &row.title, &row.message, row.user.0],
    )?;
    Ok(())
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM news WHERE id = $1", params![id])?;
    Ok(())
}
