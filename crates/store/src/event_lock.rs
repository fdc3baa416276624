//! Who is at work on which event. A lock tells others and hinders nobody. spec: 08#13
use entente_db::{DbError, Tx, params};
use entente_model::id::{EventId, OrgId, UserId};
use entente_model::time::Seconds;

/// Somebody at work on an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLock {
    /// Row id.
    pub id: i64,
    /// Who.
    pub user: UserId,
    /// For which organisation.
    pub org: OrgId,
}

/// Takes or prolongs a user's lock; answers its id.
///
/// # Errors
/// Of the database.
pub fn put(
    tx: &mut Tx<'_>,
    event: EventId,
    user: UserId,
    org: OrgId,
    expires: Seconds,
) -> Result<i64, DbError> {
    let id = tx.next_ids("event_lock", 1)?;
    let kept = tx.first(
        "INSERT INTO event_lock (id, event_no, user_id, org_id, expires) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (event_no, user_id) DO UPDATE SET expires = excluded.expires RETURNING id",
        params![id, event.0, user.0, org.0, expires],
        |row| row.get_int(0),
    )?;
    Ok(kept.unwrap_or(id))
}

/// Prolongs a user's lock, if there is one.
///
/// # Errors
/// Of the database.
pub fn prolong(tx: &mut Tx<'_>, event: EventId, user: UserId, expires: Seconds) -> Result<(), DbError> {
    tx.execute(
        "UPDATE event_lock SET expires = $3 WHERE event_no = $1 AND user_id = $2",
        params![event.0, user.0, expires],
    )?;
    Ok(())
}

/// Gives up a lock of a user; `false` when there is none.
///
/// # Errors
/// Of the database.
pub fn remove(tx: &mut Tx<'_>, event: EventId, id: i64, user: UserId) -> Result<bool, DbError> {
    let removed = tx.execute(
        "DELETE FROM event_lock WHERE event_no = $1 AND id = $2 AND user_id = $3",
        params![event.0, id, user.0],
    )?;
    Ok(removed > 0)
}

/// Forgets the locks of an event that have run out.
///
/// # Errors
/// Of the database.
pub fn sweep(tx: &mut Tx<'_>, event: EventId, now: Seconds) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM event_lock WHERE event_no = $1 AND expires <= $2",
        params![event.0, now],
    )?;
    Ok(())
}

/// The locks of an event that have not run out, by id.
///
/// # Errors
/// Of the database.
pub fn of_event(tx: &mut Tx<'_>, event: EventId, now: Seconds) -> Result<Vec<EventLock>, DbError> {
    tx.all(
        "SELECT id, user_id, org_id FROM event_lock WHERE event_no = $1 AND expires > $2 ORDER BY id",
        params![event.0, now],
        |row| {
            Ok(EventLock {
                id: row.get_int(0)?,
                user: UserId(row.get_int(1)?),
                org: OrgId(row.get_int(2)?),
            })
        },
    )
}
