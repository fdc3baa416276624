//! People who ask for an account.
use entente_db::{DbError, Row, Tx, params};
use entente_model::account::Registration;
use entente_model::id::Ref;

const SELECT: &str = "SELECT id, uuid, title, ip, user_agent, user_agent_sha256, comment, timestamp, data FROM inbox \
    WHERE type = 'registration' AND NOT deleted";

fn read(row: &Row<'_>) -> Result<Registration, DbError> {
    Ok(Registration {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        title: row.get_string(2)?,
        ip: row.get_string(3)?,
        user_agent: row.get_string(4)?,
        user_agent_sha256: row.get_string(5)?,
        comment: row.get_string(6)?,
        timestamp: row.get_int(7)?,
        data: row.get_string(8)?,
    })
}

/// All waiting requests, oldest first.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Registration>, DbError> {
    tx.all(&format!("{SELECT} ORDER BY id"), params![], read)
}

/// How many wait.
///
/// # Errors
/// Of the database.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let count = tx.first("SELECT COUNT(*) FROM inbox", params![], |row| row.get_int(0))?;
    Ok(count.unwrap_or(0))
}

/// One of them.
///
/// # Errors
/// Of the database.
pub fn get(tx: &mut Tx<'_>, which: Ref) -> Result<Option<Registration>, DbError> {
    match which {
        Ref::Id(id) => tx.first(&format!("{SELECT} AND id = $1"), params![id], read),
        Ref::Uuid(uuid) => tx.first(&format!("{SELECT} AND uuid = $1"), params![uuid], read),
    }
}

/// Adds a request; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, registration: &Registration) -> Result<i64, DbError> {
    let id = tx.next_ids("inbox", 1)?;
    tx.execute(
        "INSERT INTO inbox (id, uuid, title, type, ip, user_agent, user_agent_sha256, comment, deleted, timestamp, \
         store_as_file, data) VALUES ($1, $2, $3, 'registration', $4, $5, $6, $7, FALSE, $8, FALSE, $9)",
        params![
            id,
            registration.uuid,
            &registration.title,
            &registration.ip,
            &registration.user_agent,
            &registration.user_agent_sha256,
            &registration.comment,
            registration.timestamp,
            &registration.data
        ],
    )?;
    Ok(id)
}

/// Removes a request.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM inbox WHERE id = $1", params![id])?;
    Ok(())
}
