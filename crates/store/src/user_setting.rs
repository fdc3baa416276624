//! What users have set for themselves.
use entente_db::{DbError, Row, Tx, params};
use entente_model::account::UserSetting;
use entente_model::id::{OrgId, UserId};
use entente_model::time::Seconds;

const SELECT: &str = "SELECT s.id, s.user_id, s.setting, s.value, s.timestamp FROM user_setting s";

fn read(row: &Row<'_>) -> Result<UserSetting, DbError> {
    Ok(UserSetting {
        id: row.get_int(0)?,
        user: UserId(row.get_int(1)?),
        setting: row.get_string(2)?,
        value: row.get_string(3)?,
        timestamp: row.get_int(4)?,
    })
}

/// All settings, by id.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<UserSetting>, DbError> {
    tx.all(&format!("{SELECT} ORDER BY s.id"), params![], read)
}

/// Settings of an organisation's users, by id.
///
/// # Errors
/// Of the database.
pub fn of_org(tx: &mut Tx<'_>, org: OrgId) -> Result<Vec<UserSetting>, DbError> {
    tx.all(
        &format!("{SELECT} JOIN account u ON u.id = s.user_id WHERE u.org_id = $1 ORDER BY s.id"),
        params![org.0],
        read,
    )
}

/// Settings of one user, by id.
///
/// # Errors
/// Of the database.
pub fn of_user(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<UserSetting>, DbError> {
    tx.all(
        &format!("{SELECT} WHERE s.user_id = $1 ORDER BY s.id"),
        params![user.0],
        read,
    )
}

/// One setting of a user.
///
/// # Errors
/// Of the database.
pub fn get(tx: &mut Tx<'_>, user: UserId, setting: &str) -> Result<Option<UserSetting>, DbError> {
    tx.first(
        &format!("{SELECT} WHERE s.user_id = $1 AND s.setting = $2"),
        params![user.0, setting],
        read,
    )
}

/// A setting by id.
///
/// # Errors
/// Of the database.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<UserSetting>, DbError> {
    tx.first(&format!("{SELECT} WHERE s.id = $1"), params![id], read)
}

/// Adds or replaces a setting; answers its id.
///
/// # Errors
/// Of the database.
pub fn put(
    tx: &mut Tx<'_>,
    user: UserId,
    setting: &str,
    value: &str,
    timestamp: Seconds,
) -> Result<i64, DbError> {
    let id = tx.next_ids("user_setting", 1)?;
    let stored = tx.first(
        "INSERT INTO user_setting (id, user_id, setting, value, timestamp) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, setting) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp \
         RETURNING id",
        params![id, user.0, setting, value, timestamp],
        |row| row.get_int(0),
    )?;
    Ok(stored.unwrap_or(id))
}

/// Removes a setting.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM user_setting WHERE id = $1", params![id])?;
    Ok(())
}
