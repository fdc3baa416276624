//! Templates of dashboards. spec: 08#9
use entente_db::{DbError, Tx, params};
use entente_model::id::{OrgId, UserId};
use entente_model::time::Seconds;
use uuid::Uuid;

/// Widgets in their places, for others to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What it is called.
    pub name: String,
    /// In words.
    pub description: String,
    /// Whoever has no dashboard sees it.
    pub default: bool,
    /// Others may take it.
    pub selectable: bool,
    /// Who made it.
    pub user: UserId,
    /// Only for this organisation, or none.
    pub org: OrgId,
    /// Only for this role, or 0.
    pub role: i64,
    /// Only for roles with this permission, or empty.
    pub permission: String,
    /// The widgets as JSON text.
    pub value: String,
    /// Last change.
    pub timestamp: Seconds,
}

/// All templates, by id.
///
/// # Errors
/// Of the database.
pub fn templates(tx: &mut Tx<'_>) -> Result<Vec<Template>, DbError> {
    tx.all(
        "SELECT id, uuid, name, description, is_default, selectable, user_id, restrict_to_org_id, \
         restrict_to_role_id, restrict_to_permission_flag, value, timestamp FROM dashboard_template ORDER BY id",
        params![],
        |row| {
            Ok(Template {
                id: row.get_int(0)?,
                uuid: row.get_uuid(1)?,
                name: row.get_string(2)?,
                description: row.get_string(3)?,
                default: row.get_bool(4)?,
                selectable: row.get_bool(5)?,
                user: UserId(row.get_int(6)?),
                org: OrgId(row.get_int(7)?),
                role: row.get_int(8)?,
                permission: row.get_string(9)?,
                value: row.get_string(10)?,
                timestamp: row.get_int(11)?,
            })
        },
    )
}

/// Adds a template; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, row: &Template) -> Result<i64, DbError> {
    let id = tx.next_ids("dashboard_template", 1)?;
    tx.execute(
        "INSERT INTO dashboard_template (id, uuid, name, description, is_default, selectable, user_id, \
         restrict_to_org_id, restrict_to_role_id, restrict_to_permission_flag, value, timestamp) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            row.uuid,
            &row.name,
            &row.description,
            row.default,
            row.selectable,
            row.user.0,
            row.org.0,
            row.role,
            &row.permission,
            &row.value,
            row.timestamp
        ],
    )?;
    Ok(id)
}

/// Replaces all but identity and author.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &Template) -> Result<(), DbError> {
    tx.execute(
        "UPDATE dashboard_template SET name = $2, description = $3, is_default = $4, selectable = $5, \
         restrict_to_org_id = $6, restrict_to_role_id = $7, restrict_to_permission_flag = $8, value = $9, \
         timestamp = $10 WHERE id = $1",
        params![
            row.id,
            &row.name,
            &row.description,
            row.default,
            row.selectable,
            row.org.0,
            row.role,
            &row.permission,
            &row.value,
            row.timestamp
        ],
    )?;
    Ok(())
}

/// Removes a template.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM dashboard_template WHERE id = $1", params![id])?;
    Ok(())
}
