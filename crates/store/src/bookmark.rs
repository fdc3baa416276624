//! Addresses that users keep, for themselves or their organisation. spec: 01#7.14
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::Bookmark;
use entente_model::id::{OrgId, UserId};

const SELECT: &str = "SELECT id, user_id, org_id, name, url, exposed_to_org, comment FROM bookmark";

fn read(row: &Row<'_>) -> Result<Bookmark, DbError> {
    Ok(Bookmark {
        id: row.get_int(0)?,
        user: UserId(row.get_int(1)?),
        org: OrgId(row.get_int(2)?),
        name: row.get_string(3)?,
        url: row.get_string(4)?,
        exposed_to_org: row.get_bool(5)?,
        comment: row.get_opt_string(6)?,
    })
}

/// Whose bookmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One user's.
    Own(UserId),
    /// What colleagues of one organisation show each other.
    Exposed(OrgId),
    /// Both.
    Usable(UserId, OrgId),
    /// Everybody's.
    All,
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Names.
    pub name: Vec<Term>,
    /// In name, address or remark.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Rows within reach, by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, reach: Reach, query: &Query) -> Result<Vec<Bookmark>, DbError> {
    let mut conditions = Conditions::default();
    match reach {
        Reach::Own(user) => conditions.push("user_id = $", user.0),
        Reach::Exposed(org) => conditions.push("(org_id = $ AND exposed_to_org)", org.0),
        Reach::Usable(user, org) => {
            let (user, org) = (conditions.bind(user.0), conditions.bind(org.0));
            conditions.add(&format!(
                "(user_id = ${user} OR (org_id = ${org} AND exposed_to_org))"
            ));
        }
        Reach::All => {}
    }
    conditions.text("name", &query.name);
    conditions.any_column(&["name", "url", "comment"], &query.anywhere);
    let paging = conditions.paging(query.page);
    let sql = format!("{SELECT}{} ORDER BY id{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A row by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Bookmark>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, row: &Bookmark) -> Result<i64, DbError> {
    let id = tx.next_ids("bookmark", 1)?;
    tx.execute(
        "INSERT INTO bookmark (id, user_id, org_id, name, url, exposed_to_org, comment) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id,
            row.user.0,
            row.org.0,
            &row.name,
            &row.url,
            row.exposed_to_org,
            &row.comment
        ],
    )?;
    Ok(id)
}

/// Replaces what a user may change.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &Bookmark) -> Result<(), DbError> {
    tx.execute(
        "UPDATE bookmark SET name = $2, url = $3, exposed_to_org = $4, comment = $5 WHERE id = $1",
        params![row.id, &row.name, &row.url, row.exposed_to_org, &row.comment],
    )?;
    Ok(())
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM bookmark WHERE id = $1", params![id])?;
    Ok(())
}
