//! Roles.
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::RoleId;
use entente_model::role::Role;

fn read(row: &Row<'_>) -> Result<Role, DbError> {
    Ok(Role {
        id: RoleId(row.get_int(0)?),
        name: row.get_string(1)?,
        permissions: row.get_int(2)?.cast_unsigned(),
        default: row.get_bool(3)?,
        memory_limit: row.get_string(4)?,
        max_execution_time: row.get_string(5)?,
        restricted_to_site_admin: row.get_bool(6)?,
        enforce_rate_limit: row.get_bool(7)?,
        rate_limit_count: row.get_int(8)?,
        created: row.get_opt_int(9)?,
        modified: row.get_opt_int(10)?,
    })
}

/// All roles, by id.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Role>, DbError> {
    tx.all(
        "SELECT id, name, permissions, is_default, memory_limit, max_execution_time, restricted_to_site_admin, \
         enforce_rate_limit, rate_limit_count, created, modified FROM role ORDER BY id",
        params![],
        read,
    )
}

/// Adds a role; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the name exists.
pub fn insert(tx: &mut Tx<'_>, role: &Role) -> Result<RoleId, DbError> {
    let id = tx.next_ids("role", 1)?;
    tx.execute(
        "INSERT INTO role (id, name, name_key, permissions, is_default, memory_limit, max_execution_time, \
         restricted_to_site_admin, enforce_rate_limit, rate_limit_count, created, modified) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            &role.name,
            &crate::name_key(&role.name),
            role.permissions.cast_signed(),
            role.default,
            &role.memory_limit,
            &role.max_execution_time,
            role.restricted_to_site_admin,
            role.enforce_rate_limit,
            role.rate_limit_count,
            role.created,
            role.modified
        ],
    )?;
    Ok(RoleId(id))
}

/// Replaces a role's fields.
///
/// # Errors
/// `Unique` when the name belongs to another.
pub fn update(tx: &mut Tx<'_>, role: &Role) -> Result<(), DbError> {
    tx.execute(
        "UPDATE role SET name = $2, name_key = $3, permissions = $4, is_default = $5, memory_limit = $6, \
         max_execution_time = $7, restricted_to_site_admin = $8, enforce_rate_limit = $9, rate_limit_count = $10, \
         modified = $11 WHERE id = $1",
        params![
            role.id.0,
            &role.name,
            &crate::name_key(&role.name),
            role.permissions.cast_signed(),
            role.default,
            &role.memory_limit,
            &role.max_execution_time,
            role.restricted_to_site_admin,
            role.enforce_rate_limit,
            role.rate_limit_count,
            role.modified
        ],
    )?;
    Ok(())
}

/// Makes one role (or none) the default.
///
/// # Errors
/// Of the database.
pub fn set_default(tx: &mut Tx<'_>, id: RoleId) -> Result<(), DbError> {
    tx.execute("UPDATE role SET is_default = (id = $1)", params![id.0])?;
    Ok(())
}

/// Removes a role.
///
/// # Errors
/// `ForeignKey` while users have it.
pub fn delete(tx: &mut Tx<'_>, id: RoleId) -> Result<(), DbError> {
    tx.execute("DELETE FROM role WHERE id = $1", params![id.0])?;
    Ok(())
}
