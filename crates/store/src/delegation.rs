//! Requests to hand an event over to another organisation. spec: 01#7.14, 08#4
use entente_db::{DbError, Row, Tx, Value, params};
pub use entente_model::administration::Delegation;
use entente_model::id::{EventId, OrgId, SharingGroupId};

const SELECT: &str = "SELECT id, org_id, requester_org_id, event_no, message, distribution, sharing_group_id \
    FROM event_delegation";

fn read(row: &Row<'_>) -> Result<Delegation, DbError> {
    Ok(Delegation {
        id: row.get_int(0)?,
        org: OrgId(row.get_int(1)?),
        requester: OrgId(row.get_int(2)?),
        event: EventId(row.get_int(3)?),
        message: row.get_string(4)?,
        distribution: row.get_int(5)?,
        sharing_group: SharingGroupId(row.get_int(6)?),
    })
}

/// Organisations with a pending request for an event; they may read it. spec: 01#5.2
///
/// # Errors
/// Of the database.
pub fn recipients(tx: &mut Tx<'_>, event: EventId) -> Result<Vec<OrgId>, DbError> {
    tx.all(
        "SELECT org_id FROM event_delegation WHERE event_no = $1",
        params![event.0],
        |row| row.get_int(0).map(OrgId),
    )
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those an organisation is asked to take.
    Pending(OrgId),
    /// Those it has made.
    Issued(OrgId),
    /// All.
    Everybody,
}

/// Requests, by id.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>, side: Side) -> Result<Vec<Delegation>, DbError> {
    let (condition, org): (&str, &[Value<'_>]) = match side {
        Side::Pending(org) => (" WHERE org_id = $1", &[Value::Int(org.0)]),
        Side::Issued(org) => (" WHERE requester_org_id = $1", &[Value::Int(org.0)]),
        Side::Everybody => ("", &[]),
    };
    tx.all(&format!("{SELECT}{condition} ORDER BY id"), org, read)
}

/// A request by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Delegation>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// The request that waits for an event; there is one at most.
///
/// # Errors
/// Of the database.
pub fn of_event(tx: &mut Tx<'_>, event: EventId) -> Result<Option<Delegation>, DbError> {
    tx.first(&format!("{SELECT} WHERE event_no = $1"), params![event.0], read)
}

/// Adds a request; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when one waits for the event.
pub fn insert(tx: &mut Tx<'_>, row: &Delegation) -> Result<i64, DbError> {
    let id = tx.next_ids("event_delegation", 1)?;
    tx.execute(
        "INSERT INTO event_delegation (id, org_id, requester_org_id, event_no, message, distribution, \
         sharing_group_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id,
            row.org.0,
            row.requester.0,
            row.event.0,
            &row.message,
            row.distribution,
            row.sharing_group.0
        ],
    )?;
    Ok(id)
}

/// Removes a request.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM event_delegation WHERE id = $1", params![id])?;
    Ok(())
}

/// Removes requests whose two sides are one organisation; answers the events that they were about.
///
/// # Errors
/// Of the database.
pub fn delete_void(tx: &mut Tx<'_>) -> Result<Vec<EventId>, DbError> {
    const VOID: &str = "SELECT d.id, d.event_no FROM event_delegation d JOIN event e ON e.no = d.event_no \
        WHERE d.org_id = d.requester_org_id OR d.org_id = e.org_id ORDER BY d.event_no";
    let void = tx.all(VOID, params![], |row| {
        Ok::<_, DbError>((row.get_int(0)?, EventId(row.get_int(1)?)))
    })?;
    let ids: Vec<i64> = void.iter().map(|(id, _)| *id).collect();
    tx.execute("DELETE FROM event_delegation WHERE id = ANY($1)", params![&ids])?;
    Ok(void.into_iter().map(|(_, event)| event).collect())
}
