//! Blueprints of sharing groups. spec: 08#6.1
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
use entente_model::blueprint::Blueprint;
use entente_model::id::{OrgId, Ref, SharingGroupId, UserId};

const SELECT: &str =
    "SELECT id, uuid, name, timestamp, user_id, org_id, sharing_group_id, rules FROM sharing_group_blueprint";

fn read(row: &Row<'_>) -> Result<Blueprint, DbError> {
    Ok(Blueprint {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        timestamp: row.get_int(3)?,
        user: UserId(row.get_int(4)?),
        org: OrgId(row.get_int(5)?),
        group: SharingGroupId(row.get_int(6)?),
        rules: row.get_string(7)?,
    })
}

/// Which blueprints to list. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of this organisation; of all without.
    pub org: Option<OrgId>,
    /// Names.
    pub name: Vec<Term>,
    /// In the name.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Blueprints by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, query: &Query) -> Result<Vec<Blueprint>, DbError> {
    let mut conditions = Conditions::default();
    if let Some(org) = query.org {
        conditions.push("org_id = $", org.0);
    }
    conditions.text("name", &query.name);
    conditions.any_column(&["name"], &query.anywhere);
    let paging = conditions.paging(query.page);
    let sql = format!("{SELECT}{} ORDER BY id{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A blueprint by id or uuid.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, blueprint: Ref) -> Result<Option<Blueprint>, DbError> {
    match blueprint {
        Ref::Id(id) => tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read),
        Ref::Uuid(uuid) => tx.first(&format!("{SELECT} WHERE uuid = $1"), params![uuid], read),
    }
}

/// Adds a blueprint; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, row: &Blueprint) -> Result<i64, DbError> {
    let id = tx.next_ids("sharing_group_blueprint", 1)?;
    tx.execute(
        "INSERT INTO sharing_group_blueprint (id, uuid, name, timestamp, user_id, org_id, sharing_group_id, rules) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            row.uuid,
            &row.name,
            row.timestamp,
            row.user.0,
            row.org.0,
            row.group.0,
            &row.rules
        ],
    )?;
    Ok(id)
}

/// Replaces name, edit version, group and rules.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &Blueprint) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sharing_group_blueprint SET name = $2, timestamp = $3, sharing_group_id = $4, rules = $5 \
         WHERE id = $1",
        params![row.id, &row.name, row.timestamp, row.group.0, &row.rules],
    )?;
    Ok(())
}

/// Removes a blueprint. Its group stays.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sharing_group_blueprint WHERE id = $1", params![id])?;
    Ok(())
}
